import type { AxdrType } from './axdr-types.ts';
import type { Meta } from './element.ts';

/**
 * Names for the parts of a self-describing value (A-XDR data). It follows the shape of the value; where the two part
 * ways, names end and paths begin.
 */
export interface Layout {
  readonly name: string;
  /** Type of the value where there is only one: another value is not what the name says. `array` is a compact array too. */
  readonly type?: AxdrType;
  readonly meta?: Meta;
  /** Names of a structure's fields, in order. */
  readonly fields?: readonly Layout[];
  /** Name of each item of an array. */
  readonly of?: Layout;
  /** Left out by some devices (twin-element fields). */
  readonly optional?: true;
  /** Fields inside an octet string of exactly their total size. */
  readonly packed?: readonly PackedField[];
}

/** A fixed-size field inside an octet string: an unsigned integer type, or that many octets. */
export interface PackedField {
  readonly name: string;
  readonly type: 'unsigned' | 'long-unsigned' | 'double-long-unsigned' | 'long64-unsigned' | number;
  readonly meta?: Meta;
}

const PACKED_OCTETS = { unsigned: 1, 'long-unsigned': 2, 'double-long-unsigned': 4, 'long64-unsigned': 8 } as const;

/** Octets of a packed field. */
export function packedOctets(field: PackedField): number {
  return typeof field.type === 'number' ? field.type : PACKED_OCTETS[field.type];
}

/**
 * The layout of field `index` of a structure that holds `count` fields. When optional fields are missing all of them are.
 */
export function fieldLayout(layout: Layout | undefined, index: number, count: number): Layout | undefined {
  const fields = layout?.fields;
  if (!fields) return undefined;
  if (count >= fields.length) return fields[index];
  const required = fields.filter((field) => !field.optional);
  return required.length === count ? required[index] : fields[index];
}

/** The layout of a value of that type; undefined when the value is of another type than the one declared. */
export function fitting(layout: Layout | undefined, type: AxdrType | undefined): Layout | undefined {
  const declared = layout?.type;
  if (declared === undefined || declared === type || type === 'null-data') return layout;
  return declared === 'array' && type === 'compact-array' ? layout : undefined;
}
