import { type Bytes, fromHex } from '../kernel/bytes.ts';
import { ProtocolFault, UsageError } from '../kernel/errors.ts';
import { AXDR_TAGS, INTEGER_TYPES } from './axdr-types.ts';
import { bitsOf } from './der.ts';
import { DER_TAGS } from './der-schema.ts';
import { Element, type ElementExtras, type RowType, type Scalar } from './element.ts';
import type { ElementJson } from './element-json.ts';
import { OCTET_FORMATS, readAsn1Time, readInteger, readUtc } from './formats.ts';
import { CATEGORIES, CONTAINERS, categoryOf, UTF8_TYPES } from './value-category.ts';
import { ZCL_INTEGERS, ZCL_OCTET_TYPES } from './zcl.ts';

/** Refuses a value of the input line: exit code 1, naming where in the line it stands. */
export function badValue(path: string, wanted: string, got: unknown): never {
  const shown = got === undefined ? 'nothing' : JSON.stringify(got)?.slice(0, 80);
  throw new UsageError('bad-value', `${path}: ${wanted} wanted, ${shown} found`, {}, 1);
}

/** Octets of a hex text in an input line. */
export function hexValue(value: unknown, path: string): Bytes {
  if (typeof value !== 'string') return badValue(path, 'hex octets', value);
  try {
    return fromHex(value);
  } catch (error) {
    if (error instanceof ProtocolFault) return badValue(path, 'hex octets', value);
    throw error;
  }
}

function readOctets(json: ElementJson, path: string): Bytes {
  const format = typeof json.format === 'string' && Object.hasOwn(OCTET_FORMATS, json.format) && OCTET_FORMATS[json.format];
  if (!format) return hexValue(json.value, path);
  return (
    (typeof json.value === 'string' ? format.read(json.value) : undefined) ?? badValue(path, `a ${json.format} value`, json.value)
  );
}

function hexBits(json: ElementJson, path: string): { value: Bytes; bits: number } {
  const value = hexValue(json.value, path);
  const fits = Number.isInteger(json.bits) && Math.ceil(Number(json.bits) / 8) === value.length;
  return { value, bits: fits ? Number(json.bits) : badValue(`${path}.bits`, `bits of ${value.length} octets`, json.bits) };
}

/** A bit string that is shown as octets are. */
function wholeOctets(json: ElementJson, path: string): { value: Bytes; bits: number } {
  const value = readOctets(json, path);
  return { value, bits: value.length * 8 };
}

/** An integer that its type can hold. */
function integerInRange(value: unknown, type: string, path: string): number | bigint {
  const read = (type === 'UTC' ? readUtc : readInteger)(value);
  if (read === undefined) return badValue(path, `an integer (${type})`, value);
  const range = INTEGER_TYPES[type] ?? ZCL_INTEGERS[type];
  if (!range) return read;
  const wide = BigInt(read);
  const bits = range.octets * 8;
  const fits = (range.signed ? BigInt.asIntN(bits, wide) : BigInt.asUintN(bits, wide)) === wide;
  return fits
    ? read
    : badValue(
        path,
        `${range.signed ? 'a signed' : 'an unsigned'} integer of ${range.octets} octet${range.octets === 1 ? '' : 's'} (${type})`,
        value,
      );
}

/** ASN.1 text of a time; a text that is written like ISO 8601 must be a moment that exists. */
function asn1Time(text: string, type: string, path: string): string {
  const read = readAsn1Time(text, type);
  return read === text && /^\d{4}-\d\d-\d\dT/.test(text) ? badValue(path, 'a time such as 2030-01-15T09:00:00Z', text) : read;
}

/** Rows of a compact array have no types of their own: they must be of the row type. */
function checkRow(of: RowType, row: Element, path: string): void {
  if (typeof of === 'string') {
    if (row.type !== of) badValue(`${path}.type`, `${of} (the row type in \`of\`)`, row.type);
    return;
  }
  const wanted = 'array' in of ? of.array : of.structure.length;
  if (row.children.length !== wanted) badValue(`${path}.value`, `${wanted} values (the row type in \`of\`)`, row.children.length);
  row.children.forEach((child, i) => {
    checkRow('array' in of ? of.of : (of.structure[i] as RowType), child, `${path}.value[${i}]`);
  });
}

function readScalar(json: ElementJson, path: string): { value: Scalar; bits?: number } {
  const { value, type } = json;
  switch (categoryOf(type)) {
    case 'integer':
      return { value: integerInRange(value, type, path) };
    case 'float':
      if (typeof value === 'number') return { value };
      return typeof value === 'string' && /^-?(NaN|Infinity|0)$/.test(value)
        ? { value: Number(value) }
        : badValue(path, 'a number', value);
    case 'boolean':
      return typeof value === 'boolean' ? { value } : badValue(path, 'true or false', value);
    case 'null':
      return value === null ? { value } : badValue(path, 'null', value);
    case 'bits':
      if (json.bits !== undefined) return hexBits(json, path);
      if (json.format !== undefined) return wholeOctets(json, path);
      if (typeof value !== 'string' || !/^[01]*$/.test(value)) return badValue(path, 'a text of 0 and 1', value);
      return { value: bitsOf(value), bits: value.length };
    case 'text':
      if (typeof value !== 'string') return badValue(path, 'a text', value);
      if (!UTF8_TYPES.has(type) && [...value].some((letter) => letter > '\u00ff')) {
        return badValue(path, 'a text of ISO 8859-1 letters', value);
      }
      return { value: /Time$/.test(type) ? asn1Time(value, type, path) : value };
    case 'octets':
      return { value: readOctets(json, path) };
  }
}

function smallInteger(value: unknown, path: string, max: number): number {
  const read = Number(readInteger(value) ?? -1);
  return read >= 0 && read <= max ? read : badValue(path, `an integer from 0 to ${max}`, value);
}

/** Deeper than anything the decoders accept. */
const MAX_DEPTH = 64;

function rowTypeFrom(value: unknown, path: string, depth: number): RowType {
  if (typeof value === 'string') return Object.hasOwn(AXDR_TAGS, value) ? value : badValue(path, 'a DLMS data type', value);
  const given = typeof value === 'object' && value !== null && depth < MAX_DEPTH ? (value as Record<string, unknown>) : {};
  if (Array.isArray(given.structure)) {
    return { structure: given.structure.map((field, i) => rowTypeFrom(field, `${path}.structure[${i}]`, depth + 1)) };
  }
  if (given.array === undefined) return badValue(path, 'a type name, { structure } or { array, of }', value);
  return { array: smallInteger(given.array, `${path}.array`, 0xffff), of: rowTypeFrom(given.of, `${path}.of`, depth + 1) };
}

function extrasFrom(json: ElementJson, path: string, bits: number | undefined, depth: number): ElementExtras | undefined {
  const raw =
    json.raw && JSON.stringify(json.raw.shows) === JSON.stringify(json.value)
      ? hexValue(json.raw.octets, `${path}.raw`)
      : undefined;
  const extras: ElementExtras = {
    ...(json.tag !== undefined && { tag: smallInteger(json.tag, `${path}.tag`, 0xff) }),
    ...(json.lengthOctets !== undefined && { lengthOctets: smallInteger(json.lengthOctets, `${path}.lengthOctets`, 5) }),
    ...(bits !== undefined && { bits }),
    ...(json.of !== undefined && { of: rowTypeFrom(json.of, `${path}.of`, 0) }),
    ...(raw && { raw }),
    ...(json.decrypted && { plaintext: elementAt(json.decrypted, `${path}.decrypted`, depth + 1) }),
  };
  return Object.keys(extras).length > 0 ? extras : undefined;
}

/**
 * The element of its JSON form.
 * @param path where the JSON stands in the input, for errors
 * @throws UsageError `bad-value`
 */
export function elementFromJson(json: unknown, path: string): Element {
  return elementAt(json, path, 0);
}

/** Every type a value can have. */
const KNOWN_TYPES = new Set([
  ...CONTAINERS,
  ...Object.keys(CATEGORIES),
  ...Object.keys(INTEGER_TYPES),
  ...Object.keys(ZCL_INTEGERS),
  ...Object.keys(AXDR_TAGS),
  ...Object.keys(DER_TAGS),
  ...ZCL_OCTET_TYPES,
]);

/** Types whose value may be a list of values. */
const LIST_TYPES = new Set([...CONTAINERS, 'octet-string', 'OCTET STRING']);

function elementAt(json: unknown, path: string, depth: number): Element {
  if (depth > MAX_DEPTH) return badValue(path, `at most ${MAX_DEPTH} levels`, 'more');
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    return badValue(path, 'an object with name, type and value', json);
  const given = json as ElementJson;
  if (typeof given.type !== 'string' || !KNOWN_TYPES.has(given.type)) {
    return badValue(`${path}.type`, 'the name of a DLMS, ZCL or ASN.1 type', given.type);
  }
  const name = typeof given.name === 'string' ? given.name : given.type;
  const meta =
    given.format || given.unit
      ? { ...(given.format && { format: given.format }), ...(given.unit && { unit: given.unit }) }
      : undefined;
  const named = given.unnamed !== true;
  if (Array.isArray(given.value)) {
    if (!LIST_TYPES.has(given.type)) return badValue(path, `one value (${given.type})`, given.value);
    const children = given.value.map((child, i) => elementAt(child, `${path}.value[${i}]`, depth + 1));
    const extras = extrasFrom(given, path, undefined, depth);
    const of = given.type === 'compact-array' ? extras?.of : undefined;
    if (of !== undefined) {
      children.forEach((row, i) => {
        checkRow(of, row, `${path}.value[${i}]`);
      });
    }
    return new Element(name, given.type, children, meta, named, extras);
  }
  if (CONTAINERS.has(given.type)) return badValue(path, `a list of values (${given.type})`, given.value);
  const { value, bits } = readScalar(given, path);
  return new Element(name, given.type, value, meta, named, extrasFrom(given, path, bits, depth));
}
