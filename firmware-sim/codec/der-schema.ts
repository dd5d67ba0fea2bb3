import type { Bytes } from '../kernel/bytes.ts';
import type { Format, Meta } from './element.ts';

/** ASN.1 types GBCS and SMKI use. */
export type DerType =
  | 'BOOLEAN'
  | 'INTEGER'
  | 'BIT STRING'
  | 'OCTET STRING'
  | 'NULL'
  | 'OBJECT IDENTIFIER'
  | 'ENUMERATED'
  | 'UTF8String'
  | 'PrintableString'
  | 'IA5String'
  | 'UTCTime'
  | 'GeneralizedTime'
  | 'SEQUENCE'
  | 'SET'
  | 'SEQUENCE OF'
  | 'SET OF'
  | 'EXPLICIT'
  | 'CHOICE'
  | 'ANY';

/** Universal tag octet of a type; 0 for those that have none of their own. */
export const DER_TAGS: Readonly<Record<DerType, number>> = {
  BOOLEAN: 0x01,
  INTEGER: 0x02,
  'BIT STRING': 0x03,
  'OCTET STRING': 0x04,
  NULL: 0x05,
  'OBJECT IDENTIFIER': 0x06,
  ENUMERATED: 0x0a,
  UTF8String: 0x0c,
  PrintableString: 0x13,
  IA5String: 0x16,
  UTCTime: 0x17,
  GeneralizedTime: 0x18,
  SEQUENCE: 0x30,
  SET: 0x31,
  'SEQUENCE OF': 0x30,
  'SET OF': 0x31,
  EXPLICIT: 0,
  CHOICE: 0,
  ANY: 0,
};

declare const valueType: unique symbol;

/** A declared ASN.1 structure. Decoder, encoder and TypeScript type (`DerValue`) all follow from it. */
export interface DerSchema<T = unknown> {
  readonly type: DerType;
  /** Tag octet on the wire; 0 for CHOICE and ANY. */
  readonly tag: number;
  readonly meta?: Meta;
  readonly fields?: readonly DerField[];
  readonly item?: DerField;
  /** Integer value is a bigint in the typed view. */
  readonly wide?: boolean;
  /** An OCTET STRING whose content is DER of this schema. */
  readonly containing?: DerSchema;
  /** Chooses the schema of a field by the value of an earlier OBJECT IDENTIFIER in the same sequence. */
  readonly definedBy?: { readonly field: string; readonly table: Readonly<Record<string, DerSchema>> };
  readonly [valueType]?: T;
}

export interface DerField {
  readonly name: string;
  readonly schema: DerSchema;
  readonly optional: boolean;
}

/** The TypeScript value of a schema. */
export type DerValue<S> = S extends DerSchema<infer T> ? T : never;

const plain = <T>(type: DerType, meta?: Meta): DerSchema<T> => ({ type, tag: DER_TAGS[type], ...(meta && { meta }) });

/** INTEGER that fits a number; `meanings` names its values. */
export const integer = (meanings?: Readonly<Record<string, string>>, format?: Format): DerSchema<number> =>
  plain('INTEGER', meanings || format ? { ...(meanings && { meanings }), ...(format && { format }) } : undefined);
/** INTEGER of up to 64 bits and more, a bigint in the typed view. */
export const bigInteger = (): DerSchema<bigint> => ({ ...plain<bigint>('INTEGER'), wide: true });
export const enumerated = (meanings: Readonly<Record<string, string>>): DerSchema<number> => plain('ENUMERATED', { meanings });
export const boolean = (): DerSchema<boolean> => plain('BOOLEAN');
export const nullValue = (): DerSchema<null> => plain('NULL');
export const octetString = (format?: Format): DerSchema<Bytes> => plain('OCTET STRING', format && { format });
export const objectIdentifier = (meanings?: Readonly<Record<string, string>>): DerSchema<string> =>
  plain('OBJECT IDENTIFIER', meanings && { meanings });
/** BIT STRING as text of `0` and `1`, or of whole octets in a format of theirs. */
export const bitString = (meanings?: Readonly<Record<string, string>>, format?: Format): DerSchema<string> =>
  plain('BIT STRING', meanings || format ? { ...(meanings && { meanings }), ...(format && { format }) } : undefined);
/** Times are their ASN.1 text, e.g. `20300115090000Z`; `meanings` names times as they are shown, `2030-01-15T09:00:00Z`. */
export const generalizedTime = (meanings?: Readonly<Record<string, string>>): DerSchema<string> =>
  plain('GeneralizedTime', { format: 'iso', ...(meanings && { meanings }) });
export const utcTime = (): DerSchema<string> => plain('UTCTime', { format: 'iso' });
export const any = (): DerSchema => plain('ANY');

/** A field that may be absent. */
export interface OptionalSchema<S extends DerSchema> {
  readonly optional: S;
}
export const optional = <S extends DerSchema>(schema: S): OptionalSchema<S> => ({ optional: schema });

type FieldMap = Readonly<Record<string, DerSchema | OptionalSchema<DerSchema>>>;
type FieldValue<F> = F extends OptionalSchema<infer S> ? DerValue<S> : DerValue<F>;
type OptionalKeys<M> = { [K in keyof M]: M[K] extends OptionalSchema<DerSchema> ? K : never }[keyof M];
type SequenceValue<M> = { readonly [K in Exclude<keyof M, OptionalKeys<M>>]: FieldValue<M[K]> } & {
  readonly [K in OptionalKeys<M>]?: FieldValue<M[K]>;
};

function fieldsOf(map: FieldMap): DerField[] {
  return Object.entries(map).map(([name, entry]) =>
    'optional' in entry ? { name, schema: entry.optional, optional: true } : { name, schema: entry, optional: false },
  );
}

/** SEQUENCE; the order of the keys is the order on the wire. */
export const sequence = <M extends FieldMap>(fields: M): DerSchema<SequenceValue<M>> => ({
  ...plain('SEQUENCE'),
  fields: fieldsOf(fields),
});

/** SEQUENCE OF; `name` names one item. */
export const sequenceOf = <S extends DerSchema>(name: string, schema: S): DerSchema<readonly DerValue<S>[]> => ({
  ...plain('SEQUENCE OF'),
  item: { name, schema, optional: false },
});
export const setOf = <S extends DerSchema>(name: string, schema: S): DerSchema<readonly DerValue<S>[]> => ({
  ...plain('SET OF'),
  item: { name, schema, optional: false },
});

type ChoiceValue<M> = { [K in keyof M]: { readonly [P in K]: FieldValue<M[K]> } }[keyof M];

/** CHOICE: a typed value is an object with exactly one of the alternatives. Alternatives differ in their tags. */
export const choice = <M extends Readonly<Record<string, DerSchema>>>(alternatives: M): DerSchema<ChoiceValue<M>> => ({
  ...plain('CHOICE'),
  fields: fieldsOf(alternatives),
});

/** The same schema under a context-specific implicit tag. */
export const implicit = <S extends DerSchema>(tagNumber: number, schema: S): S => ({
  ...schema,
  tag: (schema.tag & 0x20 ? 0xa0 : 0x80) | tagNumber,
});

/** The schema inside a context-specific explicit tag. */
export const explicit = <S extends DerSchema>(tagNumber: number, schema: S): DerSchema<DerValue<S>> => ({
  type: 'EXPLICIT',
  tag: 0xa0 | tagNumber,
  item: { name: 'content', schema, optional: false },
});

/** OCTET STRING whose content is itself DER. */
export const octetsContaining = <S extends DerSchema>(schema: S): DerSchema<DerValue<S>> => ({
  ...plain('OCTET STRING'),
  containing: schema,
});

/** A field whose schema depends on an earlier OBJECT IDENTIFIER; unknown identifiers decode as `otherwise`. */
export const definedBy = (field: string, table: Readonly<Record<string, DerSchema>>, otherwise: DerSchema): DerSchema => ({
  ...otherwise,
  definedBy: { field, table },
});

/** Whether an element with this tag octet can be of the schema. */
export function accepts(schema: DerSchema, tag: number): boolean {
  if (schema.type !== 'CHOICE') return schema.tag === tag || schema.type === 'ANY';
  for (const field of schema.fields ?? []) if (accepts(field.schema, tag)) return true;
  return false;
}
