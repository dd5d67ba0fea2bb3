import type { Surroundings } from '../dictionary/readings.ts';
import { type Bytes, equalBytes, fromHex, toHex } from '../kernel/bytes.ts';
import { ProtocolFault, UsageError } from '../kernel/errors.ts';
import { AXDR_TAGS, INTEGER_TYPES } from './axdr-types.ts';
import { bitsOf, bitsText } from './der.ts';
import { Element, type ElementExtras, type Format, type RowType, type Scalar } from './element.ts';
import { meaningOf, OCTET_FORMATS, readAsn1Time, readInteger, readUtc, showAsn1Time, showInteger } from './formats.ts';
import { ZCL_INTEGERS } from './zcl.ts';

/** An element as JSON. `value` may be edited; the rest tells how to write it back. */
export interface ElementJson {
  readonly name: string;
  readonly type: string;
  readonly value: ElementJsonValue;
  readonly format?: Format;
  readonly unit?: string;
  readonly meaning?: string;
  readonly unnamed?: true;
  readonly tag?: string;
  readonly lengthOctets?: number;
  /** Bits of a bit string whose value is hex. */
  readonly bits?: number;
  readonly of?: RowType;
  /** Octets that stand in for the value as long as it still shows this. */
  readonly raw?: { readonly octets: string; readonly shows: ElementJsonValue };
  /** What an encrypted value holds. */
  readonly decrypted?: ElementJson;
}

export type ElementJsonValue = string | number | boolean | null | readonly ElementJson[];

type Category = 'integer' | 'float' | 'boolean' | 'null' | 'bits' | 'text' | 'octets';

const CATEGORIES: Readonly<Record<string, Category>> = {
  INTEGER: 'integer',
  ENUMERATED: 'integer',
  float32: 'float',
  float64: 'float',
  boolean: 'boolean',
  BOOLEAN: 'boolean',
  bool: 'boolean',
  'null-data': 'null',
  'dont-care': 'null',
  NULL: 'null',
  'bit-string': 'bits',
  'BIT STRING': 'bits',
  'visible-string': 'text',
  'utf8-string': 'text',
  string: 'text',
  UTF8String: 'text',
  PrintableString: 'text',
  IA5String: 'text',
  UTCTime: 'text',
  GeneralizedTime: 'text',
  'OBJECT IDENTIFIER': 'text',
};

const CONTAINERS = new Set([
  'array',
  'structure',
  'compact-array',
  'SEQUENCE',
  'SEQUENCE OF',
  'SET',
  'SET OF',
  'EXPLICIT',
  'CHOICE',
  'list',
  'group',
]);

function categoryOf(type: string): Category {
  return CATEGORIES[type] ?? (INTEGER_TYPES[type] || ZCL_INTEGERS[type] ? 'integer' : 'octets');
}

/** Texts that hold any letter; the others have one octet for each. */
const UTF8_TYPES = new Set(['utf8-string', 'UTF8String']);

/** Longer bit strings are keys and signatures, which read better in hex. */
const MAX_BITS_AS_TEXT = 512;

function showBits(element: Element): { value: string; bits?: number } {
  const octets = element.value as Bytes;
  const bits = element.extras?.bits ?? octets.length * 8;
  const text = bits <= MAX_BITS_AS_TEXT ? bitsText(octets, bits) : undefined;
  return text !== undefined && equalBytes(bitsOf(text), octets) ? { value: text } : { value: toHex(octets), bits };
}

function showOctets(octets: Bytes, format: Format | undefined): { value: string; format?: Format } {
  const text = format && OCTET_FORMATS[format]?.show(octets);
  return text === undefined ? { value: toHex(octets) } : { value: text, format: format as Format };
}

/** JSON has neither infinities nor a negative zero. */
function showFloat(value: number): number | string {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? value : String(value);
}

interface Shown {
  value: ElementJsonValue;
  format?: Format;
  bits?: number;
  meaning?: string | undefined;
}

function showScalar(element: Element): Shown {
  const { value, type, meta } = element;
  switch (categoryOf(type)) {
    case 'integer':
      return {
        value: showInteger(value as number | bigint, meta?.format, (INTEGER_TYPES[type] ?? ZCL_INTEGERS[type])?.octets),
      };
    case 'bits': {
      const whole = (element.extras?.bits ?? 0) === (value as Bytes).length * 8;
      const octets = meta?.format && whole ? showOctets(value as Bytes, meta.format) : undefined;
      return octets?.format ? octets : showBits(element);
    }
    case 'text':
      return { value: meta?.format === 'iso' ? showAsn1Time(value as string, type) : (value as string) };
    case 'octets':
      return showOctets(value as Bytes, meta?.format);
    case 'float':
      return { value: showFloat(value as number) };
    default:
      return { value: value as boolean | null };
  }
}

function show(element: Element, around: Surroundings | undefined): Shown {
  const { value, type, meta } = element;
  if (Array.isArray(value)) {
    const beside = value as readonly Element[];
    const within = { beside, outside: around };
    return { value: beside.map((child) => inSurroundings(child, within)) };
  }
  const shown = showScalar(element);
  if (!meta) return shown;
  const meant = categoryOf(type) === 'bits' ? (shown.value as string) : (value as Scalar);
  return { ...shown, meaning: meaningOf(meant, meta, shown.value, around) };
}

/**
 * An element as plain JSON data. What some values mean depends on those beside them: called back by `map` over a list, it
 * sees the list.
 */
export function elementToJson(element: Element, _index?: number, list?: readonly Element[]): ElementJson {
  return inSurroundings(element, list && { beside: list });
}

function inSurroundings(element: Element, around: Surroundings | undefined): ElementJson {
  const { value, format, bits, meaning } = show(element, around);
  const { extras, meta } = element;
  return {
    name: element.name,
    type: element.type,
    value,
    ...(format && { format }),
    ...(meta?.unit && { unit: meta.unit }),
    ...(meaning !== undefined && { meaning }),
    ...(!element.named && { unnamed: true as const }),
    ...(extras?.tag !== undefined && { tag: `0x${extras.tag.toString(16).padStart(2, '0')}` }),
    ...(extras?.lengthOctets !== undefined && { lengthOctets: extras.lengthOctets }),
    ...(bits !== undefined && { bits }),
    ...(extras?.of !== undefined && { of: extras.of }),
    ...(extras?.raw && { raw: { octets: toHex(extras.raw), shows: value } }),
    ...(extras?.plaintext && { decrypted: elementToJson(extras.plaintext) }),
  };
}

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

function readScalar(json: ElementJson, path: string): { value: Scalar; bits?: number } {
  const { value, type } = json;
  switch (categoryOf(type)) {
    case 'integer':
      return { value: (type === 'UTC' ? readUtc : readInteger)(value) ?? badValue(path, `an integer (${type})`, value) };
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
      return { value: /Time$/.test(type) ? readAsn1Time(value, type) : value };
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

/** Types whose value may be a list of values. */
const LIST_TYPES = new Set([...CONTAINERS, 'octet-string', 'OCTET STRING']);

function elementAt(json: unknown, path: string, depth: number): Element {
  if (depth > MAX_DEPTH) return badValue(path, `at most ${MAX_DEPTH} levels`, 'more');
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    return badValue(path, 'an object with name, type and value', json);
  const given = json as ElementJson;
  if (typeof given.type !== 'string' || given.type in Object.prototype) {
    return badValue(`${path}.type`, 'a type name', given.type);
  }
  const name = typeof given.name === 'string' ? given.name : given.type;
  const meta =
    given.format || given.unit
      ? { ...(given.format && { format: given.format }), ...(given.unit && { unit: given.unit }) }
      : undefined;
  const named = given.unnamed !== true;
  if (Array.isArray(given.value)) {
    if (!LIST_TYPES.has(given.type)) return badValue(path, `one value (${given.type})`, given.value);
    const children = given.value.map((child, i) => elementAt(child, `${path}.${childName(child, i)}`, depth + 1));
    return new Element(name, given.type, children, meta, named, extrasFrom(given, path, undefined, depth));
  }
  if (CONTAINERS.has(given.type)) return badValue(path, `a list of values (${given.type})`, given.value);
  const { value, bits } = readScalar(given, path);
  return new Element(name, given.type, value, meta, named, extrasFrom(given, path, bits, depth));
}

function childName(child: unknown, index: number): string | number {
  const name = typeof child === 'object' && child !== null && 'name' in child ? child.name : undefined;
  return typeof name === 'string' ? name : index;
}
