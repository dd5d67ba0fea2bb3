import { ByteWriter } from '../kernel/byte-writer.ts';
import { type Bytes, fromAscii } from '../kernel/bytes.ts';
import { ProtocolFault } from '../kernel/errors.ts';
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
    else writeValue(writer, child);
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

/** Writes a value without its tag. */
function writeValue(writer: ByteWriter, element: Element): void {
  const { extras } = element;
  const type = element.type as AxdrType;
  const range = INTEGER_TYPES[type];
  if (range) {
    writeInteger(writer, element, range);
    return;
  }
  switch (type) {
    case 'null-data':
    case 'dont-care':
      return;
    case 'boolean':
      writer.u8(extras?.raw?.[0] ?? (element.value === true ? 0xff : 0));
      return;
    case 'bit-string':
      writeLength(writer, extras?.bits ?? octets(element).length * 8, extras?.lengthOctets);
      writer.bytes(octets(element));
      return;
    case 'octet-string': {
      const content = Array.isArray(element.value) ? pack(element) : octets(element);
      writeLength(writer, content.length, extras?.lengthOctets);
      writer.bytes(content);
      return;
    }
    case 'visible-string':
    case 'utf8-string': {
      if (typeof element.value !== 'string') wrong(element, 'a text');
      const content = extras?.raw ?? (type === 'utf8-string' ? UTF8_ENCODER.encode(element.value) : fromAscii(element.value));
      writeLength(writer, content.length, extras?.lengthOctets);
      writer.bytes(content);
      return;
    }
    case 'date-time':
    case 'date':
    case 'time':
      if (octets(element).length !== FIXED_OCTETS[type]) wrong(element, `${FIXED_OCTETS[type]} octets`);
      writer.bytes(octets(element));
      return;
    case 'float32':
    case 'float64':
      if (extras?.raw) writer.bytes(extras.raw);
      else writeFloat(writer, element, type === 'float32' ? 4 : 8);
      return;
    case 'array':
    case 'structure':
      writeLength(writer, element.children.length, extras?.lengthOctets);
      for (const child of element.children) encodeAxdr(writer, child);
      return;
    case 'compact-array':
      writeCompactArray(writer, element);
      return;
    default:
      throw new ProtocolFault('bad-type', `${element.name}: ${element.type} is not a DLMS data type`);
  }
}

function writeRow(writer: ByteWriter, row: RowType, element: Element): void {
  if (typeof row === 'string') {
    if (element.type !== row) throw new ProtocolFault('bad-value', `${element.name}: row type wants ${row}, not ${element.type}`);
    writeValue(writer, element);
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
  const tag = AXDR_TAGS[element.type as AxdrType];
  if (tag === undefined) throw new ProtocolFault('bad-type', `${element.name}: ${element.type} is not a DLMS data type`);
  writer.u8(tag);
  writeValue(writer, element);
}
