import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logSourceOf } from '../../firmware-sim/device/cosem/log-source.ts';
import { packLog, readLog } from '../../firmware-sim/device/cosem/logs.ts';
import { packedBuffer, type Row, rowFormOf } from '../../firmware-sim/device/cosem/row-form.ts';
import type { Device } from '../../firmware-sim/device/device.ts';
import type { ElectricityLoad } from '../../firmware-sim/device/metering/load.ts';
import { toSeconds2000 } from '../../firmware-sim/kernel/time.ts';
import { halfHourlyLoad } from '../../lab/loads/half-hours.ts';
import { household } from '../../lab/loads/household.ts';
import { encodeState } from '../../lab/state/cbor.ts';
import { NOW } from '../device/bench.ts';
import { plainOf } from '../device/cosem/calls.ts';
import { holds } from '../support/property.ts';
import { type Changes, Living, variant } from './living.ts';
import { type PlainEvent, type PlainRow, plainHalfHours } from './plain-half-hours.ts';

const HOUR = 3_600;
const DAY = 24 * HOUR;
const START = toSeconds2000(NOW);

const IMPORT = '7/0-0:99.1.0.255/2';
const LOGS: Readonly<Record<string, readonly number[]>> = {
  [IMPORT]: [1, 2],
  '7/0-0:99.1.1.255/2': [3, 4],
  '7/0-0:99.1.2.255/2': [5],
};

const read = (device: Device, now: number, key: string, range?: { from: number; to: number }) => {
  const store = device.cosem;
  return store && packLog(logSourceOf(device, store, device.localTime(now)), key, range);
};

/** Rows as people read them. */
const rowsOf = (home: Living, key: string, from = START): number[][] => {
  const store = home.device.cosem;
  const log =
    store && readLog(logSourceOf(home.device, store, home.device.localTime(home.now)), key, { from: from + 1, to: 0xffffffff });
  return plainOf(log) as number[][];
};

/** What is read of a log must be, octet for octet, what these rows are as a buffer. */
function expectOctets(home: Living, key: string, rows: readonly PlainRow[], range: { from: number; to: number }): void {
  const { device } = home;
  const columns = LOGS[key] ?? [];
  const twin = device.cosem?.get('1/0-0:94.44.34.10/2')?.children.length === 5;
  const shown = key === IMPORT && !twin ? columns.slice(0, 1) : columns;
  const wanted = rows
    .filter(([time]) => time >= range.from && time <= range.to)
    .map((row): Row => [row[0], ...shown.map((column) => row[column] ?? 0)]);
  const form = device.cosem?.form(key);
  if (!form?.extras?.of) throw new TypeError('a log');
  const expected = packedBuffer(form, rowFormOf(form.extras.of), wanted).extras?.raw;
  expect([key, read(device, home.now, key, range)?.extras?.raw]).toEqual([key, expected]);
}

const CREDIT_MODE = { '111/0-0:19.0.0.255/2': [1, 2] };

/** Nobody but the test sets its clock. */
const parameters = { clockCheckHours: 24 * 3_650 };

const home = (changes: Changes, name = 'twin-element', setup = {}): Living =>
  new Living(changes, { ...variant(name), parameters, ...setup }, CREDIT_MODE);

/** Lives through changes and events; the plain log does the same. */
function lives(living: Living, changes: Changes, events: readonly PlainEvent[], until: number): readonly PlainRow[] {
  for (const { at, supply, clock } of events) {
    living.until(at);
    if (supply !== undefined) {
      const [useCase, selector] = supply ? ['ECS42', 51] : ['ECS43', 52];
      living.command(useCase, [{ operation: 'action', key: '9/0-0:10.0.106.255/1', data: selector }]);
    }
    if (clock) living.device.clock = { offsetMs: clock.aheadMs, status: clock.known ? 'reliable' : 'invalid' };
  }
  living.until(until);
  return plainHalfHours(changes, events, until);
}

const DAYS = 40;
const END = DAYS * DAY;
const watts = fc.integer({ min: 0, max: 9_000 });
const flow = fc.record({ importWatts: watts, secondaryWatts: watts, exportWatts: watts, importVars: watts, exportVars: watts });
const second = fc.integer({ min: 1, max: END - HOUR });
const outage = fc.record({ at: second, seconds: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 2 * DAY })) });

/** Loads that change, with outages laid over them; in the last hour there is mains. */
function changesOf(
  loads: readonly (readonly [number, Partial<ElectricityLoad>])[],
  outages: readonly { at: number; seconds: number }[],
): Changes {
  const dark = (at: number) => outages.some((one) => at >= one.at && at < Math.min(one.at + one.seconds, END - HOUR));
  const sorted = [[0, {}] as const, ...loads].sort(([a], [b]) => a - b);
  const moments = [
    ...sorted.map(([at]) => at),
    ...outages.flatMap(({ at, seconds }) => [at, Math.min(at + seconds, END - HOUR)]),
  ];
  return [...new Set(moments)]
    .sort((a, b) => a - b)
    .map((at) => [at, { ...sorted.findLast(([from]) => from <= at)?.[1], volts: [dark(at) ? 0 : 230] }] as const);
}

/** Times at which the meter has power, so that it can be told something. */
const events = fc.array(
  fc.oneof(
    fc.record({ at: second, supply: fc.boolean() }),
    fc.record({
      at: second,
      clock: fc.record({
        aheadMs: fc.oneof(fc.integer({ min: -20_000, max: 20_000 }), fc.integer({ min: -DAY * 1000, max: DAY * 1000 })),
        known: fc.boolean(),
      }),
    }),
  ),
  { maxLength: 12 },
);

describe('half hours', () => {
  it('are those of a log that was kept row by row, whatever happens to load, mains, supply and clock', () => {
    holds(
      fc.property(
        fc.array(fc.tuple(second, flow), { maxLength: 150 }),
        fc.array(outage, { maxLength: 6 }),
        events,
        (loads, outages, list) => {
          const changes = changesOf(loads, outages);
          const inTheDark = (at: number) => outages.some((one) => at >= one.at - 1 && at <= one.at + one.seconds + 1);
          const told = list.filter(({ at }) => !inTheDark(at)).sort((a, b) => a.at - b.at);
          const living = home(changes);
          const rows = lives(living, changes, told, END);
          for (const key of Object.keys(LOGS)) {
            expectOctets(living, key, rows, { from: START + 1, to: 0xffff_ffff });
            expectOctets(living, key, rows, { from: START + 7 * DAY, to: START + 9 * DAY + 1 });
          }
        },
      ),
      5,
    );
  });

  const steady: Changes = [[0, { importWatts: 1_000, secondaryWatts: 500, exportWatts: 200, volts: [230] }]];

  it('without power are a gap, the one in which power goes is there once it is back', () => {
    const living = home([...steady, [2 * HOUR + 600, { volts: [0] }], [4 * HOUR + 1_200, steady[0]?.[1] ?? {}]]);
    living.until(4 * HOUR);
    expect(rowsOf(living, IMPORT).map(([time = 0]) => time - START)).toEqual([1, 2, 3, 4].map((i) => i * 1_800));
    const rows = rowsOf(living.until(5 * HOUR), IMPORT).map(([time = 0, ...wh]) => [time - START, ...wh]);
    expect(rows.slice(4)).toEqual([
      [5 * 1_800, 166, 83],
      [9 * 1_800, 167, 83],
      [10 * 1_800, 500, 250],
    ]);
    const sums = [1, 2].map((column) => rows.reduce((sum, row) => sum + (row[column] ?? 0), 0));
    expect(living.held('1/0-0:94.44.34.10/2')).toMatchObject([
      10_300_000 + (sums[0] ?? 0),
      [0, 30],
      420_000,
      [0, 32],
      1_400_000 + (sums[1] ?? 0),
    ]);
  });

  it('that are interrupted are a gap too where the profile says so', () => {
    const changes: Changes = [...steady, [2 * HOUR + 600, { volts: [0] }], [4 * HOUR + 1_200, steady[0]?.[1] ?? {}]];
    const living = home(changes, 'twin-element', { parameters: { ...parameters, interruptedHalfHours: false } }).until(5 * HOUR);
    expect(rowsOf(living, IMPORT).map(([time = 0]) => (time - START) / 1_800)).toEqual([1, 2, 3, 4, 9, 10]);
  });

  it('that the clock jumps over are not made, what was counted in them goes into the next', () => {
    const living = home(steady).until(2 * HOUR + 600);
    living.device.clock = { offsetMs: 45 * 60_000, status: 'reliable' };
    const times = rowsOf(living.until(3 * HOUR), IMPORT).map(([time = 0, wh = 0]) => [time - START, wh]);
    expect(times.slice(4)).toEqual([
      [3 * HOUR, 250],
      [3.5 * HOUR, 500],
    ]);
  });

  it('that end twice are logged once', () => {
    const living = home(steady).until(2 * HOUR + 600);
    living.device.clock = { offsetMs: -20 * 60_000, status: 'reliable' };
    const rows = rowsOf(living.until(4 * HOUR), IMPORT).map(([time = 0, wh = 0]) => [time - START, wh]);
    expect(rows.slice(3)).toEqual([
      [2 * HOUR, 500],
      [2.5 * HOUR, 833],
      [3 * HOUR, 500],
      [3.5 * HOUR, 500],
    ]);
  });

  it('go on where a clock that was wrong by months is put right, before the meter was made if need be', () => {
    const living = home(steady).until(2 * HOUR);
    living.device.clock = { offsetMs: 100 * DAY * 1000, status: 'reliable' };
    living.until(3 * HOUR);
    living.device.clock = { offsetMs: -10 * DAY * 1000, status: 'reliable' };
    living.until(4 * HOUR);
    const times = rowsOf(living, IMPORT, START - 11 * DAY).map(([time = 0]) => (time - START) / 1_800);
    const past = Array.from({ length: 48 + 6 }, (_, i) => -11 * 48 + i + 1);
    const ahead = [4 + 1, 4 + 2].map((i) => 100 * 48 + i);
    expect(times).toEqual([...past, 1, 2, 3, 4, ...ahead, -10 * 48 + 7, -10 * 48 + 8]);
    const all = rowsOf(living, IMPORT, 0).map(([time]) => time);
    expect(new Set(all).size).toBe(all.length);
  });

  it('begin when the time is known: nothing of what was counted before is in them', () => {
    const living = home(steady, 'twin-element', { clock: { offsetMs: 0, status: 'invalid' } }).until(2 * HOUR + 600);
    expect(rowsOf(living, IMPORT, 0)).toEqual([]);
    living.device.clock = { offsetMs: 0, status: 'reliable' };
    const rows = rowsOf(living.until(3 * HOUR), IMPORT, 0).map(([time = 0, wh = 0]) => [time - START, wh]);
    expect(rows).toEqual([
      [2.5 * HOUR, 334],
      [3 * HOUR, 500],
    ]);
  });

  it('shift by nothing when summer time begins and ends', () => {
    const march = Date.UTC(2030, 2, 31) - NOW;
    const living = home(steady).until(march / 1000 + 3 * DAY);
    const rows = rowsOf(living, IMPORT, START + march / 1000 - DAY);
    expect(rows.every(([time, wh], i) => wh === 500 && time === START + march / 1000 - DAY + (i + 1) * 1_800)).toBe(true);
    expect(rows).toHaveLength(4 * 48);
  });

  it('of thirteen months take next to nothing, and are the same after a restart', () => {
    const load = halfHourlyLoad(household('thirteen months'));
    const setup = { ...variant('single-element'), parameters };
    const living = new Living([], setup, CREDIT_MODE);
    living.life.load.replace(load, NOW - 1);
    living.until(400 * DAY);
    const state = living.device.state();
    const { organs } = state.life ?? {};
    const kept = encodeState({ halfHours: organs?.['half-hours'] ?? 0, voltages: organs?.['voltage-logs'] ?? 0 });
    expect(kept.length).toBeLessThan(2_000);
    const again = new Living([], { ...setup, state });
    again.life.load.replace(load, NOW - 1);
    again.now = living.now;
    for (const key of [...Object.keys(LOGS), '7/0-0:99.1.3.255/2', '7/1-0:32.24.0.255/2']) {
      const [before, after] = [living, again].map((one) => read(one.device, one.now, key)?.extras?.raw);
      expect([key, after]).toEqual([key, before]);
    }
    const rows = rowsOf(living, IMPORT, 0);
    expect([rows.length, rows.at(-1)?.[0]]).toEqual([19_056, START + 400 * DAY]);
    expect(
      rows.every(
        ([time = 0, wh], i) =>
          i === 0 ||
          (time - (rows[i - 1]?.[0] ?? 0) === 1_800 && wh === load.at((time - START) * 1000 + NOW - 1).value.importWatts / 2),
      ),
    ).toBe(true);
  });
});

describe('daily consumption', () => {
  const DAILY = '7/0-0:99.1.3.255/2';

  it('is the sum of the half hours of each day that is over, the first one with the made-up past', () => {
    const living = home([[0, { importWatts: 1_000, secondaryWatts: 100 }]]).until(20 * DAY);
    const halves = rowsOf(living, IMPORT, 0);
    const days = rowsOf(living, DAILY, 0);
    expect([days.length, days.at(-1)?.[0]]).toEqual([731, START + 20 * DAY - 9 * HOUR]);
    for (const [day = 0, wh] of days.slice(-40)) {
      const sum = halves
        .filter(([time = 0]) => time > day - DAY && time <= day)
        .reduce((total, [, a = 0, b = 0]) => total + a + b, 0);
      expect([day, wh]).toEqual([day, sum]);
    }
    expect(days.at(-2)?.[1]).toBe(26_400);
  });

  it('is of the primary element alone where the profile says so', () => {
    const changes: Changes = [[0, { importWatts: 1_000, secondaryWatts: 100 }]];
    const living = home(changes, 'twin-element', { parameters: { ...parameters, dailyConsumptionSecondary: false } }).until(
      4 * DAY,
    );
    const halves = rowsOf(living, IMPORT, 0);
    for (const [day = 0, wh] of rowsOf(living, DAILY, 0).slice(-10)) {
      const primary = halves.filter(([time = 0]) => time > day - DAY && time <= day).reduce((total, [, a = 0]) => total + a, 0);
      expect([day, wh]).toEqual([day, primary]);
    }
  });

  it('is not there for a day without power, and less for one of which a part is missing', () => {
    const midnight = 15 * HOUR;
    const living = home([
      [0, { importWatts: 1_000 }],
      [midnight + 12 * HOUR, { volts: [0] }],
      [midnight + 3 * DAY - HOUR, { importWatts: 1_000 }],
    ]).until(midnight + 4 * DAY);
    const days = rowsOf(living, DAILY).map(([time = 0, wh]) => [(time - START - midnight) / DAY, wh]);
    expect(days.slice(1)).toEqual([
      [1, 12_000],
      [3, 1_000],
      [4, 24_000],
    ]);
  });
});

describe('average voltage', () => {
  it('is read like rows that were kept', () => {
    const changes: Changes = Array.from({ length: 500 }, (_, i) => [i * 777, { volts: [200 + ((i * 37) % 60)] }] as const);
    const living = home(changes, 'single-element').until(5 * DAY);
    const rows = rowsOf(living, '7/1-0:32.24.0.255/2').map(([time = 0, volts]) => [time - START, volts]);
    const at = (second: number) => changes.findLast(([from]) => from <= second)?.[1].volts?.[0] ?? 230;
    const mean = (end: number) => Array.from({ length: 1_800 }, (_, i) => at(end - 1_800 + i)).reduce((a, b) => a + b) / 1_800;
    expect(rows).toEqual(Array.from({ length: 240 }, (_, i) => [(i + 1) * 1_800, Math.round(mean((i + 1) * 1_800))]));
  });
});
