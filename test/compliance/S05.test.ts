import { describe, expect, it } from 'vitest';
import { useCaseByName } from '../../firmware-sim/gbcs/catalogue.ts';
import { toSeconds2000 } from '../../firmware-sim/kernel/time.ts';
import { NOW, SUPPLIER } from '../device/bench.ts';
import type { Step } from '../device/cosem/calls.ts';
import { object, request } from '../device/cosem/protected-request.ts';
import { Correspondence } from '../esme/correspondence.ts';
import { type Changes, Living } from '../esme/living.ts';
import { dateTime } from '../esme/tariff-commands.ts';

/*
 * S05 (MP099, IRP571), electricity: what a meter says and logs while it does not know the time, when it is told, and when it doubts it.
 */

const HOUR = 3_600;
const DAY = 24 * HOUR;
const NEVER_SET = { offsetMs: -30 * 365 * DAY * 1_000, status: 'invalid' } as const;
const STATUS = { reliable: 0, invalid: 1, unreliable: 2 } as const;

const START = toSeconds2000(NOW);
const IMPORT = '1/0-0:94.44.34.10/2';
/** 1,234 W: half hours are not whole watt hours. */
const LOAD: Changes = [[0, { importWatts: 1_234, secondaryWatts: 77, exportWatts: 10, importVars: 99, volts: [230] }]];

/** What reads a log: the use case, and whether it is encrypted. */
const LOGS = {
  '0-0:99.1.0.255': 'ECS22b',
  '0-0:99.1.1.255': 'ECS22a',
  '0-0:99.1.2.255': 'ECS22c',
  '0-0:99.1.3.255': 'ECS66',
  '0-0:98.1.9.255': 'ECS21a',
  '0-0:98.1.10.255': 'ECS21c',
  '0-0:98.1.0.255': 'ECS20c',
} as const;
type Log = keyof typeof LOGS;
const HALF_HOURS: Log = '0-0:99.1.0.255';
const NAMES = Object.keys(LOGS) as Log[];

/** A meter out of its box, and the parties that talk to it. */
class Meter {
  readonly home = new Living(LOAD, { clock: NEVER_SET });
  readonly #parties = new Correspondence(this.home);

  until(seconds: number): this {
    this.home.until(seconds);
    return this;
  }

  /** Active import of both elements. */
  register(): readonly number[] {
    const [active, , , , secondary] = this.#parties.read('ECS17b')[IMPORT] as number[];
    return [Number(active), Number(secondary)];
  }

  log(name: Log): readonly (readonly number[])[] {
    const useCase = LOGS[name];
    const [[operation, classId, obis, member] = []] = useCaseByName(useCase)?.access?.[0] ?? [];
    const step: Step =
      operation === 'action'
        ? { operation, key: `${classId}/${obis}/${member}`, data: request([object(7, name)]) }
        : { operation: 'get-with-selection', key: `7/${name}/2`, range: [0, 0xffff_ffff] };
    const { codes, data } = this.#parties.ask(useCase, [step]);
    if (codes[0] !== 0) throw new TypeError(`${useCase}: ${codes[0]}`);
    return (operation === 'action' ? (data[0] as unknown[])[0] : data[0]) as number[][];
  }

  times(name: Log): readonly number[] {
    return this.log(name).map(([time = 0]) => time);
  }

  /** Set Clock: the supplier vouches for the hub's time from now until a minute later. @returns status of the clock */
  setClock(from = this.home.now): number {
    const open = 'ff'.repeat(12);
    const { data } = this.#parties.ask('ECS70', [
      { operation: 'set', key: '8/0-0:1.0.0.255/9', data: 5 },
      { operation: 'action', key: '8/0-0:1.0.0.255/5', data: [open, dateTime(from), dateTime(from + 60_000)] },
      { operation: 'action', key: '8/0-0:1.0.0.255/4', data: 0 },
      { operation: 'get', key: '8/0-0:1.0.0.255/2' },
      { operation: 'get', key: '8/0-0:1.0.0.255/4' },
    ]);
    return Number(data.at(-1));
  }
}

const sum = (rows: readonly (readonly number[])[], column: number): number =>
  rows.reduce((total, row) => total + (row[column] ?? 0), 0);

/** Ends of half hours from a moment to another, the first one after it. */
function halfHours(fromSeconds: number, toSeconds: number): readonly number[] {
  const first = Math.floor((START + fromSeconds) / 1_800) + 1;
  const last = Math.floor((START + toSeconds) / 1_800);
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * 1_800);
}

describe('S05: a meter that was never told the time', () => {
  it('counts, and writes no log by a time it has made up', () => {
    const meter = new Meter();
    const before = meter.register();
    meter.until(3 * DAY);
    expect(meter.register().map((wh, i) => wh - (before[i] ?? 0))).toEqual([1_234 * 72, 77 * 72]);
    for (const name of NAMES) expect([name, meter.log(name)]).toEqual([name, []]);
    expect(meter.home.device.clock.status).toBe('invalid');
  });

  it("is still not told when the hub is outside the supplier's interval, and then says that it does not know", () => {
    const meter = new Meter().until(HOUR);
    expect(meter.setClock(meter.home.now - 3_600_000)).toBe(STATUS.invalid);
    expect(meter.until(2 * HOUR).log(HALF_HOURS)).toEqual([]);
  });

  it('logs from the next half hour and midnight on once it is told; the gap stays, and registers are the sum of their parts', () => {
    const meter = new Meter();
    const cold = meter.register();
    meter.until(DAY + 700);
    const told = meter.register();
    expect(meter.setClock()).toBe(STATUS.reliable);
    expect(NAMES.flatMap((name) => meter.log(name))).toEqual([]);
    meter.until(4 * DAY);
    const rows = meter.log(HALF_HOURS);
    expect(rows.map(([time]) => time)).toEqual(halfHours(DAY + 700, 4 * DAY));
    for (const name of ['0-0:99.1.1.255', '0-0:99.1.2.255'] as const)
      expect(meter.times(name)).toEqual(rows.map(([time]) => time));
    const last = START + Math.floor((4 * DAY) / DAY) * DAY - 9 * HOUR;
    for (const name of ['0-0:98.1.9.255', '0-0:98.1.10.255', '0-0:99.1.3.255'] as const) {
      expect([name, meter.times(name)]).toEqual([name, [last - 2 * DAY, last - DAY, last]]);
    }
    const now = meter.register();
    expect([sum(rows, 1), sum(rows, 2)]).toEqual([(now[0] ?? 0) - (told[0] ?? 0), (now[1] ?? 0) - (told[1] ?? 0)]);
    const unknown = (told[0] ?? 0) - (cold[0] ?? 0);
    expect([unknown, (cold[0] ?? 0) + unknown + sum(rows, 1)]).toEqual([Math.floor((1_234 * (DAY + 700)) / HOUR), now[0]]);
    const [, midnight] = meter.log('0-0:98.1.9.255').at(-1) ?? [];
    expect(midnight).toBe(
      (told[0] ?? 0) +
        sum(
          rows.filter(([time = 0]) => time <= last),
          1,
        ),
    );
  });
});

describe("S05: a meter whose clock is not the hub's", () => {
  const drifted = (ms: number): Meter => {
    const meter = new Meter().until(HOUR);
    meter.setClock();
    meter.home.device.clock = { offsetMs: ms, status: 'reliable' };
    return meter;
  };
  const reports = (meter: Meter) => meter.home.alerts().filter(([code]) => code === 0x8f0c);

  it('takes ten seconds away without a word', () => {
    const meter = drifted(10_000).until(26 * HOUR);
    expect([meter.home.device.clock, reports(meter)]).toEqual([{ offsetMs: 0, status: 'reliable' }, []]);
  });

  it('leaves eleven seconds, reports 0x8F0C, is doubted, and goes on logging by its own clock until it is set', () => {
    const meter = drifted(11_000).until(26 * HOUR);
    expect(meter.home.device.clock).toEqual({ offsetMs: 11_000, status: 'unreliable' });
    expect(reports(meter)).toEqual([[0x8f0c, SUPPLIER]]);
    expect(meter.home.logged('security').filter(([, code]) => code === 0x8f0c)).toHaveLength(1);
    meter.until(30 * HOUR);
    const before = meter.times(HALF_HOURS);
    expect(before).toEqual(halfHours(HOUR, 30 * HOUR));
    // Eleven seconds before the half hour of the hub's clock, the meter has ended it already; set back, it ends it once more.
    meter.until(30.5 * HOUR - 5);
    expect(meter.setClock()).toBe(STATUS.reliable);
    meter.until(31 * HOUR);
    expect(meter.times(HALF_HOURS)).toEqual(halfHours(HOUR, 31 * HOUR));
  });

  it('is doubted after weeks without the hub, and logs on', () => {
    const meter = drifted(0).until(2 * HOUR);
    meter.home.life.clock.hubLost(meter.home.now);
    meter.until(21 * DAY);
    expect(meter.home.device.clock.status).toBe('unreliable');
    expect(meter.times(HALF_HOURS)).toEqual(halfHours(HOUR, 21 * DAY));
    const rows = meter.log(HALF_HOURS);
    expect(sum(rows, 1)).toBe(Math.floor((1_234 * 21 * 24 * 10) / 10) - 1_234);
  });
});
