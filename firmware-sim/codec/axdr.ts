import { ByteReader } from '../kernel/byte-reader.ts';
import { type Bytes, isPrintable, toAscii, toHex } from '../kernel/bytes.ts';
import {
  type AxdrType,
  FIXED_OCTETS,
  floatView,
  lengthExtras,
  MAX_DEPTH,
  MAX_ITEMS,
  readLength,
  TYPE_OF_TAG,
} from './axdr-types.ts';
import { minimalLengthOctets } from './der-tlv.ts';
import { Element, type ElementExtras, type RowType, type Scalar } from './element.ts';
import { fieldLayout, fitting, type Layout, type PackedField, packedOctets } from './layout.ts';

/** A value under its layout where there is one, else under its path. */
function element(
  layout: Layout | undefined,
  path: string,
  type: string,
  value: Scalar | readonly Element[],
  extras?: ElementExtras,
): Element {
  return layout
    ? new Element(layout.name, type, value, layout.meta, true, extras)
    : new Element(path, type, value, undefined, false, extras);
}

/** Path of item `index`. It grows only where names end, so that decoding well-known values builds no strings. */
function pathBelow(outer: Layout | undefined, path: string, layout: Layout | undefined, index: number): string {
  return layout ? '' : `${outer ? outer.name : path}.${index}`;
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

function readFloat(reader: ByteReader, octets: 4 | 8): { value: number; raw: Bytes | undefined } {
  const raw = reader.take(octets);
  for (let i = 0; i < octets; i++) floatView.setUint8(i, raw[i] as number);
  const value = octets === 4 ? floatView.getFloat32(0) : floatView.getFloat64(0);
  return { value, raw: Number.isFinite(value) ? undefined : raw };
}

const UTF8_DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

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

function decodeList(
  reader: ByteReader,
  type: 'array' | 'structure',
  layout: Layout | undefined,
  path: string,
  depth: number,
): Element {
  const at = reader.at;
  const count = readLength(reader);
  const extras = lengthExtras(count, reader.at - at);
  checkCount(reader, count, at);
  const children = new Array<Element>(count);
  for (let i = 0; i < count; i++) {
    const declared = type === 'array' ? layout?.of : fieldLayout(layout, i, count);
    children[i] = decodeItem(reader, declared, layout, path, i, depth + 1);
  }
  return element(layout, path, type, children, extras);
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

/** One value whose type is known (by a tag or by a compact array's description). */
function decodeValue(reader: ByteReader, type: AxdrType, layout: Layout | undefined, path: string, depth: number): Element {
  switch (type) {
    case 'null-data':
    case 'dont-care':
      return element(layout, path, type, null);
    case 'boolean': {
      const octet = reader.u8();
      const raw = octet === 0 || octet === 0xff ? undefined : { raw: Uint8Array.of(octet) };
      return element(layout, path, type, octet !== 0, raw);
    }
    case 'bit-string': {
      const at = reader.at;
      const bits = readLength(reader);
      const extras = lengthExtras(bits, reader.at - at);
      return element(layout, path, type, reader.take(Math.ceil(bits / 8)), extras ? { bits, ...extras } : { bits });
    }
    case 'octet-string': {
      const at = reader.at;
      const length = readLength(reader);
      const extras = lengthExtras(length, reader.at - at);
      const value = reader.take(length);
      const packed = layout?.packed;
      return element(layout, path, type, (packed && unpack(value, packed)) ?? value, extras);
    }
    case 'visible-string':
    case 'utf8-string': {
      const at = reader.at;
      const length = readLength(reader);
      const extras = lengthExtras(length, reader.at - at);
      const { value, raw } = readText(reader.take(length), type === 'utf8-string');
      return element(layout, path, type, value, raw ? { raw, ...extras } : extras);
    }
    case 'date-time':
    case 'date':
    case 'time':
      return element(layout, path, type, reader.take(FIXED_OCTETS[type] as number));
    case 'float32':
    case 'float64': {
      const { value, raw } = readFloat(reader, type === 'float32' ? 4 : 8);
      return element(layout, path, type, value, raw && { raw });
    }
    case 'array':
    case 'structure':
      return decodeList(reader, type, layout, path, depth);
    case 'compact-array':
      return decodeCompactArray(reader, layout, path, depth);
    default:
      return element(layout, path, type, readInteger(reader, type));
  }
}

function readType(reader: ByteReader): AxdrType {
  const at = reader.at;
  const tag = reader.u8();
  return TYPE_OF_TAG[tag] ?? reader.fail('bad-axdr', `0x${tag.toString(16).padStart(2, '0')} is not a DLMS data type`, at);
}

/** Reads the tag of a value at a depth of nesting. */
function readTag(reader: ByteReader, depth: number): AxdrType {
  if (depth > MAX_DEPTH) reader.fail('bad-axdr', `nested deeper than ${MAX_DEPTH} levels`);
  return readType(reader);
}

/** Item `index` of a value that is under `outer` or, where names have ended, under `path`. */
function decodeItem(
  reader: ByteReader,
  declared: Layout | undefined,
  outer: Layout | undefined,
  path: string,
  index: number,
  depth: number,
): Element {
  const type = readTag(reader, depth);
  const layout = fitting(declared, type);
  return decodeValue(reader, type, layout, pathBelow(outer, path, layout, index), depth);
}

function readRowType(reader: ByteReader, depth: number): RowType {
  const at = reader.at;
  const type = readTag(reader, depth);
  if (type === 'array') {
    const count = reader.u16();
    return { array: count, of: readRowType(reader, depth + 1) };
  }
  if (type !== 'structure') return type;
  const countAt = reader.at;
  const count = readLength(reader);
  if (reader.at - countAt !== minimalLengthOctets(count))
    reader.fail('bad-axdr', 'length in a type description is not minimal', at);
  checkCount(reader, count, at);
  return { structure: Array.from({ length: count }, () => readRowType(reader, depth + 1)) };
}

/** Values one row unfolds to, and the fewest octets it takes. */
function rowSize(row: RowType): { values: number; octets: number } {
  if (typeof row === 'string') return { values: 1, octets: row === 'null-data' || row === 'dont-care' ? 0 : 1 };
  const items = 'array' in row ? [rowSize(row.of)] : row.structure.map(rowSize);
  const times = 'array' in row ? row.array : 1;
  const sum = (key: 'values' | 'octets'): number => items.reduce((total, item) => total + item[key], 0) * times;
  return { values: sum('values') + 1, octets: sum('octets') };
}

/** Values without octets multiply: rows may hold at most this many values for each octet they take. */
const VALUES_PER_OCTET_MAX = 8;

function checkRowSize(reader: ByteReader, row: RowType, at: number): void {
  const { values, octets } = rowSize(row);
  if (values > VALUES_PER_OCTET_MAX * Math.max(1, octets)) reader.fail('bad-axdr', 'row type unfolds to too many values', at);
}

function typeOfRow(row: RowType): AxdrType {
  return typeof row === 'string' ? (row as AxdrType) : 'array' in row ? 'array' : 'structure';
}

function decodeRow(reader: ByteReader, row: RowType, layout: Layout | undefined, path: string, depth: number): Element {
  if (typeof row === 'string') return decodeValue(reader, row as AxdrType, layout, path, depth + 1);
  const count = 'array' in row ? row.array : row.structure.length;
  const children: Element[] = [];
  for (let i = 0; i < count; i++) {
    const type = 'array' in row ? row.of : (row.structure[i] as RowType);
    const of = fitting('array' in row ? layout?.of : fieldLayout(layout, i, count), typeOfRow(type));
    children.push(decodeRow(reader, type, of, pathBelow(layout, path, of, i), depth + 1));
  }
  return element(layout, path, 'array' in row ? 'array' : 'structure', children);
}

/** Rows without tags behind one type description (Green Book, compact-array). */
function decodeCompactArray(reader: ByteReader, layout: Layout | undefined, path: string, depth: number): Element {
  const at = reader.at;
  const of = readRowType(reader, depth);
  checkRowSize(reader, of, at);
  const lengthAt = reader.at;
  const length = readLength(reader);
  const extras = lengthExtras(length, reader.at - lengthAt);
  reader.need(length);
  const end = reader.at + length;
  const outer = reader.end;
  reader.end = end;
  const rows: Element[] = [];
  const rowLayout = fitting(layout?.of, typeOfRow(of));
  while (reader.at < end) {
    const before = reader.at;
    rows.push(decodeRow(reader, of, rowLayout, pathBelow(layout, path, rowLayout, rows.length), depth + 1));
    if (reader.at === before) reader.fail('bad-axdr', 'rows of a compact array take no octets', at);
  }
  reader.end = outer;
  return element(layout, path, 'compact-array', rows, { of, ...extras });
}

/**
 * Decodes one DLMS data value at the reader. Views share memory with the input.
 * @param layout names of the value and its parts
 * @param path name of the value when there is no layout
 * @throws ProtocolFault
 */
export function decodeAxdr(reader: ByteReader, layout: Layout | undefined, path: string): Element {
  const type = readTag(reader, 0);
  return decodeValue(reader, type, fitting(layout, type), path, 0);
}
