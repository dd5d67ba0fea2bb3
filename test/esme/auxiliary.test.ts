import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Plain } from '../../firmware-sim/device/cosem/value.ts';
import type { DeviceSetup } from '../../firmware-sim/device/setup.ts';
import { EsmeHand } from '../../firmware-sim/esme/hand.ts';
import { dlms } from '../../firmware-sim/gbcs/dlms-apdu.ts';
import { toCivil, toSeconds2000 } from '../../firmware-sim/kernel/time.ts';
import { factsOf } from '../../lab/parties/message-facts.ts';
import { NOW, SUPPLIER, sent } from '../device/bench.ts';
import { codes, plainOf } from '../device/cosem/calls.ts';
import { holds } from '../support/property.ts';
import { type Changes, Living, variant } from './living.ts';

/** The start is a Tuesday, 2030-01-15 09:00Z. */
const HOUR = 3_600;

const SCRIPTS = '00000a0067ff';
const EVERY_DAY = '1111111';
const ANY = 'ffffffffff';

/** Entries of the calendar: selector, and time of day in hours and minutes. */
function calendar(...entries: readonly (readonly [selector: number, hour: number, minute?: number])[]): Plain {
  const two = (value: number): string => value.toString(16).padStart(2, '0');
  return entries.map(([selector, hour, minute = 0], i): Plain => {
    return [i + 1, true, SCRIPTS, selector, `${two(hour)}${two(minute)}0000`, 0xffff, EVERY_DAY, '', '07df0101ff', ANY];
  });
}

const SWITCH = '0000000000000000';
const HOME_SWITCH = '00db123456789097';
const PROPORTIONAL = 'ff';

/** Controller 1 and 2 are switches in the meter, 3 one on the home area network, 4 is proportional, 5 is not there. */
const CONTROLLERS: Readonly<Record<string, Plain>> = {
  ...Object.fromEntries([SWITCH, SWITCH, HOME_SWITCH, PROPORTIONAL, ''].map((type, i) => [`1/0-0:94.44.0.2${i + 1}/2`, type])),
  '1/0-0:94.44.0.1/2': 0,
  '10/0-0:12.0.2.255/2': calendar([0x101, 10], [0x102, 12], [0x1480 + 20, 8], [0x1480 + 60, 11]),
  '11/0-0:11.0.3.255/2': [],
  '111/0-0:19.0.0.255/2': [1, 2],
  '7/1-0:32.24.0.255/4': 0,
};

/** A number where the dictionary also has octets. */
const minutes = (value: number) => dlms('long-unsigned', value);

class Bench extends Living {
  readonly hand: EsmeHand;

  constructor(values: Readonly<Record<string, Plain>> = {}, setup: Partial<DeviceSetup> = {}, changes: Changes = []) {
    super(changes, { ...variant('load-control'), ...setup }, setup.state ? {} : { ...CONTROLLERS, ...values });
    this.hand = new EsmeHand(this.device);
  }

  /** Level of what a controller puts out, as its state text and its switch show it. */
  output(n: number): number {
    const text = String(this.held(`1/0-0:94.44.0.3${n}/2`));
    const level = Number(/"outputState": (\d+)/.exec(text)?.[1]);
    expect(this.held(`70/0-${n}:96.3.10.255/2`)).toBe(level > 0);
    return level;
  }

  /** Rows of the log since the start: seconds from it, selector, outcome, HAN command. */
  rows(): readonly (readonly number[])[] {
    const range: [number, number] = [toSeconds2000(NOW), 0xffff_ffff];
    const key = '7/0-17:99.98.2.255/2';
    const called = this.command('ECS35f', [{ operation: 'get-with-selection', key, range }]);
    const rows = (plainOf(called.results[0]?.data) as number[][]).map(([at = 0, ...rest]) => [at - toSeconds2000(NOW), ...rest]);
    return rows.filter(([, selector]) => selector !== undefined);
  }

  /** Commands a controller for a time, in seconds from the start (ECS47a). */
  set(selector: number, from: number, to: number): readonly number[] {
    const n = (selector >> 8) & 0x0f;
    return codes(
      this.command('ECS47a', [
        { operation: 'set', key: `1/0-0:94.44.${116 + n}.1/2`, data: octets(from) },
        { operation: 'set', key: `1/0-0:94.44.${116 + n}.2/2`, data: octets(to) },
        { operation: 'action', key: '9/0-0:10.0.103.255/1', data: selector },
      ]),
    );
  }

  limit(selector: number, from: number, to: number): void {
    const n = (selector >> 8) & 0x0f;
    this.command('ECS47e', [
      { operation: 'set', key: `1/0-0:94.44.${116 + n}.3/2`, data: octets(from) },
      { operation: 'set', key: `1/0-0:94.44.${116 + n}.4/2`, data: octets(to) },
      { operation: 'action', key: '9/0-0:10.0.107.255/1', data: selector },
    ]);
  }

  boosted(minutes: number): boolean {
    const { done, effects } = this.hand.boost(minutes, this.now);
    this.effects.push(...effects);
    return done;
  }
}

/** 12 octets of a moment so many seconds from the start. */
function octets(seconds: number): string {
  const { year, month, day, hour, minute, second } = toCivil(NOW + seconds * 1_000);
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
  return `${hex(year, 4)}${hex(month, 2)}${hex(day, 2)}ff${[hour, minute, second].map((one) => hex(one, 2)).join('')}008000ff`;
}

/** Outputs of a controller at hours from the start. */
const outputs = (bench: Bench, n: number, hours: readonly number[]): readonly number[] =>
  hours.map((hour) => bench.until(hour * HOUR) && bench.output(n));

describe('the calendar of auxiliary controllers', () => {
  it('switches and sets levels, shows them and logs them', () => {
    const bench = new Bench();
    expect(outputs(bench, 1, [0.99, 1, 2.99, 3, 25])).toEqual([0, 100, 100, 0, 100]);
    expect(bench.output(4)).toBe(20);
    expect(bench.rows()).toEqual([
      [HOUR, 0x101, 1, 0],
      [2 * HOUR, 0x14bc, 1, 0],
      [3 * HOUR, 0x102, 1, 0],
      [23 * HOUR, 0x1494, 1, 0],
      [25 * HOUR, 0x101, 1, 0],
    ]);
  });

  it('is delayed by the randomised offset: number × limit × 10⁻⁴ s', () => {
    const bench = new Bench({ '1/0-0:94.44.0.1/2': 900, '1/0-0:94.44.0.2/2': 5_000 });
    bench.until(4 * HOUR);
    expect(bench.rows().map(([at]) => at)).toEqual([HOUR + 450, 2 * HOUR + 450, 3 * HOUR + 450]);
  });

  it('says nothing while the meter does not know the time', () => {
    const bench = new Bench({}, { clock: { offsetMs: 0, status: 'invalid' } });
    expect([outputs(bench, 1, [2]), bench.rows()]).toEqual([[0], []]);
  });

  it('is changed by ECS46d at the time it says', () => {
    const bench = new Bench();
    const at = octets(1.5 * HOUR);
    bench.command('ECS46d', [
      { operation: 'set', key: '11/0-1:11.0.3.255/2', data: [] },
      { operation: 'set', key: '10/0-1:12.0.2.255/2', data: calendar([0x102, 8], [0x202, 10], [0x201, 11]) },
      { operation: 'set', key: '9000/0-0:94.44.128.26/6', data: at },
      { operation: 'set', key: '9000/0-0:94.44.128.35/6', data: at },
    ]);
    bench.until(1 * HOUR);
    expect(bench.output(1)).toBe(100);
    bench.until(1.5 * HOUR);
    expect(bench.output(1)).toBe(0);
    expect(outputs(bench, 2, [1.99, 2])).toEqual([0, 100]);
  });
});

describe('a commanded state (ECS47a)', () => {
  it('holds from its start to its end, and then the calendar does', () => {
    const bench = new Bench();
    expect(bench.set(0x111, 0.25 * HOUR, 0.5 * HOUR)).toEqual([0, 0, 0]);
    expect(outputs(bench, 1, [0.24, 0.25, 0.49, 0.5, 1])).toEqual([0, 100, 100, 0, 100]);
    expect(bench.rows()).toEqual([
      [0.25 * HOUR, 0x111, 1, 0],
      [0.5 * HOUR, 0x120, 1, 0],
      [HOUR, 0x101, 1, 0],
    ]);
  });

  it('prevails over the calendar, and ends when the supplier says so', () => {
    const bench = new Bench();
    bench.set(0x112, 0, 20 * HOUR);
    expect(outputs(bench, 1, [1.5])).toEqual([0]);
    bench.command('ECS47a', [{ operation: 'action', key: '9/0-0:10.0.103.255/1', data: 0x120 }]);
    expect(bench.output(1)).toBe(100);
    expect(bench.rows().map(([, selector]) => selector)).toEqual([0x112, 0x120]);
    expect(outputs(bench, 1, [19, 21, 25.5])).toEqual([0, 0, 100]);
  });

  it('sets both levels of a proportional controller', () => {
    const bench = new Bench();
    bench.set(0x1428, 0, HOUR);
    bench.set(0x2414, 0, 2 * HOUR);
    expect(bench.held('1/0-0:94.44.0.34/2')).toBe('{"outputState": 40, "inputState": 20}');
    bench.until(2 * HOUR);
    expect(bench.held('1/0-0:94.44.0.34/2')).toBe('{"outputState": 60, "inputState": 0}');
  });

  it('may say how many minutes it holds instead (ECS47)', () => {
    const bench = new Bench();
    bench.command('ECS47', [
      { operation: 'set', key: '1/0-0:94.44.118.1/2', data: minutes(30) },
      { operation: 'action', key: '9/0-0:10.0.103.255/1', data: 0x211 },
    ]);
    expect(outputs(bench, 2, [0.49, 0.51])).toEqual([100, 0]);
    expect(bench.rows()).toEqual([
      [0, 0x211, 1, 0],
      [0.5 * HOUR, 0x220, 1, 0],
    ]);
  });

  it('of a controller that is not there, or that cannot be, is refused', () => {
    expect(new Bench().set(0x511, 0, HOUR)).toEqual([0, 0, 250]);
    expect(new Bench().set(0x111, 0, 24 * HOUR + 1)).toEqual([0, 250, 250]);
    expect(new Bench().set(0x111, HOUR, HOUR)).toEqual([0, 250, 250]);
  });
});

describe('a limit (ECS47e)', () => {
  it('prevails over everything for its period, and is told at both ends', () => {
    const bench = new Bench();
    bench.set(0x1450, 0, 5 * HOUR);
    bench.limit(0x141e, HOUR, 3 * HOUR);
    expect(outputs(bench, 4, [0.9, 1, 2.9, 3])).toEqual([80, 30, 30, 80]);
    const said = sent(bench.effects).map(({ header, payload }) => [factsOf(header, payload).alertCode, header.recipient]);
    expect(said).toEqual([
      [0x8f86, SUPPLIER],
      [0x8f87, SUPPLIER],
    ]);
  });

  it('leaves what is below it', () => {
    const bench = new Bench();
    bench.limit(0x1446, 0, 5 * HOUR);
    expect(outputs(bench, 4, [1.9, 2, 4.9])).toEqual([20, 60, 60]);
  });

  it('of a controller that obeys nobody brings it down and back', () => {
    const bench = new Bench({ '1/0-0:94.44.0.34/2': '{"outputState": 90, "inputState": 10}', '10/0-0:12.0.2.255/2': [] });
    bench.limit(0x140a, 0, HOUR);
    const texts = [0, 0.99, 1].map((hour) => bench.until(hour * HOUR) && bench.held('1/0-0:94.44.0.34/2'));
    expect(texts).toEqual([
      '{"outputState": 10, "inputState": 10}',
      '{"outputState": 10, "inputState": 10}',
      '{"outputState": 90, "inputState": 10}',
    ]);
  });
});

describe('the boost button', () => {
  const BOOST = { '1/0-0:94.44.6.1/2': true, '1/0-0:94.44.6.2/2': false, '1/0-0:94.44.7.255/2': true };
  const log = (bench: Bench): readonly (readonly number[])[] => {
    const range: [number, number] = [toSeconds2000(NOW), 0xffff_ffff];
    const called = bench.command('ECS61c', [{ operation: 'get-with-selection', key: '7/0-0:99.98.20.255/2', range }]);
    return (plainOf(called.results[0]?.data) as number[][]).map((row) => row.map((at) => at - toSeconds2000(NOW)));
  };

  it.each([15, 30, 45, 60])('turns on the switches under it for %d minutes, and logs when it was', (length) => {
    const bench = new Bench(BOOST).until(60);
    bench.command('ECS46d', [{ operation: 'set', key: '10/0-1:12.0.2.255/2', data: [] }]);
    expect(bench.boosted(length)).toBe(true);
    expect([bench.output(1), bench.output(2), bench.hand.look(bench.now).boost]).toEqual([100, 0, `boost ${length} min`]);
    bench.until(60 + length * 60 - 1);
    expect([bench.output(1), log(bench)]).toEqual([100, []]);
    bench.until(60 + length * 60);
    expect([log(bench), bench.hand.look(bench.now).boost]).toEqual([[[60, 60 + length * 60]], undefined]);
  });

  it('may be pressed again as long as it comes to an hour at most', () => {
    const bench = new Bench(BOOST);
    expect([bench.boosted(30), bench.boosted(45), bench.boosted(15), bench.boosted(15), bench.boosted(15)]).toEqual([
      true,
      false,
      true,
      true,
      false,
    ]);
    bench.until(2 * HOUR);
    expect(log(bench)).toEqual([[0, HOUR]]);
    expect(bench.logged('event').map(([, code]) => code)).toEqual([0x8161, 0x8162, 0x8161, 0x8161, 0x8162]);
  });

  it('is ended by hand, and logged as it was', () => {
    const bench = new Bench(BOOST);
    bench.boosted(60);
    bench.until(600);
    expect(bench.hand.cancelBoost(bench.now).done).toBe(true);
    expect([bench.output(1), log(bench), bench.hand.cancelBoost(bench.now).done]).toEqual([0, [[0, 600]], false]);
  });

  it.each([
    ['of another length', {}, 20],
    ['on a meter without the function', { '1/0-0:94.44.7.255/2': false }, 30],
    ['with nothing under the button', { '1/0-0:94.44.6.1/2': false }, 30],
    ['of what the calendar has on already', { '10/0-0:12.0.2.255/2': calendar([0x101, 8]) }, 30],
  ] as const)('does nothing %s', (_, values, length) => {
    const bench = new Bench({ ...BOOST, ...values });
    const before = bench.output(1);
    expect([bench.boosted(length), bench.output(1)]).toEqual([false, before]);
  });

  it('yields to the supplier, and the calendar to it', () => {
    const bench = new Bench({ ...BOOST, '10/0-0:12.0.2.255/2': calendar([0x102, 8]) });
    bench.boosted(60);
    bench.set(0x112, 600, 1_200);
    expect(
      outputs(
        bench,
        1,
        [599, 600, 1_199, 1_200, 3_599, 3_600].map((at) => at / HOUR),
      ),
    ).toEqual([100, 0, 0, 100, 100, 0]);
  });

  it('moves what the supplier puts under it (ECS62), also while it runs', () => {
    const bench = new Bench(BOOST);
    bench.boosted(60);
    bench.command('ECS62', [
      { operation: 'set', key: '1/0-0:94.44.6.1/2', data: false },
      { operation: 'set', key: '1/0-0:94.44.6.2/2', data: true },
    ]);
    expect([bench.output(1), bench.output(2)]).toEqual([0, 100]);
  });
});

describe('the device behind a proportional controller', () => {
  const states = (bench: Bench): unknown => JSON.parse(String(bench.held('1/0-0:94.44.0.34/2')));

  it('that changes what it does by itself is shown, and told on behalf of the load controller (ECS200)', () => {
    const bench = new Bench();
    bench.effects.push(...bench.hand.controllerReports(4, { outputPercent: 35, inputPercent: 5 }, bench.now).effects);
    expect(states(bench)).toEqual({ outputState: 35, inputState: 5 });
    expect(bench.alerts()).toEqual([[0x8f88, SUPPLIER]]);
    const again = bench.hand.controllerReports(4, { outputPercent: 35, inputPercent: 5 }, bench.now);
    expect(again).toMatchObject({ done: true, effects: [] });
    const said = bench.hand.controllerReports(4, { outputPercent: 35, inputPercent: 5, otherData: 'too hot' }, bench.now);
    expect(sent(said.effects).map(({ header }) => header.messageCode)).toEqual([0x0123]);
  });

  it('does what it is told next', () => {
    const bench = new Bench();
    bench.hand.controllerReports(4, { outputPercent: 35, inputPercent: 0 }, bench.now);
    expect(states(bench.until(1.5 * HOUR))).toMatchObject({ outputState: 35 });
    expect(states(bench.until(2.5 * HOUR))).toMatchObject({ outputState: 60 });
  });

  it('is not what a switch has', () => {
    const bench = new Bench();
    for (const n of [1, 3, 5]) {
      expect(bench.hand.controllerReports(n, { outputPercent: 50, inputPercent: 0 }, bench.now)).toMatchObject({
        done: false,
        effects: [],
      });
    }
  });
});

describe('controllers that fail', () => {
  it('a switch on the home area network is sent commands, and says later whether it did what it was told (HECS01)', () => {
    const bench = new Bench();
    bench.set(0x311, 0, HOUR);
    const seconds = Math.floor(NOW / 1_000);
    expect(bench.rows()).toEqual([[0, 0x311, 0, seconds]]);
    bench.effects.push(...bench.hand.switchReports(3, true, bench.now).effects);
    expect(bench.alerts()).toEqual([]);
    bench.effects.push(...bench.hand.switchReports(3, false, bench.now).effects);
    expect(bench.alerts()).toEqual([[0x811a, SUPPLIER]]);
    expect(bench.rows().slice(1)).toEqual([
      [0, 0x300, 1, seconds],
      [0, 0x300, 2, seconds],
    ]);
    expect(bench.hand.switchReports(1, false, bench.now).done).toBe(false);
  });

  it('one in the meter that is stuck is logged as failed, and told (811A)', () => {
    const bench = new Bench({}, { misbehaviours: new Map([['auxiliary-stuck', 0]]) }).until(1.5 * HOUR);
    expect([bench.output(1), bench.rows(), bench.alerts()]).toEqual([0, [[HOUR, 0x101, 2, 0]], [[0x811a, SUPPLIER]]]);
  });
});

describe('auxiliary controllers through time', () => {
  it('stay off after power was away until the randomised offset is over', () => {
    const changes: Changes = [
      [1.2 * HOUR, { volts: [0] }],
      [1.5 * HOUR, {}],
    ];
    const bench = new Bench({ '1/0-0:94.44.0.1/2': 900, '1/0-0:94.44.0.2/2': 5_000 }, {}, changes);
    const at = [1.15 * HOUR, 1.5 * HOUR, 1.5 * HOUR + 449, 1.5 * HOUR + 450];
    expect(
      outputs(
        bench,
        1,
        at.map((one) => one / HOUR),
      ),
    ).toEqual([100, 0, 0, 100]);
  });

  it('go on after a restart, boost included', () => {
    const BOOST = { '1/0-0:94.44.6.1/2': false, '1/0-0:94.44.6.2/2': true, '1/0-0:94.44.7.255/2': true };
    const kept = new Bench(BOOST);
    kept.boosted(45);
    kept.set(0x111, 600, 1_200);
    kept.limit(0x141e, 0, 4 * HOUR);
    kept.until(900);
    const again = new Bench({}, { state: kept.device.state() });
    for (const bench of [kept, again]) bench.until(10 * HOUR);
    expect(again.rows()).toEqual(kept.rows());
    expect(again.life.state()).toEqual(kept.life.state());
    expect(again.rows().map(([, selector]) => selector)).toEqual([0x141e, 0x111, 0x120, 0x101, 0x14bc, 0x102]);
  });

  it('agree with a model by the second, whatever comes and whatever steps the caller takes', () => {
    const second = fc.integer({ min: 0, max: 4 * HOUR });
    const command = fc.record({ at: second, from: second, length: fc.integer({ min: 1, max: 2 * HOUR }), on: fc.boolean() });
    holds(
      fc.property(fc.array(command, { maxLength: 4 }), fc.array(second, { maxLength: 5 }), (commands, stops) => {
        const bench = new Bench();
        const moments = [...stops, ...commands.map(({ at }) => at)].sort((a, b) => a - b);
        const seen: number[] = [];
        const modelled: number[] = [];
        let current: { readonly from: number; readonly to: number; readonly level: number } | undefined;
        for (const moment of moments) {
          bench.until(moment);
          for (const { at, from, length, on } of commands.filter((one) => one.at === moment)) {
            bench.set(on ? 0x111 : 0x112, from, from + length);
            current = { from, to: from + length, level: on ? 100 : 0 };
            expect(at).toBe(moment);
          }
          const calendarLevel = moment >= HOUR && moment < 3 * HOUR ? 100 : 0;
          seen.push(bench.output(1));
          modelled.push(current && current.from <= moment && moment < current.to ? current.level : calendarLevel);
        }
        expect(seen).toEqual(modelled);
      }),
      60,
    );
  });
});
