import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Plain } from '../../firmware-sim/device/cosem/value.ts';
import type { DeviceSetup } from '../../firmware-sim/device/setup.ts';
import { NOW } from '../device/bench.ts';
import { holds } from '../support/property.ts';
import { type Changes, Living } from './living.ts';
import { dateTime } from './tariff-commands.ts';

const OBJECTS = ['4/1-0:1.6.0.255', '4/1-0:1.6.1.255', '4/1-0:2.6.0.255'] as const;
const PERIOD = '10/0-0:12.0.0.255/2';
const NONE = Object.fromEntries(OBJECTS.map((object) => [`${object}/2`, 0]));

const HOUR = 3_600;
const HALF_HOUR = 1_800;

const entry = (selector: number, time: string): Plain => [
  selector,
  true,
  '00000a8064ff',
  selector,
  time,
  0xffff,
  '1111111',
  '',
  '000001ffff',
  'ffffffffff',
];
const period = (from: string, to: string): Plain => [entry(1, from), entry(2, to)];

const meter = (changes: Changes, setup: Partial<DeviceSetup> = {}, values: Readonly<Record<string, Plain>> = {}): Living =>
  new Living(changes, setup, { ...NONE, ...values });

const demand = (home: Living): unknown => OBJECTS.map((object) => home.held(`${object}/2`));
const captured = (home: Living): unknown => OBJECTS.map((object) => home.held(`${object}/5`));

describe('maximum demand', () => {
  it('is the average of a half hour, of both elements together, with the time at which it ended', () => {
    const changes = [
      [0, { importWatts: 1_000, secondaryWatts: 200, exportWatts: 10 }],
      [600, { importWatts: 4_000, secondaryWatts: 200, exportWatts: 70 }],
      [900, {}],
    ] as const;
    const home = meter(changes);
    expect(demand(home.until(HALF_HOUR - 0.001))).toEqual([0, 0, 0]);
    expect(demand(home.until(HALF_HOUR))).toEqual([1_100, 0, 15]);
    const [anyTime, , exported] = captured(home) as string[];
    expect([anyTime, exported]).toEqual(Array(2).fill(dateTime(NOW + HALF_HOUR * 1_000)));
  });

  it.each([
    ['half hours that lie in it', '09140000', '0a1e0000', true, 4_000],
    ['half hours that begin or end in it', '09140000', '0a1e0000', false, 6_000],
    ['a period over midnight', '17000000', '0a000000', true, 6_000],
    ['no half hour of a period without length', '0a000000', '0a000000', true, 0],
  ])('of the configurable period takes %s', (_name, from, to, demandWindowWholeHalfHours, expected) => {
    const changes = [
      [0, { importWatts: 6_000 }],
      [HALF_HOUR, { importWatts: 3_000 }],
      [HOUR, { importWatts: 4_000 }],
      [HOUR + HALF_HOUR, { importWatts: 8_000 }],
    ] as const;
    const home = meter(changes, { parameters: { demandWindowWholeHalfHours } }, { [PERIOD]: period(from, to) });
    expect(demand(home.until(4 * HOUR))).toEqual([8_000, expected, 0]);
  });

  it('after a reset counts only what is used from then on', () => {
    const home = meter([[0, { importWatts: 6_000, exportWatts: 1_000 }]], {}, { [PERIOD]: period('09000000', '12000000') }).until(
      HOUR + 900,
    );
    expect(demand(home)).toEqual([6_000, 6_000, 1_000]);
    home.command('ECS57', [{ operation: 'action', key: `${OBJECTS[1]}/1`, data: 0 }]);
    expect(demand(home)).toEqual([6_000, 0, 1_000]);
    expect(demand(home.until(HOUR + HALF_HOUR))).toEqual([6_000, 3_000, 1_000]);
    expect(demand(home.until(2 * HOUR))).toEqual([6_000, 6_000, 1_000]);
  });

  it('averages over the whole of a half hour in which mains was away', () => {
    const home = meter([
      [0, { importWatts: 6_000 }],
      [900, { volts: [0, 0, 0] }],
      [1_200, { importWatts: 3_000 }],
      [HALF_HOUR, { importWatts: 9_000 }],
      [HALF_HOUR + 600, { volts: [0, 0, 0] }],
      [3 * HALF_HOUR + 600, { importWatts: 1_500 }],
    ]);
    expect((demand(home.until(HALF_HOUR)) as number[])[0]).toBe(4_000);
    expect((demand(home.until(4 * HALF_HOUR)) as number[])[0]).toBe(4_000);
  });

  it('follows the device clock: half hours that are cut short or lengthened make no peak', () => {
    const home = meter([[0, { importWatts: 6_000 }]], { clock: { offsetMs: 600_000, status: 'reliable' } }).until(1_200);
    expect(demand(home)).toEqual([4_000, 0, 0]);
    home.until(1_800);
    home.device.clock = { offsetMs: 900_000, status: 'reliable' };
    expect(demand(home.until(2_700))).toEqual([5_000, 0, 0]);
    home.until(4_200);
    home.device.clock = { offsetMs: -300_000, status: 'reliable' };
    home.until(5_700);
    expect([demand(home), (captured(home) as string[])[0]]).toEqual([[6_000, 0, 0], dateTime(NOW + 5_400_000)]);
  });

  it('knows no half hours while the clock is invalid', () => {
    const home = meter([[0, { importWatts: 6_000 }]], { clock: { offsetMs: 0, status: 'invalid' } }).until(2 * HOUR);
    expect(demand(home)).toEqual([0, 0, 0]);
  });

  it('is the highest of all half hours, whatever the steps and restarts', () => {
    const load = fc.array(fc.tuple(fc.integer({ min: 0, max: 20_000_000 }), fc.integer({ min: 0, max: 9_000 })), {
      maxLength: 15,
    });
    const stops = fc.array(fc.integer({ min: 0, max: 21_600_000 }), { maxLength: 5 });
    holds(
      fc.property(load, stops, (points, moments) => {
        const steps = [...new Map(points)].sort(([a], [b]) => a - b);
        const changes = steps.map(([ms, importWatts]) => [ms / 1_000, { importWatts }] as const);
        let home = meter(changes);
        for (const moment of moments.sort((a, b) => a - b)) {
          home.until(moment / 1_000);
          const { now } = home;
          home = new Living(changes, { state: home.device.state() });
          home.now = now;
        }
        const averages = Array.from({ length: 12 }, (_, half) => {
          const [from, to] = [half * 1_800_000, (half + 1) * 1_800_000];
          const used = steps.reduce((sum, [at, watts], i) => {
            const span = Math.min(to, steps[i + 1]?.[0] ?? to) - Math.max(from, at);
            return sum + BigInt(watts) * BigInt(Math.max(0, span));
          }, 0n);
          return Number(used / 1_800_000n);
        });
        expect((demand(home.until(6 * HOUR)) as number[])[0]).toBe(Math.max(...averages));
      }),
      40,
    );
  });
});
