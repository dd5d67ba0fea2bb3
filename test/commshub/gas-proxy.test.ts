import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HomeView } from '../../firmware-sim/commshub/home-view.ts';
import { numberIn, numbersIn } from '../../firmware-sim/device/zcl/plain.ts';
import type { ZclRecord } from '../../firmware-sim/device/zcl/store.ts';
import { toSeconds2000 } from '../../firmware-sim/kernel/time.ts';
import type { Ask } from '../device/zcl/own-bench.ts';
import { GSME } from '../device/zcl/own-bench.ts';
import { DAY, flows, HOUR, MIDNIGHT } from '../gsme/bench.ts';
import type { From } from '../gsme/model.ts';
import { holds } from '../support/property.ts';
import { GasHome, GPF, WAKE } from './gas-home.ts';

const METERING = 0x0702;
const PRICE = 0x0700;
const PREPAYMENT = 0x0705;
const NO_DATA = 0xff_ffff;
const FLOW: From<number> = [
  [MIDNIGHT, 12_345],
  [MIDNIGHT + 5 * HOUR + 1234, 0],
  [MIDNIGHT + 17 * HOUR, 7_777],
  [MIDNIGHT + 30 * HOUR + 333, 9_999],
];

const REGISTER: readonly Ask[] = [{ cluster: METERING, command: 0, attributes: [770, 769, 768, 0] }];

/** GCS13a: the register, and the time and clock status in the response's header. */
function register(
  home: GasHome,
  recipient: typeof GSME,
): readonly [litres: number, time: number | undefined, status: number | undefined] {
  const { said, message } = home.ask(recipient, 'GCS13a', REGISTER);
  const dateTime = 'header' in message ? message.header.dateTime : undefined;
  const [high = 0, low = 0, month = 1, day = 1, , hour = 0, minute = 0, second = 0] = dateTime ?? [];
  return [Number(said[0]?.attributes?.[0]), Date.UTC(high * 256 + low, month - 1, day, hour, minute, second), dateTime?.at(-1)];
}

/** GCS17 or GCS61. */
function samples(home: GasHome, recipient: typeof GSME, useCase: 'GCS17' | 'GCS61', from: number, count: number) {
  const fields = { SampleID: useCase === 'GCS17' ? 0 : 1, EarliestSampleTime: from, SampleType: 0, NumberOfSamples: count };
  const record = home.ask(recipient, useCase, [{ cluster: METERING, command: 8, fields }]).said[0]?.record;
  return record && { start: numberIn(record, 'SampleStartTime'), values: numbersIn(record, 'Samples') };
}

const snapshots = (home: GasHome, recipient: typeof GSME, useCase: 'GCS16a' | 'GCS15c'): readonly ZclRecord[] => {
  const [cause, slots] = useCase === 'GCS16a' ? [1, 31] : [2, 12];
  const asks = Array.from({ length: slots }, (_, offset) => ({
    cluster: METERING,
    command: 6,
    fields: { 'Latest End Time': 0xffff_ffff, 'Snapshot Offset': offset, 'Snapshot Cause': cause },
  }));
  return home.ask(recipient, useCase, asks).said.flatMap(({ record }) => (record ? [record] : []));
};

describe('reads of a gas proxy', () => {
  it('lag: they give what the meter pushed last, and say from when by its clock', () => {
    const home = new GasHome({ load: flows(FLOW), firstWakeAt: MIDNIGHT + 10 * 60_000 });
    expect(register(home, GPF).slice(1)).toEqual([MIDNIGHT, 0]);
    home.liveTo(MIDNIGHT + 3 * HOUR);
    const atWake = home.stores.gpf.number(METERING, 0);
    expect(register(home, GSME)).toEqual([home.stores.gsme.number(METERING, 0), MIDNIGHT + 3 * HOUR, 0]);
    expect(register(home, GPF)).toEqual([atWake, MIDNIGHT + 2 * HOUR + 40 * 60_000, 4]);
    // 20 minutes at 1.2345 m³ an hour.
    expect(register(home, GSME)[0] - atWake).toBe(411);
  });

  it('say that the time is not to be trusted when the meter does not trust its own', () => {
    const home = new GasHome({ load: flows(FLOW), clock: { offsetMs: 0, status: 'unreliable' } });
    home.liveTo(MIDNIGHT + HOUR);
    expect(register(home, GPF)[2]).toBe(2);
  });

  it('never give a register that is less than before, whatever order pushes arrive in and whichever get lost', () => {
    const fate = fc.array(fc.constantFrom('arrives', 'lost', 'late', 'unanswered'), { minLength: 10, maxLength: 30 });
    holds(
      fc.property(fate, (fates) => {
        const home = new GasHome({ load: flows(FLOW) });
        let before = register(home, GPF)[0];
        for (const [i, one] of fates.entries()) {
          home.inTouch = one !== 'lost';
          home.late = one === 'late';
          home.answersRefills = one !== 'unanswered';
          home.liveTo(MIDNIGHT + (i + 1) * WAKE);
          const now = register(home, GPF)[0];
          expect(now).toBeGreaterThanOrEqual(before);
          before = now;
        }
        home.inTouch = true;
        home.late = false;
        home.answersRefills = true;
        home.liveTo(home.now + WAKE);
        expect(register(home, GPF)[0]).toBe(register(home, GSME)[0]);
        const [mine, meters] = [GPF, GSME].map((who) => samples(home, who, 'GCS17', toSeconds2000(MIDNIGHT + WAKE), 100));
        expect(mine).toEqual(meters);
      }),
      15,
    );
  });

  it('give the meter’s version, supply state and payment mode as of the last push', () => {
    const home = new GasHome();
    home.liveTo(MIDNIGHT + WAKE);
    home.ask(GSME, 'GCS32', [{ cluster: METERING, command: 0x0b, fields: { 'Proposed Supply Status': 0 } }]);
    const status = (): unknown =>
      home.ask(GPF, 'GCS33', [{ cluster: METERING, command: 0, attributes: [517, 20] }]).said[0]?.attributes?.[20];
    expect(status()).toBe(2);
    home.liveTo(MIDNIGHT + 2 * WAKE);
    expect(status()).toBe(0);
    const version = home.ask(GPF, 'GCS38', [{ cluster: METERING, command: 0, attributes: [518] }]).said[0]?.attributes?.[518];
    expect(version).toEqual(Uint8Array.of(0, 0, 0, 7));
    const mode = home.ask(GPF, 'GCS21j', [{ cluster: PREPAYMENT, command: 0, attributes: [0] }]).said[0]?.attributes?.[0];
    expect(mode).toBe(0x0c94);
  });
});

describe('logs of a gas proxy', () => {
  it('made from pushes are those of the meter: half hours, daily reads, billing', () => {
    const home = new GasHome({ load: flows(FLOW), firstWakeAt: MIDNIGHT + 7 * 60_000 });
    home.liveTo(MIDNIGHT + 40 * DAY + 7 * 60_000);
    expect(home.refills).toEqual([MIDNIGHT + 37 * 60_000]);
    const [mine, meters] = [GPF, GSME].map((who) => samples(home, who, 'GCS17', 0, 0xffff));
    expect(mine).toEqual(meters);
    for (const useCase of ['GCS16a', 'GCS15c'] as const) {
      expect(snapshots(home, GPF, useCase)).toEqual(snapshots(home, GSME, useCase));
    }
  });

  it('of days have for each what its half hours add up to', () => {
    const home = new GasHome({ load: flows(FLOW) });
    home.liveTo(MIDNIGHT + 9 * DAY);
    const daily = samples(home, GPF, 'GCS61', 0, 731);
    expect(daily?.values).toHaveLength(731);
    expect(daily?.start).toBe(toSeconds2000(MIDNIGHT + 9 * DAY) - 730 * 86_400);
    for (let day = 700; day < 731; day++) {
      const end = (daily?.start ?? 0) + day * 86_400;
      const halves = samples(home, GPF, 'GCS17', end - 86_400 + 1800, 48)?.values ?? [];
      expect(daily?.values[day]).toBe(halves.reduce((sum, value) => sum + value, 0));
    }
    expect(daily?.values).not.toContain(NO_DATA);
  });

  it('are filled from the meter after contact was lost', () => {
    const home = new GasHome({ load: flows(FLOW) });
    home.liveTo(MIDNIGHT + 10 * HOUR);
    home.inTouch = false;
    home.liveTo(MIDNIGHT + 3 * DAY);
    const before = samples(home, GPF, 'GCS17', toSeconds2000(MIDNIGHT), 1_000)?.values.length;
    expect(before).toBe(21);
    home.inTouch = true;
    home.liveTo(MIDNIGHT + 3 * DAY + HOUR);
    expect(home.refills.slice(1)).toEqual([MIDNIGHT + 3 * DAY + WAKE]);
    const whole = ([GPF, GSME] as const).map((who) => samples(home, who, 'GCS17', toSeconds2000(MIDNIGHT), 1_000));
    expect(whole[0]).toEqual(whole[1]);
    expect(snapshots(home, GPF, 'GCS16a')).toEqual(snapshots(home, GSME, 'GCS16a'));
    expect(samples(home, GPF, 'GCS61', toSeconds2000(MIDNIGHT + DAY), 9)?.values).toHaveLength(3);
    expect(samples(home, GPF, 'GCS61', 0, 731)?.values).not.toContain(NO_DATA);
  });

  it('have a gap where the meter itself has none of it, and go on after it', () => {
    const home = new GasHome({ load: flows(FLOW) });
    home.liveTo(MIDNIGHT + 2 * HOUR);
    // The meter's clock jumps: it has no half hours there either.
    home.gsme.device.clock = { offsetMs: 3 * HOUR, status: 'reliable' };
    home.liveTo(MIDNIGHT + 4 * HOUR);
    const [mine, meters] = [GPF, GSME].map((who) => samples(home, who, 'GCS17', toSeconds2000(MIDNIGHT + WAKE), 100));
    expect(mine).toEqual(meters);
    expect(mine?.values.filter((value) => value === NO_DATA)).toHaveLength(6);
  });

  it('survive a restart of the hub', () => {
    const home = new GasHome({ load: flows(FLOW) });
    home.liveTo(MIDNIGHT + 2 * DAY);
    const again = new GasHome({ load: flows(FLOW) });
    again.proxy.device.restore(home.proxy.device.state());
    const read = ({ proxy }: GasHome) => proxy.device.state();
    expect(read(again)).toEqual(read(home));
    expect(samples(again, GPF, 'GCS61', 0, 731)).toEqual(samples(home, GPF, 'GCS61', 0, 731));
  });
});

describe('what passes through the hub', () => {
  const price = (start: number, value: number): readonly Ask[] => [
    {
      cluster: PRICE,
      command: 4,
      fields: { 'Start Time': start, 'Standing Charge': 31_000, Currency: 826, 'Price Trailing Digit': 0x50 },
    },
    {
      cluster: PRICE,
      command: 5,
      fields: { 'Start Time': start, 'Sub-payload Control': 1, 'Price Matrix Entry': [{ 'Tier / Block ID': 1, Price: value }] },
    },
  ];
  const charge = (home: GasHome, recipient: typeof GSME): readonly unknown[] => {
    const { said } = home.ask(recipient, 'GCS21f', [{ cluster: PRICE, command: 0, attributes: [0x0410, 0x0301] }]);
    return [said[0]?.attributes?.[0x0410], said[0]?.attributes?.[0x0301]];
  };

  it('changes the proxy’s tariff as the meter’s, at once or at its time, or not when the meter refuses or it is cancelled', () => {
    const home = new GasHome();
    home.ask(GSME, 'GCS01b', price(0, 7_777));
    expect(charge(home, GPF)).toEqual([7_777, 31_000]);
    home.ask(GSME, 'GCS01b', price(toSeconds2000(MIDNIGHT + 5 * HOUR), 8_888));
    home.liveTo(MIDNIGHT + 5 * HOUR - 1);
    expect(charge(home, GPF)).toEqual([7_777, 31_000]);
    home.liveTo(MIDNIGHT + 5 * HOUR);
    expect([charge(home, GPF), charge(home, GSME)]).toEqual([
      [8_888, 31_000],
      [8_888, 31_000],
    ]);
    home.ask(GSME, 'GCS01b', price(toSeconds2000(MIDNIGHT + 9 * HOUR), 9_999));
    home.ask(
      GSME,
      'GCS01b',
      price(0xffff_fffe, 1).map((one) => ({ ...one, fields: { ...one.fields, 'Start Time': 0xffff_ffff } })),
    );
    home.liveTo(MIDNIGHT + 10 * HOUR);
    expect([charge(home, GPF), charge(home, GSME)]).toEqual([
      [8_888, 31_000],
      [8_888, 31_000],
    ]);
    // The proxy takes no snapshot of its own for it: the meter pushes its snapshots.
    expect(home.stores.gpf.records('snapshots.change')).toEqual(home.stores.gsme.records('snapshots.change'));
  });

  it('tells it messages, the billing calendar, calorific value and prepayment settings', () => {
    const home = new GasHome();
    home.ask(GSME, 'GCS07', [{ cluster: 0x0703, command: 0, fields: { Message: 'HELLO' } }]);
    home.ask(GSME, 'GCS25', [
      { cluster: PRICE, command: 9, fields: { 'Billing Period Start Time': 99, 'Billing Period Duration': 3 } },
    ]);
    home.ask(GSME, 'GCS23', [
      {
        cluster: PRICE,
        command: 3,
        fields: { 'Calorific Value': 401, 'Calorific Value Unit': 1, 'Calorific Value Trailing Digit': 0x10 },
      },
    ]);
    home.ask(GSME, 'GCS05', [
      { cluster: PREPAYMENT, command: 3, fields: { 'Emergency Credit Limit': 123_000, 'Emergency Credit Threshold': 45_000 } },
    ]);
    const { gpf, gsme } = home.stores;
    expect(gpf.record('message')).toEqual(gsme.record('message'));
    expect(numberIn(gpf.record('billing.period'), 'Billing Period Duration')).toBe(3);
    expect(gpf.number(PRICE, 0x0304)).toBe(401);
    expect([gpf.number(PREPAYMENT, 0x10), gpf.number(PREPAYMENT, 0x11)]).toEqual([123_000, 45_000]);
    expect(home.proxy.device.state().ledger).toBeUndefined();
  });

  it('is forgotten by a proxy that has not seen the answer', () => {
    const home = new GasHome();
    const before = charge(home, GPF);
    home.proxy.tap = () => [];
    home.ask(GSME, 'GCS01b', price(0, 7_777));
    expect(charge(home, GPF)).toEqual(before);
  });
});

describe('change of tenancy', () => {
  it('hides from displays what is older than its date once that has come; the supplier reads on', () => {
    const home = new GasHome({ load: flows(FLOW) });
    home.liveTo(MIDNIGHT + 2 * DAY);
    const moved = toSeconds2000(MIDNIGHT + 3 * DAY);
    home.ask(GPF, 'GCS09', [
      { cluster: 0x0708, command: 0, fields: { 'Implementation Date/Time': moved, 'Proposed Tenancy Change Control': 0x200 } },
    ]);
    const view = new HomeView(home.proxy.device);
    const seen = () => ({
      first: view.samples('samples.profile', 0, 0xffff, home.now)?.first,
      day: view.samples('samples.daily', 0, 731, home.now)?.first,
      reads: numberIn(view.rows('snapshots.daily', home.now)[0], 'Snapshot Time'),
      days: view.values('days', home.now).map(({ from }) => from),
    });
    const before = seen();
    expect(before.first).toBeLessThan(moved - 300 * 86_400);
    expect(before.days).toEqual([1, 0].map((day) => toSeconds2000(MIDNIGHT + day * DAY)));
    home.liveTo(MIDNIGHT + 5 * DAY);
    expect(seen()).toEqual({
      first: moved + 1_800,
      day: moved + 86_400,
      reads: moved,
      days: [4, 3].map((day) => toSeconds2000(MIDNIGHT + day * DAY)),
    });
    const wanted = samples(home, GPF, 'GCS17', 0, 0xffff);
    expect(wanted?.values).toHaveLength(19_056);
  });
});

describe('the value store of a gas proxy', () => {
  it('has consumption and cost by day, week and month, which add up', () => {
    const home = new GasHome({ load: flows([[MIDNIGHT, 10_000]]) });
    home.liveTo(MIDNIGHT + 40 * DAY + 5 * HOUR);
    const view = new HomeView(home.proxy.device);
    const [days, weeks, months] = (['days', 'weeks', 'months'] as const).map((kind) => view.values(kind, home.now));
    // 1 m³ an hour at 39.5 MJ/m³ and 1.02264.
    const wattHours = (hours: number): number => Math.floor((hours * 102_264 * 395) / 3_600);
    expect(days?.map((one) => one.wattHours)).toEqual([wattHours(5), ...Array.from({ length: 8 }, () => wattHours(24))]);
    expect(months?.map(({ from }) => from)).toEqual([1, 0].map((month) => toSeconds2000(Date.UTC(2015, month, 1))));
    expect(months?.[1]?.wattHours).toBe(31 * wattHours(24));
    expect(weeks).toHaveLength(6);
    // 2015-02-09 was a Monday.
    expect(weeks?.map(({ from }) => from)).toEqual(
      Array.from({ length: 6 }, (_, i) => toSeconds2000(Date.UTC(2015, 1, 9 - 7 * i))),
    );
    expect(weeks?.[1]?.wattHours).toBe(7 * wattHours(24));
    expect(days?.every(({ millipence }) => millipence > 0)).toBe(true);
  });
});
