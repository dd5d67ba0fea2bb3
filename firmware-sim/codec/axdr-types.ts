import type { ByteReader } from '../kernel/byte-reader.ts';
import type { ByteWriter } from '../kernel/byte-writer.ts';
import { minimalLengthOctets } from './der-tlv.ts';
import type { ElementExtras } from './element.ts';

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

/** Type of a tag octet; holes for tags that are none. */
export const TYPE_OF_TAG: (AxdrType | undefined)[] = [];
for (const [type, tag] of Object.entries(AXDR_TAGS)) TYPE_OF_TAG[tag] = type as AxdrType;

/** Octets of fixed-size types that hold octets. */
export const FIXED_OCTETS: Readonly<Partial<Record<AxdrType, number>>> = { 'date-time': 12, date: 5, time: 4 };

/** Nesting no GBCS attribute comes near. */
export const MAX_DEPTH = 24;
/** No GBCS attribute holds more values; a larger claim is an attack on memory. */
export const MAX_ITEMS = 65_535;

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

/** A length and the octets it took. */
export interface Length {
  readonly value: number;
  readonly octets: number;
}

/** A-XDR length; longer than minimal forms are kept, not refused. */
export function readLength(reader: ByteReader): Length {
  const at = reader.at;
  const first = reader.u8();
  if (first < 0x80) return { value: first, octets: 1 };
  const count = first & 0x7f;
  if (count === 0 || count > 4) reader.fail('bad-axdr', `length form 0x${first.toString(16)} is not supported`, at);
  let value = 0;
  for (let i = 0; i < count; i++) value = value * 256 + reader.u8();
  return { value, octets: count + 1 };
}

/** Remembers a length that was longer than minimal. */
export function lengthExtras(length: Length): ElementExtras | undefined {
  return length.octets === minimalLengthOctets(length.value) ? undefined : { lengthOctets: length.octets };
}

/** Writes a length in its shortest form, or in `lengthOctets` octets. */
export function writeLength(writer: ByteWriter, value: number, lengthOctets = 0): void {
  const octets = Math.max(lengthOctets, minimalLengthOctets(value));
  if (octets === 1) {
    writer.u8(value);
    return;
  }
  writer.u8(0x80 | (octets - 1));
  for (let i = octets - 2; i >= 0; i--) writer.u8(Math.floor(value / 256 ** i) % 256);
}

/** Scratch for IEEE 754 values. */
export const floatView = new DataView(new ArrayBuffer(8));
