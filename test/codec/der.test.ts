import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeDer, encodeDer, encodeDerElement } from '../../firmware-sim/codec/der.ts';
import { decodeDerElement, decodeUnknownDer } from '../../firmware-sim/codec/der-decode.ts';
import {
  any,
  bigInteger,
  bitString,
  boolean,
  choice,
  type DerSchema,
  definedBy,
  enumerated,
  explicit,
  generalizedTime,
  implicit,
  integer,
  nullValue,
  objectIdentifier,
  octetString,
  octetsContaining,
  optional,
  sequence,
  sequenceOf,
  setOf,
  utcTime,
} from '../../firmware-sim/codec/der-schema.ts';
import { Element } from '../../firmware-sim/codec/element.ts';
import { elementFromJson } from '../../firmware-sim/codec/element-from-json.ts';
import { elementToJson } from '../../firmware-sim/codec/element-json.ts';
import { ASN1_STRUCTURES } from '../../firmware-sim/gbcs/asn1/table.ts';
import { type Bytes, fromHex, toHex } from '../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault } from '../../firmware-sim/kernel/errors.ts';
import { holds, unlessRefused } from '../support/property.ts';
import { derOf, derValue, octets } from '../support/wire.ts';

const throughJson = (element: Element): Element => elementFromJson(JSON.parse(JSON.stringify(elementToJson(element))), 'value');

function keeps(element: Element, bytes: Bytes): void {
  expect(toHex(encodeDerElement(element))).toBe(toHex(bytes));
  expect(toHex(encodeDerElement(throughJson(element)))).toBe(toHex(bytes));
}

/** One schema with every kind of declaration in it. */
const Everything = sequence({
  flag: boolean(),
  count: integer({ '1': 'one' }),
  counter: bigInteger(),
  state: enumerated({ '0': 'off' }),
  bits: bitString(),
  octets: octetString('eui64'),
  nothing: nullValue(),
  when: generalizedTime(),
  since: utcTime(),
  kind: objectIdentifier(),
  tagged: optional(implicit(0, octetString())),
  group: optional(implicit(1, sequence({ inner: integer() }))),
  wrapped: optional(explicit(2, integer())),
  either: optional(implicit(3, setOf('choice', choice({ number: integer(), text: octetString() })))),
  list: sequenceOf('item', sequence({ a: integer(), b: optional(boolean()) })),
  inside: octetsContaining(sequence({ deep: integer() })),
});

const Typed = sequence({
  type: objectIdentifier(),
  value: definedBy('type', { '1.2.840.10045.2.1': octetsContaining(integer()) }, octetString()),
});

const STRUCTURES: readonly (readonly [string, DerSchema])[] = [
  ['everything', Everything],
  ['defined by', Typed],
  ['any', sequence({ first: integer(), rest: any() })],
  ...[...ASN1_STRUCTURES].flatMap(([code, structures]) =>
    Object.entries(structures).map(([cra, schema]) => [`0x${code.toString(16).padStart(4, '0')} ${cra}`, schema] as const),
  ),
];

/** What holds anything by an identifier has no typed view of it. */
const hasTypedView = (schema: DerSchema): boolean =>
  schema.type !== 'ANY' &&
  !schema.definedBy &&
  [...(schema.fields ?? []), ...(schema.item ? [schema.item] : [])].every((field) => hasTypedView(field.schema)) &&
  (schema.containing === undefined || hasTypedView(schema.containing));

test.each(STRUCTURES)('%s keeps octets that are DER, BER or only look like it, as JSON too', (_, schema) => {
  holds(
    fc.property(derOf(schema, false), (bytes) => keeps(decodeDerElement(schema, bytes, 'value'), bytes)),
    15,
  );
});

test.each(STRUCTURES.filter(([, schema]) => hasTypedView(schema)))(
  '%s has a typed view that writes the same DER',
  (_, schema) => {
    holds(
      fc.property(derOf(schema, true), (bytes) => {
        expect(toHex(encodeDer(schema, decodeDer(schema, bytes)))).toBe(toHex(bytes));
      }),
      15,
    );
  },
);

describe('DER without a schema', () => {
  test('keeps every octet, as JSON too', () => {
    holds(
      fc.property(derValue, (bytes) => keeps(decodeUnknownDer(bytes, 'asn1'), bytes)),
      400,
    );
  });

  test('names every child by its path', () => {
    const names = (element: Element): string[] => [element.name, ...element.children.flatMap(names)];
    expect(names(decodeUnknownDer(fromHex('30 0b 0201 01 30 06 0201 02 0201 03'), 'x'))).toEqual([
      'x',
      'x.0',
      'x.1',
      'x.1.0',
      'x.1.1',
    ]);
  });

  test('refuses octets that are none by a ProtocolFault and nothing else', () => {
    const looksLike = fc.oneof(
      octets(0, 40),
      derValue.chain((bytes) => fc.nat({ max: bytes.length }).map((end) => bytes.slice(0, end))),
    );
    holds(
      fc.property(looksLike, fc.constantFrom(...STRUCTURES), (bytes, [, schema]) => {
        const unknown = unlessRefused(() => decodeUnknownDer(bytes, 'asn1'));
        if (unknown) keeps(unknown, bytes);
        const known = unlessRefused(() => decodeDerElement(schema, bytes, 'value'));
        if (known) keeps(known, bytes);
      }),
      500,
    );
  });

  test.each([
    ['an indefinite length', '30 80 0000', 'not supported'],
    ['a length beyond the octets', '04 84 ffffffff 00', 'past the end'],
    ['a high tag number', '1f 81 00 00', 'above 30'],
    ['an empty INTEGER', '02 00', 'without content'],
    ['a BOOLEAN of two octets', '01 02 0000', 'one octet'],
    ['a NULL that is not', '05 01 00', 'empty'],
    ['nine unused bits', '03 02 09 00', 'impossible'],
    ['unused bits of nothing', '03 01 01', 'impossible'],
    ['octets after the value', '05 00 00', 'left over'],
  ])('%s: refused', (_, hex, message) => {
    expect(() => decodeUnknownDer(fromHex(hex), 'asn1')).toThrow(ProtocolFault);
    expect(() => decodeUnknownDer(fromHex(hex), 'asn1')).toThrow(message);
  });

  test('nesting has an end', () => {
    let bytes = fromHex('0500');
    for (let depth = 0; depth < 60; depth++) bytes = new Uint8Array([0x30, 0x81, bytes.length, ...bytes]);
    expect(() => decodeUnknownDer(bytes, 'asn1')).toThrow('nested deeper');
  });
});

describe('values', () => {
  test.each([
    ['02 01 80', -128],
    ['02 02 00 80', 128],
    ['02 03 000080', 128],
    ['02 06 7fffffffffff', 2 ** 47 - 1],
    ['02 08 7fffffffffffffff', 2n ** 63n - 1n],
    ['02 09 008000000000000000', 2n ** 63n],
    ['01 01 2a', true],
    ['06 07 2a8648ce3d0201', '1.2.840.10045.2.1'],
    ['06 03 883703', '2.999.3'],
    ['06 02 8001', ''],
    ['06 00', ''],
  ])('%s is %s', (hex, value) => {
    const element = decodeUnknownDer(fromHex(hex), 'asn1');
    expect(element.value).toBe(value);
    keeps(element, fromHex(hex));
  });

  test('a time written like ISO 8601 stays as it is', () => {
    const text = '2030-01-15T09:00:00Z';
    const bytes = new Uint8Array([0x18, text.length, ...Buffer.from(text)]);
    for (const element of [decodeUnknownDer(bytes, 'asn1'), decodeDerElement(generalizedTime(), bytes, 'when')])
      keeps(element, bytes);
  });

  test('an edited value replaces octets that its rules could not make', () => {
    const json = elementToJson(decodeUnknownDer(fromHex('02 03 000005'), 'asn1'));
    expect(json).toMatchObject({ value: 5, raw: { octets: '000005', shows: 5 } });
    expect(toHex(encodeDerElement(elementFromJson({ ...json, value: 6 }, 'value')))).toBe('020106');
  });

  test.each([
    ['INTEGER', 'text'],
    ['INTEGER', 1.5],
    ['OBJECT IDENTIFIER', '1.x'],
    ['OBJECT IDENTIFIER', '3.1'],
    ['OCTET STRING', 'text'],
    ['CHOICE', []],
    ['NO SUCH TYPE', new Uint8Array(1)],
  ] as [string, Element['value']][])('%s of %s is refused by name', (type, value) => {
    expect(() => encodeDerElement(new Element('field', type, value))).toThrow(ProtocolFault);
    expect(() => encodeDerElement(new Element('field', type, value))).toThrow('field');
  });
});
