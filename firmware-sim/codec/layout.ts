import type { Meta } from './element.ts';

/**
 * Names for the parts of a self-describing value (A-XDR data). It follows the shape of the value; where the two part
 * ways, names end and paths begin.
 */
export interface Layout {
  readonly name: string;
  readonly meta?: Meta;
  /** Names of a structure's fields, in order. */
  readonly fields?: readonly Layout[];
  /** Name of each item of an array. */
  readonly of?: Layout;
  /** Left out by some devices (twin-element fields). */
  readonly optional?: true;
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
