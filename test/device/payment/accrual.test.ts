import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Accrual, amountOf, costOf, type Flow, millisecondsUntil } from '../../../firmware-sim/device/payment/accrual.ts';

const prices = fc.record({ value: fc.integer({ min: -32_768, max: 32_767 }), scale: fc.integer({ min: -8, max: -2 }) });
const PER_KWH = 3_600_000_000n;

describe('money in parts of a millipence', () => {
  it('comes to the same whole millipence in whatever parts it falls due, over prices of any scale', () => {
    const parts = fc.array(fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 12n }), prices), { maxLength: 20 });
    fc.assert(
      fc.property(parts, (list) => {
        const accrual = new Accrual();
        const whole = list.reduce((sum, [units, price]) => sum + accrual.add(costOf(units, price, PER_KWH)), 0);
        // The exact sum in 10^-8 of currency, per kilowatt hour.
        const exact = list.reduce((sum, [units, { value, scale }]) => sum + units * BigInt(value) * 10n ** BigInt(scale + 8), 0n);
        const { amount, per } = accrual.carried;
        expect(amount >= 0n && amount < per).toBe(true);
        expect((BigInt(whole) * per + amount) * PER_KWH * 1_000n).toBe(exact * per);
      }),
      { seed: 42, numRuns: 300 },
    );
  });

  it('keeps what it carries', () => {
    const accrual = new Accrual();
    accrual.add({ amount: 5n, per: 3n });
    const restored = new Accrual();
    restored.restore(accrual.state());
    expect(restored.carried).toEqual({ amount: 2n, per: 3n });
    restored.restore(undefined);
    expect(restored.carried.amount).toBe(0n);
  });

  it('is a millipence at ten to the minus five of currency', () => {
    expect(amountOf({ value: 7, scale: -5 })).toEqual({ amount: 7n, per: 1n });
    expect(amountOf({ value: 7, scale: -2 })).toEqual({ amount: 7_000n, per: 1n });
    expect(amountOf({ value: 7, scale: -7 })).toEqual({ amount: 7n, per: 100n });
  });
});

describe('when so many millipence have fallen due', () => {
  const flow = fc
    .record({
      carried: fc.nat({ max: 999 }),
      perCarried: fc.constantFrom(1_000, 1_234, 7_777),
      rate: fc.nat({ max: 40 }),
      per: fc.integer({ min: 1, max: 300 }),
    })
    .map(
      ({ carried, perCarried, rate, per }): Flow => ({
        carried: { amount: BigInt(carried), per: BigInt(perCarried) },
        perMs: { amount: BigInt(rate), per: BigInt(per) },
      }),
    );

  it('is the first millisecond with that many, for one flow or two', () => {
    fc.assert(
      fc.property(fc.array(flow, { minLength: 1, maxLength: 2 }), fc.integer({ min: 1, max: 50 }), (flows, wanted) => {
        const due = (ms: bigint): number =>
          flows.reduce((sum, { carried, perMs }) => {
            const accrual = new Accrual();
            accrual.add(carried);
            return sum + accrual.add({ amount: perMs.amount * ms, per: perMs.per });
          }, 0);
        const found = millisecondsUntil(flows, wanted);
        if (flows.every(({ perMs }) => perMs.amount === 0n)) expect(found).toBeUndefined();
        else if (found === undefined) expect.unreachable('something flows');
        else {
          expect(due(found)).toBeGreaterThanOrEqual(wanted);
          expect(due(found - 1n)).toBeLessThan(wanted);
        }
      }),
      { seed: 43, numRuns: 500 },
    );
  });

  it('never comes where nothing flows, or money comes back', () => {
    const carried = { amount: 0n, per: 1n };
    expect(millisecondsUntil([], 1)).toBeUndefined();
    expect(millisecondsUntil([{ carried, perMs: { amount: -1n, per: 9n } }], 1)).toBeUndefined();
  });
});
