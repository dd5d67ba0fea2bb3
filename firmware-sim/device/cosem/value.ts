import { INTEGER_TYPES } from '../../codec/axdr-types.ts';
import { Element, type RowType } from '../../codec/element.ts';
import { fieldLayout, type Layout } from '../../codec/layout.ts';
import type { ValueType } from '../../dictionary/value-type.ts';
import { fromHex } from '../../kernel/bytes.ts';
import { Invariant } from '../../kernel/errors.ts';

/**
 * A value as a table writes it: numbers, booleans, texts (hex of an octet string, ones and zeros of a bit string), lists for
 * structures, arrays and rows.
 */
export type Plain = number | bigint | boolean | string | readonly Plain[];

/** Whether a type is of a field that single-element meters leave out. */
export function isOptional(type: ValueType): type is { readonly optional: ValueType } {
  return typeof type === 'object' && 'optional' in type;
}

/** How many measuring elements an electricity meter has; a single-element one leaves optional fields out. */
export type Elements = 'single' | 'twin';

const inner = (type: ValueType): ValueType => (isOptional(type) ? type.optional : type);

/** Name of a type's A-XDR tag. */
function tagOf(type: ValueType): string {
  if (typeof type === 'string') return type;
  if ('octets' in type) return 'octet-string';
  if ('bits' in type) return 'bit-string';
  if ('structure' in type) return 'structure';
  if ('array' in type) return 'array';
  if ('rows' in type) return 'compact-array';
  return tagOf('optional' in type ? type.optional : (type.either[0] ?? 'null-data'));
}

/** The row type of a compact array whose rows are `type`. */
export function rowTypeOf(type: ValueType, elements: Elements): RowType {
  if (typeof type === 'object') {
    if ('structure' in type) {
      const fields = elements === 'twin' ? type.structure : type.structure.filter((field) => !isOptional(field));
      return { structure: fields.map((field) => rowTypeOf(inner(field), elements)) };
    }
    if ('array' in type) return { array: type.count ?? type.max ?? 0, of: rowTypeOf(type.array, elements) };
  }
  return tagOf(type);
}

/** Octets of a bit string's ones and zeros. */
function bitsOf(text: string): Uint8Array {
  const octets = new Uint8Array(Math.ceil(text.length / 8));
  for (let i = 0; i < text.length; i++) if (text[i] === '1') octets[i >> 3] = (octets[i >> 3] as number) | (0x80 >> (i & 7));
  return octets;
}

/** A scalar nobody has given a value: zero, false, zeros of the declared size. */
function zero(tag: string, type: ValueType): Plain {
  if (INTEGER_TYPES[tag]) return 0;
  if (tag === 'boolean') return false;
  if (typeof type === 'object' && 'octets' in type) return '00'.repeat(type.octets);
  return typeof type === 'object' && 'bits' in type ? '0'.repeat(type.bits) : '';
}

const isList = (plain: Plain | undefined): plain is readonly Plain[] => Array.isArray(plain);

/** What a value is built with besides its type: its names, its path for messages, and the meter's elements. */
export interface Making {
  readonly layout: Layout | undefined;
  readonly path: string;
  readonly elements: Elements;
}

/**
 * Builds a value of a declared type from its plain form; what is left out is zero, and fixed arrays are always full.
 * @throws Invariant when a table's value has another shape than its type
 */
export function build(type: ValueType, plain: Plain | undefined, making: Making): Element {
  const { layout, path, elements } = making;
  const make = (tag: string, value: Element['value'], extras?: Element['extras']): Element =>
    new Element(layout?.name ?? path, tag, value, layout?.meta, layout !== undefined, extras);
  if (typeof type === 'object') {
    if ('either' in type) return build(type.either[0] ?? 'null-data', plain, making);
    if ('optional' in type) return build(type.optional, plain, making);
    if ('structure' in type) return make('structure', structureItems(type.structure, plain, making));
    if ('array' in type) return make('array', arrayItems(type.array, type.count, plain, making));
    if ('rows' in type) {
      return make('compact-array', arrayItems(type.rows, undefined, plain, making), { of: rowTypeOf(type.rows, elements) });
    }
  }
  const tag = tagOf(type);
  const given = plain ?? zero(tag, type);
  if (isList(given)) throw new Invariant(`${path}: a list where ${tag} is wanted`);
  if (tag === 'octet-string') return make(tag, fromHex(String(given)));
  if (tag === 'bit-string') return make(tag, bitsOf(String(given)), { bits: String(given).length });
  return make(tag, given);
}

function structureItems(types: readonly ValueType[], plain: Plain | undefined, making: Making): readonly Element[] {
  const { layout, path, elements } = making;
  if (plain !== undefined && !isList(plain)) throw new Invariant(`${path}: a scalar where a structure is wanted`);
  const fields = types.map((type, i) => ({ type, plain: plain?.[i] }));
  const present = elements === 'twin' ? fields : fields.filter((field) => !isOptional(field.type));
  return present.map((field, i) =>
    build(field.type, field.plain, { layout: fieldLayout(layout, i, present.length), path: `${path}.${i}`, elements }),
  );
}

function arrayItems(
  type: ValueType,
  count: number | undefined,
  plain: Plain | undefined,
  { layout, path, elements }: Making,
): readonly Element[] {
  if (plain !== undefined && !isList(plain)) throw new Invariant(`${path}: a scalar where an array is wanted`);
  const length = count ?? plain?.length ?? 0;
  return Array.from({ length }, (_, i) => build(type, plain?.[i], { layout: layout?.of, path: `${path}[${i}]`, elements }));
}

/** True when a value that came in a message has the declared type: tags, sizes and numbers of items. */
export function fits(type: ValueType, element: Element): boolean {
  if (typeof type === 'string') return element.type === type;
  if ('structure' in type) return element.type === 'structure' && fitsFields(type.structure, element.children);
  if ('array' in type) return element.type === 'array' && fitsItems(type.array, type.count, type.max, element.children);
  if ('octets' in type) return element.type === 'octet-string' && hasOctets(element, type.octets);
  if ('optional' in type) return fits(type.optional, element);
  if ('bits' in type) return element.type === 'bit-string' && element.extras?.bits === type.bits;
  if ('rows' in type) return element.type === 'compact-array' && fitsItems(type.rows, undefined, type.max, element.children);
  return type.either.some((one) => fits(one, element));
}

/** Items of an array: so many, or at most so many. */
function fitsItems(item: ValueType, count: number | undefined, max: number | undefined, children: readonly Element[]): boolean {
  if (count !== undefined && children.length !== count) return false;
  if (count === undefined && max !== undefined && children.length > max) return false;
  for (let i = 0; i < children.length; i++) if (!fits(item, children[i] as Element)) return false;
  return true;
}

/** Octets of a string, or a string that the decoder has taken apart because it had the right size. */
function hasOctets({ value }: Element, octets: number): boolean {
  return value instanceof Uint8Array ? value.length === octets : Array.isArray(value);
}

/** Fields of a structure, with or without the optional ones. */
function fitsFields(types: readonly ValueType[], children: readonly Element[]): boolean {
  const all = children.length === types.length;
  let next = 0;
  for (const type of types) {
    if (!all && isOptional(type)) continue;
    const child = children[next++];
    if (!child || !fits(type, child)) return false;
  }
  return next === children.length;
}
