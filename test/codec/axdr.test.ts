import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeAxdr } from '../../firmware-sim/codec/axdr.ts';
import { encodeAxdr } from '../../firmware-sim/codec/axdr-write.ts';
import { Element } from '../../firmware-sim/codec/element.ts';
import { elementFromJson } from '../../firmware-sim/codec/element-from-json.ts';
import { elementToJson } from '../../firmware-sim/codec/element-json.ts';
import type { Layout } from '../../firmware-sim/codec/layout.ts';
import { ByteReader } from '../../firmware-sim/kernel/byte-reader.ts';
import { ByteWriter } from '../../firmware-sim/kernel/byte-writer.ts';
import { type Bytes, fromHex, toHex } from '../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault } from '../../firmware-sim/kernel/errors.ts';
import { join } from '../second/octets.ts';
import { holds, unlessRefused } from '../support/property.ts';
import { AXDR_LEAF_TAGS, axdrLeaf, axdrValue, octets } from '../support/wire.ts';

function decodeWhole(bytes: Bytes, layout?: Layout): Element {
  const reader = new ByteReader(bytes);
  const element = decodeAxdr(reader, layout, 'value');
  reader.finish('the value');
  return element;
}

function encoded(element: Element): Bytes {
  const writer = new ByteWriter();
  encodeAxdr(writer, element);
  return writer.finish();
}

const throughJson = (element: Element): Element => elementFromJson(JSON.parse(JSON.stringify(elementToJson(element))), 'value');

function keeps(bytes: Bytes, layout?: Layout): void {
  const element = decodeWhole(bytes, layout);
  expect(toHex(encoded(element))).toBe(toHex(bytes));
  expect(toHex(encoded(throughJson(element)))).toBe(toHex(bytes));
}

/** Decodes to the given value and type, and comes back. */
function reads(hex: string, type: string, value: unknown): void {
  const element = decodeWhole(fromHex(hex));
  expect([element.type, element.value]).toEqual([type, value]);
  keeps(fromHex(hex));
}

describe('A-XDR values keep their octets, as JSON too', () => {
  test.each(AXDR_LEAF_TAGS)('values of tag %i', (tag) =>
    holds(
      fc.property(axdrLeaf([tag]), (bytes) => keeps(bytes)),
      60,
    ),
  );

  test('structures, arrays and compact arrays of anything', () => {
    holds(
      fc.property(axdrValue, (bytes) => keeps(bytes)),
      400,
    );
  });

  test('octets in the place of packed fields, whether they fit or not', () => {
    const packed: Layout = {
      name: 'identity',
      packed: [
        { name: 'code', type: 'long-unsigned', meta: { format: 'code' } },
        { name: 'counter', type: 'long64-unsigned' },
        { name: 'party', type: 8, meta: { format: 'eui64' } },
        { name: 'flag', type: 'unsigned' },
        { name: 'seconds', type: 'double-long-unsigned', meta: { format: 'utc' } },
      ],
    };
    holds(
      fc.property(fc.oneof(octets(23), octets(0, 30)), (content) => {
        const bytes = join(9, content.length, content);
        const element = decodeWhole(bytes, packed);
        expect(element.children).toHaveLength(content.length === 23 ? 5 : 0);
        keeps(bytes, packed);
      }),
    );
  });
});

describe('A-XDR values mean what they should', () => {
  test.each([
    ['0f 80', 'integer', -128],
    ['10 8000', 'long', -32_768],
    ['05 80000000', 'double-long', -2_147_483_648],
    ['06 ffffffff', 'double-long-unsigned', 4_294_967_295],
    ['14 8000000000000000', 'long64', -(2n ** 63n)],
    ['15 ffffffffffffffff', 'long64-unsigned', 2n ** 64n - 1n],
    ['0d ff', 'bcd', -1],
    ['16 ff', 'enum', 255],
    ['03 00', 'boolean', false],
    ['03 01', 'boolean', true],
    ['17 3fc00000', 'float32', 1.5],
    ['18 8000000000000000', 'float64', -0],
    ['0a 82 0002 4142', 'visible-string', 'AB'],
    ['0c 03 e282ac', 'utf8-string', '€'],
    ['00', 'null-data', null],
  ])('%s is %s %s', (hex, type, value) => reads(hex, type, value));

  test('a bit string keeps its number of bits and its padding', () => {
    const dirty = decodeWhole(fromHex('04 0b ffff'));
    expect(dirty.extras?.bits).toBe(11);
    expect(elementToJson(dirty)).toMatchObject({ value: 'ffff', bits: 11 });
    expect(elementToJson(decodeWhole(fromHex('04 0b ffe0')))).toMatchObject({ value: '11111111111' });
  });

  test('rows of a compact array have the types of its description', () => {
    const element = decodeWhole(fromHex('13 02 02 12 11 06 0001 02 0003 04'));
    expect(element.children.map((row) => row.children.map((cell) => [cell.type, cell.value]))).toEqual([
      [
        ['long-unsigned', 1],
        ['unsigned', 2],
      ],
      [
        ['long-unsigned', 3],
        ['unsigned', 4],
      ],
    ]);
  });

  test('names follow the layout, and paths take over where it ends', () => {
    const layout: Layout = { name: 'outer', fields: [{ name: 'first' }, { name: 'items', of: { name: 'item' } }] };
    const names = (element: Element): string[] => [element.name, ...element.children.flatMap(names)];
    expect(names(decodeWhole(fromHex('02 03 1101 01 01 1102 02 01 1103'), layout))).toEqual([
      'outer',
      'first',
      'items',
      'item',
      'outer.2',
      'outer.2.0',
    ]);
  });

  describe('a value of another type than the layout declares', () => {
    const power: Layout = { name: 'power', type: 'double-long-unsigned', meta: { unit: 'W' } };
    const time: Layout = { name: 'time', type: 'octet-string', meta: { format: 'time' } };
    const entry: Layout = { name: 'entry', type: 'structure', fields: [time, power] };
    const log: Layout = { name: 'log', type: 'array', of: entry };
    const told = (element: Element): unknown[] => [
      [element.name, element.named, element.meta?.unit],
      ...element.children.flatMap(told),
    ];

    test('takes neither name nor unit of the field, in an array or a compact array', () => {
      const wanted = [
        ['log', true, undefined],
        ['entry', true, undefined],
        ['time', true, undefined],
        ['entry.1', false, undefined],
      ];
      expect(told(decodeWhole(fromHex('01 01 02 02 0904 07000000 12 0005'), log))).toEqual(wanted);
      expect(told(decodeWhole(fromHex('13 02 02 09 12 07 04 07000000 0005'), log))).toEqual(wanted);
    });

    test('ends the names of all that is in it', () => {
      expect(told(decodeWhole(fromHex('01 01 0201 0600000001'), { ...log, of: power }))).toEqual([
        ['log', true, undefined],
        ['log.0', false, undefined],
        ['log.0.0', false, undefined],
      ]);
      expect(told(decodeWhole(fromHex('1105'), power))).toEqual([['value', false, undefined]]);
    });

    test('of the declared type, and no value at all, keep the name', () => {
      expect(told(decodeWhole(fromHex('02 02 00 0600000001'), entry))).toEqual([
        ['entry', true, undefined],
        ['time', true, undefined],
        ['power', true, 'W'],
      ]);
    });
  });
});

describe('octets that are no A-XDR value', () => {
  test('are refused by a ProtocolFault and nothing else', () => {
    const looksLike = fc.oneof(
      octets(0, 40),
      axdrValue.chain((bytes) => fc.nat({ max: bytes.length }).map((end) => bytes.slice(0, end))),
    );
    holds(
      fc.property(looksLike, (bytes) => {
        const element = unlessRefused(() => decodeWhole(bytes));
        if (element) expect(toHex(encoded(element))).toBe(toHex(bytes));
      }),
      500,
    );
  });

  test.each([
    ['rows without octets', '13 00 01 00', 'unfolds|no octets'],
    ['an array of nothing, times 65,535', '13 02 02 01 ffff 00 11 81ff', 'unfolds'],
    ['arrays of arrays', '13 01 ffff 01 ffff 11 01 05', 'octets wanted'],
    ['nulls beside one octet', `13 02 20 ${'00'.repeat(31)} 11 0a ${'01'.repeat(10)}`, 'unfolds'],
    ['many nulls, many rows', `13 02 82 01ff ${'00'.repeat(510)} 11 7f ${'01'.repeat(127)}`, 'minimal|unfolds|not'],
    ['nested too deep', '0101'.repeat(40), 'nested deeper'],
    ['a description nested too deep', `13 ${'0201'.repeat(40)}`, 'nested deeper'],
    ['a count beyond the octets', '01 84 ffffffff', 'announced'],
    ['a length beyond the octets', '09 84 ffffffff 00', 'octets wanted'],
    ['an indefinite length', '09 80', 'not supported'],
    ['an unknown tag', '42', 'not a DLMS data type'],
  ])('%s: refused at once', (_, hex, message) => {
    const start = performance.now();
    expect(() => decodeWhole(fromHex(hex))).toThrow(ProtocolFault);
    expect(() => decodeWhole(fromHex(hex))).toThrow(new RegExp(message));
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});

describe('values their type cannot hold', () => {
  test.each([
    ['unsigned', 256],
    ['unsigned', -1],
    ['unsigned', 1.5],
    ['integer', 128],
    ['long', -32_769],
    ['long64-unsigned', 2n ** 64n],
    ['long64', 2n ** 63n],
    ['double-long-unsigned', 'text'],
    ['octet-string', 5],
    ['visible-string', null],
    ['float64', '1'],
    ['date-time', Uint8Array.of(1)],
    ['no-such-type', 1],
    ['compact-array', []],
  ] as [string, Element['value']][])('%s of %s is refused by name', (type, value) => {
    expect(() => encoded(new Element('tariff', type, value))).toThrow(ProtocolFault);
    expect(() => encoded(new Element('tariff', type, value))).toThrow('tariff');
  });

  test('rows must have the row type', () => {
    const row = new Element('row', 'structure', [new Element('a', 'unsigned', 1)]);
    const array = (of: NonNullable<Element['extras']>['of'] & object): Element =>
      new Element('rows', 'compact-array', [row], undefined, true, { of });
    expect(toHex(encoded(array({ structure: ['unsigned'] })))).toBe('130201110101');
    expect(() => encoded(array({ structure: ['long'] }))).toThrow('row type wants long');
    expect(() => encoded(array({ structure: ['unsigned', 'unsigned'] }))).toThrow('wants 2 values');
  });
});
