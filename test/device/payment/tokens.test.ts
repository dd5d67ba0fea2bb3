import { describe, expect, it } from 'vitest';
import type { DeviceSetup } from '../../../firmware-sim/device/setup.ts';
import { makeUtrn, type UtrnParties, utrnOriginatorCounter } from '../../../firmware-sim/gbcs/utrn.ts';
import type { Eui64 } from '../../../firmware-sim/kernel/eui64.ts';
import type { ModelBalances, ModelSettings } from '../../second/payment-model.ts';
import { SUPPLIER, suite } from '../bench.ts';
import { codesIn, HOUR, NO_BALANCES, PLAIN_SETTINGS, type Prepaid, tokenFor, utrnPartiesOf } from './prepaid.ts';
import { METERS, type MeterKind } from './prepaid-meters.ts';

const RESULT = { accepted: 0, invalid: 1, duplicate: 2, error: 3, maximumBalance: 4, locked: 5, tooLarge: 6 };
const EVENT = { suspended: 0x81c4, lockedOut: 0x81c5, addedLocally: 0x810e };
const SECOND = 1_000;

const made = (
  { make, gas }: MeterKind,
  settings: Partial<ModelSettings> = {},
  setup: Partial<DeviceSetup> = {},
  balances: Partial<ModelBalances> = {},
): Prepaid =>
  make({ ...PLAIN_SETTINGS, ...settings, gas }, { ...NO_BALANCES, emergency: 500_000, balance: 300_000, ...balances }, setup);

/** A genuine-looking token whose last authentic bits are not. */
function forged({ device }: Prepaid, counter: number): string {
  return makeUtrn(suite, { ...utrnPartiesOf(device), z: new Uint8Array(32) }, { valueClass: 'pence', value: 100, counter });
}

const codes = ({ effects }: Prepaid): readonly number[] => codesIn(effects).map(([, code]) => code);
const times = ({ effects }: Prepaid, code: number): readonly number[] =>
  codesIn(effects).flatMap(([at, one]) => (one === code ? [at] : []));

/** A neighbour's meter and its secret: its tokens are well formed, and authentic for it. */
const OTHER: UtrnParties = {
  supplier: SUPPLIER,
  device: '00-DB-12-34-56-78-90-AF' as Eui64,
  z: new Uint8Array(32).fill(7),
};

describe.each(METERS)('$name: a token', (kind) => {
  it('entered in the home adds its credit once, and the supplier hears of it', () => {
    for (const via of ['keypad', 'ppmid'] as const) {
      const meter = made(kind);
      const token = tokenFor(meter.device, 1_000, 3);
      expect(meter.enter(token, via, HOUR)).toBe(RESULT.accepted);
      expect(meter.enter(token, via, 2 * HOUR)).toBe(RESULT.duplicate);
      expect(meter.balances().balance).toBe(1_300_000);
      expect(codes(meter)).toEqual([EVENT.addedLocally, 0x8f51]);
    }
  });

  it('sent by the supplier is not reported back, and is used up for the keypad too', () => {
    const meter = made(kind);
    const token = tokenFor(meter.device, 1_000, 3);
    meter.send(token, 3, HOUR);
    expect([codes(meter), meter.enter(token, 'keypad', HOUR), meter.balances().balance]).toEqual([
      [],
      RESULT.duplicate,
      1_300_000,
    ]);
  });

  it('with a wrong digit, of another meter, or forged, is invalid, each with its event', () => {
    const meter = made(kind, {}, { otherMeters: () => [OTHER] });
    const token = tokenFor(meter.device, 1_000, 3);
    const mistyped = token.slice(0, -1) + String((Number(token.slice(-1)) + 1) % 10);
    expect([meter.enter(mistyped, 'keypad', 0), meter.enter('1234', 'keypad', 0), codes(meter)]).toEqual([1, 1, []]);
    const foreign = makeUtrn(suite, OTHER, { valueClass: 'pounds', value: 10, counter: 5 });
    expect([meter.enter(foreign, 'keypad', 0), codes(meter)]).toEqual([RESULT.invalid, [0x8f64]]);
    expect([meter.enter(forged(meter, 5), 'keypad', SECOND), codes(meter)]).toEqual([RESULT.invalid, [0x8f64, 0x8f63]]);
    expect(meter.balances().balance).toBe(300_000);
  });

  it('of another meter that nobody told of is not authentic', () => {
    const meter = made(kind);
    const foreign = makeUtrn(suite, OTHER, { valueClass: 'pounds', value: 10, counter: 5 });
    expect([meter.enter(foreign, 'keypad', 0), codes(meter)]).toEqual([RESULT.invalid, [0x8f63]]);
  });

  it('is checked for use before limits, and for one credit before the balance; up to a limit it is taken', () => {
    const meter = made(kind, { maximumCredit: 1_000_000, maximumBalance: 2_000_000 });
    const tooLarge = tokenFor(meter.device, 1_001, 3);
    expect([meter.enter(tooLarge, 'keypad', 0), meter.enter(tooLarge, 'keypad', 0)]).toEqual([RESULT.tooLarge, RESULT.tooLarge]);
    expect(meter.enter(tokenFor(meter.device, 1_000, 3), 'keypad', 0)).toBe(RESULT.accepted);
    expect(meter.enter(tooLarge, 'keypad', 0)).toBe(RESULT.duplicate);
    expect(meter.enter(tokenFor(meter.device, 701, 4), 'keypad', 0)).toBe(RESULT.maximumBalance);
    expect(meter.enter(tokenFor(meter.device, 700, 4), 'keypad', 0)).toBe(RESULT.accepted);
    expect(new Set(codes(meter))).toEqual(new Set([0x8f5b, EVENT.addedLocally, 0x8f51, 0x8f47]));
  });

  it('is refused in credit mode, unless the profile takes it', () => {
    const refusing = made(kind, { prepayment: false });
    expect(refusing.enter(tokenFor(refusing.device, 100, 3), 'keypad', 0)).toBe(RESULT.error);
    const taking = made(kind, { prepayment: false }, { parameters: { topUpInCreditMode: true } });
    expect(taking.enter(tokenFor(taking.device, 100, 3), 'keypad', 0)).toBe(RESULT.accepted);
    expect(taking.balances().balance).toBe(400_000);
  });

  it('entered in the home is found near the last counter used, or near where the supplier’s begin', () => {
    const far = 2_458_896_000;
    const meter = made(kind);
    expect(meter.enter(tokenFor(meter.device, 100, far + 9), 'keypad', 0)).toBe(RESULT.invalid);
    meter.send(tokenFor(meter.device, 100, far), far, SECOND);
    expect(meter.enter(tokenFor(meter.device, 100, far + 500), 'keypad', 2 * SECOND)).toBe(RESULT.accepted);
    const fresh = made(kind);
    fresh.device.counters.setTopUpFloor('supplier', utrnOriginatorCounter(far));
    expect(fresh.enter(tokenFor(fresh.device, 100, far), 'keypad', 0)).toBe(RESULT.duplicate);
    expect(fresh.enter(tokenFor(fresh.device, 100, far + 1), 'keypad', 0)).toBe(RESULT.accepted);
  });

  it('older than all a full cache remembers counts as used', () => {
    const meter = made(kind, {}, { parameters: { utrnCacheSize: 3 } });
    for (const counter of [10, 14, 12, 16]) meter.send(tokenFor(meter.device, 1, counter), counter, 0);
    expect(meter.enter(tokenFor(meter.device, 1, 11), 'keypad', 0)).toBe(RESULT.duplicate);
    expect(meter.enter(tokenFor(meter.device, 1, 13), 'keypad', 0)).toBe(RESULT.accepted);
  });
});

describe.each(METERS)('$name: entry of tokens', (kind) => {
  const bad = (meter: Prepaid, at: number): number => meter.enter(forged(meter, 5), 'keypad', at);

  it('is locked after five bad ones in a row for 30 s, then for twice as long each time, for 960 s from the tenth on', () => {
    const meter = made(kind);
    let at = 0;
    for (let i = 0; i < 4; i++) bad(meter, at);
    for (const seconds of [30, 60, 120, 240, 480, 960, 960]) {
      expect(bad(meter, at)).toBe(RESULT.invalid);
      expect(times(meter, EVENT.suspended).at(-1)).toBe(at / SECOND);
      expect(bad(meter, at + seconds * SECOND - 1)).toBe(RESULT.locked);
      at += seconds * SECOND;
    }
  });

  it('while locked takes no good token either, says so, and lets the supplier through', () => {
    const meter = made(kind);
    for (let i = 0; i < 5; i++) bad(meter, 0);
    const token = tokenFor(meter.device, 100, 3);
    expect([meter.enter(token, 'keypad', SECOND), meter.enter(token, 'ppmid', SECOND)]).toEqual([RESULT.locked, RESULT.locked]);
    expect(times(meter, EVENT.lockedOut)).toEqual([1]);
    meter.send(token, 3, 2 * SECOND);
    expect(meter.balances().balance).toBe(400_000);
    expect(meter.enter(tokenFor(meter.device, 100, 4), 'keypad', 30 * SECOND)).toBe(RESULT.accepted);
  });

  it('counts bad ones anew after a good one, and not those that are only too late or too much', () => {
    const meter = made(kind, { maximumCredit: 1_000_000 });
    const token = tokenFor(meter.device, 100, 3);
    for (let i = 0; i < 4; i++) bad(meter, 0);
    meter.enter(token, 'keypad', SECOND);
    for (let i = 0; i < 4; i++) bad(meter, 2 * SECOND);
    for (let i = 0; i < 9; i++) meter.enter(token, 'keypad', 3 * SECOND);
    expect(meter.enter(tokenFor(meter.device, 2_000, 4), 'keypad', 4 * SECOND)).toBe(RESULT.tooLarge);
    expect(codes(meter)).not.toContain(EVENT.suspended);
  });

  it('stays locked over a restart of the emulator, and is never locked where the profile has no limit', () => {
    const meter = made(kind);
    for (let i = 0; i < 5; i++) bad(meter, 0);
    meter.device.restore(meter.device.state());
    expect(bad(meter, SECOND)).toBe(RESULT.locked);
    const lenient = made(kind, {}, { parameters: { utrnTries: 0 } });
    for (let i = 0; i < 50; i++) expect(bad(lenient, i)).toBe(RESULT.invalid);
  });
});
