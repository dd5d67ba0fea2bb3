import { describe, expect, it } from 'vitest';
import { encodeDer } from '../../firmware-sim/codec/der.ts';
import { generalizedTime } from '../../firmware-sim/device/clock.ts';
import type { HanDeviceEffect } from '../../firmware-sim/device/effects.ts';
import { numberIn, numbersIn } from '../../firmware-sim/device/zcl/plain.ts';
import { SetTimeCommand } from '../../firmware-sim/gbcs/asn1/structures.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { toSeconds2000 } from '../../firmware-sim/kernel/time.ts';
import { GasHome, type GasHomeSetup, GPF, WAKE } from '../commshub/gas-home.ts';
import { GSME } from '../device/zcl/own-bench.ts';
import { DAY, flows, HOUR, MIDNIGHT } from '../gsme/bench.ts';

/*
 * S05 (MP099, IRP571), gas: what a meter and its proxy say and log while the meter does not know the time, and when it does again.
 */

const METERING = 0x0702;
const NO_DATA = 0xff_ffff;
/** 1 m³ an hour: 500 thousandths each half hour. */
const STEADY = flows([[MIDNIGHT, 10_000]]);
const NEVER_SET = { offsetMs: -3 * 365 * DAY, status: 'invalid' } as const;

/** A home whose meter has no history before its life. */
function home(setup: GasHomeSetup = {}): GasHome {
  const made = new GasHome({
    load: STEADY,
    prepare: (store) => {
      store.change(METERING, 0, 0);
      store.setRecords('samples.profile', []);
      store.setRecords('snapshots.daily', []);
      store.setRecords('snapshots.billing', []);
    },
    ...setup,
  });
  for (const name of ['samples.profile', 'samples.daily', 'snapshots.daily'] as const) made.stores.gpf.setRecords(name, []);
  return made;
}

function register(one: GasHome, recipient: Eui64): { readonly litres: number; readonly status: number | undefined } {
  const { said, message } = one.ask(recipient, 'GCS13a', [{ cluster: METERING, command: 0, attributes: [770, 769, 768, 0] }]);
  const dateTime = 'header' in message ? message.header.dateTime : undefined;
  return { litres: Number(said[0]?.attributes?.[0]), status: dateTime?.at(-1) };
}

/** The profile data log from the beginning; undefined while there is none. */
function profile(one: GasHome, recipient: Eui64) {
  const fields = { SampleID: 0, EarliestSampleTime: 0, SampleType: 0, NumberOfSamples: 0xffff };
  const record = one.ask(recipient, 'GCS17', [{ cluster: METERING, command: 8, fields }]).said[0]?.record;
  return record && { start: numberIn(record, 'SampleStartTime'), values: numbersIn(record, 'Samples') };
}

function dailyReads(one: GasHome, recipient: Eui64): readonly number[] {
  const asks = Array.from({ length: 31 }, (_, offset) => ({
    cluster: METERING,
    command: 6,
    fields: { 'Latest End Time': 0xffff_ffff, 'Snapshot Offset': offset, 'Snapshot Cause': 1 },
  }));
  return one.ask(recipient, 'GCS16a', asks).said.flatMap(({ record }) => (record ? [numberIn(record, 'Snapshot Time')] : []));
}

/** GCS28: the supplier vouches for the hub's time from now until a minute later. */
function setTime(one: GasHome): void {
  const interval = { validityIntervalStart: generalizedTime(one.now), validityIntervalEnd: generalizedTime(one.now + 60_000) };
  one.send(GSME, 'GCS28', encodeDer(SetTimeCommand, interval));
}

const codes = (effects: readonly HanDeviceEffect[]): readonly number[] =>
  effects.flatMap((effect) => (effect.kind === 'log' ? [effect.entry.code] : []));

describe('S05 (gas): a meter that was never told the time', () => {
  const began = MIDNIGHT + 22 * HOUR;

  it('counts, says so of its time, and writes no log by a time it has made up; its proxy does likewise', () => {
    const one = home({ clock: NEVER_SET });
    one.liveTo(MIDNIGHT + 2 * DAY);
    expect(register(one, GSME)).toEqual({ litres: 48_000, status: 2 });
    expect(register(one, GPF)).toEqual({ litres: 48_000, status: 2 });
    for (const who of [GSME, GPF]) {
      expect(profile(one, who)).toBeUndefined();
      expect(dailyReads(one, who)).toEqual([]);
    }
    expect(one.gsme.device.futureDated.commands).toEqual([]);
  });

  it('logs from the next boundary on once it knows: the gap stays, nothing is dated back, and what is logged adds up', () => {
    const one = home({ clock: NEVER_SET });
    one.liveTo(began + 10 * 60_000);
    const before = register(one, GSME).litres;
    setTime(one);
    expect(register(one, GSME)).toEqual({ litres: before, status: 0 });
    expect(profile(one, GSME)).toBeUndefined();
    one.liveTo(MIDNIGHT + DAY + 2 * HOUR);
    const log = profile(one, GSME);
    expect(log?.start).toBe(toSeconds2000(began + WAKE));
    // The first half hour has what flowed in it since the time was known: 20 minutes of 1 m³ an hour.
    expect(log?.values).toEqual([334, 500, 500, 500, 500, 500, 500, 500]);
    const logged = log?.values.reduce((sum, value) => sum + value, 0) ?? 0;
    expect(before + logged).toBe(register(one, GSME).litres);
    expect(dailyReads(one, GSME)).toEqual([toSeconds2000(MIDNIGHT + DAY)]);
    expect(profile(one, GPF)).toEqual(log);
    expect(dailyReads(one, GPF)).toEqual([toSeconds2000(MIDNIGHT + DAY)]);
    expect(register(one, GPF).status).toBe(4);
  });

  it('set forward it misses half hours, set back it has each once; the register is one all the time', () => {
    const one = home();
    one.liveTo(MIDNIGHT + 2 * HOUR + 60_000);
    one.gsme.device.clock = { offsetMs: 2 * HOUR, status: 'reliable' };
    one.liveTo(MIDNIGHT + 3 * HOUR + 60_000);
    one.gsme.device.clock = { offsetMs: 0, status: 'reliable' };
    one.liveTo(MIDNIGHT + 6 * HOUR + 60_000);
    const log = profile(one, GSME);
    expect(log?.start).toBe(toSeconds2000(MIDNIGHT + WAKE));
    // 02:30 to 04:00 were jumped over and came later: 03:30 and 04:00 when the clock had been set back. 04:30 and 05:00 were first.
    expect(log?.values).toEqual([500, 500, 500, 500, NO_DATA, NO_DATA, 500, 500, 500, 500, 500, 500]);
    expect(profile(one, GPF)?.values.filter((value) => value !== NO_DATA && value !== 500)).toEqual([]);
    expect(register(one, GSME).litres).toBe(Math.floor((1000 * (6 * 60 + 1)) / 60));
  });
});

describe('S05 (gas): a clock that drifts', () => {
  it('by up to ten seconds a day is put right without a word', () => {
    const one = home({ parameters: { clockDriftMsPerDay: 9_000 } });
    expect(codes(one.liveTo(MIDNIGHT + 3 * DAY))).toEqual([]);
    expect(register(one, GSME).status).toBe(0);
    expect(profile(one, GSME)?.values.length).toBeGreaterThanOrEqual(144);
    expect(profile(one, GSME)?.values).not.toContain(NO_DATA);
  });

  it('by eleven seconds is reported with 8F0C, left, and no longer trusted', () => {
    const one = home({ parameters: { clockDriftMsPerDay: 11_000 } });
    expect(codes(one.liveTo(MIDNIGHT + DAY + HOUR))).toEqual([0x8f0c]);
    expect(one.gsme.device.clock.offsetMs).toBeGreaterThan(10_000);
    expect([register(one, GSME).status, register(one, GPF).status]).toEqual([2, 2]);
    setTime(one);
    expect([one.gsme.device.clock.offsetMs, register(one, GSME).status]).toEqual([0, 0]);
  });
});

describe('S05 (gas): weeks without a hub', () => {
  it('the meter runs on by its own clock, doubts it after a while, and its proxy catches up when the hub is back', () => {
    const one = home();
    one.liveTo(MIDNIGHT + DAY);
    one.inTouch = false;
    one.gsme.linkChanged(false);
    one.liveTo(MIDNIGHT + 22 * DAY);
    expect(register(one, GSME).status).toBe(2);
    expect(register(one, GPF)).toEqual({ litres: 24_000, status: 4 });
    one.inTouch = true;
    one.gsme.linkChanged(true);
    one.liveTo(MIDNIGHT + 22 * DAY + HOUR);
    expect([register(one, GSME).status, register(one, GPF).status]).toEqual([0, 4]);
    const log = profile(one, GSME);
    expect(log?.values).toEqual(Array(22 * 48 + 2).fill(500));
    expect(profile(one, GPF)).toEqual(log);
    expect(dailyReads(one, GPF)).toEqual(dailyReads(one, GSME));
  });
});
