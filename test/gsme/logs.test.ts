import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { madeUpLitres } from '../../firmware-sim/device/zcl/made-up-gas.ts';
import { numberIn, numbersIn } from '../../firmware-sim/device/zcl/plain.ts';
import type { ZclRecord } from '../../firmware-sim/device/zcl/store.ts';
import { EPOCH_2000, toSeconds2000 } from '../../firmware-sim/kernel/time.ts';
import { partyOf } from '../../lab/premises/credentials.ts';
import { type Ask, alertsIn, ask } from '../device/zcl/own-bench.ts';
import { holds } from '../support/property.ts';
import { DAY, flows, HOUR, type LivingGas, liveTo, livingGas, MIDNIGHT, setVolumes, volumes } from './bench.ts';
import { type From, gasTruth } from './model.ts';

const METERING = 0x0702;
const PREPAYMENT = 0x0705;
const PRICE = 0x0700;
const HALF_HOUR = HOUR / 2;
const NO_DATA = 0xff_ffff;
const FLOW: From<number> = [
  [MIDNIGHT, 12_345],
  [MIDNIGHT + 5 * HOUR + 1234, 0],
  [MIDNIGHT + 17 * HOUR, 7_777],
  [MIDNIGHT + 30 * HOUR + 333, 59_999],
];

/** Thousandths of a cubic metre that the register must have counted between two moments. */
const counted = (flow: From<number>, to: number): number =>
  gasTruth({
    from: MIDNIGHT,
    to,
    flow,
    calorific: [[MIDNIGHT, 395]],
    factor: 102_264,
    tier: () => 1,
    tierPrices: [0, 0, 0, 0],
    blockPrices: [0, 0, 0, 0],
    thresholds: [],
  }).total.floor;

interface Samples {
  readonly start: number;
  readonly values: readonly number[];
}

/** GCS17 from a moment on. */
function profile(gas: LivingGas, from: number, count: number, now = gas.life.livedTo ?? 0): Samples | undefined {
  const fields = { SampleID: 0, EarliestSampleTime: toSeconds2000(from), SampleType: 0, NumberOfSamples: count };
  return samples(ask(gas, 'GCS17', [{ cluster: METERING, command: 8, fields }], now).said[0]?.record);
}

function samples(record: ZclRecord | undefined): Samples | undefined {
  return record && { start: numberIn(record, 'SampleStartTime'), values: numbersIn(record, 'Samples') };
}

const snapshotAsks = (cause: number, slots: number): readonly Ask[] =>
  Array.from({ length: slots }, (_, offset) => ({
    cluster: METERING,
    command: 6,
    fields: { 'Latest End Time': 0xffff_ffff, 'Snapshot Offset': offset, 'Snapshot Cause': cause },
  }));

/** GCS16a or GCS15c: the metering snapshots of a log. */
function snapshots(gas: LivingGas, useCase: 'GCS16a' | 'GCS15c'): readonly ZclRecord[] {
  const asks = useCase === 'GCS16a' ? snapshotAsks(1, 31) : snapshotAsks(2, 12);
  return ask(gas, useCase, asks, gas.life.livedTo ?? 0).said.flatMap(({ record }) => (record ? [record] : []));
}

describe('the profile data log of a gas meter', () => {
  it('has for each half hour what the register grew by, and they add up', () => {
    const gas = livingGas({ load: flows(FLOW), prepare: (store) => store.change(METERING, 0, 0) });
    liveTo(gas, MIDNIGHT + 2 * DAY + 1);
    const { start, values } = profile(gas, MIDNIGHT + HALF_HOUR, 96) ?? { start: 0, values: [] };
    expect(start).toBe(toSeconds2000(MIDNIGHT + HALF_HOUR));
    const ends = Array.from({ length: 97 }, (_, i) => counted(FLOW, MIDNIGHT + i * HALF_HOUR));
    expect(values).toEqual(ends.slice(1).map((end, i) => end - (ends[i] ?? 0)));
    expect(values.reduce((sum, value) => sum + value, 0)).toBe(volumes(gas.store).total);
  });

  it('goes on from a made-up past without a gap, and any range of it is part of the whole', () => {
    const gas = livingGas({ load: flows(FLOW) });
    liveTo(gas, MIDNIGHT + DAY);
    const whole = profile(gas, EPOCH_2000, 0xffff) ?? { start: 0, values: [] };
    expect(whole.values).toHaveLength(19_056);
    expect(whole.start).toBe(toSeconds2000(MIDNIGHT + DAY) - 19_055 * 1800);
    const past = Array.from({ length: 19_056 - 48 }, (_, i) => madeUpLitres(whole.start + i * 1800, 1800));
    expect(whole.values.slice(0, past.length)).toEqual(past);
    expect(whole.values).not.toContain(NO_DATA);
    holds(
      fc.property(fc.integer({ min: 0, max: 19_055 }), fc.integer({ min: 1, max: 200 }), (from, count) => {
        const range = profile(gas, EPOCH_2000 + (whole.start + from * 1800) * 1000, count);
        expect(range).toEqual({ start: whole.start + from * 1800, values: whole.values.slice(from, from + count) });
      }),
      20,
    );
  });

  it('of the past agrees with the daily reads', () => {
    const gas = livingGas();
    const reads = snapshots(gas, 'GCS16a');
    expect(reads).toHaveLength(31);
    for (const [i, read] of reads.entries()) {
      const before = reads[i - 1];
      if (!before) continue;
      const day = profile(gas, EPOCH_2000 + (numberIn(before, 'Snapshot Time') + 1800) * 1000, 48);
      const grown = numberIn(read, 'Current Summation') - numberIn(before, 'Current Summation');
      expect(day?.values.reduce((sum, value) => sum + value, 0)).toBe(grown);
      const tiers = (one: ZclRecord): number => numbersIn(one, 'Tier Summation').reduce((sum, value) => sum + value, 0);
      expect(tiers(read) - tiers(before)).toBe(grown);
    }
    expect(numberIn(reads.at(-1), 'Current Summation')).toBe(volumes(gas.store).total);
  });

  it('counts nothing while the valve is closed, and is the same after the meter was kept', () => {
    const gas = livingGas({ load: flows([[MIDNIGHT, 10_000]]) });
    gas.store.change(METERING, 0x0b15, 0);
    liveTo(gas, MIDNIGHT + 40 * 60_000);
    gas.life.valve.disable('credit', MIDNIGHT + 40 * 60_000, []);
    liveTo(gas, MIDNIGHT + 100 * 60_000);
    gas.life.valve.arm('top-up', MIDNIGHT + 100 * 60_000, []);
    gas.life.valve.enable('local', MIDNIGHT + 100 * 60_000, []);
    liveTo(gas, MIDNIGHT + 2 * HOUR);
    const read = profile(gas, MIDNIGHT + HALF_HOUR, 4);
    expect(read?.values).toEqual([500, 166, 0, 334]);
    const again = livingGas({ load: flows([[MIDNIGHT, 10_000]]) });
    again.device.restore(gas.device.state());
    expect(profile(again, MIDNIGHT + HALF_HOUR, 4)).toEqual(read);
  });

  it('misses what the clock jumps over, has once what ends twice, and nothing while the time is not known', () => {
    const gas = livingGas({
      load: flows([[MIDNIGHT, 10_000]]),
      clock: { offsetMs: 0, status: 'invalid' },
      prepare: (store) => store.setRecords('samples.profile', []),
    });
    liveTo(gas, MIDNIGHT + 2 * HOUR + 600_000);
    expect(profile(gas, EPOCH_2000, 99)).toBeUndefined();
    gas.device.clock = { offsetMs: 0, status: 'reliable' };
    // The first half hour that ends after the clock was set has what was counted since.
    liveTo(gas, MIDNIGHT + 3 * HOUR + 600_000);
    gas.device.clock = { offsetMs: 2 * HOUR, status: 'reliable' };
    liveTo(gas, MIDNIGHT + 4 * HOUR);
    gas.device.clock = { offsetMs: HOUR, status: 'reliable' };
    liveTo(gas, MIDNIGHT + 6 * HOUR);
    const read = profile(gas, EPOCH_2000, 99);
    expect(read?.start).toBe(toSeconds2000(MIDNIGHT + 2.5 * HOUR));
    const missing = [NO_DATA, NO_DATA, NO_DATA, NO_DATA];
    const halves = ['02:30', '03:00', ...missing, '05:30', '06:00', '06:30', '07:00'];
    expect(halves).toHaveLength(read?.values.length ?? 0);
    expect(read?.values).toEqual([334, 500, ...missing, 500, 500, 500, 500]);
  });
});

describe('the daily read log', () => {
  it('has the registers at midnight, and balances in prepayment mode only', () => {
    for (const [control, pairs] of [
      [0x0c94, 31],
      [0x0897, 33],
    ] as const) {
      const gas = livingGas({
        load: flows(FLOW),
        prepare: (store) => {
          setVolumes(store, 0, [0, 0, 0, 0], [0, 0, 0, 0]);
          store.change(PREPAYMENT, 0, control);
          store.change(PREPAYMENT, 1, 100_000_000);
          store.setRecords('prepaySnapshots.daily', []);
        },
      });
      liveTo(gas, MIDNIGHT + 2 * DAY, [MIDNIGHT + DAY]);
      const [first, second] = snapshots(gas, 'GCS16a').slice(-2);
      expect([first, second].map((one) => numberIn(one, 'Snapshot Time'))).toEqual(
        [1, 2].map((day) => toSeconds2000(MIDNIGHT + day * DAY)),
      );
      expect([first, second].map((one) => numberIn(one, 'Current Summation'))).toEqual(
        [1, 2].map((day) => counted(FLOW, MIDNIGHT + day * DAY)),
      );
      expect(numbersIn(first, 'Tier Summation')).toEqual([counted(FLOW, MIDNIGHT + DAY), 0, 0, 0]);
      expect(gas.store.records('prepaySnapshots.daily')).toHaveLength(pairs - 31);
    }
  });

  it('keeps 31 entries', () => {
    const gas = livingGas({ load: flows(FLOW) });
    liveTo(gas, MIDNIGHT + 40 * DAY);
    const reads = snapshots(gas, 'GCS16a');
    expect(reads.map((one) => numberIn(one, 'Snapshot Time'))).toEqual(
      Array.from({ length: 31 }, (_, i) => toSeconds2000(MIDNIGHT + (10 + i) * DAY)),
    );
  });
});

describe('the billing calendar', () => {
  /** GCS25: periods from a start on. */
  const publish = (gas: LivingGas, start: number, duration: number, type: number, now = MIDNIGHT): void => {
    liveTo(gas, now);
    const fields = {
      'Billing Period Start Time': start,
      'Billing Period Duration': duration,
      'Billing Period Duration Type': type,
    };
    ask(gas, 'GCS25', [{ cluster: PRICE, command: 9, fields }], now);
    gas.life.settle(now, []);
  };

  /** When billing snapshots are taken from now until a moment. */
  const ends = (gas: LivingGas, to: number): readonly string[] => {
    const before = gas.store.records('snapshots.billing').length;
    const alerts = alertsIn(liveTo(gas, to));
    const taken = snapshots(gas, 'GCS15c').slice(before);
    expect(alerts.map(({ header }) => header.messageCode)).toEqual(taken.map(() => 0x8b));
    return taken.map((one) => new Date(EPOCH_2000 + numberIn(one, 'Snapshot Time') * 1000).toISOString().slice(0, 16));
  };

  it.each([
    ['days', 7, 0x21, ['2015-01-10T09:00', '2015-01-17T09:00', '2015-01-24T09:00']],
    ['weeks', 2, 0x22, ['2015-01-10T09:00', '2015-01-24T09:00']],
    ['months', 1, 0x23, ['2015-01-10T09:00']],
  ] as const)('counts %s from its start, which is the first of them', (_, duration, type, expected) => {
    const gas = livingGas();
    publish(gas, toSeconds2000(Date.UTC(2015, 0, 10, 9)), duration, type);
    expect(ends(gas, Date.UTC(2015, 0, 30))).toEqual(expected);
  });

  it('with months keeps the day, or takes the last of a month without it, over leap years', () => {
    const gas = livingGas({ prepare: (store) => store.setRecords('snapshots.billing', [{}, {}]) });
    publish(gas, toSeconds2000(Date.UTC(2015, 11, 31)), 1, 0x23);
    expect(ends(gas, Date.UTC(2016, 4, 1))).toEqual(
      ['2015-12-31', '2016-01-31', '2016-02-29', '2016-03-31', '2016-04-30'].map((day) => `${day}T00:00`),
    );
  });

  it('that starts at once or in the past goes on from there', () => {
    const gas = livingGas();
    publish(gas, 0, 1, 0x21, MIDNIGHT + 5 * HOUR);
    expect(ends(gas, MIDNIGHT + 2 * DAY)).toEqual(['2015-01-02T05:00']);
    publish(gas, toSeconds2000(Date.UTC(2014, 5, 2)), 3, 0x23, MIDNIGHT + 2 * DAY);
    expect(ends(gas, Date.UTC(2015, 5, 3))).toEqual(['2015-03-02T00:00', '2015-06-02T00:00']);
  });

  it('ends the block period too: what was used is in the snapshot, and counters begin again', () => {
    const gas = livingGas({
      load: flows([[MIDNIGHT, 10_000]]),
      prepare: (store) => {
        setVolumes(store, 0, [0, 0, 0, 0], [0, 0, 0, 0]);
        store.setRecords('tariff.information', [{ 'Tariff Type / Charging Scheme': 0x10 }]);
      },
    });
    publish(gas, toSeconds2000(MIDNIGHT + DAY), 1, 0x21);
    liveTo(gas, MIDNIGHT + DAY + HOUR);
    const [taken] = snapshots(gas, 'GCS15c').slice(-1);
    const blocks = numbersIn(taken, 'Tier Block Summation');
    // 100 kWh are 8.912 m³ at 39.5 MJ/m³ and 1.02264; the third block ends at 300 kWh.
    expect(blocks.slice(0, 4)).toEqual([8_912, 8_912, 6_175, 0]);
    expect(blocks.slice(0, 3).reduce((sum, one) => sum + one, 0)).toBe(24_000 - 1);
    expect(volumes(gas.store)).toEqual({ total: 25_000, tiers: [0, 0, 0, 0], blocks: [1_000, 0, 0, 0] });
    expect(gas.life.registers.price(MIDNIGHT + DAY + HOUR).value).toBe(10_600);
  });
});

describe('the log of changes', () => {
  const changes = ({ store }: LivingGas): readonly unknown[] =>
    store
      .records('snapshots.change')
      .slice(2)
      .map((one) => [one['Snapshot Time'], one['Snapshot Cause'], one['Current Summation']]);

  it('has the registers from before a tariff that takes effect at a time, and what follows counts by the new one', () => {
    const gas = livingGas({
      load: flows([[MIDNIGHT, 10_000]]),
      prepare: (store) => {
        setVolumes(store, 0, [0, 0, 0, 0], [0, 0, 0, 0]);
        store.setRecords('billing.period', []);
      },
    });
    const start = toSeconds2000(MIDNIGHT + 7 * HOUR);
    const thresholds = { 'Tier / Number of Block Thresholds': 3, 'Block Threshold': [20_000, 30_000, 40_000] };
    const prices = [0, 1, 2, 3].map((block) => ({ 'Tier / Block ID': block, Price: 1_000 * (block + 1) }));
    const divisor = { 'Block Threshold Multiplier': 1, 'Block Threshold Divisor': 1000, 'Price Trailing Digit': 0x50 };
    ask(
      gas,
      'GCS01a',
      [
        { cluster: 0x0707, command: 0, fields: { 'Issuer Calendar ID': 9, 'Start Time': start } },
        { cluster: PRICE, command: 4, fields: { 'Start Time': start, 'Tariff Type / Charging Scheme': 0x10, ...divisor } },
        { cluster: PRICE, command: 5, fields: { 'Start Time': start, 'Price Matrix Entry': prices } },
        { cluster: PRICE, command: 6, fields: { 'Start Time': start, ...thresholds } },
      ],
      MIDNIGHT,
    );
    const alerts = alertsIn(liveTo(gas, MIDNIGHT + 10 * HOUR));
    expect(alerts.map(({ payload }) => payload.kind === 'gbz-alert' && payload.alertCode)).toEqual([
      0x8f66, 0x8f66, 0x8f66, 0x8f66,
    ]);
    expect(changes(gas)).toEqual([[start, 0x08, 7_000]]);
    // 20 kWh are 1.782 m³: the first block ends there, the second after another 10 kWh.
    expect(volumes(gas.store)).toEqual({ total: 10_000, tiers: [7_000, 0, 0, 0], blocks: [1_782, 891, 326, 0] });
    const costs = gas.charged.map(({ price }) => price.value);
    expect([...new Set(costs)]).toEqual([9_600, 1_000, 2_000, 3_000]);
  });

  it('has an entry when another supplier takes the meter over', () => {
    const gas = livingGas({ load: flows([[MIDNIGHT, 10_000]]), prepare: (store) => store.change(METERING, 0, 0) });
    liveTo(gas, MIDNIGHT + HOUR);
    const { anchors } = gas.device;
    gas.life.settle(MIDNIGHT + HOUR, []);
    expect(changes(gas)).toEqual([]);
    const other = partyOf('networkOperator');
    anchors.cells = anchors.cells.map((cell) => (cell.role === 'supplier' ? { ...cell, party: other } : cell));
    for (let i = 0; i < 2; i++) gas.life.settle(MIDNIGHT + HOUR, []);
    expect(changes(gas)).toEqual([[toSeconds2000(MIDNIGHT + HOUR), 0x2000, 1_000]]);
  });
});

describe('the network data log', () => {
  const start = (gas: LivingGas, at: number, now: number): void => {
    const fields = { 'StartSampling Time': at, 'SampleRequest Interval': 360, 'MaxNumber of Samples': 41 };
    liveTo(gas, now);
    ask(gas, 'GCS31', [{ cluster: METERING, command: 7, fields }], now);
    gas.life.settle(now, []);
  };
  const read = (gas: LivingGas): Samples | undefined => {
    const fields = { SampleID: 2, EarliestSampleTime: 1, SampleType: 0, NumberOfSamples: 41 };
    return samples(ask(gas, 'GCS18', [{ cluster: METERING, command: 8, fields }], gas.life.livedTo ?? 0).said[0]?.record);
  };
  const every = 360_000;

  it('has 41 samples six minutes apart from its start on, of the volume before each', () => {
    const gas = livingGas({ load: flows(FLOW), prepare: (store) => store.change(METERING, 0, 0) });
    const began = MIDNIGHT + 3 * HOUR + 17_000;
    start(gas, 0, began);
    liveTo(gas, began + DAY);
    const ends = Array.from({ length: 42 }, (_, i) => counted(FLOW, began + (i - 1) * every));
    expect(read(gas)).toEqual({ start: toSeconds2000(began), values: ends.slice(1).map((end, i) => end - (ends[i] ?? 0)) });
  });

  it('can be started for later, shows what there is, and begins afresh with another start', () => {
    const gas = livingGas({ load: flows(FLOW), prepare: (store) => store.change(METERING, 0, 0) });
    const began = MIDNIGHT + 2 * HOUR;
    start(gas, toSeconds2000(began), MIDNIGHT + HOUR);
    expect(read(gas)).toBeUndefined();
    liveTo(gas, began + 3 * every);
    expect(read(gas)?.values).toHaveLength(4);
    start(gas, 0, began + 10 * every);
    liveTo(gas, began + 11 * every);
    const [from, middle, to] = [9, 10, 11].map((i) => counted(FLOW, began + i * every)) as [number, number, number];
    expect(read(gas)).toEqual({ start: toSeconds2000(began + 10 * every), values: [middle - from, to - middle] });
  });
});
