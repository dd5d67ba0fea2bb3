/**
 * Generators of octets as senders write them, tidy or not: lengths in any form, booleans of any octet, dirty padding. Written
 * without the codecs they test.
 */
import fc from 'fast-check';
import type { DerField, DerSchema } from '../../firmware-sim/codec/der-schema.ts';
import { type Layout, packedOctets } from '../../firmware-sim/codec/layout.ts';
import type { FieldSchema } from '../../firmware-sim/codec/zcl.ts';
import { be, join, type Octets } from '../second/octets.ts';

export type OctetsArbitrary = fc.Arbitrary<Octets>;

export const octets = (min: number, max = min): OctetsArbitrary => fc.uint8Array({ minLength: min, maxLength: max });

/** Parts written one after the other. */
export const parts = (...list: readonly (OctetsArbitrary | Octets | number)[]): OctetsArbitrary =>
  fc
    .tuple(...list.map((part) => (typeof part === 'number' || part instanceof Uint8Array ? fc.constant(part) : part)))
    .map((all) => join(...all));

const lengthOctetsOf = (length: number, octetsMax: number): Octets[] => {
  const forms = length < 0x80 ? [be(length, 1)] : [];
  for (let n = 1; n < octetsMax; n++) if (length < 256 ** n) forms.push(join(0x80 | n, be(length, n)));
  return forms;
};

/** A length in its shortest form or, unless `tidy`, in any longer one of up to five octets. */
export function lengthForm(length: number, tidy = false): OctetsArbitrary {
  const forms = lengthOctetsOf(length, 5);
  const [shortest = be(length, 1)] = forms;
  return tidy ? fc.constant(shortest) : fc.oneof({ weight: 4, arbitrary: fc.constant(shortest) }, fc.constantFrom(...forms));
}

/** Content behind its length in octets. */
export const counted = (content: OctetsArbitrary, tidy = false): OctetsArbitrary =>
  content.chain((inner) => parts(lengthForm(inner.length, tidy), inner));

export const ascii = (max: number): OctetsArbitrary =>
  fc.array(fc.integer({ min: 0x20, max: 0x7e }), { maxLength: max }).map((codes) => Uint8Array.from(codes));

const utf8 = (max: number): OctetsArbitrary =>
  fc.string({ unit: 'grapheme', maxLength: max }).map((text) => new Uint8Array(Buffer.from(text)));

const float = (size: 4 | 8): OctetsArbitrary =>
  fc.oneof(
    octets(size),
    fc.constantFrom(
      be(0, size),
      join(0x80, be(0, size - 1)),
      join(size === 4 ? '7f80' : '7ff0', be(0, size - 2)),
      join(size === 4 ? 'ffc0' : 'fff8', be(1, size - 2)),
    ),
  );

/** Dates that exist, wildcards, and anything. */
export const dateTimeOctets: OctetsArbitrary = fc.oneof(
  octets(12),
  fc
    .tuple(fc.integer({ min: 1, max: 12_000 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }), octets(1))
    .map(([year, month, day, status]) => join(be(year, 2), month, day, 'ff 17 3b 3b 00 8000', status)),
  fc.constantFrom(join('0000000000000000008000ff'), join('ffffffffffffffffff8000ff'), join('07df0101ff000000008000ff')),
);

const bitString: OctetsArbitrary = fc.nat({ max: 70 }).chain((bits) => parts(lengthForm(bits), octets(Math.ceil(bits / 8))));

/** Contents of A-XDR types that hold no other values, by tag. */
const AXDR_LEAVES: readonly (readonly [tag: number, content: OctetsArbitrary])[] = [
  [0, octets(0)],
  [3, fc.oneof(fc.constantFrom(Uint8Array.of(0), Uint8Array.of(0xff)), octets(1))],
  [4, bitString],
  [5, octets(4)],
  [6, octets(4)],
  [9, counted(fc.oneof(octets(0, 20), dateTimeOctets))],
  [10, counted(fc.oneof(ascii(12), octets(0, 12)))],
  [12, counted(fc.oneof(ascii(12), utf8(8), octets(0, 12)))],
  [13, octets(1)],
  [15, octets(1)],
  [16, octets(2)],
  [17, octets(1)],
  [18, octets(2)],
  [20, octets(8)],
  [21, octets(8)],
  [22, octets(1)],
  [23, float(4)],
  [24, float(8)],
  [25, dateTimeOctets],
  [26, octets(5)],
  [27, octets(4)],
  [255, octets(0)],
];

/** Every A-XDR tag that holds no other values. */
export const AXDR_LEAF_TAGS = AXDR_LEAVES.map(([tag]) => tag);

/** A value of one of these leaf tags. */
export const axdrLeaf = (tags: readonly number[] = AXDR_LEAF_TAGS): OctetsArbitrary =>
  fc.oneof(...AXDR_LEAVES.filter(([tag]) => tags.includes(tag)).map(([tag, content]) => parts(tag, content)));

interface Row {
  readonly description: Octets;
  readonly row: OctetsArbitrary;
  /** Values in one row, and the fewest octets they take. */
  readonly values: number;
  readonly octetsMin: number;
}

const leafRow: fc.Arbitrary<Row> = fc.constantFrom(...AXDR_LEAVES).map(([tag, content]) => ({
  ...{ description: Uint8Array.of(tag), row: content },
  ...{ values: 1, octetsMin: tag === 0 || tag === 255 ? 0 : 1 },
}));

const structureRow = (fields: readonly Row[]): Row => ({
  description: join(2, fields.length, ...fields.map((field) => field.description)),
  row: parts(...fields.map((field) => field.row)),
  values: fields.reduce((sum, field) => sum + field.values, 1),
  octetsMin: fields.reduce((sum, field) => sum + field.octetsMin, 0),
});

/** More values than these for each octet of a row are refused: see the tests of what is no A-XDR value. */
const VALUES_PER_OCTET = 8;

/** Row types of a compact array; every row takes at least one octet. */
const rowType: fc.Arbitrary<Row> = fc.letrec<{ row: Row }>((tie) => ({
  row: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leafRow,
    fc.array(tie('row'), { minLength: 1, maxLength: 3 }).map(structureRow),
    fc.tuple(fc.nat({ max: 3 }), tie('row')).map(([count, of]) => ({
      description: join(1, be(count, 2), of.description),
      row: parts(...Array.from({ length: count }, () => of.row)),
      values: 1 + count * of.values,
      octetsMin: count * of.octetsMin,
    })),
  ),
})).row;

const compactArray: OctetsArbitrary = fc.tuple(rowType, fc.nat({ max: 4 })).chain(([of, count]) => {
  const octet = { description: Uint8Array.of(17), row: octets(1), values: 1, octetsMin: 1 };
  const both = structureRow([octet, of]);
  const sized = both.values <= VALUES_PER_OCTET * both.octetsMin ? both : octet;
  return parts(19, sized.description, counted(parts(...Array.from({ length: count }, () => sized.row))));
});

const list = (tag: 1 | 2, items: fc.Arbitrary<Octets[]>): OctetsArbitrary =>
  items.chain((all) => parts(tag, lengthForm(all.length), join(...all)));

/** Any A-XDR value with its tag. */
export const axdrValue: OctetsArbitrary = fc.letrec<{ value: Octets }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    { weight: 6, arbitrary: axdrLeaf() },
    { weight: 1, arbitrary: compactArray },
    { weight: 2, arbitrary: list(1, fc.array(tie('value'), { maxLength: 4 })) },
    { weight: 2, arbitrary: list(2, fc.array(tie('value'), { maxLength: 5 })) },
  ),
})).value;

/** What an `octets` content of a DER primitive may be, by universal tag. */
const asn1Time: OctetsArbitrary = fc.constantFrom(
  ...['20300115090000Z', '99991231235959Z', '20309915090000Z', '300115090000Z', '2030-01-15T09:00:00Z'].map(
    (text) => new Uint8Array(Buffer.from(text)),
  ),
);
const oidContent: OctetsArbitrary = fc.constantFrom(
  ...['2a8648ce3d0201', '2a8648ce3d030107', '5508', '551d0f', '2b06010505070804', '88376f01'].map((text) => join(text)),
);

/** Contents a DER type may have: `tidy` ones are DER, the others are what BER, old software and damage leave. */
export const DER_CONTENTS: Readonly<Record<string, { readonly tidy: OctetsArbitrary; readonly any: OctetsArbitrary }>> = {
  INTEGER: {
    tidy: fc.oneof(
      octets(1),
      octets(1, 6).map((o) => join((o[0] as number) === 0 || o[0] === 0xff ? 0x12 : (o[0] as number), o.slice(1))),
    ),
    any: octets(1, 20),
  },
  BOOLEAN: { tidy: fc.constantFrom(Uint8Array.of(0), Uint8Array.of(0xff)), any: octets(1) },
  NULL: { tidy: octets(0), any: octets(0) },
  'OBJECT IDENTIFIER': { tidy: oidContent, any: octets(0, 12) },
  'BIT STRING': {
    tidy: fc.oneof(
      octets(0, 70).map((o) => join(0, o)),
      fc.constantFrom(join('0780'), join('0308'), join('0186')),
    ),
    any: fc.oneof(
      fc.constant(Uint8Array.of(0)),
      parts(
        fc.nat({ max: 7 }).map((unused) => Uint8Array.of(unused)),
        octets(1, 70),
      ),
    ),
  },
  'OCTET STRING': { tidy: octets(0, 20), any: octets(0, 140) },
  UTF8String: { tidy: ascii(12), any: fc.oneof(octets(0, 12), utf8(8), parts(join('efbbbf'), utf8(4))) },
  PrintableString: { tidy: ascii(12), any: octets(0, 12) },
  IA5String: { tidy: ascii(12), any: octets(0, 12) },
  UTCTime: { tidy: fc.constant(new Uint8Array(Buffer.from('300115090000Z'))), any: fc.oneof(asn1Time, octets(0, 16)) },
  GeneralizedTime: { tidy: fc.constant(new Uint8Array(Buffer.from('20300115090000Z'))), any: fc.oneof(asn1Time, octets(0, 16)) },
};

const UNIVERSAL_TAGS: Readonly<Record<string, number>> = {
  ...{ BOOLEAN: 1, INTEGER: 2, 'BIT STRING': 3, 'OCTET STRING': 4, NULL: 5, 'OBJECT IDENTIFIER': 6, ENUMERATED: 10 },
  ...{ UTF8String: 12, PrintableString: 19, IA5String: 22, UTCTime: 23, GeneralizedTime: 24 },
};

/** Content of a DER type, tidy or mostly so. */
export function derContent(type: string, tidy: boolean): OctetsArbitrary {
  const content = DER_CONTENTS[type === 'ENUMERATED' ? 'INTEGER' : type] ?? { tidy: octets(0, 8), any: octets(0, 8) };
  return tidy ? content.tidy : fc.oneof({ weight: 2, arbitrary: content.tidy }, content.any);
}

const derPrimitive: OctetsArbitrary = fc.oneof(
  ...Object.entries(UNIVERSAL_TAGS).map(([type, tag]) => parts(tag, counted(derContent(type, false)))),
  parts(
    fc.integer({ min: 0x80, max: 0x9e }).map((tag) => Uint8Array.of(tag)),
    counted(octets(0, 10)),
  ),
  parts(fc.constantFrom(Uint8Array.of(0), Uint8Array.of(7), Uint8Array.of(0x47)), counted(octets(0, 10))),
);

/** Any DER value, universal and context-specific tags, lengths in any form. */
export const derValue: OctetsArbitrary = fc.letrec<{ value: Octets }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    { weight: 4, arbitrary: derPrimitive },
    {
      weight: 3,
      arbitrary: parts(
        fc.constantFrom(0x30, 0x31, 0xa0, 0xa3, 0x24, 0xbe).map((tag) => Uint8Array.of(tag)),
        counted(fc.array(tie('value'), { maxLength: 4 }).map((all) => join(...all))),
      ),
    },
  ),
})).value;

/** Content octets of an object identifier in dotted text. */
export function oidOctets(text: string): Octets {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const arcs = [first * 40 + second, ...rest].map((arc) => {
    const groups = [arc & 0x7f];
    for (let more = Math.floor(arc / 128); more > 0; more = Math.floor(more / 128)) groups.unshift(0x80 | (more % 128));
    return groups;
  });
  return Uint8Array.from(arcs.flat());
}

/** Octets of an ASN.1 structure as it is declared, every optional field there or not. `tidy` is DER to the letter. */
export function derOf(schema: DerSchema, tidy: boolean): OctetsArbitrary {
  const whole = (content: OctetsArbitrary): OctetsArbitrary => parts(schema.tag, counted(content, tidy));
  if (schema.type === 'ANY') return derValue;
  if (schema.type === 'CHOICE') return fc.oneof(...(schema.fields ?? []).map((field) => derOf(field.schema, tidy)));
  if (schema.type === 'EXPLICIT' && schema.item) return whole(derOf(schema.item.schema, tidy));
  if (schema.containing) return whole(derOf(schema.containing, tidy));
  if (schema.item) {
    const item = derOf(schema.item.schema, tidy);
    return whole(fc.array(item, { maxLength: 3 }).map((all) => join(...all)));
  }
  return whole(schema.fields ? fieldsOf(schema.fields, tidy) : derContent(schema.type, tidy));
}

/** Fields in order; one that depends on an identifier before it follows what that identifier says. */
function fieldsOf(fields: readonly DerField[], tidy: boolean): OctetsArbitrary {
  const by = fields.find((field) => field.schema.definedBy)?.schema.definedBy;
  if (!by) return parts(...fields.map((field) => fieldOf(field, tidy)));
  return fc.constantFrom('2.5.4.3', ...Object.keys(by.table)).chain((identifier) => {
    const key = oidOctets(identifier);
    return parts(
      ...fields.map((field) => {
        if (field.name === by.field) return parts(6, counted(fc.constant(key), tidy));
        const { definedBy, ...otherwise } = field.schema;
        const chosen = definedBy ? (definedBy.table[identifier] ?? otherwise) : field.schema;
        return fieldOf({ ...field, schema: chosen as DerSchema }, tidy);
      }),
    );
  });
}

function fieldOf(field: DerField, tidy: boolean): OctetsArbitrary {
  const octetsOf = derOf(field.schema, tidy);
  return field.optional ? fc.oneof(octetsOf, fc.constant(new Uint8Array(0))) : octetsOf;
}

/** ZCL types of a fixed number of octets. */
const ZCL_SIZES: Readonly<Record<string, number>> = {
  ...{ uint8: 1, uint16: 2, uint24: 3, uint32: 4, uint40: 5, uint48: 6, uint64: 8 },
  ...{ int8: 1, int16: 2, int24: 3, int32: 4, int48: 6, enum8: 1, enum16: 2 },
  ...{ map8: 1, map16: 2, map24: 3, map32: 4, data8: 1, data16: 2, data32: 4 },
  ...{ bool: 1, UTC: 4, ToD: 4, 'zcl-date': 4, EUI64: 8, key128: 16 },
};

/** Every ZCL type that can stand in a payload. */
export const ZCL_TYPES: readonly string[] = [...Object.keys(ZCL_SIZES), 'octstr', 'string', 'octets'];

/** A value of a ZCL type. */
export function zclValue(type: string): OctetsArbitrary {
  const size = ZCL_SIZES[type];
  if (size !== undefined) return fc.oneof(octets(size), fc.constantFrom(new Uint8Array(size), new Uint8Array(size).fill(0xff)));
  if (type === 'octets') return octets(0, 20);
  return fc.oneof(ascii(20), octets(0, 20)).map((content) => join(content.length, content));
}

/** A payload of declared ZCL fields. */
export function zclFields(fields: readonly FieldSchema[]): OctetsArbitrary {
  return parts(
    ...fields.map((field) => {
      if (field.type !== 'list') return zclValue(field.type);
      const entry = zclFields(field.fields ?? []);
      const count = field.count === undefined ? { maxLength: 3 } : { minLength: field.count, maxLength: field.count };
      return fc.array(entry, count).map((all) => join(...all));
    }),
  );
}

/** A value shaped like a layout, as far as a layout says. */
export function axdrLike(layout: Layout | undefined): OctetsArbitrary {
  if (layout?.fields) {
    const values = layout.fields.map(axdrLike);
    const required = layout.fields.flatMap((field, i) => (field.optional ? [] : [values[i] as OctetsArbitrary]));
    const list = (items: readonly OctetsArbitrary[]): OctetsArbitrary => parts(2, lengthForm(items.length), ...items);
    return fc.oneof(list(values), list(required));
  }
  const { of, packed } = layout ?? {};
  if (of) return fc.array(axdrLike(of), { maxLength: 3 }).chain((items) => parts(1, lengthForm(items.length), join(...items)));
  if (packed) return parts(9, counted(octets(packed.reduce((sum, field) => sum + packedOctets(field), 0))));
  return fc.oneof({ weight: 5, arbitrary: axdrLeaf() }, { weight: 1, arbitrary: axdrValue });
}
