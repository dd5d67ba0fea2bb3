import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BALANCES, type BalanceName, Ledger } from '../../../firmware-sim/device/payment/ledger.ts';
import { type ModelBalances, type ModelSettings, PaymentModel } from '../../second/payment-model.ts';
import { both, compare, tell } from './against-model.ts';
import { type Action, bookingsIn, HOUR, live, MINUTE, NO_BALANCES, PLAIN_SETTINGS, START } from './prepaid.ts';
import { METERS } from './prepaid-meters.ts';

const money = fc.integer({ min: -400_000, max: 400_000 });

const actions: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ do: fc.constant('load' as const), watts: fc.integer({ min: 0, max: 9_000 }) }),
  fc.record({
    do: fc.constant('top-up' as const),
    pence: fc.integer({ min: 1, max: 1_500 }),
    via: fc.option(fc.constantFrom('keypad' as const, 'ppmid' as const), { nil: undefined }),
  }),
  fc.record({ do: fc.constant('adjust' as const), amount: money }),
  fc.record({ do: fc.constant('debt' as const), which: fc.constantFrom(1 as const, 2 as const, 3 as const), amount: money }),
  fc.record({ do: fc.constant('limit' as const), amount: fc.integer({ min: 0, max: 700_000 }) }),
  fc.record({
    do: fc.constant('mode' as const),
    prepayment: fc.boolean(),
    inEmergency: fc.boolean(),
    disabled: fc.boolean(),
  }),
  fc.constantFrom<Action>({ do: 'reset' }, { do: 'emergency' }, { do: 'emergency' }, { do: 'enable' }, { do: 'enable' }),
) as fc.Arbitrary<Action>;

const settings: fc.Arbitrary<Omit<ModelSettings, 'gas'>> = fc
  .record({
    prepayment: fc.boolean(),
    standingCharge: fc.nat({ max: 30_000 }),
    disablement: fc.integer({ min: -50_000, max: 50_000 }),
    suspendInEmergency: fc.boolean(),
    suspendDisabled: fc.boolean(),
    rates: fc.tuple(fc.nat({ max: 2_000 }), fc.nat({ max: 30_000 })),
    hourly: fc.tuple(fc.boolean(), fc.boolean()),
    share: fc.nat({ max: 10_000 }),
    cap: fc.constantFrom(0, 100_000, 500_000),
    friendly: fc.constantFrom<ModelSettings['friendly']>([], [[1_080, 600]], [[600, 720]]),
  })
  .map((changes) => ({ ...PLAIN_SETTINGS, ...changes }));

const opening: fc.Arbitrary<ModelBalances> = fc
  .record({
    balance: money,
    emergency: fc.constant(500_000),
    accumulated: fc.nat({ max: 50_000 }),
    debt1: fc.nat({ max: 300_000 }),
    debt2: fc.nat({ max: 300_000 }),
    paymentDebt: fc.nat({ max: 900_000 }),
  })
  .map((changes) => ({ ...NO_BALANCES, ...changes }));

/** Actions some time after each other, up to the millisecond. */
const histories = fc.array(fc.tuple(fc.oneof(fc.nat({ max: 90 * MINUTE }), fc.nat({ max: 40 * HOUR })), actions), {
  minLength: 1,
  maxLength: 14,
});

const MODEL_NAMES: Readonly<Record<BalanceName, keyof ModelBalances>> = {
  meterBalance: 'balance',
  emergencyCredit: 'emergency',
  accumulatedDebt: 'accumulated',
  timeDebt1: 'debt1',
  timeDebt2: 'debt2',
  paymentDebt: 'paymentDebt',
  billToDate: 'bill',
};

describe.each(METERS)('$name: over any history', ({ make, gas }) => {
  it('money is what the second model says, and every balance what it was and its bookings', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(settings, opening, histories, (chosen, before, history) => {
        const model = new PaymentModel({ ...chosen, gas }, before);
        const meter = make(model.settings, before);
        let at = 0;
        for (const [after, action] of history) {
          at += after;
          both(meter, model, at);
          expect([at, action.do, meter.act(action, at)]).toEqual([at, action.do, tell(model, action)]);
          compare(meter, model);
        }
        live(meter, Math.ceil(at / HOUR) * HOUR);
        const bookings = bookingsIn(meter.effects);
        const after = meter.balances();
        for (const balance of BALANCES) {
          const sum = bookings.filter((one) => one.balance === balance).reduce((total, { amount }) => total + amount, 0);
          const name = MODEL_NAMES[balance];
          expect([balance, before[name] + sum]).toEqual([balance, after[name]]);
          expect(meter.device.ledger.total(balance)).toBe(sum);
        }
        expect(bookings.filter(({ cause }) => cause === 'restored')).toEqual([]);
      }),
      { seed: 45, numRuns: 40 },
    );
  });

  it('nothing depends on the steps time passes in, nor on being kept and restored on the way', { timeout: 120_000 }, () => {
    const looks = fc.array(fc.nat({ max: 30 * HOUR }), { maxLength: 6 });
    fc.assert(
      fc.property(settings, opening, histories, looks, fc.nat({ max: 20 }), (chosen, before, history, pauses, kept) => {
        const once = make({ ...chosen, gas }, before);
        const often = make({ ...chosen, gas }, before);
        let at = 0;
        for (const [i, [after, action]] of history.entries()) {
          const pause = pauses[i % Math.max(1, pauses.length)] ?? 0;
          if (pause < after) live(often, at + pause);
          at += after;
          once.act(action, at);
          often.act(action, at);
          if (i === kept) often.device.restore(often.device.state());
        }
        live(once, at + 2 * HOUR);
        for (let step = 1; step <= 12; step++) live(often, at + step * 10 * MINUTE);
        expect(often.effects.filter(({ kind }) => kind !== 'send')).toEqual(once.effects.filter(({ kind }) => kind !== 'send'));
        expect(often.device.state()).toEqual(once.device.state());
      }),
      { seed: 46, numRuns: 25 },
    );
  });
});

describe('a ledger', () => {
  const at = START;

  it('gives out what was deferred before anything else is booked', () => {
    const ledger = new Ledger();
    const effects: Parameters<Ledger['book']>[1] = [];
    ledger.defer('meterBalance', -3, 'consumption');
    ledger.defer('meterBalance', -4, 'consumption');
    ledger.defer('emergencyCredit', -1, 'consumption');
    expect([ledger.total('meterBalance'), ledger.charged('consumption'), ledger.hasPending]).toEqual([-7, 8, true]);
    ledger.book({ at, balance: 'meterBalance', amount: 10, cause: 'top-up' }, effects);
    expect(bookingsIn(effects).map(({ balance, amount, cause }) => [balance, amount, cause])).toEqual([
      ['meterBalance', -7, 'consumption'],
      ['emergencyCredit', -1, 'consumption'],
      ['meterBalance', 10, 'top-up'],
    ]);
    expect([ledger.total('meterBalance'), ledger.total('meterBalance', 'top-up'), ledger.hasPending]).toEqual([3, 10, false]);
  });

  it('books what somebody changed past the meter, once', () => {
    const ledger = new Ledger();
    const effects: Parameters<Ledger['book']>[1] = [];
    const held = (meterBalance: number) => (name: BalanceName) => (name === 'meterBalance' ? meterBalance : 0);
    ledger.reconcile(held(5), at, effects);
    ledger.open(held(5));
    ledger.reconcile(held(5), at, effects);
    expect(effects).toEqual([]);
    ledger.reconcile(held(-2), at, effects);
    ledger.reconcile(held(-2), at, effects);
    expect(bookingsIn(effects)).toEqual([{ at, balance: 'meterBalance', amount: -7, cause: 'restored' }]);
  });

  it('keeps its sums', () => {
    const ledger = new Ledger();
    expect(ledger.state()).toBeUndefined();
    ledger.open(() => 1);
    ledger.defer('billToDate', 9, 'consumption');
    const other = new Ledger();
    other.restore(ledger.state());
    expect(other.state()).toEqual(ledger.state());
    other.restore(undefined);
    expect([other.state(), other.total('billToDate')]).toEqual([undefined, 0]);
  });
});
