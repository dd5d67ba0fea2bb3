import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeviceSetup } from '../../firmware-sim/device/setup.ts';
import { numberIn } from '../../firmware-sim/device/zcl/plain.ts';
import { toCivil, toSeconds2000 } from '../../firmware-sim/kernel/time.ts';
import { logged, NOW, SUPPLIER } from '../device/bench.ts';
import { codes } from '../device/cosem/calls.ts';
import { liveTo, livingGas } from '../gsme/bench.ts';
import { holds } from '../support/property.ts';
import { type Changes, Living, variant } from './living.ts';
import { rowsOf } from './log-reading.ts';

const HOUR = 3_600;
const DAY = 24 * HOUR;
/** How long what moves a clock by up to ten seconds may wait for the end of a half hour to pass, and a millisecond. */
const CALM = 10.001;

const meter = (clock: DeviceSetup['clock'], parameters: DeviceSetup['parameters'] = {}, changes: Changes = []) =>
  new Living(changes, { ...variant('single-element'), ...(clock && { clock }), parameters }, { '7/1-0:32.24.0.255/4': 0 });

/** 12 octets of a moment so many seconds from the start. */
function octets(seconds: number): string {
  const { year, month, day, hour, minute, second } = toCivil(NOW + seconds * 1_000);
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
  return `${hex(year, 4)}${hex(month, 2)}${hex(day, 2)}ff${[hour, minute, second].map((one) => hex(one, 2)).join('')}008000ff`;
}

/** Set Clock: the supplier vouches for an interval (RTDS 4.5.0 ECS70). */
function setClock(home: Living, from: number, to: number): readonly number[] {
  const open = 'ff'.repeat(12);
  return codes(
    home.command('ECS70', [
      { operation: 'set', key: '8/0-0:1.0.0.255/9', data: 5 },
      { operation: 'action', key: '8/0-0:1.0.0.255/5', data: [open, octets(from), octets(to)] },
      { operation: 'action', key: '8/0-0:1.0.0.255/4', data: 0 },
    ]),
  );
}

describe('the daily comparison with the hub', () => {
  it.each([10_000, -10_000])('takes %d ms away without a word', (offsetMs) => {
    const home = meter({ offsetMs, status: 'reliable' }).until(DAY - 0.001);
    expect(home.device.clock.offsetMs).toBe(offsetMs);
    home.until(DAY + CALM);
    expect([home.device.clock, home.effects]).toEqual([{ offsetMs: 0, status: 'reliable' }, []]);
  });

  it.each([10_001, -10_001])('leaves %d ms, reports them once, and trusts the clock no more', (offsetMs) => {
    const home = meter({ offsetMs, status: 'reliable' }).until(5 * DAY);
    expect(home.device.clock).toEqual({ offsetMs, status: 'unreliable' });
    expect(home.alerts()).toEqual([[0x8f0c, SUPPLIER]]);
    expect(home.logged('security').map(([, code]) => code)).toEqual([0x8f0c]);
  });

  it('comes as often as the profile says', () => {
    const home = meter({ offsetMs: 4_000, status: 'reliable' }, { clockCheckHours: 1 }).until(HOUR + CALM);
    expect(home.device.clock.offsetMs).toBe(0);
  });

  it('does not make a clock valid that was never set', () => {
    const home = meter({ offsetMs: 4_000, status: 'invalid' }).until(3 * DAY);
    expect(home.device.clock).toEqual({ offsetMs: 4_000, status: 'invalid' });
  });

  it('is a gas meter’s too', () => {
    const gas = livingGas({ from: NOW, clock: { offsetMs: 60_000, status: 'reliable' } });
    const effects = liveTo(gas, NOW + DAY * 1_000);
    expect([gas.device.clock.status, logged(effects).filter((code) => code === 0x8f0c)]).toEqual(['unreliable', [0x8f0c]]);
  });
});

describe('Set Clock', () => {
  it('sets a clock that was never set, and notes that it moved (8145)', () => {
    const home = meter({ offsetMs: -7_200_000, status: 'invalid' }).until(60);
    expect(setClock(home, 60, 120)).toEqual([0, 0, 0]);
    expect([home.device.clock, home.logged()]).toEqual([{ offsetMs: 0, status: 'reliable' }, [[60, 0x8145]]]);
  });

  it('outside its window leaves the clock and doubts it (81C6)', () => {
    const home = meter(undefined).until(60);
    setClock(home, 61, 120);
    expect([home.device.clock.status, home.logged('event')]).toEqual(['unreliable', [[60, 0x81c6]]]);
  });

  it('is trusted again although it had been far off', () => {
    const home = meter({ offsetMs: 60_000, status: 'reliable' }).until(DAY);
    setClock(home, DAY - 10, DAY + 10);
    expect(home.device.clock).toEqual({ offsetMs: 0, status: 'reliable' });
    expect(home.until(5 * DAY).alerts()).toEqual([[0x8f0c, SUPPLIER]]);
  });
});

describe('a clock without a hub', () => {
  it('runs on, is doubted after a day, and trusted when the hub is back and agrees', () => {
    const home = meter(undefined).until(HOUR);
    home.life.clock.hubLost(home.now);
    home.until(DAY + HOUR - 1);
    expect(home.device.clock.status).toBe('reliable');
    home.until(3 * DAY);
    expect(home.device.clock.status).toBe('unreliable');
    home.life.clock.hubFound(home.now);
    home.until(3 * DAY + 1);
    expect([home.device.clock.status, home.effects]).toEqual(['reliable', []]);
  });

  it('that has drifted too far meanwhile is reported', () => {
    const home = meter(undefined, { clockDriftMsPerDay: 500 }).until(HOUR);
    home.life.clock.hubLost(home.now);
    home.until(30 * DAY);
    home.life.clock.hubFound(home.now);
    home.until(30 * DAY + 1);
    const reports = home.alerts().filter(([code]) => code === 0x8f0c);
    expect([home.device.clock, reports]).toEqual([{ offsetMs: 15_000, status: 'unreliable' }, [[0x8f0c, SUPPLIER]]]);
  });
});

describe('a clock beside a hub that has another time', () => {
  const besides = (hub: { clock: DeviceSetup['clock'] }): Living => {
    const home = meter(undefined);
    home.device.hubClock = () => hub.clock ?? { offsetMs: 0, status: 'reliable' };
    return home;
  };

  it('follows it for ten seconds, and no further', () => {
    const hub: { clock: DeviceSetup['clock'] } = { clock: { offsetMs: 7_000, status: 'reliable' } };
    const home = besides(hub).until(DAY + CALM);
    expect([home.device.clock, home.effects]).toEqual([hub.clock, []]);
    hub.clock = { offsetMs: 17_001, status: 'reliable' };
    expect(home.until(2 * DAY + CALM).device.clock).toEqual({ offsetMs: 7_000, status: 'unreliable' });
    expect(home.alerts()).toEqual([[0x8f0c, SUPPLIER]]);
  });

  it('is doubted a day after the hub had lost the time, and trusted when the hub knows it again', () => {
    const hub: { clock: DeviceSetup['clock'] } = { clock: { offsetMs: 5_000, status: 'unreliable' } };
    const home = besides(hub).until(2 * DAY - 0.001);
    expect(home.device.clock).toEqual({ offsetMs: 0, status: 'reliable' });
    expect(home.until(2 * DAY).device.clock).toEqual({ offsetMs: 0, status: 'unreliable' });
    hub.clock = { offsetMs: 0, status: 'reliable' };
    expect([home.until(3 * DAY).device.clock, home.effects]).toEqual([hub.clock, []]);
  });

  it('that the hub has lost for an hour only is not doubted', () => {
    const hub: { clock: DeviceSetup['clock'] } = { clock: { offsetMs: 0, status: 'invalid' } };
    const home = besides(hub).until(DAY);
    hub.clock = { offsetMs: 0, status: 'reliable' };
    for (let hour = 0; hour < 96; hour++) {
      expect(home.device.clock.status).toBe('reliable');
      home.until(DAY + hour * HOUR);
      hub.clock = { offsetMs: 0, status: hour % 24 === 7 ? 'invalid' : 'reliable' };
    }
  });

  it('is set to the hub’s time, which has to lie in the supplier’s window', () => {
    const hub: { clock: DeviceSetup['clock'] } = { clock: { offsetMs: 30_000, status: 'reliable' } };
    const home = besides(hub).until(60);
    setClock(home, 91, 120);
    expect([home.device.clock.status, home.logged('event')]).toEqual(['unreliable', [[60, 0x81c6]]]);
    setClock(home, 90, 120);
    expect(home.device.clock).toEqual(hub.clock);
    hub.clock = { offsetMs: 0, status: 'invalid' };
    setClock(home, 60, 120);
    expect(home.device.clock).toEqual({ offsetMs: 30_000, status: 'unreliable' });
  });
});

describe('drift', () => {
  it('comes to what the profile says in a day, and the comparison takes it away', () => {
    for (const drift of [-400, -1, 1, 17, 500]) {
      const home = meter(undefined, { clockDriftMsPerDay: drift, clockCheckHours: 48 }).until(DAY + CALM);
      expect(home.device.clock.offsetMs).toBe(drift);
      expect(home.until(2 * DAY + CALM).device.clock.offsetMs).toBe(0);
    }
  });

  it.each([9_000, -9_000, 11_000, -400])('of %d ms a day costs no half hour, day or billing period', (drift) => {
    const home = new Living([[0, { importWatts: 1_000 }]], {
      ...variant('single-element'),
      parameters: { clockDriftMsPerDay: drift },
    });
    home.until(20 * DAY);
    const ends = (obis: string): number[] => rowsOf(home, obis).map(([time]) => (Number(time) - toSeconds2000(NOW)) / 1_800);
    // The life begins at nine in the morning of the fifteenth; a fast clock has had the last half hour already.
    const halfHours = Array.from({ length: 20 * 48 }, (_, i) => i + 1);
    expect(ends('0-0:99.1.0').slice(0, 20 * 48 - 1)).toEqual(halfHours.slice(0, -1));
    expect(ends('0-0:98.1.9')).toEqual(halfHours.filter((end) => end % 48 === 30));
    expect(ends('0-0:98.1.0')).toEqual([16 * 48 + 30]);
  });

  it.each([9_000, -9_000, 11_000, -400])('of %d ms a day costs a gas meter no half hour and no day', (drift) => {
    const gas = livingGas({ from: NOW, parameters: { clockDriftMsPerDay: drift } });
    liveTo(gas, NOW + 20 * DAY * 1_000);
    const { span } = gas.life.profileLog;
    const halfHours = Array.from({ length: 20 * 48 - 1 }, (_, i) => toSeconds2000(NOW) + (i + 1) * 1_800);
    expect(span?.first).toBe(halfHours[0]);
    expect(halfHours.filter((end) => gas.life.profileLog.samples(end, 1)[0] !== 0)).toEqual([]);
    const days = gas.store.records('snapshots.daily').map((row) => numberIn(row, 'Snapshot Time'));
    expect(days.filter((time) => time > toSeconds2000(NOW))).toEqual(halfHours.filter((end) => end % 86_400 === 0));
  });

  it('does not depend on the steps of the caller', () => {
    holds(
      fc.property(fc.array(fc.integer({ min: 0, max: 2.5 * DAY }), { maxLength: 6 }), (stops) => {
        const home = meter(undefined, { clockDriftMsPerDay: 311 });
        for (const stop of [...stops].sort((a, b) => a - b)) home.until(stop);
        expect(home.until(2.5 * DAY).device.clock.offsetMs).toBe(Math.trunc((12 * 311) / 24));
      }),
      20,
    );
  });
});

describe('a clock through an outage', () => {
  const dark: Changes = [
    [100, { volts: [0] }],
    [100 + 3 * HOUR, {}],
  ];

  it('runs on for years', () => {
    expect(meter(undefined, {}, dark).until(5 * HOUR).device.clock).toEqual({ offsetMs: 0, status: 'reliable' });
  });

  it('has stopped and is invalid where its energy lasts for less', () => {
    const { clock } = meter(undefined, { clockBackupHours: 2 }, dark).until(5 * HOUR).device;
    expect(clock).toEqual({ offsetMs: -(3 * HOUR * 1_000 - 501), status: 'invalid' });
  });
});
