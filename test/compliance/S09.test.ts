import { describe, expect, it } from 'vitest';
import { makeUtrn, type UtrnParties } from '../../firmware-sim/gbcs/utrn.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { type RandomSource, randomFor } from '../../firmware-sim/kernel/random.ts';
import { SUPPLIER, sent, suite } from '../device/bench.ts';
import { both, compare } from '../device/payment/against-model.ts';
import {
  bookingsIn,
  codesIn,
  DAY,
  HOUR,
  MINUTE,
  NO_BALANCES,
  PLAIN_SETTINGS,
  type Prepaid,
  START,
  tokenFor,
  utrnPartiesOf,
} from '../device/payment/prepaid.ts';
import { METERS } from '../device/payment/prepaid-meters.ts';
import { type ModelSettings, PaymentModel } from '../second/payment-model.ts';

/**
 * S09 (DP094): prepayment with no WAN. For weeks a customer lives by tokens bought in a shop and entered at the meter or a display; some
 * are entered twice, some are for another meter, some are forged, some are too large. The money is compared with the second model at
 * every hour at which something happens.
 */
const RESULT = { accepted: 0, invalid: 1, duplicate: 2, maximumBalance: 4, locked: 5, tooLarge: 6, disabled: 0x11, armed: 0x12 };

/** Supply is not disabled from 18:00 to 10:00. */
const NIGHT = { from: 1_080, to: 600 };

const SETTINGS: Omit<ModelSettings, 'gas'> = {
  ...PLAIN_SETTINGS,
  standingCharge: 26_113,
  price: 24_503,
  rates: [300, 9_000],
  hourly: [true, false],
  suspendInEmergency: true,
  share: 1_000,
  cap: 500_000,
  maximumCredit: 5_000_000,
  maximumBalance: 9_000_000,
  friendly: [[NIGHT.from, NIGHT.to]],
};

const OPENING = { ...NO_BALANCES, balance: 700_000, emergency: 500_000, debt1: 250_000, debt2: 300_000, paymentDebt: 900_000 };

/** The gas meter beside it, whose tokens somebody mixes up with this one's. */
const OTHER: UtrnParties = {
  supplier: SUPPLIER,
  device: '00-DB-12-34-56-78-90-AE' as Eui64,
  z: new Uint8Array(32).fill(9),
};

/** A home without WAN: its meter, the model, and what its customer has done. */
class Home {
  readonly meter: Prepaid;
  readonly model: PaymentModel;
  readonly accepted: { readonly digits: string; readonly amount: number }[] = [];
  readonly #chance: RandomSource;
  #counter = 1;

  constructor(make: (typeof METERS)[number]['make'], gas: boolean, seed: string) {
    this.model = new PaymentModel({ ...SETTINGS, gas }, OPENING);
    this.meter = make(this.model.settings, OPENING, { otherMeters: () => [OTHER] });
    this.#chance = randomFor(seed, 'customer');
  }

  get #via(): 'keypad' | 'ppmid' {
    return this.#chance.below(2) === 0 ? 'keypad' : 'ppmid';
  }

  /** A token from the shop. */
  topUp(pence: number, at: number): void {
    const digits = tokenFor(this.meter.device, pence, this.#counter++);
    const result = this.meter.enter(digits, this.#via, at);
    expect([at, result]).toEqual([at, this.model.topUp(pence * 1_000)]);
    if (result === RESULT.accepted || result >= RESULT.disabled) this.accepted.push({ digits, amount: pence * 1_000 });
    if (result === RESULT.tooLarge || result === RESULT.maximumBalance) this.#counter--;
    this.enable(at);
  }

  enable(at: number): void {
    this.meter.act({ do: 'enable' }, at);
    this.model.enable();
  }

  /** An hour of the customer's life. */
  hour(at: number): void {
    both(this.meter, this.model, at);
    const watts = this.#chance.below(10) < 3 ? 0 : this.#chance.below(2_500);
    this.meter.act({ do: 'load', watts }, at);
    this.model.watts = watts;
    if (this.model.supply !== 'on' || this.#chance.below(60) === 0) this.#goShopping(at + 20 * MINUTE);
    if (this.#chance.below(100) === 0) this.#blunder(at + 40 * MINUTE);
  }

  #goShopping(at: number): void {
    both(this.meter, this.model, at);
    const wantsEmergency = this.#chance.below(3) === 0;
    if (wantsEmergency) {
      expect(this.meter.act({ do: 'emergency' }, at)).toBe(this.model.emergency());
      this.enable(at);
    } else this.topUp(200 + this.#chance.below(2_500), at);
    compare(this.meter, this.model);
  }

  /** What does nothing. */
  #blunder(at: number): void {
    both(this.meter, this.model, at);
    const used = this.accepted.at(-1);
    if (used) expect(this.meter.enter(used.digits, this.#via, at)).toBe(RESULT.duplicate);
    expect(this.meter.enter(this.foreign(), this.#via, at)).toBe(RESULT.invalid);
    this.topUp(5_001, at);
    compare(this.meter, this.model);
  }

  foreign(): string {
    return makeUtrn(suite, OTHER, { valueClass: 'pounds', value: 20, counter: this.#counter });
  }

  forged(): string {
    const parties = { ...utrnPartiesOf(this.meter.device), z: new Uint8Array(32) };
    return makeUtrn(suite, parties, { valueClass: 'pounds', value: 50, counter: this.#counter });
  }
}

const isNight = (at: number): boolean => {
  const minute = ((at - START) % DAY) / MINUTE;
  return minute >= NIGHT.from || minute < NIGHT.to;
};

describe.each(METERS)('S09 $name: prepayment with no WAN', ({ make, gas }) => {
  it.each([30, 90])('for %i days', { timeout: 120_000 }, (days) => {
    const home = new Home(make, gas, `S09 ${days}`);
    const { meter, model } = home;
    meter.clock.hubLost(START);
    for (let at = 0; at < days * DAY; at += HOUR) home.hour(at);
    both(meter, model, days * DAY);

    // Each good token counted once, and the ledger is the model's to the millipence.
    const bookings = bookingsIn(meter.effects);
    const credited = bookings
      .filter(({ cause }) => cause === 'top-up')
      .map(({ balance, amount }) => {
        const owed = balance === 'paymentDebt' || balance === 'accumulatedDebt';
        return owed ? -amount : amount;
      });
    const sum = (amounts: readonly number[]): number => amounts.reduce((total, one) => total + one, 0);
    expect(home.accepted.length).toBeGreaterThan(days / 5);
    expect(sum(credited)).toBe(sum(home.accepted.map(({ amount }) => amount)));
    expect(bookings.filter(({ cause }) => cause === 'restored')).toEqual([]);

    // Never dark at night; when credit ended there, it was said.
    const cuts = meter.effects.flatMap((effect) => (effect.kind === 'supply' && effect.to === 'disabled' ? [effect.at] : []));
    expect(cuts.length).toBeGreaterThan(0);
    expect(cuts.filter(isNight)).toEqual([]);
    const codes = codesIn(meter.effects);
    const times = (code: number): readonly number[] => codes.flatMap(([at, one]) => (one === code ? [at] : []));
    expect(times(0x8f83).length).toBeGreaterThan(0);
    expect(times(0x8f83).every((at) => isNight(START + at * 1_000))).toBe(true);

    // Every refusal and every crossing is told, each once, in order; nothing floods.
    for (const code of [0x8f51, 0x8f64, 0x8f5b]) expect(times(code).length).toBeGreaterThan(0);
    const meant = model.events.map(([at, code]) => [Math.floor(at / 1_000), code] as const);
    const watched = new Set(meant.map(([, code]) => code));
    expect(codes.filter(([, code]) => watched.has(code))).toEqual([...meant].sort((a, b) => a[0] - b[0] || a[1] - b[1]));
    const alerts = sent(meter.effects).filter(({ header }) => header.cra === 'alert');
    const counters = alerts.map(({ header }) => header.originatorCounter);
    expect(counters.every((counter, i) => i === 0 || counter > (counters[i - 1] ?? counter))).toBe(true);
    const switched = meter.effects.filter(({ kind }) => kind === 'supply').length;
    expect(alerts.length).toBeLessThanOrEqual(model.events.length + home.accepted.length + 2 * switched);
    const told = meter.effects.flatMap((effect) => (effect.kind === 'log' ? [effect.entry.at] : []));
    expect(told).toEqual([...told].sort((a, b) => a - b));

    // Nobody has confirmed the time for weeks.
    expect(meter.device.clock.status).toBe('unreliable');

    // The WAN is back: what was used up at the keypad stays so, what is new is taken.
    const used = home.accepted.at(-1)?.digits ?? '';
    model.run(days * DAY + MINUTE);
    expect([false, RESULT.duplicate]).toContain(meter.send(used, home.accepted.length, days * DAY + MINUTE));
    compare(meter, model);
    const counter = 1_000_000;
    meter.send(tokenFor(meter.device, 100, counter), counter, days * DAY + 2 * MINUTE);
    model.run(days * DAY + 2 * MINUTE);
    model.topUp(100_000);
    compare(meter, model);
  });

  it('guesses are locked out, and the customer is not for long', () => {
    const home = new Home(make, gas, 'S09 guesses');
    const { meter } = home;
    for (let i = 0; i < 5; i++) expect(meter.enter(home.forged(), 'keypad', i * 1_000)).toBe(RESULT.invalid);
    const digits = tokenFor(meter.device, 1_000, 1);
    expect([meter.enter(digits, 'keypad', 10_000), meter.enter(digits, 'ppmid', 11_000)]).toEqual([RESULT.locked, RESULT.locked]);
    expect(meter.enter(digits, 'keypad', 34_000)).toBe(RESULT.accepted);
    const codes = codesIn(meter.effects).map(([, code]) => code);
    expect(codes.filter((code) => code !== 0x810e)).toEqual([0x8f63, 0x8f63, 0x8f63, 0x8f63, 0x81c4, 0x8f63, 0x81c5, 0x81c5]);
  });

  it('a balance that a token would take over its limit stays, and the token stays good', () => {
    const home = new Home(make, gas, 'S09 limit');
    const { meter } = home;
    const [first, second, third] = [3_800, 4_900, 4_900].map((pence, i) => tokenFor(meter.device, pence, i + 1));
    expect(meter.enter(first ?? '', 'keypad', 0)).toBe(RESULT.accepted);
    expect(meter.enter(second ?? '', 'ppmid', MINUTE)).toBe(RESULT.accepted);
    expect(meter.enter(third ?? '', 'keypad', 2 * MINUTE)).toBe(RESULT.maximumBalance);
    expect(codesIn(meter.effects).map(([, code]) => code)).toContain(0x8f47);
    meter.act({ do: 'adjust', amount: -5_000_000 }, 3 * MINUTE);
    expect(meter.enter(third ?? '', 'keypad', 4 * MINUTE)).toBe(RESULT.accepted);
  });
});
