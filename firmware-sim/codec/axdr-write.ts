import { ByteWriter } from '../kernel/byte-writer.ts';
import { type Bytes, fromAscii } from '../kernel/bytes.ts';
import { assert, ProtocolFault } from '../kernel/errors.ts';
import { AXDR_TAGS, type AxdrType, FIXED_OCTETS, floatView, INTEGER_TYPES, type IntegerType, writeLength } from './axdr-types.ts';
import type { Element, RowType } from './element.ts';

const UTF8_ENCODER = new TextEncoder();

function wrong(element: Element, wanted: string): never {
  throw new ProtocolFault('bad-value', `${element.name}: ${element.type} takes ${wanted}, not ${String(element.value)}`);
}

function writeInteger(writer: ByteWriter, element: Element, { octets, signed, min, max }: IntegerType): void {
  const { value } = element;
  if (octets === 8) {
    writer.u64(wideInteger(element, signed));
    return;
  }
  if (typeof value !== 'number' && typeof value !== 'bigint') wrong(element, 'an integer');
  const narrow = Number(value);
  if (!Number.isInteger(narrow)) wrong(element, 'an integer');
  if (narrow < min || narrow > max) wrong(element, `${octets} octets${signed ? ', signed' : ''}`);
  if (octets === 4) writer.u32(narrow);
  else if (octets === 2) writer.u16(narrow);
  else writer.u8(narrow);
}

function wideInteger(element: Element, signed: boolean): bigint {
  const { value } = element;
  if (typeof value !== 'bigint' && !Number.isInteger(value)) wrong(element, 'an integer');
  const wide = BigInt(value as number | bigint);
  const fits = signed ? BigInt.asIntN(64, wide) : BigInt.asUintN(64, wide);
  return fits === wide ? wide : wrong(element, `8 octets${signed ? ', signed' : ''}`);
}

function octets(element: Element): Bytes {
  return element.value instanceof Uint8Array ? element.value : wrong(element, 'octets');
}

function writeFloat(writer: ByteWriter, element: Element, size: 4 | 8): void {
  if (typeof element.value !== 'number') wrong(element, 'a number');
  if (size === 4) floatView.setFloat32(0, element.value);
  else floatView.setFloat64(0, element.value);
  for (let i = 0; i < size; i++) writer.u8(floatView.getUint8(i));
}

function pack(element: Element): Bytes {
  const writer = new ByteWriter(64);
  for (const child of element.children) {
    if (child.type === 'octet-string') writer.bytes(octets(child));
    else coderOf(child).write(writer, child);
  }
  return writer.finish();
}

function writeRowType(writer: ByteWriter, row: RowType): void {
  if (typeof row === 'string') {
    const tag = AXDR_TAGS[row as AxdrType];
    if (tag === undefined) throw new ProtocolFault('bad-type', `${row} is not a DLMS data type`);
    writer.u8(tag);
  } else if ('array' in row) {
    writer.u8(AXDR_TAGS.array).u16(row.array);
    writeRowType(writer, row.of);
  } else {
    writer.u8(AXDR_TAGS.structure);
    writeLength(writer, row.structure.length);
    for (const field of row.structure) writeRowType(writer, field);
  }
}

/** How values of a type are written: the type's tag, and what follows it. */
interface Coder {
  readonly tag: number;
  readonly write: (writer: ByteWriter, element: Element) => void;
}

const writeNothing: Coder['write'] = () => {};

function writeBoolean(writer: ByteWriter, { value, extras }: Element): void {
  writer.u8(extras?.raw?.[0] ?? (value === true ? 0xff : 0));
}

function writeBits(writer: ByteWriter, element: Element): void {
  const { extras } = element;
  writeLength(writer, extras?.bits ?? octets(element).length * 8, extras?.lengthOctets);
  writer.bytes(octets(element));
}

function writeOctets(writer: ByteWriter, element: Element): void {
  const content = Array.isArray(element.value) ? pack(element) : octets(element);
  writeLength(writer, content.length, element.extras?.lengthOctets);
  writer.bytes(content);
}

const writeText =
  (encode: (text: string) => Bytes): Coder['write'] =>
  (writer, element) => {
    if (typeof element.value !== 'string') wrong(element, 'a text');
    const content = element.extras?.raw ?? encode(element.value);
    writeLength(writer, content.length, element.extras?.lengthOctets);
    writer.bytes(content);
  };

function writeFixed(writer: ByteWriter, element: Element): void {
  const wanted = FIXED_OCTETS[element.type as AxdrType];
  if (octets(element).length !== wanted) wrong(element, `${wanted} octets`);
  writer.bytes(octets(element));
}

const writeReal =
  (size: 4 | 8): Coder['write'] =>
  (writer, element) => {
    if (element.extras?.raw) writer.bytes(element.extras.raw);
    else writeFloat(writer, element, size);
  };

function writeList(writer: ByteWriter, { children, extras }: Element): void {
  writeLength(writer, children.length, extras?.lengthOctets);
  for (const child of children) encodeAxdr(writer, child);
}

const WRITERS: Readonly<Partial<Record<AxdrType, Coder['write']>>> = {
  'null-data': writeNothing,
  'dont-care': writeNothing,
  boolean: writeBoolean,
  'bit-string': writeBits,
  'octet-string': writeOctets,
  'visible-string': writeText(fromAscii),
  'utf8-string': writeText((text) => UTF8_ENCODER.encode(text)),
  'date-time': writeFixed,
  date: writeFixed,
  time: writeFixed,
  float32: writeReal(4),
  float64: writeReal(8),
  array: writeList,
  structure: writeList,
  'compact-array': writeCompactArray,
};

function writerOf(type: AxdrType): Coder['write'] {
  const range = INTEGER_TYPES[type];
  const write = range ? (writer: ByteWriter, element: Element) => writeInteger(writer, element, range) : WRITERS[type];
  assert(write, `values of ${type} can be written`);
  return write;
}

const CODERS: ReadonlyMap<string, Coder> = new Map(
  Object.entries(AXDR_TAGS).map(([type, tag]) => [type, { tag, write: writerOf(type as AxdrType) }]),
);

function coderOf({ name, type }: Element): Coder {
  const coder = CODERS.get(type);
  if (!coder) throw new ProtocolFault('bad-type', `${name}: ${type} is not a DLMS data type`);
  return coder;
}

function writeRow(writer: ByteWriter, row: RowType, element: Element): void {
  if (typeof row === 'string') {
    if (element.type !== row) throw new ProtocolFault('bad-value', `${element.name}: row type wants ${row}, not ${element.type}`);
    coderOf(element).write(writer, element);
    return;
  }
  const wanted = 'array' in row ? row.array : row.structure.length;
  const { children } = element;
  if (children.length !== wanted)
    throw new ProtocolFault('bad-value', `${element.name}: row type wants ${wanted} values, not ${children.length}`);
  for (let i = 0; i < wanted; i++)
    writeRow(writer, 'array' in row ? row.of : (row.structure[i] as RowType), children[i] as Element);
}

function writeCompactArray(writer: ByteWriter, element: Element): void {
  const of = element.extras?.of;
  if (of === undefined) throw new ProtocolFault('bad-value', `${element.name}: a compact array needs its row type`);
  writeRowType(writer, of);
  const { raw, lengthOctets } = element.extras ?? {};
  if (raw) {
    writeLength(writer, raw.length, lengthOctets);
    writer.bytes(raw);
    return;
  }
  const start = writer.length;
  for (const row of element.children) writeRow(writer, of, row);
  const length = new ByteWriter(5);
  writeLength(length, writer.length - start, lengthOctets);
  writer.insert(start, length.finish());
}

/** Writes one DLMS data value with its tag. Inverse of `decodeAxdr`. @throws ProtocolFault on a value its type cannot hold */
export function encodeAxdr(writer: ByteWriter, element: Element): void {
  const { tag, write } = coderOf(element);
  writer.u8(tag);
  write(writer, element);
}
