import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Element } from '../../firmware-sim/codec/element.ts';
import { elementFromJson } from '../../firmware-sim/codec/element-from-json.ts';
import { elementToJson } from '../../firmware-sim/codec/element-json.ts';
import { decodeZclPayload, decodeZclValue, encodeZcl, ZCL_TYPE_OF_CODE } from '../../firmware-sim/codec/zcl.ts';
import { ZCL_COMMANDS } from '../../firmware-sim/dictionary/data/zcl-commands.ts';
import { decodeZclFields, encodeZclFields } from '../../firmware-sim/gbcs/gbz.ts';
import { ByteReader } from '../../firmware-sim/kernel/byte-reader.ts';
import { ByteWriter } from '../../firmware-sim/kernel/byte-writer.ts';
import { type Bytes, fromHex, toHex } from '../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault } from '../../firmware-sim/kernel/errors.ts';
import { join, le } from '../second/octets.ts';
import { holds } from '../support/property.ts';
import { octets, parts, ZCL_TYPES, zclFields, zclValue } from '../support/wire.ts';

function encoded(element: Element): Bytes {
  const writer = new ByteWriter();
  encodeZcl(writer, element);
  return writer.finish();
}

function keeps(fields: readonly Element[], bytes: Bytes): void {
  expect(toHex(encodeZclFields(fields))).toBe(toHex(bytes));
  const lines = JSON.parse(JSON.stringify(fields.map(elementToJson))) as unknown[];
  expect(toHex(encodeZclFields(lines.map((line, i) => elementFromJson(line, `fields[${i}]`))))).toBe(toHex(bytes));
}

const read = (hex: string, type: string): Element => decodeZclValue(new ByteReader(fromHex(hex)), type, 'value', undefined);

test.each(ZCL_TYPES)('values of type %s keep their octets', (type) => {
  holds(
    fc.property(zclValue(type), (bytes) => {
      const reader = new ByteReader(bytes);
      const element = decodeZclValue(reader, type, 'value', undefined);
      reader.finish('the value');
      keeps([element], bytes);
    }),
    40,
  );
});

const COMMANDS = ZCL_COMMANDS.map((row) => [`${row.name} ${row.toClient ? 'to client' : 'to server'}`, row] as const);

describe.each(COMMANDS)('%s', (_, row) => {
  const path = (): string => 'cluster.command';

  test('a payload of its fields keeps its octets, and every one has its name', () => {
    holds(
      fc.property(zclFields(row.fields), (bytes) => {
        const fields = decodeZclPayload(bytes, row.fields, path);
        keeps(fields, bytes);
        expect(fields.every((field) => field.named)).toBe(true);
      }),
      10,
    );
  });

  test('any payload keeps its octets, by its fields or as unnamed octets', () => {
    holds(
      fc.property(octets(0, 60), (bytes) => keeps(decodeZclPayload(bytes, row.fields, path), bytes)),
      15,
    );
  });
});

describe('commands that every cluster has', () => {
  const type = fc.constantFrom(...Object.keys(ZCL_TYPE_OF_CODE).map(Number));
  const record = (status: number | undefined): fc.Arbitrary<Bytes> =>
    type.chain((code) =>
      parts(octets(2), status === undefined ? new Uint8Array(0) : status, code, zclValue(ZCL_TYPE_OF_CODE[code] as string)),
    );
  const several = (one: fc.Arbitrary<Bytes>): fc.Arbitrary<Bytes> => fc.array(one, { maxLength: 4 }).map((all) => join(...all));
  const failed = parts(
    octets(2),
    fc.integer({ min: 1, max: 255 }).map((status) => Uint8Array.of(status)),
  );

  test.each([
    ['Read Attributes', 0x00, several(octets(2))],
    ['Read Attributes Response', 0x01, several(fc.oneof(record(0), failed))],
    ['Write Attributes', 0x02, several(record(undefined))],
    ['Write Attributes Response', 0x04, fc.oneof(octets(1), several(octets(3)))],
    ['Default Response', 0x0b, octets(2)],
  ] as const)('%s: payloads keep their octets', (_, command, payload) => {
    const cluster = fc.constantFrom(0, 0x0700, 0x0702, 0x0705, 0x0707, 0x0708, 0xffff);
    holds(
      fc.property(fc.oneof(payload, octets(0, 20)), cluster, (bytes, id) =>
        keeps(decodeZclFields(bytes, id, 0x00, command), bytes),
      ),
      150,
    );
  });

  test.each([0x03, 0x05, 0x0c, 0xff])('command %i is octets', (command) => {
    const fields = decodeZclFields(fromHex('0102'), 0x0702, 0x00, command);
    expect(fields.map((field) => [field.type, field.named])).toEqual([['octets', false]]);
    keeps(fields, fromHex('0102'));
  });
});

describe('values', () => {
  test.each([
    ['ffffff', 'int24', -1],
    ['000080', 'int24', -8_388_608],
    ['ffffffffff7f', 'int48', 2 ** 47 - 1],
    ['ffffffffffff', 'uint48', 2 ** 48 - 1],
    ['3412', 'uint16', 0x1234],
    ['80', 'int8', -128],
    ['05', 'bool', true],
  ])('%s as %s is %s, least significant octet first', (hex, type, value) => {
    expect(read(hex, type).value).toBe(value);
    expect(toHex(encoded(read(hex, type)))).toBe(hex);
  });

  test('a string of length 0xff is invalid and becomes octets of its command', () => {
    expect(() => read('ff', 'octstr')).toThrow(ProtocolFault);
    const fields = decodeZclPayload(fromHex('ff'), [{ name: 'text', type: 'string' }], () => 'path');
    expect(fields.map((field) => [field.name, field.type])).toEqual([['path', 'octets']]);
  });

  test.each([
    ['uint8', 256],
    ['uint8', -1],
    ['int8', 128],
    ['int16', -32_769],
    ['uint48', 2 ** 48],
    ['uint16', 1.5],
    ['uint16', null],
    ['EUI64', Uint8Array.of(1)],
    ['octstr', new Uint8Array(255)],
    ['octets', 1],
    ['no-such-type', 1],
  ] as [string, Element['value']][])('%s cannot hold %s: refused by name', (type, value) => {
    expect(() => encoded(new Element('threshold', type, value))).toThrow(ProtocolFault);
    expect(() => encoded(new Element('threshold', type, value))).toThrow('threshold');
  });

  test('integers of every size write what they read', () => {
    const sizes = fc.constantFrom(...([1, 2, 3, 4, 5, 6] as const));
    holds(
      fc.property(sizes, fc.bigInt({ min: 0n, max: 2n ** 48n - 1n }), (size, number) => {
        const value = BigInt.asUintN(size * 8, number);
        const type = `uint${size * 8}`;
        expect(read(toHex(le(value, size)), type).value).toBe(Number(value));
        expect(toHex(encoded(new Element('n', type, Number(value))))).toBe(toHex(le(value, size)));
      }),
    );
  });
});
