/**
 * Type of a COSEM value as the dictionary declares it (Blue Book notation, sizes from the GBCS mapping table). A text is an A-XDR
 * type of any size.
 */
export type ValueType =
  | string
  /** Octet string of so many octets. */
  | { readonly octets: number }
  /** Bit string of so many bits. */
  | { readonly bits: number }
  | { readonly structure: readonly ValueType[] }
  /** A field that single-element devices leave out. */
  | { readonly optional: ValueType }
  /** `count`: always so many items; `max`: at most. */
  | { readonly array: ValueType; readonly count?: number; readonly max?: number }
  /** A compact array: rows behind one type description. */
  | { readonly rows: ValueType; readonly max?: number }
  | { readonly either: readonly ValueType[] };
