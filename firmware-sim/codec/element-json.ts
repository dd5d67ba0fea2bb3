import type { Surroundings } from '../dictionary/readings.ts';
import { type Bytes, equalBytes, toHex } from '../kernel/bytes.ts';
import { INTEGER_TYPES } from './axdr-types.ts';
import { bitsOf, bitsText } from './der.ts';
import type { Element, Format, RowType, Scalar } from './element.ts';
import { meaningOf, OCTET_FORMATS, showAsn1Time, showInteger } from './formats.ts';
import { categoryOf } from './value-category.ts';
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
