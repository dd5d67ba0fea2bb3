import { describe, expect, it } from 'vitest';
import { endBillingPeriod } from '../../../firmware-sim/device/zcl/billing-alert.ts';
import { toSeconds2000 } from '../../../firmware-sim/kernel/time.ts';
import { type Ask, alertsIn, ask, type Gas, gasMeter, NOON, SUPPLIER } from './own-bench.ts';

const PREPAYMENT = 0x0705;
const DAY = 86_400_000;
const LATER = NOON + DAY;

/** Limits that take effect at a time: one with a field of its own, one by From-Date-Time. */
const limits = (at: number, value: number): readonly Ask[] => [
  { cluster: PREPAYMENT, command: 12, fields: { 'Implementation Date/Time': at, 'Overall Debt Cap': value } },
  { cluster: PREPAYMENT, command: 9, fromDateTime: at, fields: { 'Low Credit Warning Level': value } },
];

const held = ({ store }: Gas): readonly number[] => [store.number(PREPAYMENT, 0x0006), store.number(PREPAYMENT, 0x0031)];

/** Alert code and quoted command of each alert. */
function outcomes(gas: Gas, at: number): readonly unknown[] {
  return alertsIn(gas.device.poll(at)).map(({ header, payload }) => {
    if (payload.kind !== 'gbz-alert' || !payload.content || !('fields' in payload.content)) return undefined;
    const [, code, , cluster, , command] = payload.content.fields.map((field) => field.value);
    return [header.messageCode, header.recipient, payload.alertCode, payload.time, code, cluster, command];
  });
}

describe('future-dated commands of a gas meter', () => {
  it('take effect at their time, with an alert for each', () => {
    const gas = gasMeter();
    const at = toSeconds2000(LATER);
    expect(ask(gas, 'GCS05', limits(at, 11)).said.map(({ status }) => status)).toEqual([0, 0]);
    expect(held(gas)).toEqual([500_000, 500_000]);
    expect(gas.device.deadline).toBe(LATER);
    expect(outcomes(gas, LATER - 1)).toEqual([]);
    expect(outcomes(gas, LATER)).toEqual([12, 9].map((command) => [0xcd, SUPPLIER, 0x8f66, at, 0x6f, PREPAYMENT, command]));
    expect(held(gas)).toEqual([11, 11]);
    expect(outcomes(gas, LATER + DAY)).toEqual([]);
  });

  it('are replaced by a newer one, and cancelled with FFFFFFFF or FFFFFFFE', () => {
    for (const cancel of [0xffff_ffff, 0xffff_fffe]) {
      const gas = gasMeter();
      ask(gas, 'GCS05', limits(toSeconds2000(LATER), 11));
      ask(gas, 'GCS05', limits(toSeconds2000(LATER + DAY), 22));
      expect(outcomes(gas, LATER)).toEqual([]);
      ask(gas, 'GCS05', limits(toSeconds2000(LATER + DAY), 33));
      ask(gas, 'GCS05', limits(cancel, 44));
      expect(outcomes(gas, LATER + DAY)).toEqual([]);
      expect(held(gas)).toEqual([500_000, 500_000]);
    }
  });

  it('report a failure, and leave what follows undone', () => {
    const gas = gasMeter(new Map([['0705/0c', 0xc0]]));
    expect(ask(gas, 'GCS05', limits(0, 11)).said.map(({ status }) => status)).toEqual([0xc0, 1]);
    expect(ask(gas, 'GCS05', limits(toSeconds2000(LATER), 11)).said.map(({ status }) => status)).toEqual([0xc0, 1]);
    expect(gas.device.deadline).toBeUndefined();
    const sound = gasMeter();
    ask(sound, 'GCS05', limits(toSeconds2000(LATER), 11));
    const broken = gasMeter(new Map([['0705/0c', 0xc0]]));
    broken.device.futureDated.restore(sound.device.futureDated.commands);
    const failed = outcomes(broken, LATER).map((one) => (Array.isArray(one) ? one[2] : undefined));
    expect(failed).toEqual([0x8f67, 0x8f67]);
    expect(held(broken)).toEqual([500_000, 500_000]);
  });

  it('of a calendar come with its days and weeks and one alert', () => {
    const gas = gasMeter();
    const at = toSeconds2000(LATER);
    const head = { 'Issuer Calendar ID': 77, 'Calendar Type': 3 };
    ask(gas, 'GCS05', [
      { cluster: 0x0707, command: 0, fields: { ...head, 'Start Time': at } },
      { cluster: 0x0707, command: 1, fields: { ...head, 'Day ID': 9 } },
      { cluster: 0x0707, command: 2, fields: { 'Issuer Calendar ID': 77, 'Week ID': 8 } },
    ]);
    expect(gas.store.records('nonDisablement.days')).toHaveLength(4);
    expect(outcomes(gas, LATER)).toHaveLength(1);
    expect(gas.store.records('nonDisablement.days').map((day) => day['Day ID'])).toEqual([9]);
    expect(gas.store.records('nonDisablement.weeks').map((week) => week['Week ID'])).toEqual([8]);
    expect(gas.store.records('tariff.weeks')).toHaveLength(2);
  });
});

describe('GCS53', () => {
  it('the end of a billing period is logged and pushed, encrypted for the supplier', () => {
    const gas = gasMeter();
    const [alert] = alertsIn(endBillingPeriod(gas.device, LATER));
    if (alert?.payload.kind !== 'gbz-alert' || !alert.payload.content || !('component' in alert.payload.content)) {
      throw new TypeError('a GBZ alert with a component');
    }
    const { component } = alert.payload.content;
    expect([alert.header.messageCode, alert.header.recipient, alert.payload.alertCode]).toEqual([0x8b, SUPPLIER, 0x8f0a]);
    expect([component.control, component.frameControl, component.command]).toEqual([3, 0x19, 6]);
    const fields = Object.fromEntries((component.sealed?.fields ?? []).map((field) => [field.name, field.value]));
    expect(fields).toMatchObject({ 'Snapshot Time': toSeconds2000(LATER), 'Snapshot Cause': 2, 'Current Summation': 1_234_567 });
    expect(gas.store.records('snapshots.billing')).toHaveLength(3);
  });
});
