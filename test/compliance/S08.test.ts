import { describe, expect, it } from 'vitest';
import type { Plain } from '../../firmware-sim/device/cosem/value.ts';
import { NOW } from '../device/bench.ts';
import { Correspondence } from '../esme/correspondence.ts';
import { type Changes, Living } from '../esme/living.ts';
import { dateTime } from '../esme/tariff-commands.ts';

/*
 * MP131 (GBCS 4.x Table 28d as corrected in November 2020): the configurable period of maximum demand applies every day of every year,
 * only its times can be set, and its registers keep the highest half hour until they are reset.
 */

const PERIOD = '10/0-0:12.0.0.255/2';
const ANY_TIME = '4/1-0:1.6.0.255';
const IN_PERIOD = '4/1-0:1.6.1.255';
const EXPORT = '4/1-0:2.6.0.255';
const RESET = '1/0-0:94.44.5';

const ALL_DAYS = 'fe';
const BEGIN = '000001ffff';
const END = 'ffffffffff';
const DEMAND_SCRIPTS = '00000a8064ff';

const entry = (index: number, selector: number, time: string): Plain => [
  index,
  true,
  DEMAND_SCRIPTS,
  selector,
  time,
  0xffff,
  '1111111',
  '',
  BEGIN,
  END,
];
/** 16:00 to 19:00 as the request of SR6.18.1 says it. */
const FOUR_TO_SEVEN: Plain = [entry(1, 1, '10000000'), entry(2, 2, '13000000')];
const SIX_TO_EIGHT: Plain = [entry(1, 1, '06000000'), entry(2, 2, '08000000')];

const NO_DEMAND = Object.fromEntries([ANY_TIME, IN_PERIOD, EXPORT].map((object) => [`${object}/2`, 0]));

const HOUR = 3_600;
const DAY = 24 * HOUR;

interface Day {
  /** Watts in the hour from 16:00, outside the period from 12:00, and from 15:30 to 16:00. */
  readonly inside: number;
  readonly noon: number;
  readonly before: number;
}

/** A meter whose clock begins at a midnight, and days one after the other. */
function meter(midnight: number, days: readonly Day[], values: Readonly<Record<string, Plain>> = {}): Living {
  const changes: Changes = days.flatMap(({ inside, noon, before }, day) => {
    const hours: readonly (readonly [number, number])[] = [
      [12, noon],
      [13, 100],
      [15.5, before],
      [16, inside],
      [17, 100],
    ];
    return hours.map(([hour, importWatts]) => [day * DAY + hour * HOUR, { importWatts, exportWatts: importWatts / 10 }] as const);
  });
  return new Living(changes, { clock: { offsetMs: midnight - NOW, status: 'reliable' } }, { ...NO_DEMAND, ...values });
}

const setPeriod = (networkOperator: Correspondence, period: Plain): readonly number[] =>
  networkOperator.ask('ECS37', [{ operation: 'set', key: PERIOD, data: period }]).codes;

/** Each day draws a little more than the one before, in the period and outside. */
const risingDays = (count: number): Day[] =>
  Array.from({ length: count }, (_, i) => ({ inside: 2_000 + 10 * i, noon: 5_000 + 10 * i, before: 4_000 }));

describe('S08: the configurable period of maximum demand (MP131)', () => {
  const constants = (held: unknown): unknown => (held as unknown[][]).map((row) => [row[6], row[7], row[8], row[9]]);

  it('has its constants from the factory', () => {
    const read = new Correspondence(meter(NOW, [])).read('ECS18b');
    expect(constants(read[PERIOD])).toEqual([
      [ALL_DAYS, '', BEGIN, END],
      [ALL_DAYS, '', BEGIN, END],
    ]);
  });

  it('keeps them, with other times, after SR6.18.1', () => {
    const networkOperator = new Correspondence(meter(NOW, []));
    expect(setPeriod(networkOperator, SIX_TO_EIGHT)).toEqual([0]);
    const read = networkOperator.read('ECS18b')[PERIOD] as unknown[][];
    expect(constants(read)).toEqual([
      [ALL_DAYS, '', BEGIN, END],
      [ALL_DAYS, '', BEGIN, END],
    ]);
    expect(read.map((row) => [row[3], row[4]])).toEqual([
      [1, '06000000'],
      [2, '08000000'],
    ]);
  });

  for (const [name, midnight] of [
    ['a month end', Date.UTC(2030, 3, 27)],
    ['a year end', Date.UTC(2030, 11, 28)],
    ['a leap day', Date.UTC(2032, 1, 26)],
    ['the begin of summer time', Date.UTC(2030, 2, 28)],
    ['the end of summer time', Date.UTC(2030, 9, 24)],
  ] as const) {
    it(`moves its register on all seven days across ${name}, by UTC`, () => {
      const home = meter(midnight, risingDays(7));
      const networkOperator = new Correspondence(home);
      setPeriod(networkOperator, FOUR_TO_SEVEN);
      for (let day = 0; day < 7; day++) {
        home.until(day * DAY + 15 * HOUR + 1_800);
        const earlier = networkOperator.read('ECS18b')[`${IN_PERIOD}/2`];
        expect(earlier).toBe(day === 0 ? 0 : 2_000 + 10 * (day - 1));
        home.until((day + 1) * DAY);
        const read = networkOperator.read('ECS18b');
        expect([read[`${IN_PERIOD}/2`], read[`${IN_PERIOD}/5`]]).toEqual([
          2_000 + 10 * day,
          dateTime(midnight + (day * 24 + 16.5) * HOUR * 1_000),
        ]);
        expect([read[`${ANY_TIME}/2`], read[`${ANY_TIME}/5`]]).toEqual([
          5_000 + 10 * day,
          dateTime(midnight + (day * 24 + 12.5) * HOUR * 1_000),
        ]);
      }
    });
  }

  it('updates nothing outside the period, and nothing below the maximum', () => {
    const days = [
      { inside: 2_000, noon: 9_000, before: 8_000 },
      { inside: 1_999, noon: 9_500, before: 8_000 },
    ];
    const home = meter(Date.UTC(2030, 5, 1), days);
    const networkOperator = new Correspondence(home);
    setPeriod(networkOperator, FOUR_TO_SEVEN);
    const inPeriod = (): unknown[] => {
      const read = networkOperator.read('ECS18b');
      return [read[`${IN_PERIOD}/2`], read[`${IN_PERIOD}/5`]];
    };
    home.until(DAY);
    const first = inPeriod();
    home.until(2 * DAY);
    expect(inPeriod()).toEqual(first);
    expect(first[0]).toBe(2_000);
    expect(networkOperator.read('ECS18b')[`${ANY_TIME}/2`]).toBe(9_500);
  });

  it('keeps its registers until ECS57, which sets them to zero and says when', () => {
    const midnight = Date.UTC(2030, 5, 1);
    const home = meter(midnight, risingDays(1));
    const networkOperator = new Correspondence(home);
    setPeriod(networkOperator, FOUR_TO_SEVEN);
    home.until(20 * DAY);
    const values = (): unknown => {
      const [imports, exports] = [networkOperator.read('ECS18b'), networkOperator.read('ECS18a')];
      return [imports[`${ANY_TIME}/2`], imports[`${IN_PERIOD}/2`], exports[`${EXPORT}/2`]];
    };
    expect(values()).toEqual([5_000, 2_000, 500]);
    setPeriod(networkOperator, SIX_TO_EIGHT);
    expect(values()).toEqual([5_000, 2_000, 500]);
    const objects = [ANY_TIME, IN_PERIOD, EXPORT];
    const reset = networkOperator.ask(
      'ECS57',
      objects.map((object) => ({ operation: 'action', key: `${object}/1`, data: 0 })),
    );
    expect(reset.codes).toEqual([0, 0, 0]);
    expect(values()).toEqual([0, 0, 0]);
    const at = dateTime(midnight + 20 * DAY * 1_000);
    const [imports, exports] = [networkOperator.read('ECS18b'), networkOperator.read('ECS18a')];
    expect([imports[`${RESET}.0/2`], imports[`${RESET}.1/2`], exports[`${RESET}.2/2`]]).toEqual([at, at, at]);
    home.until(21 * DAY);
    expect(values()).toEqual([100, 100, 10]);
  });
});
