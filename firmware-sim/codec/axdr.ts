import { ByteReader } from '../kernel/byte-reader.ts';
import { ByteWriter } from '../kernel/byte-writer.ts';
import { type Bytes, fromAscii, isPrintable, toAscii, toHex } from '../kernel/bytes.ts';
import { ProtocolFault } from '../kernel/errors.ts';
import { minimalLengthOctets } from './der-tlv.ts';
import { Element, type ElementExtras, type RowType, type Scalar } from './element.ts';
import { fieldLayout, type Layout, type PackedField, packedOctets } from './layout.ts';

/** DLMS data types (Green Book 9.5, Data ::= CHOICE) by tag. */
export const AXDR_TAGS = {
  'null-data': 0,
  array: 1,
  structure: 2,
  boolean: 3,
  'bit-string': 4,
  'double-long': 5,
  'double-long-unsigned': 6,
  'octet-string': 9,
  'visible-string': 10,
  'utf8-string': 12,
  bcd: 13,
  integer: 15,
  long: 16,
  unsigned: 17,
  'long-unsigned': 18,
  'compact-array': 19,
  long64: 20,
  'long64-unsigned': 21,
  enum: 22,
  float32: 23,
  float64: 24,
  'date-time': 25,
  date: 26,
  time: 27,
  'dont-care': 255,
} as const;

export type AxdrType = keyof typeof AXDR_TAGS;

const TYPE_OF_TAG: (AxdrType | undefined)[] = [];
for (const [type, tag] of Object.entries(AXDR_TAGS)) TYPE_OF_TAG[tag] = type as AxdrType;

/** Octets of fixed-size types that hold octets. */
const FIXED_OCTETS: Readonly<Partial<Record<AxdrType, number>>> = { 'date-time': 12, date: 5, time: 4 };

const MAX_DEPTH = 24;
/** No GBCS attribute holds more values; a larger claim is an attack on memory. */
const MAX_ITEMS = 65_535;

/** Ranges of integer types: octets and sign. */
export const INTEGER_TYPES: Readonly<Partial<Record<string, { readonly octets: number; readonly signed: boolean }>>> = {
  'double-long': { octets: 4, signed: true },
  'double-long-unsigned': { octets: 4, signed: false },
  bcd: { octets: 1, signed: true },
  integer: { octets: 1, signed: true },
  long: { octets: 2, signed: true },
  unsigned: { octets: 1, signed: false },
  'long-unsigned': { octets: 2, signed: false },
  long64: { octets: 8, signed: true },
  'long64-unsigned': { octets: 8, signed: false },
  enum: { octets: 1, signed: false },
};

interface Length {
  readonly value: number;
  readonly octets: number;
}

/** A-XDR length; longer than minimal forms are kept, not refused. */
function readLength(reader: ByteReader): Length {
  const at = reader.at;
  const first = reader.u8();
  if (first < 0x80) return { value: first, octets: 1 };
  const count = first & 0x7f;
  if (count === 0 || count > 4) reader.fail('bad-axdr', `length form 0x${first.toString(16)} is not supported`, at);
  let value = 0;
  for (let i = 0; i < count; i++) value = value * 256 + reader.u8();
  return { value, octets: count + 1 };
}

function lengthExtras(length: Length): ElementExtras | undefined {
  return length.octets === minimalLengthOctets(length.value) ? undefined : { lengthOctets: length.octets };
}

function writeLength(writer: ByteWriter, value: number, lengthOctets = 0): void {
  const octets = Math.max(lengthOctets, minimalLengthOctets(value));
  if (octets === 1) {
    writer.u8(value);
    return;
  }
  writer.u8(0x80 | (octets - 1));
  for (let i = octets - 2; i >= 0; i--) writer.u8(Math.floor(value / 256 ** i) % 256);
}

/** Naming while decoding: a layout where there is one, else the path. */
interface Naming {
  readonly layout: Layout | undefined;
  readonly path: string;
}

function element(naming: Naming, type: string, value: Scalar | readonly Element[], extras?: ElementExtras): Element {
  const { layout, path } = naming;
  return layout ? new Element(layout.name, type, value, layout.meta, true, extras) : new Element(path, type, value, undefined, false, extras);
}

/** Path grows only where names end, so that decoding well-known values builds no strings. */
function nested(naming: Naming, layout: Layout | undefined, index: number): Naming {
  if (layout) return { layout, path: '' };
  const base = naming.layout ? naming.layout.name : naming.path;
  return { layout: undefined, path: `${base}.${index}` };
}

function readInteger(reader: ByteReader, type: AxdrType): number | bigint {
  switch (type) {
    case 'integer':
    case 'bcd':
      return (reader.u8() << 24) >> 24;
    case 'unsigned':
    case 'enum':
      return reader.u8();
    case 'long':
      return (reader.u16() << 16) >> 16;
    case 'long-unsigned':
      return reader.u16();
    case 'double-long':
      return reader.u32() | 0;
    case 'double-long-unsigned':
      return reader.u32();
    case 'long64':
      return BigInt.asIntN(64, reader.u64());
    default:
      return reader.u64();
  }
}

const floatView = new DataView(new ArrayBuffer(8));

function readFloat(reader: ByteReader, octets: 4 | 8): { value: number; raw: Bytes | undefined } {
  const raw = reader.take(octets);
  for (let i = 0; i < octets; i++) floatView.setUint8(i, raw[i] as number);
  const value = octets === 4 ? floatView.getFloat32(0) : floatView.getFloat64(0);
  return { value, raw: Number.isFinite(value) ? undefined : raw };
}

const UTF8_DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const UTF8_ENCODER = new TextEncoder();

function readText(content: Bytes, utf8: boolean): { value: string; raw?: Bytes } {
  if (isPrintable(content)) return { value: toAscii(content) };
  if (!utf8) return { value: toAscii(content), raw: content };
  try {
    return { value: UTF8_DECODER.decode(content) };
  } catch {
    return { value: toHex(content), raw: content };
  }
}

function checkCount(reader: ByteReader, count: number, at: number): void {
  if (count > MAX_ITEMS || count > reader.end - reader.at) {
    reader.fail('truncated', `${count} values announced, ${reader.end - reader.at} octets left`, at);
  }
}

function decodeList(reader: ByteReader, type: 'array' | 'structure', naming: Naming, depth: number): Element {
  const at = reader.at;
  const length = readLength(reader);
  checkCount(reader, length.value, at);
  const children: Element[] = [];
  const { layout } = naming;
  for (let i = 0; i < length.value; i++) {
    const of = type === 'array' ? layout?.of : fieldLayout(layout, i, length.value);
    children.push(decodeTagged(reader, nested(naming, of, i), depth + 1));
  }
  return element(naming, type, children, lengthExtras(length));
}

/** Fields inside an octet string; undefined when its size is not theirs. */
function unpack(octets: Bytes, fields: readonly PackedField[]): Element[] | undefined {
  if (octets.length !== fields.reduce((sum, field) => sum + packedOctets(field), 0)) return undefined;
  const reader = new ByteReader(octets);
  return fields.map((field) =>
    typeof field.type === 'number'
      ? new Element(field.name, 'octet-string', reader.take(field.type), field.meta)
      : new Element(field.name, field.type, readInteger(reader, field.type), field.meta),
  );
}

function pack(element: Element): Bytes {
  const writer = new ByteWriter(64);
  for (const child of element.children) {
    if (child.type === 'octet-string') writer.bytes(octets(child));
    else writeValue(writer, child);
  }
  return writer.finish();
}

/** One value whose type is known (by a tag or by a compact array's description). */
function decodeValue(reader: ByteReader, type: AxdrType, naming: Naming, depth: number): Element {
  switch (type) {
    case 'null-data':
    case 'dont-care':
      return element(naming, type, null);
    case 'boolean': {
      const octet = reader.u8();
      return element(naming, type, octet !== 0, octet === 0 || octet === 0xff ? undefined : { raw: Uint8Array.of(octet) });
    }
    case 'bit-string': {
      const length = readLength(reader);
      const value = reader.take(Math.ceil(length.value / 8));
      return element(naming, type, value, { bits: length.value, ...lengthExtras(length) });
    }
    case 'octet-string': {
      const length = readLength(reader);
      const value = reader.take(length.value);
      const packed = naming.layout?.packed;
      return element(naming, type, (packed && unpack(value, packed)) ?? value, lengthExtras(length));
    }
    case 'visible-string':
    case 'utf8-string': {
      const length = readLength(reader);
      const { value, raw } = readText(reader.take(length.value), type === 'utf8-string');
      return element(naming, type, value, raw ? { raw, ...lengthExtras(length) } : lengthExtras(length));
    }
    case 'date-time':
    case 'date':
    case 'time':
      return element(naming, type, reader.take(FIXED_OCTETS[type] as number));
    case 'float32':
    case 'float64': {
      const { value, raw } = readFloat(reader, type === 'float32' ? 4 : 8);
      return element(naming, type, value, raw && { raw });
    }
    case 'array':
    case 'structure':
      return decodeList(reader, type, naming, depth);
    case 'compact-array':
      return decodeCompactArray(reader, naming, depth);
    default:
      return element(naming, type, readInteger(reader, type));
  }
}

function readType(reader: ByteReader): AxdrType {
  const at = reader.at;
  const tag = reader.u8();
  return TYPE_OF_TAG[tag] ?? reader.fail('bad-axdr', `0x${tag.toString(16).padStart(2, '0')} is not a DLMS data type`, at);
}

function decodeTagged(reader: ByteReader, naming: Naming, depth: number): Element {
  if (depth > MAX_DEPTH) reader.fail('bad-axdr', `nested deeper than ${MAX_DEPTH} levels`);
  return decodeValue(reader, readType(reader), naming, depth);
}

function readRowType(reader: ByteReader, depth: number): RowType {
  if (depth > MAX_DEPTH) reader.fail('bad-axdr', `nested deeper than ${MAX_DEPTH} levels`);
  const at = reader.at;
  const type = readType(reader);
  if (type === 'array') {
    const count = reader.u16();
    const of = readRowType(reader, depth + 1);
    // An array of arrays in a type description multiplies: bound what one row may unfold to.
    if (rowSize({ array: count, of }) > MAX_ITEMS) reader.fail('bad-axdr', 'row type unfolds to too many values', at);
    return { array: count, of };
  }
  if (type !== 'structure') return type;
  const count = readLength(reader);
  if (count.octets !== minimalLengthOctets(count.value)) reader.fail('bad-axdr', 'length in a type description is not minimal', at);
  checkCount(reader, count.value, at);
  return { structure: Array.from({ length: count.value }, () => readRowType(reader, depth + 1)) };
}

function rowSize(row: RowType): number {
  if (typeof row === 'string') return row === 'null-data' ? 0 : 1;
  if ('array' in row) return row.array * Math.max(1, rowSize(row.of));
  return row.structure.reduce((sum, field) => sum + rowSize(field), 0);
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

function decodeRow(reader: ByteReader, row: RowType, naming: Naming, depth: number): Element {
  if (typeof row === 'string') return decodeValue(reader, row as AxdrType, naming, depth + 1);
  const { layout } = naming;
  const count = 'array' in row ? row.array : row.structure.length;
  const children: Element[] = [];
  for (let i = 0; i < count; i++) {
    const of = 'array' in row ? layout?.of : fieldLayout(layout, i, count);
    const type = 'array' in row ? row.of : (row.structure[i] as RowType);
    children.push(decodeRow(reader, type, nested(naming, of, i), depth + 1));
  }
  return element(naming, 'array' in row ? 'array' : 'structure', children);
}

/** Rows without tags behind one type description (Green Book, compact-array). */
function decodeCompactArray(reader: ByteReader, naming: Naming, depth: number): Element {
  const at = reader.at;
  const of = readRowType(reader, depth);
  const length = readLength(reader);
  reader.need(length.value);
  const end = reader.at + length.value;
  const outer = reader.end;
  reader.end = end;
  const rows: Element[] = [];
  while (reader.at < end) {
    const before = reader.at;
    rows.push(decodeRow(reader, of, nested(naming, naming.layout?.of, rows.length), depth + 1));
    if (reader.at === before) reader.fail('bad-axdr', 'rows of a compact array take no octets', at);
  }
  reader.end = outer;
  return element(naming, 'compact-array', rows, { of, ...lengthExtras(length) });
}

/**
 * Decodes one DLMS data value at the reader. Views share memory with the input.
 * @param layout names of the value and its parts
 * @param path name of the value when there is no layout
 * @throws ProtocolFault
 */
export function decodeAxdr(reader: ByteReader, layout: Layout | undefined, path: string): Element {
  return decodeTagged(reader, { layout, path }, 0);
}

function wrong(element: Element, wanted: string): never {
  throw new ProtocolFault('bad-value', `${element.name}: ${element.type} takes ${wanted}, not ${String(element.value)}`);
}

function writeInteger(writer: ByteWriter, element: Element, octets: number, signed: boolean): void {
  const { value } = element;
  if (typeof value !== 'number' && typeof value !== 'bigint') wrong(element, 'an integer');
  if (typeof value === 'number' && !Number.isInteger(value)) wrong(element, 'an integer');
  const wide = BigInt(value);
  const fits = signed ? BigInt.asIntN(octets * 8, wide) : BigInt.asUintN(octets * 8, wide);
  if (fits !== wide) wrong(element, `${octets} octets${signed ? ', signed' : ''}`);
  if (octets === 8) writer.u64(wide);
  else if (octets === 4) writer.u32(Number(BigInt.asUintN(32, wide)));
  else if (octets === 2) writer.u16(Number(BigInt.asUintN(16, wide)));
  else writer.u8(Number(BigInt.asUintN(8, wide)));
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

/** Writes a value without its tag. */
function writeValue(writer: ByteWriter, element: Element): void {
  const { extras } = element;
  const type = element.type as AxdrType;
  const range = INTEGER_TYPES[type];
  if (range) return writeInteger(writer, element, range.octets, range.signed);
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
      return writeCompactArray(writer, element);
    default:
      throw new ProtocolFault('bad-type', `${element.name}: ${element.type} is not a DLMS data type`);
  }
}

function writeRow(writer: ByteWriter, row: RowType, element: Element): void {
  if (typeof row === 'string') {
    if (element.type !== row) throw new ProtocolFault('bad-value', `${element.name}: row type wants ${row}, not ${element.type}`);
    return writeValue(writer, element);
  }
  const wanted = 'array' in row ? row.array : row.structure.length;
  const { children } = element;
  if (children.length !== wanted) throw new ProtocolFault('bad-value', `${element.name}: row type wants ${wanted} values, not ${children.length}`);
  for (let i = 0; i < wanted; i++) writeRow(writer, 'array' in row ? row.of : (row.structure[i] as RowType), children[i] as Element);
}

function writeCompactArray(writer: ByteWriter, element: Element): void {
  const of = element.extras?.of;
  if (of === undefined) throw new ProtocolFault('bad-value', `${element.name}: a compact array needs its row type`);
  writeRowType(writer, of);
  const body = new ByteWriter(256);
  for (const row of element.children) writeRow(body, of, row);
  writeLength(writer, body.length, element.extras?.lengthOctets);
  writer.bytes(body.finish());
}

/** Writes one DLMS data value with its tag. Inverse of `decodeAxdr`. @throws ProtocolFault on a value its type cannot hold */
export function encodeAxdr(writer: ByteWriter, element: Element): void {
  const tag = AXDR_TAGS[element.type as AxdrType];
  if (tag === undefined) throw new ProtocolFault('bad-type', `${element.name}: ${element.type} is not a DLMS data type`);
  writer.u8(tag);
  writeValue(writer, element);
}
