import type { Reading } from '../dictionary/readings.ts';
import type { Bytes } from '../kernel/bytes.ts';

/** How a value is best shown and written by people; see `element-json.ts` for each form. */
export type Format =
  | 'hex'
  | 'text'
  | 'obis'
  | 'eui64'
  | 'date-time'
  | 'date'
  | 'time'
  | 'zcl-date'
  | 'utc'
  | 'code'
  | 'alert'
  | 'iso';

/** Names and meanings a dictionary gives to a value; shared between all values of one declaration. */
export interface Meta {
  readonly unit?: string;
  readonly format?: Format;
  /** Value as it is shown (numbers in decimal) to meaning. */
  readonly meanings?: Readonly<Record<string, string>>;
  /** Rule that makes the meaning where a list of values cannot; `meanings` come first. */
  readonly reading?: Reading;
}

export type Scalar = number | bigint | boolean | string | null | Bytes;

/** Type of the rows of a compact array: a simple type name, a structure, or a fixed-length array. */
export type RowType = string | { readonly structure: readonly RowType[] } | { readonly array: number; readonly of: RowType };

/** What is rarely there: how the sender encoded a value when that is not the usual way. */
export interface ElementExtras {
  /** DER tag octet when it is not the universal one of the type. */
  readonly tag?: number;
  /** Octets the length took when that is more than the shortest form. */
  readonly lengthOctets?: number;
  /** Bits of a bit string (DLMS: number of bits; DER: 8 x octets - unused bits). */
  readonly bits?: number;
  /** Row type of a compact array. */
  readonly of?: RowType;
  /**
   * Content octets that the type's own rules cannot reproduce, or of a compact array whose rows are encoded already; they stand in for
   * `value` when encoding.
   */
  readonly raw?: Bytes;
  /** What an encrypted octet string holds, once it has been opened. */
  readonly plaintext?: Element;
}

/**
 * One decoded value with its name and type: the common model of DLMS, ZCL and DER payloads.
 * Encoders need only `type`, `value` and `extras`; names and meta are for people.
 */
export class Element {
  readonly name: string;
  readonly type: string;
  readonly value: Scalar | readonly Element[];
  readonly meta: Meta | undefined;
  /** False when no dictionary names this value and `name` is its path. */
  readonly named: boolean;
  readonly extras: ElementExtras | undefined;

  constructor(
    name: string,
    type: string,
    value: Scalar | readonly Element[],
    meta?: Meta,
    named = true,
    extras?: ElementExtras | undefined,
  ) {
    this.name = name;
    this.type = type;
    this.value = value;
    this.meta = meta;
    this.named = named;
    this.extras = extras;
  }

  /** Elements inside this one; none for a scalar. */
  get children(): readonly Element[] {
    return Array.isArray(this.value) ? (this.value as readonly Element[]) : [];
  }

  /** The child of that name, if there is one. */
  child(name: string): Element | undefined {
    return this.children.find((element) => element.name === name);
  }
}

/** Number of values below (and with) an element that no dictionary names. */
export function countUnnamed(element: Element): number {
  let count = element.named ? 0 : 1;
  if (element.extras?.plaintext) count += countUnnamed(element.extras.plaintext);
  if (Array.isArray(element.value)) for (const child of element.value as readonly Element[]) count += countUnnamed(child);
  return count;
}
