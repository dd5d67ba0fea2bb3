import { describe, expect, it } from 'vitest';
import type { Plain } from '../../firmware-sim/device/cosem/value.ts';
import type { DeviceSetup } from '../../firmware-sim/device/setup.ts';
import { type Millis, toIso, toSeconds2000 } from '../../firmware-sim/kernel/time.ts';
import { NOW, SUPPLIER } from '../device/bench.ts';
import { type Changes, Living } from './living.ts';
import { rowsOf } from './log-reading.ts';

const HOUR = 3_600;
const DAY = 24 * HOUR;

const DAILY = '0-0:98.1.9';
const EXPORT = '0-0:98.1.10';
const BALANCES = '0-0:98.1.8';
const BILLING = '0-0:98.1.0';
const BILLED_BALANCES = '0-0:98.1.1';

const LOAD: Changes = [[0, { importWatts: 1_200, secondaryWatts: 300, exportWatts: 700, volts: [230] }]];
const parameters = { clockCheckHours: 24 * 3_650, standingChargeMinute: 0 };

/** A meter in prepayment mode with plenty of credit, whose clock begins where one likes; voltage is left out to be quick. */
function meter(
  from: Millis,
  changes: Changes = LOAD,
  values: Readonly<Record<string, Plain>> = {},
  setup: Partial<DeviceSetup> = {},
): Living {
  const clock = { offsetMs: from - NOW, status: 'reliable' } as const;
  const quiet = Object.fromEntries([32, 52, 72].map((phase) => [`7/1-0:${phase}.24.0.255/4`, 0]));
  const balances = { '111/0-0:19.0.0.255/2': [2, 2], '1/0-0:94.44.34.30/2': [1_000_000_000, 500_000, 0, 0, 0, 0] };
  return new Living(changes, { clock, parameters, ...setup }, { ...quiet, ...balances, ...values });
}

const local = (seconds: unknown): string => toIso(Date.UTC(2000, 0, 1) + Number(seconds) * 1_000).slice(0, 16);

/** What a row of registers has to hold now. */
function registersNow(home: Living): unknown[] {
  const [active, , , , secondary] = home.held('1/0-0:94.44.34.10/2') as unknown[];
  const [first, second] = home.held('1/0-0:94.44.34.1/2') as unknown[];
  const [blocks = []] = home.held('1/0-0:94.44.34.2/2') as unknown[][];
  return [active, secondary, first, second, ...[0, 16, 32, 48].map((from) => blocks.slice(from, from + 8))];
}

function balancesNow(home: Living): unknown[] {
  const held = home.held('1/0-0:94.44.34.30/2') as unknown[];
  return [1, 0, 5, 3, 4, 2].map((field) => held[field]);
}

describe('daily reads', () => {
  it.each(['2032-02-27', '2030-12-29', '2030-03-29', '2030-10-25', '2030-04-28'])(
    'hold what registers and balances are at each midnight from %s on',
    (date) => {
      const from = Date.parse(`${date}T00:00:00Z`);
      const home = meter(from);
      const wanted = Array.from({ length: 5 }, (_, i) => {
        home.until((i + 1) * DAY);
        const time = toSeconds2000(from + (i + 1) * DAY * 1_000);
        const exported = home.held('3/1-0:2.8.0.255/2');
        return { registers: [time, ...registersNow(home)], balances: [time, ...balancesNow(home)], exports: [time, exported] };
      });
      home.until(5 * DAY + HOUR);
      const after = toSeconds2000(from);
      expect(rowsOf(home, DAILY, after)).toEqual(wanted.map(({ registers }) => registers));
      expect(rowsOf(home, BALANCES, after)).toEqual(wanted.map(({ balances }) => balances));
      expect(rowsOf(home, EXPORT, after)).toEqual(wanted.map(({ exports }) => exports));
      const charged = wanted.map(({ balances }) => Number(balances[2]));
      expect(charged.every((balance, i) => i === 0 || balance < (charged[i - 1] ?? 0))).toBe(true);
    },
  );

  it('of balances are those of prepayment alone', () => {
    const home = meter(NOW, LOAD, { '111/0-0:19.0.0.255/2': [1, 2] }).until(3 * DAY);
    expect([rowsOf(home, BALANCES), rowsOf(home, DAILY).length]).toEqual([[], 3]);
  });

  it('go back behind the life of the meter, and hold no more than 31', () => {
    const home = meter(NOW).until(10 * DAY);
    const rows = rowsOf(home, DAILY, 0);
    expect([rows.length, local(rows[0]?.[0]), local(rows.at(-1)?.[0])]).toEqual([31, '2029-12-26T00:00', '2030-01-25T00:00']);
    const imports = rows.map((row) => Number(row[1]));
    expect(imports.every((wh, i) => i === 0 || wh > (imports[i - 1] ?? 0))).toBe(true);
    home.until(40 * DAY);
    expect(rowsOf(home, DAILY, 0).map(([time]) => Number(time))).toEqual(
      Array.from({ length: 31 }, (_, i) => toSeconds2000(Date.UTC(2030, 0, 25 + i))),
    );
  });

  it('that the clock jumps over, or that fall into an outage or a time that is not known, are not made', () => {
    const dark: Changes = [...LOAD, [5 * DAY - HOUR, { volts: [0] }], [5 * DAY + HOUR, LOAD[0]?.[1] ?? {}]];
    const home = meter(Date.UTC(2030, 0, 1), dark).until(2 * DAY - 600);
    const days = () => rowsOf(home, DAILY, toSeconds2000(Date.UTC(2030, 0, 1))).map(([time]) => local(time).slice(0, 10));
    home.device.clock = { offsetMs: home.device.clock.offsetMs + 1_200_000, status: 'reliable' };
    home.until(2.5 * DAY);
    expect(days()).toEqual(['2030-01-02']);
    home.until(3.5 * DAY);
    home.device.clock = { ...home.device.clock, status: 'invalid' };
    home.until(4.5 * DAY);
    home.device.clock = { ...home.device.clock, status: 'unreliable' };
    home.until(6.5 * DAY);
    expect(days()).toEqual(['2030-01-02', '2030-01-04', '2030-01-07']);
  });

  it('that come twice are made once', () => {
    const home = meter(Date.UTC(2030, 0, 1)).until(DAY + 600);
    const [first] = rowsOf(home, DAILY, toSeconds2000(Date.UTC(2030, 0, 1)));
    home.device.clock = { offsetMs: home.device.clock.offsetMs - 1_200_000, status: 'reliable' };
    home.until(2 * DAY);
    expect(rowsOf(home, DAILY, toSeconds2000(Date.UTC(2030, 0, 1)))).toEqual([first]);
  });
});

/** execution_time of the billing calendar (ECS30a): time and date, `ff` and `ffff` open. */
const entry = (time: string, date: string): Plain => [time, date];
const MIDNIGHT = '00000000';
const SIX = '06000000';

interface Calendar {
  readonly name: string;
  readonly entries: readonly Plain[];
  /** Whether a period ends at an hour. */
  readonly ends: (at: Date) => boolean;
  /** Days to watch. */
  readonly days: number;
}

const CALENDARS: readonly Calendar[] = [
  { name: 'daily', days: 45, entries: [entry(MIDNIGHT, 'ffffffffff')], ends: (at) => at.getUTCHours() === 0 },
  {
    name: 'weekly, on Mondays',
    days: 100,
    entries: [entry(SIX, 'ffffffff01')],
    ends: (at) => at.getUTCHours() === 6 && at.getUTCDay() === 1,
  },
  {
    name: 'monthly, on the 28th',
    days: 100,
    entries: [entry(MIDNIGHT, 'ffffff1cff')],
    ends: (at) => at.getUTCHours() === 0 && at.getUTCDate() === 28,
  },
  {
    name: 'monthly, on the last day',
    days: 100,
    entries: [entry(MIDNIGHT, 'fffffffeff')],
    ends: (at) => at.getUTCHours() === 0 && new Date(at.getTime() + DAY * 1_000).getUTCDate() === 1,
  },
  {
    name: 'quarterly',
    days: 170,
    entries: [1, 4, 7, 10].map((month) => entry(MIDNIGHT, `ffff0${month.toString(16)}01ff`)),
    ends: (at) => at.getUTCHours() === 0 && at.getUTCDate() === 1 && at.getUTCMonth() % 3 === 0,
  },
  {
    name: 'half-yearly',
    days: 215,
    entries: [entry(SIX, 'ffff020fff'), entry(SIX, 'ffff080fff')],
    ends: (at) => at.getUTCHours() === 6 && at.getUTCDate() === 15 && (at.getUTCMonth() === 1 || at.getUTCMonth() === 7),
  },
  {
    name: 'yearly',
    days: 60,
    entries: [entry(MIDNIGHT, 'ffff0301ff')],
    ends: (at) => at.getUTCHours() === 0 && at.getUTCDate() === 1 && at.getUTCMonth() === 2,
  },
];

describe('the end of a billing period', () => {
  it.each(CALENDARS)('comes $name', ({ entries, ends, days }) => {
    const from = Date.UTC(2032, 0, 20);
    const home = meter(from, [[0, { importWatts: 100 }]], {
      '22/0-0:15.0.0.255/4': entries,
      '111/0-0:19.0.0.255/2': [1, 2],
    }).until(days * DAY);
    const hours = Array.from({ length: days * 24 }, (_, i) => new Date(from + (i + 1) * HOUR * 1_000));
    const wanted = hours.filter(ends).map((at) => toSeconds2000(at.getTime()));
    expect(rowsOf(home, BILLING, toSeconds2000(from)).map(([time]) => time)).toEqual(wanted.slice(-12));
    expect(home.alerts().filter(([code]) => code === 0x8f0a)).toEqual(wanted.map(() => [0x8f0a, SUPPLIER]));
  });

  const monthly = { '22/0-0:15.0.0.255/4': [entry(SIX, 'ffffff01ff')] };
  /** Counter of block 2, column 1, and its register. */
  const block = (home: Living): unknown[] => ((home.held('1/0-0:94.44.34.2/2') as unknown[][])[0] ?? []).slice(16, 32);
  const counters: Plain = [Array.from({ length: 64 }, (_, i) => 1_000 + i)];

  it('puts registers and balances into the log, and sets the block counters to 0', () => {
    const home = meter(Date.UTC(2030, 0, 31, 23), LOAD, { ...monthly, '1/0-0:94.44.34.2/2': counters }).until(7 * HOUR - 1);
    expect(block(home).slice(8)).toEqual([1_024, 1_025, 1_026, 1_027, 1_028, 1_029, 1_030, 1_031]);
    home.until(7 * HOUR);
    const time = toSeconds2000(Date.UTC(2030, 1, 1, 6));
    const after = time - 1;
    expect(rowsOf(home, BILLING, after)).toEqual([[time, ...registersNow(home)]]);
    expect(rowsOf(home, BILLED_BALANCES, after)).toEqual([[time, ...balancesNow(home)]]);
    expect(block(home)).toEqual([1_016, 1_017, 1_018, 1_019, 1_020, 1_021, 1_022, 1_023, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('is made up for after an outage, and not where the clock jumped over it', () => {
    const dark: Changes = [...LOAD, [HOUR, { volts: [0] }], [9 * HOUR, LOAD[0]?.[1] ?? {}]];
    const home = meter(Date.UTC(2030, 0, 31, 23), dark, monthly).until(12 * HOUR);
    const times = () => rowsOf(home, BILLING, toSeconds2000(Date.UTC(2030, 0, 30))).map(([time]) => local(time));
    expect(times()).toEqual(['2030-02-01T08:00']);
    home.until(27 * DAY);
    home.device.clock = { offsetMs: home.device.clock.offsetMs + 3 * DAY * 1_000, status: 'reliable' };
    home.until(28 * DAY);
    expect(times()).toEqual(['2030-02-01T08:00']);
  });

  it('waits for the next one after an outage where the profile says so', () => {
    const dark: Changes = [...LOAD, [HOUR, { volts: [0] }], [9 * HOUR, LOAD[0]?.[1] ?? {}]];
    const setup = { parameters: { ...parameters, billingAfterOutage: false } };
    const home = meter(Date.UTC(2030, 0, 31, 23), dark, monthly, setup).until(12 * HOUR);
    expect(rowsOf(home, BILLING, toSeconds2000(Date.UTC(2030, 0, 30)))).toEqual([]);
  });

  it('comes once where the clock goes back over it, and not while the time is not known', () => {
    const home = meter(Date.UTC(2030, 0, 31, 23), LOAD, monthly).until(8 * HOUR);
    home.device.clock = { offsetMs: home.device.clock.offsetMs - 3 * HOUR * 1_000, status: 'reliable' };
    home.until(20 * HOUR);
    expect(rowsOf(home, BILLING, toSeconds2000(Date.UTC(2030, 0, 30)))).toHaveLength(1);
    home.device.clock = { ...home.device.clock, status: 'invalid' };
    home.until(40 * DAY);
    home.device.clock = { ...home.device.clock, status: 'reliable' };
    home.until(41 * DAY);
    expect(rowsOf(home, BILLING, toSeconds2000(Date.UTC(2030, 0, 30)))).toHaveLength(1);
  });

  it('is the same whatever steps the caller takes, as is everything that is logged', () => {
    const dark: Changes = [...LOAD, [5.1 * DAY, { volts: [0] }], [5.9 * DAY, { ...LOAD[0]?.[1], importWatts: 333 }]];
    const once = meter(Date.UTC(2030, 0, 25), dark).until(12 * DAY);
    const often = meter(Date.UTC(2030, 0, 25), dark);
    for (let i = 1; i <= 400; i++) often.until(Math.floor((i * 12 * DAY) / 401) + ((i * 7_919) % 997));
    expect(often.until(12 * DAY).device.state()).toEqual(once.device.state());
  });

  it('goes on from a state', () => {
    const whole = meter(Date.UTC(2030, 0, 20), LOAD, monthly).until(40 * DAY);
    const half = meter(Date.UTC(2030, 0, 20), LOAD, monthly).until(12 * DAY + 3 * HOUR);
    const again = new Living(LOAD, { parameters, state: half.device.state() }, { '111/0-0:19.0.0.255/2': [2, 2] }).until(
      40 * DAY,
    );
    for (const log of [DAILY, BALANCES, EXPORT, BILLING, BILLED_BALANCES])
      expect(rowsOf(again, log, 0)).toEqual(rowsOf(whole, log, 0));
  });
});
