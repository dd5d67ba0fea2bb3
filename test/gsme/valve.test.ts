import { describe, expect, it } from 'vitest';
import type { DeviceEffect } from '../../firmware-sim/device/effects.ts';
import { supplyState } from '../../firmware-sim/device/zcl/supply.ts';
import { GsmeHand } from '../../firmware-sim/gsme/hand.ts';
import { toSeconds2000 } from '../../firmware-sim/kernel/time.ts';
import { ask } from '../device/zcl/own-bench.ts';
import { DAY, flows, HOUR, type LivingGas, liveTo, livingGas, MIDNIGHT, volumes } from './bench.ts';
import type { From } from './model.ts';

const SECOND = 1000;
const METERING = 0x0702;
/** 0.0496 m³ an hour, 6 s to settle, 30 s to measure: the defaults. */
const SETTLING = 6 * SECOND;
const MEASURING = 30 * SECOND;

const codes = (effects: readonly DeviceEffect[]): number[] =>
  effects.flatMap((effect) => (effect.kind === 'log' ? [effect.entry.code] : []));

const moves = (effects: readonly DeviceEffect[]): (readonly [number, string, string, string])[] =>
  effects.flatMap((effect) =>
    effect.kind === 'supply' ? [[effect.at - MIDNIGHT, effect.from, effect.to, effect.cause] as const] : [],
  );

/** GCS32 (0) or GCS39 (1). */
function change(gas: LivingGas, proposed: 0 | 1, now: number): DeviceEffect[] {
  const useCase = proposed === 0 ? 'GCS32' : 'GCS39';
  liveTo(gas, now);
  const { effects } = ask(
    gas,
    useCase,
    [{ cluster: METERING, command: 0x0b, fields: { 'Proposed Supply Status': proposed } }],
    now,
  );
  const settled: DeviceEffect[] = [];
  gas.life.settle(now, settled);
  return [...effects, ...settled];
}

/** A meter whose supply is armed, with a flow of its own. */
function armed(flow: From<number>): { readonly gas: LivingGas; readonly hand: GsmeHand } {
  const gas = livingGas({ load: flows(flow) });
  change(gas, 0, MIDNIGHT + HOUR);
  change(gas, 1, MIDNIGHT + 2 * HOUR);
  return { gas, hand: new GsmeHand(gas.device) };
}

describe('the valve of a gas meter', () => {
  it('is closed and armed by command, and opened by hand; nothing flows in between', () => {
    const gas = livingGas({ load: flows([[MIDNIGHT, 10_000]]), prepare: (store) => store.change(METERING, 0, 0) });
    expect(moves(change(gas, 0, MIDNIGHT + HOUR))).toEqual([[HOUR, 'enabled', 'disabled', 'command']]);
    const hand = new GsmeHand(gas.device);
    const early = hand.press('enable', MIDNIGHT + HOUR);
    expect([early.done, codes(early.effects)]).toEqual([false, [0x8162]]);
    const arming = change(gas, 1, MIDNIGHT + 3 * HOUR);
    expect(moves(arming)).toEqual([[3 * HOUR, 'disabled', 'armed', 'command']]);
    expect(arming.some((effect) => effect.kind === 'send' && effect.header.cra === 'alert')).toBe(true);
    gas.store.change(METERING, 0x0b15, 0);
    const confirmed = hand.press('enable', MIDNIGHT + 4 * HOUR);
    expect([confirmed.done, moves(confirmed.effects)]).toEqual([true, [[4 * HOUR, 'armed', 'enabled', 'local']]]);
    liveTo(gas, MIDNIGHT + 6 * HOUR);
    expect(volumes(gas.store).total).toBe(3_000);
  });

  it('that the supplier closed is armed by nobody else, unless a parameter says so', () => {
    const gas = livingGas();
    change(gas, 0, MIDNIGHT + HOUR);
    gas.life.valve.arm('top-up', MIDNIGHT + HOUR, []);
    expect(supplyState(gas.store)).toBe('disabled');
    const lenient = livingGas({ parameters: { remoteDisableLocks: false } });
    change(lenient, 0, MIDNIGHT + HOUR);
    lenient.life.valve.arm('top-up', MIDNIGHT + HOUR, []);
    expect(supplyState(lenient.store)).toBe('armed');
    // What was locked for another reason stays so.
    lenient.life.valve.disable('tamper', MIDNIGHT + HOUR, []);
    change(lenient, 0, MIDNIGHT + 2 * HOUR);
    lenient.life.valve.arm('top-up', MIDNIGHT + 2 * HOUR, []);
    expect(supplyState(lenient.store)).toBe('disabled');
  });

  it('says so when it sticks', () => {
    const gas = livingGas();
    const hand = new GsmeHand(gas.device);
    hand.jamValve(true, MIDNIGHT);
    expect(codes(change(gas, 0, MIDNIGHT + HOUR))).toEqual([0x81c0]);
    expect(supplyState(gas.store)).toBe('enabled');
    hand.jamValve(false, MIDNIGHT + HOUR);
    change(gas, 0, MIDNIGHT + HOUR);
    change(gas, 1, MIDNIGHT + HOUR);
    hand.jamValve(true, MIDNIGHT + HOUR);
    expect(codes(hand.press('enable', MIDNIGHT + HOUR).effects)).toEqual([0x81bd, 0x8162]);
    expect(supplyState(gas.store)).toBe('armed');
  });

  it('asks for the privacy PIN where one is set, for as long as the display is dark, until the supplier takes it away', () => {
    const { gas, hand } = armed([]);
    const at = MIDNIGHT + 3 * HOUR;
    expect(hand.setPin('12', at).done).toBe(false);
    expect(hand.setPin('4711', at).done).toBe(true);
    expect([hand.press('enable', at).done, hand.setPin('1234', at).done, hand.look(at).account]).toEqual([
      false,
      false,
      undefined,
    ]);
    expect([hand.enterPin('0000', at).done, hand.enterPin('4711', at).done]).toEqual([false, true]);
    const lit = at + gas.device.parameters.displaySeconds * 1000;
    expect([hand.look(lit - 1).account !== undefined, hand.look(lit).account]).toEqual([true, undefined]);
    expect(hand.press('enable', lit).done).toBe(false);
    ask(gas, 'GCS11', [{ cluster: 0x0708, command: 2, fields: { 'Password Type': 2, Password: new Uint8Array(0) } }], lit);
    expect(hand.press('enable', lit).done).toBe(true);
  });
});

describe('the test for uncontrolled flow', () => {
  const opened = MIDNIGHT + 3 * HOUR;
  const ended = opened + SETTLING + MEASURING;

  it('passes when what flows while it is measured does not exceed the threshold', () => {
    const { gas, hand } = armed([
      [MIDNIGHT, 60_000],
      [opened + SETTLING, 496],
    ]);
    hand.press('enable', opened);
    expect([gas.life.valve.testing, gas.device.deadline]).toEqual([true, opened + SETTLING]);
    expect(codes(liveTo(gas, ended - 1))).toEqual([]);
    const effects = liveTo(gas, ended);
    expect([codes(effects), moves(effects)]).toEqual([[0x8184], []]);
    expect(supplyState(gas.store)).toBe('enabled');
  });

  it('closes the valve again and arms it when the mean flow exceeds the threshold by a whole 0.0001 m³ an hour', () => {
    const { gas, hand } = armed([[opened, 497]]);
    hand.press('enable', opened);
    const effects = liveTo(gas, ended + HOUR);
    expect(codes(effects)).toEqual([0x8184, 0x81bf]);
    const at = ended - MIDNIGHT;
    expect(moves(effects)).toEqual([
      [at, 'enabled', 'disabled', 'uncontrolled-flow'],
      [at, 'disabled', 'armed', 'uncontrolled-flow'],
    ]);
    expect(hand.press('enable', ended + 2 * HOUR).done).toBe(true);
  });

  it('takes the mean: much flow for a moment is the same as little all the time', () => {
    // 30 s at 0.0496 m³ an hour is 1.488 s at 1 m³ an hour.
    const burst = (ms: number): From<number> => [
      [opened, 0],
      [opened + SETTLING + SECOND, 10_000],
      [opened + SETTLING + SECOND + ms, 0],
    ];
    for (const [ms, closes] of [
      [1_488, false],
      [1_491, true],
    ] as const) {
      const { gas, hand } = armed(burst(ms));
      hand.press('enable', opened);
      expect(codes(liveTo(gas, ended)).includes(0x81bf)).toBe(closes);
    }
  });

  it('is the same in whatever steps, and after the meter was kept in the middle of it', () => {
    const flow: From<number> = [
      [opened, 900],
      [opened + SETTLING + 10 * SECOND, 100],
    ];
    const straight = armed(flow);
    straight.hand.press('enable', opened);
    const effects = liveTo(straight.gas, ended + HOUR);
    const { gas, hand } = armed(flow);
    hand.press('enable', opened);
    const first = liveTo(gas, opened + SETTLING + 7 * SECOND);
    const again = livingGas({ load: flows(flow) });
    again.device.restore(gas.device.state());
    expect([...first, ...liveTo(again, ended + HOUR, [ended - 3, ended - 1])]).toEqual(effects);
    expect(again.device.state()).toEqual(straight.gas.device.state());
  });
});

describe('tamper, battery and message', () => {
  it('a tamper closes the valve for good where the supplier wants it, and is an event each time it begins', () => {
    const gas = livingGas({ prepare: (store) => store.change(METERING, 0x0607, 0) });
    const hand = new GsmeHand(gas.device);
    const first = hand.tamper('meterCover', 'open', MIDNIGHT + HOUR);
    expect(codes(first.effects)).toEqual([0x8f74, 0x81be]);
    expect(codes(hand.tamper('meterCover', 'open', MIDNIGHT + HOUR).effects)).toEqual([]);
    expect(codes(hand.tamper('meterCover', 'closed', MIDNIGHT + HOUR).effects)).toEqual([0x81b9]);
    gas.life.valve.arm('emergency-credit', MIDNIGHT + HOUR, []);
    expect([gas.life.valve.supply, gas.life.valve.locked]).toEqual(['disabled', true]);
    change(gas, 1, MIDNIGHT + 2 * HOUR);
    expect([gas.life.valve.supply, gas.life.valve.locked]).toEqual(['armed', false]);
    const unchanged = livingGas();
    expect(codes(new GsmeHand(unchanged.device).tamper('magnet', 'open', MIDNIGHT).effects)).toEqual([0x8f75]);
    expect(supplyState(unchanged.store)).toBe('enabled');
  });

  it('the battery counts down, warns, and at its end closes the valve where the supplier wants it', () => {
    const gas = livingGas({
      parameters: { gasBatteryLowDays: 2 },
      prepare: (store) => {
        store.change(METERING, 0x0205, 4);
        store.change(METERING, 0x0608, 0);
      },
    });
    expect(codes(liveTo(gas, MIDNIGHT + 2 * DAY - 1))).toEqual([]);
    expect(gas.store.number(METERING, 0x0205)).toBe(3);
    expect(codes(liveTo(gas, MIDNIGHT + 2 * DAY))).toEqual([0x8f1f]);
    expect(gas.life.valve.locked).toBe(true);
    expect(codes(liveTo(gas, MIDNIGHT + 9 * DAY))).toEqual([0x8f1d]);
    expect(gas.store.number(METERING, 0x0205)).toBe(0);
    expect(codes(new GsmeHand(gas.device).changeBattery(3_650, MIDNIGHT + 9 * DAY + 1).effects)).toEqual([0x8f82]);
    liveTo(gas, MIDNIGHT + 10 * DAY + 1);
    expect(gas.store.number(METERING, 0x0205)).toBe(3_649);
  });

  it('without a battery the meter is dead: nothing counts, nobody can use it, and its clock goes on when it has one again', () => {
    const gas = livingGas({ load: flows([[MIDNIGHT, 10_000]]), prepare: (store) => store.change(METERING, 0, 0) });
    const hand = new GsmeHand(gas.device);
    expect(codes(hand.changeBattery(0, MIDNIGHT + HOUR).effects)).toEqual([0x8f1d]);
    expect(codes(hand.changeBattery(0, MIDNIGHT + HOUR).effects)).toEqual([]);
    liveTo(gas, MIDNIGHT + 5 * HOUR);
    expect([volumes(gas.store).total, hand.flowEvent('excessFlow', MIDNIGHT + 5 * HOUR).done]).toEqual([1_000, false]);
    expect(codes(hand.changeBattery(4_000, MIDNIGHT + 6 * HOUR).effects)).toEqual([0x8f82]);
    liveTo(gas, MIDNIGHT + 8 * HOUR);
    expect(volumes(gas.store).total).toBe(3_000);
    const log = gas.store.sampleSource('samples.profile');
    const first = toSeconds2000(MIDNIGHT + HOUR / 2);
    const gap = Array(10).fill(0xff_ffff);
    expect(log?.samples(first, 16)).toEqual([500, 500, ...gap, 500, 500, 500, 500]);
  });

  it('a message is acknowledged once; what the measurement notices is an event', () => {
    const gas = livingGas();
    const hand = new GsmeHand(gas.device);
    expect(hand.acknowledgeMessage(MIDNIGHT).done).toBe(false);
    ask(gas, 'GCS07', [{ cluster: 0x0703, command: 0, fields: { Message: 'HELLO' } }], MIDNIGHT);
    expect(codes(hand.acknowledgeMessage(MIDNIGHT).effects)).toEqual([0x81a6]);
    expect(hand.acknowledgeMessage(MIDNIGHT).done).toBe(false);
    const noticed = (['excessFlow', 'airInFlow', 'reverseFlow'] as const).map((event) =>
      codes(hand.flowEvent(event, MIDNIGHT).effects),
    );
    expect(noticed).toEqual([[0x81b4], [0x81b5], [0x81b6]]);
  });
});
