import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeAxdr } from '../../../firmware-sim/codec/axdr.ts';
import { encodeAxdr } from '../../../firmware-sim/codec/axdr-write.ts';
import type { Element } from '../../../firmware-sim/codec/element.ts';
import { cosemDefaults } from '../../../firmware-sim/device/cosem/defaults.ts';
import { attributeOf } from '../../../firmware-sim/device/cosem/key.ts';
import { CosemStore } from '../../../firmware-sim/device/cosem/store.ts';
import { build, fits, type Plain } from '../../../firmware-sim/device/cosem/value.ts';
import type { ValueType } from '../../../firmware-sim/dictionary/value-type.ts';
import { dlms, encodeAccessRequest } from '../../../firmware-sim/gbcs/dlms-apdu.ts';
import { ByteReader } from '../../../firmware-sim/kernel/byte-reader.ts';
import { ByteWriter } from '../../../firmware-sim/kernel/byte-writer.ts';
import { NO_BYTES, toHex } from '../../../firmware-sim/kernel/bytes.ts';
import { holds } from '../../support/property.ts';
import { command, esmeDevice, NOW, sent } from '../bench.ts';
import { itemOf, plainOf } from './calls.ts';

const esme = (state = {}): CosemStore => new CosemStore('ESME', cosemDefaults('ESME'), state);

const octetsOf = (element: Element): string => {
  const writer = new ByteWriter(64);
  encodeAxdr(writer, element);
  return toHex(writer.finish());
};

const INTEGERS: Readonly<Record<string, fc.Arbitrary<number | bigint>>> = {
  integer: fc.integer({ min: -128, max: 127 }),
  long: fc.integer({ min: -32_768, max: 32_767 }),
  'double-long': fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  unsigned: fc.integer({ min: 0, max: 255 }),
  enum: fc.integer({ min: 0, max: 255 }),
  'long-unsigned': fc.integer({ min: 0, max: 65_535 }),
  'double-long-unsigned': fc.integer({ min: 0, max: 2 ** 32 - 1 }),
};

const hexOf = (octets: number): fc.Arbitrary<string> => fc.uint8Array({ minLength: octets, maxLength: octets }).map(toHex);

/** Values in plain form that a type can have. */
function plainFor(type: ValueType): fc.Arbitrary<Plain> {
  if (typeof type === 'object') {
    if ('octets' in type) return hexOf(type.octets);
    if ('bits' in type) return fc.string({ unit: fc.constantFrom('0', '1'), minLength: type.bits, maxLength: type.bits });
    if ('structure' in type) return fc.tuple(...type.structure.map(plainFor));
    if ('optional' in type) return plainFor(type.optional);
    if ('either' in type) return plainFor(type.either[0] ?? 'null-data');
    const [item, minLength, most] =
      'rows' in type ? [type.rows, 0, type.max] : [type.array, type.count ?? 0, type.count ?? type.max];
    return fc.array(plainFor(item), { minLength, maxLength: Math.max(minLength, Math.min(most ?? 4, 4)) });
  }
  const integer = INTEGERS[type];
  if (integer) return integer;
  if (type === 'boolean') return fc.boolean();
  if (type === 'octet-string') return fc.nat(8).chain(hexOf);
  if (type === 'bit-string') return fc.string({ unit: fc.constantFrom('0', '1'), maxLength: 16 });
  return fc.string({ unit: fc.constantFrom('a', 'b', ' ', '{', '"'), maxLength: 8 });
}

const keys = [...cosemDefaults('ESME').keys()];
const keyAndValue = fc.constantFrom(...keys).chain((key) => {
  const type = attributeOf(key)?.type ?? 'null-data';
  return plainFor(type).map((plain) => ({ key, type, plain }));
});

const made = ({ key, type, plain }: { key: string; type: ValueType; plain: Plain }): Element =>
  build(type, plain, { layout: attributeOf(key)?.layout, path: key, elements: 'twin' });

describe('the store of COSEM values', () => {
  it('keeps nothing for a device that is as it comes', () => {
    expect(esme().snapshot()).toEqual({});
    expect(cosemDefaults('ESME')).toBe(cosemDefaults('ESME'));
    expect(keys.length).toBeGreaterThan(250);
  });

  it('changes one device and not the others', () => {
    const [one, other] = [esme(), esme()];
    one.set('1/0-0:94.44.0.1/2', dlms('long-unsigned', 7));
    expect([plainOf(one.get('1/0-0:94.44.0.1/2')), plainOf(other.get('1/0-0:94.44.0.1/2'))]).toEqual([7, 0]);
    one.forget('1/0-0:94.44.0.1/2');
    expect([plainOf(one.get('1/0-0:94.44.0.1/2')), one.snapshot()]).toEqual([0, {}]);
  });

  it('keeps no memory of the message a value came in', () => {
    const device = esmeDevice();
    const key = '1/0-0:94.44.34.11/2';
    const items = [itemOf({ operation: 'set', key, data: '0102' })];
    const payload = encodeAccessRequest({ kind: 'dlms-access-request', invokeId: 0x20000001, dateTime: NO_BYTES, items });
    const message = command({ payload, messageCode: 0x004c });
    expect(sent(device.receive(message, NOW))).toHaveLength(1);
    message.fill(9);
    expect(plainOf(device.cosem?.get(key))).toBe('0102');
  });

  it('refuses a state that holds no values', () => {
    expect(() => esme({ '1/0-0:94.44.0.1/2': '12' })).toThrow('1/0-0:94.44.0.1/2');
    expect(() => esme({ '1/0-0:94.44.0.1/2': '120001ff' })).toThrow('1/0-0:94.44.0.1/2');
  });

  it('hands out its state as texts and takes it back: store, load, store is identical', () => {
    holds(
      fc.property(fc.array(keyAndValue, { maxLength: 8 }), (values) => {
        const store = esme();
        for (const value of values) store.set(value.key, made(value));
        const state = store.snapshot();
        const again = esme(JSON.parse(JSON.stringify(state)));
        expect(JSON.stringify(again.snapshot())).toBe(JSON.stringify(state));
        for (const { key } of values) expect(plainOf(again.get(key))).toEqual(plainOf(store.get(key)));
      }),
    );
  });

  it('reads back what it was given, fields of a collection included', () => {
    holds(
      fc.property(keyAndValue, (value) => {
        const store = esme();
        store.set(value.key, made(value));
        expect(plainOf(store.get(value.key))).toEqual(plainOf(made(value)));
      }),
    );
    const store = esme();
    store.set('113/0-0:19.20.2.255/2', dlms('double-long', 42));
    expect(plainOf(store.get('1/0-0:94.44.34.30/2'))).toEqual([80_000, 500_000, 0, 0, 42, 0]);
  });
});

describe('values of declared types', () => {
  it('what is built fits its type, encodes and decodes to the same', () => {
    holds(
      fc.property(keyAndValue, (value) => {
        const element = made(value);
        expect(fits(value.type, element)).toBe(true);
        const octets = octetsOf(element);
        const writer = new ByteWriter(64);
        encodeAxdr(writer, element);
        expect(octetsOf(decodeAxdr(new ByteReader(writer.finish()), attributeOf(value.key)?.layout, value.key))).toBe(octets);
      }),
    );
  });

  it('what has another tag, size or number of items does not fit', () => {
    const number = dlms('unsigned', 1);
    const pair = dlms('structure', [number, number]);
    expect(fits('long-unsigned', number)).toBe(false);
    expect(fits({ octets: 2 }, dlms('octet-string', new Uint8Array(3)))).toBe(false);
    expect(fits({ bits: 8 }, build({ bits: 7 }, '1010101', { layout: undefined, path: '', elements: 'twin' }))).toBe(false);
    expect(fits({ structure: ['unsigned'] }, pair)).toBe(false);
    expect(fits({ structure: ['unsigned', { optional: 'unsigned' }, 'unsigned'] }, pair)).toBe(true);
    expect(fits({ array: 'unsigned', max: 1 }, dlms('array', [number, number]))).toBe(false);
    expect(fits({ array: 'unsigned', count: 3 }, dlms('array', [number, number]))).toBe(false);
    expect(fits({ either: [{ octets: 12 }, 'unsigned'] }, number)).toBe(true);
  });

  it('every default has the type that the dictionary declares', () => {
    const wrong = (['ESME', 'CHF', 'SAPC'] as const).flatMap((type) =>
      [...cosemDefaults(type)].filter(([key, value]) => {
        const declared = attributeOf(key)?.type;
        return declared !== undefined && !fits(declared, value);
      }),
    );
    expect(wrong).toEqual([]);
  });
});
