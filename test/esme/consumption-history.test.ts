import { describe, expect, it } from 'vitest';
import type { Plain } from '../../firmware-sim/device/cosem/value.ts';
import type { PeriodValue } from '../../firmware-sim/esme/consumption-history.ts';
import { esmeDisplay } from '../../firmware-sim/esme/display.ts';
import { type Millis, toIso } from '../../firmware-sim/kernel/time.ts';
import { NOW } from '../device/bench.ts';
import { type Changes, Living } from './living.ts';

const HOUR = 3_600;
const DAY = 24 * HOUR;

/** Millipence per kWh: by night until seven, by day, and of the secondary element (the tariff of a meter as it comes). */
const [NIGHT, BY_DAY, SECONDARY] = [9_500n, 24_500n, 12_500n];

const QUIET: Readonly<Record<string, Plain>> = Object.fromEntries([32, 52, 72].map((phase) => [`7/1-0:${phase}.24.0.255/4`, 0]));
const parameters = { clockCheckHours: 24 * 3_650, tariffRandomised: false };

/** Hours for which a load stays. */
const STEP = 7;

/** What is drawn in each hour, not the same on any two days. */
function wattsIn(hour: number): readonly [primary: number, secondary: number] {
  const step = Math.floor(hour / STEP);
  return [(step * 7_919) % 2_999, (step * 104_729) % 1_499];
}

function meter(from: Millis, days: number): Living {
  const changes: Changes = Array.from({ length: Math.ceil((days * 24) / STEP) }, (_, step) => {
    const hour = step * STEP;
    const [importWatts, secondaryWatts] = wattsIn(hour);
    return [hour * HOUR, { importWatts, secondaryWatts, volts: [230] }] as const;
  });
  return new Living(changes, { clock: { offsetMs: from - NOW, status: 'reliable' }, parameters }, QUIET);
}

/** Consumption and cost from the start of the meter up to an hour: whole units, the rest cut off. */
function spentUpTo(hours: number): readonly [wattHours: number, millipence: number] {
  let [wh, cost] = [0n, 0n];
  for (let hour = 0; hour < hours; hour++) {
    const [primary, secondary] = wattsIn(hour).map(BigInt) as [bigint, bigint];
    wh += primary + secondary;
    cost += primary * (hour % 24 < 7 ? NIGHT : BY_DAY) + secondary * SECONDARY;
  }
  return [Number(wh), Number(cost / 1_000n)];
}

/** What a store that keeps everything says of periods that begin at given days, the present one first. */
function plainValues(from: Millis, starts: readonly number[], hours: number): PeriodValue[] {
  return starts.map((start, i) => {
    const [wh, cost] = spentUpTo(i === 0 ? hours : (starts[i - 1] ?? 0) * 24);
    const [whBefore, costBefore] = spentUpTo(Math.max(0, start * 24));
    return { from: from + start * DAY * 1_000, wattHours: wh - whBefore, millipence: cost - costBefore };
  });
}

describe('consumption and its cost', () => {
  // 2031-12-01 is a Monday and the beginning of a month: periods begin where the meter does.
  const from = Date.UTC(2031, 11, 1);
  const days = 460;
  const home = meter(from, days);
  const { history } = home.life.logs;

  it.each([5, 40.5, 100, 459.25])('after %s days are what a store that keeps everything says', (at) => {
    home.until(at * DAY);
    const today = Math.floor(at);
    const back = (count: number): number[] => Array.from({ length: count }, (_, i) => today - i).filter((day) => day >= 0);
    expect(history.values('days')).toEqual(plainValues(from, back(9), at * 24));
    const mondays = Array.from({ length: today + 1 }, (_, i) => today - i).filter((day) => day % 7 === 0);
    expect(history.values('weeks')).toEqual(plainValues(from, mondays.slice(0, 6), at * 24));
    const firsts = Array.from({ length: today + 1 }, (_, i) => today - i).filter(
      (day) => new Date(from + day * DAY * 1_000).getUTCDate() === 1,
    );
    expect(history.values('months')).toEqual(plainValues(from, firsts.slice(0, 14), at * 24));
  });

  it('go on from a state', () => {
    const part = meter(from, 30).until(20.3 * DAY);
    const again = new Living([], { parameters, state: part.device.state() }, QUIET);
    expect(['days', 'weeks', 'months'].map((kind) => again.life.logs.history.values(kind as 'days'))).toEqual(
      ['days', 'weeks', 'months'].map((kind) => part.life.logs.history.values(kind as 'days')),
    );
  });

  it('begin with the time: nothing is shown until it is known', () => {
    const unknown = new Living(
      [[0, { importWatts: 1_000 }]],
      { clock: { offsetMs: 0, status: 'invalid' }, parameters },
      QUIET,
    ).until(HOUR);
    expect(unknown.life.logs.history.values('days')).toEqual([]);
    unknown.device.clock = { offsetMs: 0, status: 'reliable' };
    expect(unknown.until(2 * HOUR).life.logs.history.values('days')).toEqual([
      { from: Date.UTC(2030, 0, 15), wattHours: 1_000, millipence: 24_500 },
    ]);
  });

  it('of days that the clock jumps over are nothing; where it goes back, what was counted stays', () => {
    const jumping = new Living([[0, { importWatts: 1_000 }]], { parameters }, QUIET).until(HOUR);
    jumping.device.clock = { offsetMs: 3 * DAY * 1_000, status: 'reliable' };
    jumping.until(3 * HOUR);
    const shown = () =>
      jumping.life.logs.history.values('days').map(({ from: day, wattHours }) => [toIso(day).slice(8, 10), wattHours]);
    expect(shown()).toEqual([
      ['18', 2_000],
      ['17', 0],
      ['16', 0],
      ['15', 1_000],
    ]);
    jumping.device.clock = { offsetMs: 2 * DAY * 1_000, status: 'reliable' };
    jumping.until(4 * HOUR);
    expect(shown()).toEqual([
      ['17', 3_000],
      ['16', 0],
      ['15', 1_000],
    ]);
    jumping.device.clock = { offsetMs: -30 * DAY * 1_000, status: 'reliable' };
    expect(jumping.until(5 * HOUR).life.logs.history.values('days')).toEqual([
      { from: Date.UTC(2029, 11, 16), wattHours: 1_000, millipence: 24_500 },
    ]);
  });

  it('are shown on the display, as far as they are of the household', () => {
    const shown = meter(Date.UTC(2030, 4, 6), 40).until(30.5 * DAY);
    const spent = () => esmeDisplay(shown.device, shown.now, true).spent;
    expect([spent()?.days.length, spent()?.weeks.length, spent()?.months.length]).toEqual([9, 5, 2]);
    const [wh, cost] = plainValues(Date.UTC(2030, 4, 6), [30], 30.5 * 24).map((one) => [one.wattHours, one.millipence])[0] ?? [];
    expect(spent()?.days[0]).toEqual({
      from: '2030-06-05',
      kilowattHours: ((wh ?? 0) / 1_000).toFixed(3),
      cost: `£${(Math.floor((cost ?? 0) / 1_000) / 100).toFixed(2)}`,
    });
    shown.command('ECS12', [{ operation: 'set', key: '1/0-0:94.44.3.2/2', data: '07ee0603ff00000000800000' }]);
    expect(spent()?.days.map(({ from: day }) => day)).toEqual(['2030-06-05', '2030-06-04', '2030-06-03']);
    expect([spent()?.weeks.map(({ from: day }) => day), spent()?.months]).toEqual([['2030-06-03'], []]);
    expect(esmeDisplay(shown.device, shown.now, false).spent).toBeUndefined();
  });
});
