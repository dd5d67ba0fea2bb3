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

/** An integer type: octets, sign, and the range of values (of those whose range numbers hold exactly). */
export interface IntegerType {
  readonly octets: number;
  readonly signed: boolean;
  readonly min: number;
  readonly max: number;
}

const integerType = (octets: number, signed: boolean): IntegerType => {
  const span = 2 ** (octets * 8);
  return signed ? { octets, signed, min: -span / 2, max: span / 2 - 1 } : { octets, signed, min: 0, max: span - 1 };
};

/** Integer types by name. */
export const INTEGER_TYPES: Readonly<Partial<Record<string, IntegerType>>> = {
  'double-long': integerType(4, true),
  'double-long-unsigned': integerType(4, false),
  bcd: integerType(1, true),
  integer: integerType(1, true),
  long: integerType(2, true),
  unsigned: integerType(1, false),
  'long-unsigned': integerType(2, false),
  long64: integerType(8, true),
  'long64-unsigned': integerType(8, false),
  enum: integerType(1, false),
};

/** A-XDR length; longer than minimal forms are accepted, not refused: `lengthExtras` keeps them. */
export function readLength(reader: ByteReader): number {
  const at = reader.at;
  const first = reader.u8();
  if (first < 0x80) return first;
  const count = first & 0x7f;
  if (count === 0 || count > 4) reader.fail('bad-axdr', `length form 0x${first.toString(16)} is not supported`, at);
  let value = 0;
  for (let i = 0; i < count; i++) value = value * 256 + reader.u8();
  return value;
}

/** Remembers a length that took more octets than its shortest form. */
export function lengthExtras(length: number, octets: number): ElementExtras | undefined {
  return octets === minimalLengthOctets(length) ? undefined : { lengthOctets: octets };
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
