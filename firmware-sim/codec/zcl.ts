import { ByteReader } from '../kernel/byte-reader.ts';
import type { ByteWriter } from '../kernel/byte-writer.ts';
import { type Bytes, fromAscii, isPrintable, NO_BYTES, toAscii } from '../kernel/bytes.ts';
import { ProtocolFault } from '../kernel/errors.ts';
import { Element, type Meta } from './element.ts';

/** A field of a ZCL payload as a table declares it; see `dictionary/zcl.ts`. */
export interface FieldSchema {
  readonly name: string;
  readonly type: string;
  readonly meta?: Meta;
  readonly fields?: readonly FieldSchema[];
  readonly count?: number;
}

/** ZCL integer types (ZCL 2.6.2): octets and sign; all little-endian. */
export const ZCL_INTEGERS: Readonly<Record<string, { readonly octets: number; readonly signed: boolean }>> = {
  uint8: { octets: 1, signed: false },
  uint16: { octets: 2, signed: false },
  uint24: { octets: 3, signed: false },
  uint32: { octets: 4, signed: false },
  uint40: { octets: 5, signed: false },
  uint48: { octets: 6, signed: false },
  int8: { octets: 1, signed: true },
  int16: { octets: 2, signed: true },
  int24: { octets: 3, signed: true },
  int32: { octets: 4, signed: true },
  int48: { octets: 6, signed: true },
  enum8: { octets: 1, signed: false },
  enum16: { octets: 2, signed: false },
  map8: { octets: 1, signed: false },
  map16: { octets: 2, signed: false },
  map24: { octets: 3, signed: false },
  map32: { octets: 4, signed: false },
  data8: { octets: 1, signed: false },
  data16: { octets: 2, signed: false },
  data32: { octets: 4, signed: false },
  UTC: { octets: 4, signed: false },
};

/** Types of a fixed number of octets that are not integers. */
const FIXED: Readonly<Record<string, number>> = { 'zcl-date': 4, ToD: 4, uint64: 8, EUI64: 8, key128: 16 };

/** Names of the types whose values are octets. */
export const ZCL_OCTET_TYPES: readonly string[] = [...Object.keys(FIXED), 'octstr', 'octets'];

/** ZCL data type identifiers (ZCL table 2-10), as attribute records carry them. */
export const ZCL_TYPE_OF_CODE: Readonly<Record<number, string>> = {
  8: 'data8',
  9: 'data16',
  11: 'data32',
  16: 'bool',
  24: 'map8',
  25: 'map16',
  26: 'map24',
  27: 'map32',
  32: 'uint8',
  33: 'uint16',
  34: 'uint24',
  35: 'uint32',
  36: 'uint40',
  37: 'uint48',
  39: 'uint64',
  40: 'int8',
  41: 'int16',
  42: 'int24',
  43: 'int32',
  45: 'int48',
  48: 'enum8',
  49: 'enum16',
  65: 'octstr',
  66: 'string',
  224: 'ToD',
  225: 'zcl-date',
  226: 'UTC',
  240: 'EUI64',
  241: 'key128',
};

const UTC_META: Meta = { format: 'utc' };
const META_OF_TYPE: Readonly<Record<string, Meta>> = { UTC: UTC_META, 'zcl-date': { format: 'zcl-date' } };

function metaFor(type: string, meta: Meta | undefined): Meta | undefined {
  const own = META_OF_TYPE[type];
  return own ? (meta ? { ...own, ...meta } : own) : meta;
}

const MERGED = new WeakMap<FieldSchema, Meta | undefined>();

/** Meta of a field with that of its type, merged once per declaration. */
function fieldMeta(field: FieldSchema): Meta | undefined {
  if (field.type !== 'UTC' && field.type !== 'zcl-date') return field.meta;
  let meta = MERGED.get(field);
  if (!meta) {
    meta = metaFor(field.type, field.meta);
    MERGED.set(field, meta);
  }
  return meta;
}

/** One value of a ZCL type. @throws ProtocolFault */
export function decodeZclValue(reader: ByteReader, type: string, name: string, meta: Meta | undefined, named = true): Element {
  const integer = ZCL_INTEGERS[type];
  if (integer) {
    const value = reader.uintLe(integer.octets);
    const limit = 256 ** integer.octets;
    return new Element(name, type, integer.signed && value >= limit / 2 ? value - limit : value, meta, named);
  }
  const fixed = FIXED[type];
  if (fixed !== undefined) return new Element(name, type, reader.take(fixed), meta, named);
  switch (type) {
    case 'bool': {
      const octet = reader.u8();
      return new Element(name, type, octet !== 0, meta, named, octet <= 1 ? undefined : { raw: Uint8Array.of(octet) });
    }
    case 'octstr':
      return new Element(name, type, reader.take(stringLength(reader)), meta, named);
    case 'string': {
      const content = reader.take(stringLength(reader));
      return new Element(name, type, toAscii(content), meta, named, isPrintable(content) ? undefined : { raw: content });
    }
    case 'octets':
      return new Element(name, type, reader.rest(), meta, named);
    default:
      return reader.fail('bad-zcl', `${type} is not a ZCL type hanbench knows`);
  }
}

function stringLength(reader: ByteReader): number {
  const at = reader.at;
  const length = reader.u8();
  if (length === 0xff) reader.fail('bad-zcl', 'a string of invalid length (0xff)', at);
  return length;
}

function decodeList(reader: ByteReader, field: FieldSchema): Element {
  const entries: Element[] = [];
  const fields = field.fields ?? [];
  const single = fields.length === 1 ? (fields[0] as FieldSchema) : undefined;
  while (reader.at < reader.end && (field.count === undefined || entries.length < field.count)) {
    entries.push(single ? decodeField(reader, single) : new Element(field.name, 'group', decodeFields(reader, fields)));
  }
  return new Element(field.name, 'list', entries);
}

function decodeField(reader: ByteReader, field: FieldSchema): Element {
  if (field.type === 'list') return decodeList(reader, field);
  return decodeZclValue(reader, field.type, field.name, fieldMeta(field));
}

/**
 * Fields in wire order. GBCS fixes every payload, so fields that are not there (an older or a damaged payload) are marked by an
 * empty value without a name, which counts and writes nothing. @throws ProtocolFault
 */
export function decodeFields(reader: ByteReader, fields: readonly FieldSchema[]): Element[] {
  const out: Element[] = [];
  for (const field of fields) {
    if (reader.at === reader.end && field.type !== 'list') {
      out.push(new Element(`missing: ${field.name}`, 'octets', NO_BYTES, undefined, false));
      break;
    }
    out.push(decodeField(reader, field));
  }
  return out;
}

/** A command's payload by its declaration; what does not fit becomes octets named by `path`, which is built only then. */
export function decodeZclPayload(
  bytes: Bytes,
  fields: readonly FieldSchema[] | undefined,
  path: () => string,
): readonly Element[] {
  if (bytes.length === 0) return [];
  if (!fields) return [unnamedOctets(bytes, path())];
  const reader = new ByteReader(bytes);
  try {
    const out = decodeFields(reader, fields);
    if (reader.remaining > 0) out.push(unnamedOctets(reader.rest(), `${path()}.${out.length}`));
    return out;
  } catch (error) {
    if (error instanceof ProtocolFault) return [unnamedOctets(bytes, path())];
    throw error;
  }
}

function unnamedOctets(bytes: Bytes, path: string): Element {
  return new Element(path, 'octets', bytes, undefined, false);
}

function wrong(element: Element, wanted: string): never {
  throw new ProtocolFault('bad-value', `${element.name}: ${element.type} takes ${wanted}, not ${String(element.value)}`);
}

/** Writes one element and what is inside it. @throws ProtocolFault on a value its type cannot hold */
export function encodeZcl(writer: ByteWriter, element: Element): void {
  if (Array.isArray(element.value)) {
    for (const child of element.children) encodeZcl(writer, child);
    return;
  }
  const integer = ZCL_INTEGERS[element.type];
  if (integer) {
    writeInteger(writer, element, integer.octets, integer.signed);
    return;
  }
  const { value, extras } = element;
  switch (element.type) {
    case 'bool':
      writer.u8(extras?.raw?.[0] ?? (value === true ? 1 : 0));
      return;
    case 'string':
    case 'octstr': {
      const content = extras?.raw ?? (typeof value === 'string' ? fromAscii(value) : octets(element));
      if (content.length > 254) wrong(element, 'at most 254 octets');
      writer.u8(content.length).bytes(content);
      return;
    }
    case 'octets':
      writer.bytes(octets(element));
      return;
    default: {
      const fixed = FIXED[element.type];
      if (fixed === undefined) throw new ProtocolFault('bad-type', `${element.name}: ${element.type} is not a ZCL type`);
      if (octets(element).length !== fixed) wrong(element, `${fixed} octets`);
      writer.bytes(octets(element));
    }
  }
}

function octets(element: Element): Bytes {
  return element.value instanceof Uint8Array ? element.value : wrong(element, 'octets');
}

function writeInteger(writer: ByteWriter, element: Element, size: number, signed: boolean): void {
  const value = Number(element.value);
  const limit = 256 ** size;
  const fits = Number.isInteger(value) && (signed ? value >= -limit / 2 && value < limit / 2 : value >= 0 && value < limit);
  if (!fits || element.value === null) wrong(element, `an integer of ${size} octets`);
  writer.uintLe(value < 0 ? value + limit : value, size);
}
