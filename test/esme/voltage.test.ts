import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toSeconds2000 } from '../../firmware-sim/kernel/time.ts';
import { NETWORK_OPERATOR, NOW } from '../device/bench.ts';
import { plainOf } from '../device/cosem/calls.ts';
import { holds } from '../support/property.ts';
import { type Changes, Living, variant } from './living.ts';

/** Thresholds and periods of RTDS 4.5.0 ECS29c and ECS26b. */
const REFERENCE = Object.fromEntries([
  ...[287, 180, 216, 253].flatMap((threshold, i) => [
    [`71/0-0:17.0.${i + 1}.255/4`, threshold],
    [`71/0-0:17.0.${i + 1}.255/6`, 30],
  ]),
  ...[32, 52, 72].flatMap((phase) => [
    [`1/1-0:${phase}.31.0.4/2`, 200],
    [`1/1-0:${phase}.35.0.4/2`, 264],
    [`3/1-0:${phase}.32.0.4/2`, 0],
    [`3/1-0:${phase}.36.0.4/2`, 0],
    [`7/1-0:${phase}.24.0.255/4`, 30],
  ]),
]) as Readonly<Record<string, number>>;

const PHASES_2_AND_3 = /:[57]2\./;
const SINGLE = Object.fromEntries(Object.entries(REFERENCE).filter(([key]) => !PHASES_2_AND_3.test(key)));
/** Average alone. */
const AVERAGE = { ...SINGLE, ...Object.fromEntries([1, 2, 3, 4].map((i) => [`71/0-0:17.0.${i}.255/6`, 0])) };
/** Events alone. */
const EVENTS = { ...SINGLE, '7/1-0:32.24.0.255/4': 0 };

const single = (changes: Changes, values: Readonly<Record<string, number>>, setup = {}) =>
  new Living(changes, { ...variant('single-element'), ...setup }, values);

/** Rows of the voltage log since the start: seconds from it, and volts. */
function rows(home: Living, phase = 32): readonly (readonly [number, number])[] {
  const key = `7/1-0:${phase}.24.0.255/2`;
  const range: [number, number] = [toSeconds2000(NOW) + 1, 0xffff_ffff];
  const called = home.command(phase === 32 ? 'ECS23' : 'ECS23b', [{ operation: 'get-with-selection', key, range }]);
  return (plainOf(called.results[0]?.data) as number[][]).map(([at = 0, volts = 0]) => [at - toSeconds2000(NOW), volts]);
}

describe('average voltage', () => {
  it('is logged at the end of each period, which the device’s clock aligns', () => {
    const home = single(
      [
        [0, { volts: [240] }],
        [45, { volts: [250] }],
      ],
      AVERAGE,
      { clock: { offsetMs: 10_000, status: 'reliable' } },
    );
    home.until(60);
    expect(rows(home)).toEqual([
      [30, 240],
      [60, 242],
    ]);
  });

  it('is tested only then: in, out and back, with one count', () => {
    const home = single(
      [
        [5, { volts: [280] }],
        [35, { volts: [230] }],
      ],
      AVERAGE,
    ).until(200);
    expect(home.logged('power')).toEqual([
      [30, 0x8002],
      [60, 0x8085],
    ]);
    expect(home.alerts()).toEqual([
      [0x8002, NETWORK_OPERATOR],
      [0x8085, NETWORK_OPERATOR],
    ]);
    expect([home.held('3/1-0:32.36.0.4/2'), home.held('3/1-0:32.32.0.4/2')]).toEqual([1, 0]);
  });

  it('under its threshold is another matter, and equal to it is none', () => {
    const home = single(
      [
        [0, { volts: [199] }],
        [90, { volts: [200] }],
        [120, { volts: [264] }],
      ],
      AVERAGE,
    ).until(300);
    expect(home.logged('power')).toEqual([
      [30, 0x8006],
      [120, 0x8089],
    ]);
    expect(home.held('3/1-0:32.32.0.4/2')).toBe(1);
  });

  it('is not rounded before it is tested: 264.03 V is above 264', () => {
    const home = single(
      [
        [0, { volts: [265] }],
        [1, { volts: [264] }],
        [30, {}],
      ],
      AVERAGE,
    ).until(30);
    expect([home.logged('power'), rows(home)]).toEqual([[[30, 0x8002]], [[30, 264]]]);
  });

  it('of a meter that does not know the time is watched and not logged', () => {
    const home = single([[0, { volts: [280] }]], AVERAGE, { clock: { offsetMs: 0, status: 'invalid' } }).until(90);
    expect([home.logged('power').map(([, code]) => code), rows(home)]).toEqual([[0x8002], []]);
  });

  it('leaves out the time a phase is lost, and a period without any voltage', () => {
    const changes: Changes = [
      [10, { volts: [230, 0, 230] }],
      [75, { volts: [230, 240, 230] }],
      [90, { volts: [230, 0, 230] }],
    ];
    const home = new Living(changes, variant('polyphase'), REFERENCE).until(120);
    expect(rows(home, 52)).toEqual([
      [30, 230],
      [90, 240],
    ]);
    expect(rows(home, 72)).toHaveLength(4);
  });

  it('of a meter without mains is not logged; it begins anew when power is back', () => {
    const home = single(
      [
        [40, { volts: [0] }],
        [65, { volts: [250] }],
        [75, { volts: [230] }],
      ],
      AVERAGE,
    ).until(120);
    expect(rows(home)).toEqual([
      [30, 230],
      [90, 238],
      [120, 230],
    ]);
  });

  it('takes another period from the moment it is set (ECS29c)', () => {
    const home = single([[40, { volts: [250] }]], AVERAGE).until(45);
    home.command('ECS29c', [{ operation: 'set', key: '7/1-0:32.24.0.255/4', data: 20 }]);
    home.until(90);
    expect(rows(home)).toEqual([
      [30, 230],
      [60, 250],
      [80, 250],
    ]);
  });

  it('of a polyphase meter is each phase’s own', () => {
    const home = new Living(
      [
        [0, { volts: [230, 270, 190] }],
        [60, { volts: [230] }],
      ],
      variant('polyphase'),
      REFERENCE,
    ).until(90);
    expect(home.logged('power').filter(([, code]) => code < 0x8010 || (code > 0x8080 && code < 0x808d))).toEqual([
      [30, 0x8004],
      [30, 0x8009],
      [90, 0x8087],
      [90, 0x808c],
    ]);
    expect([52, 72].map((phase) => rows(home, phase).map(([, volts]) => volts))).toEqual([
      [270, 270, 230],
      [190, 190, 230],
    ]);
    expect([32, 52, 72].map((phase) => home.held(`3/1-0:${phase}.36.0.4/2`))).toEqual([0, 1, 0]);
  });

  it('agrees with a sum over every second, whatever steps the caller takes', () => {
    const volts = fc.array(fc.tuple(fc.integer({ min: 0, max: 290 }), fc.constantFrom(190, 200, 230, 263, 265, 300)), {
      maxLength: 12,
    });
    const stops = fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 5 });
    holds(
      fc.property(volts, stops, (points, moments) => {
        const changes = [...new Map(points)].sort(([a], [b]) => a - b).map(([at, one]) => [at, { volts: [one] }] as const);
        const home = single(changes, AVERAGE);
        for (const moment of [...moments].sort((a, b) => a - b)) home.until(moment);
        home.until(300);
        const at = (second: number) => changes.filter(([from]) => from <= second).at(-1)?.[1].volts[0] ?? 230;
        const averages = Array.from(
          { length: 10 },
          (_, i) => Array.from({ length: 30 }, (_, second) => at(i * 30 + second)).reduce((sum, one) => sum + one, 0) / 30,
        );
        expect(rows(home)).toEqual(averages.map((one, i) => [30 * (i + 1), Math.round(one)]));
        const entries = (out: (one: number) => boolean) =>
          averages.filter((one, i) => out(one) && !(i > 0 && out(averages[i - 1] ?? 0))).length;
        expect(home.held('3/1-0:32.36.0.4/2')).toBe(entries((one) => one > 264));
        expect(home.held('3/1-0:32.32.0.4/2')).toBe(entries((one) => one < 200));
      }),
      40,
    );
  });
});

describe('extremes, sag and swell', () => {
  it('begin when voltage has been beyond for the whole period, and end when it has been back for as long', () => {
    const home = single(
      [
        [10, { volts: [260] }],
        [39, { volts: [230] }],
        [50, { volts: [254] }],
        [100, { volts: [253] }],
      ],
      EVENTS,
    );
    home.until(129.999);
    expect(home.logged('power')).toEqual([[80, 0x8024]]);
    home.until(130);
    expect(home.logged('power')).toEqual([
      [80, 0x8024],
      [130, 0x8091],
    ]);
    expect(home.alerts().map(([, to]) => to)).toEqual([NETWORK_OPERATOR, NETWORK_OPERATOR]);
  });

  it.each([
    [288, [0x8020, 0x8024], [0x808d, 0x8091]],
    [170, [0x8028, 0x802c], [0x8095, 0x8099]],
    [200, [0x802c], [0x8099]],
    [216, [], []],
  ])('%d V for a minute and a half', (volts, begun, ended) => {
    const home = single(
      [
        [0, { volts: [volts] }],
        [90, {}],
      ],
      EVENTS,
    ).until(600);
    expect(home.logged('power')).toEqual([...begun.map((code) => [30, code]), ...ended.map((code) => [120, code])]);
  });

  it('are watched for as the network operator says, from the moment it does (ECS29c)', () => {
    const home = single([[0, { volts: [245] }]], EVENTS).until(100);
    home.command('ECS29c', [
      { operation: 'set', key: '71/0-0:17.0.4.255/4', data: 240 },
      { operation: 'set', key: '71/0-0:17.0.4.255/6', data: 45 },
    ]);
    expect(home.until(600).logged('power')).toEqual([[145, 0x8024]]);
  });

  it('have codes of their own for each phase of a polyphase meter', () => {
    const home = new Living([[0, { volts: [260, 230, 210] }]], variant('polyphase'), REFERENCE).until(30);
    expect(home.logged('power')).toEqual([
      [30, 0x802f],
      [30, 0x8025],
    ]);
  });

  it('do not mistake a lost phase for low voltage', () => {
    const home = new Living([[0, { volts: [0, 230, 230] }]], variant('polyphase'), REFERENCE).until(600);
    expect(home.logged('power')).toEqual([[0, 0x8f58]]);
  });

  it('are off with a period of 0', () => {
    const off = { ...EVENTS, ...Object.fromEntries([1, 2, 3, 4].map((i) => [`71/0-0:17.0.${i}.255/6`, 0])) };
    expect(
      single([[0, { volts: [300] }]], off)
        .until(600)
        .logged('power'),
    ).toEqual([]);
  });

  it('go on after a restart: one that has begun ends', () => {
    const changes: Changes = [
      [0, { volts: [260] }],
      [60, {}],
    ];
    const whole = single(changes, EVENTS).until(40);
    const again = new Living(changes, { ...variant('single-element'), state: whole.device.state() });
    expect(again.until(200).logged('power')).toEqual([[90, 0x8091]]);
  });
});

describe('a voltage that flaps around its thresholds', () => {
  /** 250 changes in a day, each long enough for an event; then the log of a hundred rows holds the newest. */
  const changes: Changes = Array.from({ length: 250 }, (_, i) => [i * 60, { volts: [i % 2 === 0 ? 260 : 230] }]);

  it('raises what configuration lets through, and keeps no more than its log holds', () => {
    const loud = single(changes, EVENTS).until(20_000);
    expect(loud.alerts()).toHaveLength(250);
    expect(loud.device.logs.power.entries).toHaveLength(100);
    expect(JSON.stringify(loud.life.state()).length).toBeLessThan(1_000);
  });

  it('is silent when the network operator says so (ECS25b, ECS25b3)', () => {
    const quiet = single(changes, EVENTS);
    const off = '1'.repeat(256) + '0'.repeat(256);
    quiet.command('ECS25b', [{ operation: 'set', key: '1/0-33:97.98.11.255/2', data: off }]);
    quiet.command('ECS25b3', [{ operation: 'set', key: '1/0-33:97.98.14.255/2', data: off }]);
    quiet.until(20_000);
    expect([quiet.alerts(), quiet.logged('power')]).toEqual([[], []]);
  });
});
