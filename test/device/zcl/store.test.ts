import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gasDefaults } from '../../../firmware-sim/device/zcl/defaults.ts';
import { elementsOf, isWhole, recordOf } from '../../../firmware-sim/device/zcl/plain.ts';
import { type ZclAttribute, type ZclRecord, type ZclState, ZclStore } from '../../../firmware-sim/device/zcl/store.ts';
import { zclUseCases } from '../../../firmware-sim/device/zcl/use-cases.ts';
import { ZCL_COMMANDS } from '../../../firmware-sim/dictionary/data/zcl-commands.ts';
import { CATALOGUE } from '../../../firmware-sim/gbcs/catalogue.ts';
import { decodeZclFields, encodeZclFields } from '../../../firmware-sim/gbcs/gbz.ts';
import { toHex } from '../../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault } from '../../../firmware-sim/kernel/errors.ts';
import { holds } from '../../support/property.ts';
import { execute, gasMeter, NOON, payloadOf } from './own-bench.ts';

const attribute: fc.Arbitrary<ZclAttribute> = fc.oneof(
  fc.record({ type: fc.constantFrom('uint32', 'uint48'), value: fc.nat() }),
  fc.record({ type: fc.constant('octstr'), value: fc.uint8Array({ maxLength: 8 }) }),
);
const record: fc.Arbitrary<ZclRecord> = fc.dictionary(
  fc.string({ minLength: 1 }),
  fc.oneof(fc.nat(), fc.uint8Array({ maxLength: 4 })),
);
const names = ['tariff.days', 'log.debts', 'message', 'payment.utrnCounters'] as const;
const state: fc.Arbitrary<ZclState> = fc.record({
  attributes: fc.dictionary(fc.constantFrom('0702/0000', '0705/0001', '0700/0616'), attribute),
  records: fc.dictionary(fc.constantFrom(...names), fc.array(record, { maxLength: 4 })),
});

describe('the store of a gas device', () => {
  it('gives out as plain data what differs, and takes it back', () => {
    holds(
      fc.property(state, state, (first, second) => {
        const store = new ZclStore(gasDefaults(), first);
        expect(store.snapshot()).toEqual(new ZclStore(gasDefaults(), store.snapshot()).snapshot());
        store.restore(second);
        expect(store.snapshot()).toEqual(new ZclStore(gasDefaults(), second).snapshot());
        const again = new ZclStore(gasDefaults());
        again.restore(store.snapshot());
        expect(again.whole()).toEqual(store.whole());
      }),
    );
  });

  it('shares defaults that no device changes', () => {
    const before = JSON.stringify(new ZclStore(gasDefaults()).whole());
    const [one, other] = [new ZclStore(gasDefaults()), new ZclStore(gasDefaults())];
    expect(gasDefaults()).toBe(gasDefaults());
    one.change(0x0705, 0x0001, -7);
    one.setRecords('tariff.days', []);
    expect(other.number(0x0705, 0x0001)).toBe(100_000);
    expect(JSON.stringify(other.whole())).toBe(before);
    expect(Object.keys(one.snapshot().attributes)).toEqual(['0705/0001']);
    expect(Object.keys(one.snapshot().records)).toEqual(['tariff.days']);
  });

  it('has no attribute a device lacks, and changes none', () => {
    const store = new ZclStore({ attributes: {}, records: {} });
    store.change(0x0705, 0x0001, 5);
    expect(store.attribute(0x0705, 0x0001)).toBeUndefined();
    expect(store.snapshot()).toEqual({ attributes: {}, records: {} });
  });
});

describe('plain data of ZCL commands', () => {
  for (const row of ZCL_COMMANDS) {
    const frameControl = row.toClient ? 9 : 1;
    it(`${row.name} ${row.toClient ? 'to client' : 'to server'}: fields to plain data and back`, () => {
      holds(
        fc.property(fc.uint8Array({ minLength: 0, maxLength: 60 }), (octets) => {
          const fields = decodeZclFields(octets, row.cluster, frameControl, row.command);
          if (!isWhole(row.fields, fields)) return;
          const back = encodeZclFields(elementsOf(row.fields, recordOf(fields)));
          expect(toHex(back)).toBe(toHex(encodeZclFields(fields)));
        }),
        50,
      );
    });
  }
});

describe('the use cases of gas devices', () => {
  it('are every GBZ command of the catalogue for the type', () => {
    for (const type of ['GSME', 'GPF'] as const) {
      const wanted = CATALOGUE.filter((row) => row.payload === 'GBZ' && row.command.length > 0 && row.devices.includes(type));
      expect(zclUseCases(type).map(({ name }) => name)).toEqual(wanted.map(({ code }) => code));
    }
    expect(zclUseCases('PPMID')).toEqual([]);
  });

  it('refuse what is no command of theirs, and nothing else is thrown', () => {
    const { device } = gasMeter();
    const useCases = zclUseCases('GSME');
    holds(
      fc.property(fc.nat({ max: useCases.length - 1 }), fc.uint8Array({ maxLength: 80 }), (index, octets) => {
        const useCase = useCases[index]?.name ?? '';
        for (const payload of [octets, Uint8Array.of(1, 9, 1, ...octets)]) {
          try {
            execute(device, useCase, payload, NOON);
          } catch (error) {
            expect(error).toBeInstanceOf(ProtocolFault);
          }
        }
      }),
      300,
    );
  });

  it("refuse another use case's command, a missing last flag and an incomplete one", () => {
    const { device } = gasMeter();
    const good = payloadOf('GCS06', [{ cluster: 0x0705, command: 0, fields: {} }]);
    expect(execute(device, 'GCS06', good, NOON).said).toHaveLength(1);
    expect(() => execute(device, 'GCS32', good, NOON)).toThrow(ProtocolFault);
    expect(() => execute(device, 'GCS06', good.with(3, 0), NOON)).toThrow(ProtocolFault);
    const short = good.slice(0, -1).with(7, good.length - 9);
    expect(() => execute(device, 'GCS06', short, NOON)).toThrow(ProtocolFault);
  });
});
