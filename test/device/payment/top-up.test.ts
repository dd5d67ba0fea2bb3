import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_PARAMETERS } from '../../../firmware-sim/device/life/parameters.ts';
import { splitTopUp } from '../../../firmware-sim/device/payment/top-up.ts';
import { toSeconds2000 } from '../../../firmware-sim/kernel/time.ts';
import { PlainAccount } from './plain-account.ts';

const NOW = 1_000_000;

describe('how a top-up is divided (worked example of behaviour 1.6)', () => {
  const owing = (): PlainAccount =>
    new PlainAccount({
      emergencyLimit: 500_000,
      emergencyActive: true,
      debtPerPayment: 2_000,
      debtCap: 500_000,
      debtPayments: [{ at: NOW - 86_400, amount: 350_000 }],
      balances: { paymentDebt: 4_000_000, accumulatedDebt: 120_000, emergencyCredit: 200_000, meterBalance: -30_000 },
    });
  const literal = { ...DEFAULT_PARAMETERS, topUpLiftsBalanceFirst: false };

  it('20 pounds clear everything', () => {
    const split = splitTopUp(owing(), 2_000_000, NOW, DEFAULT_PARAMETERS);
    expect(split).toEqual({
      paymentDebt: 150_000,
      accumulatedDebt: 120_000,
      emergencyCredit: 300_000,
      balance: 30_000 + 1_400_000,
    });
  });

  it('2 pounds lift the balance first and end in emergency credit', () => {
    const split = splitTopUp(owing(), 200_000, NOW, DEFAULT_PARAMETERS);
    expect(split).toEqual({ paymentDebt: 40_000, accumulatedDebt: 120_000, emergencyCredit: 10_000, balance: 30_000 });
  });

  it('2 pounds by the list of SMETS leave the balance where it is', () => {
    const split = splitTopUp(owing(), 200_000, NOW, literal);
    expect(split).toEqual({ paymentDebt: 40_000, accumulatedDebt: 120_000, emergencyCredit: 40_000, balance: 0 });
  });

  it('divides every penny and pays no debt twice', () => {
    const amounts = fc.integer({ min: 0, max: 5_000_000 });
    fc.assert(
      fc.property(amounts, amounts, amounts, amounts, fc.integer({ min: -500_000, max: 500_000 }), fc.boolean(), (...of) => {
        const [amount, paymentDebt, accumulatedDebt, emergencyCredit, meterBalance, topUpLiftsBalanceFirst] = of;
        const account = owing();
        Object.assign(account.balances, { paymentDebt, accumulatedDebt, emergencyCredit, meterBalance });
        const split = splitTopUp(account, amount, NOW, { ...DEFAULT_PARAMETERS, topUpLiftsBalanceFirst });
        expect(split.paymentDebt + split.accumulatedDebt + split.emergencyCredit + split.balance).toBe(amount);
        expect(split.paymentDebt).toBeLessThanOrEqual(Math.min(paymentDebt, 150_000, amount * 0.2));
        expect(split.accumulatedDebt).toBeLessThanOrEqual(accumulatedDebt);
        expect(split.emergencyCredit).toBeLessThanOrEqual(Math.max(0, 500_000 - emergencyCredit));
        expect(Math.min(...Object.values(split))).toBeGreaterThanOrEqual(0);
      }),
      { seed: 41, numRuns: 300 },
    );
  });
});

describe('the cap on payment-based debt', () => {
  const monday = toSeconds2000(Date.UTC(2030, 0, 14));
  const capped = (at: number, amount: number): PlainAccount =>
    new PlainAccount({
      debtPerPayment: 10_000,
      debtCap: 500_000,
      debtPayments: [{ at, amount }],
      balances: { paymentDebt: 4_000_000 },
    });
  const taken = (account: PlainAccount, now: number, changes: Partial<typeof DEFAULT_PARAMETERS> = {}): number =>
    splitTopUp(account, 1_000_000, now, { ...DEFAULT_PARAMETERS, ...changes }).paymentDebt;

  it('counts the 168 hours before the top-up, to the second', () => {
    expect(taken(capped(NOW, 350_000), NOW + 604_799)).toBe(150_000);
    expect(taken(capped(NOW, 350_000), NOW + 604_800)).toBe(500_000);
  });

  it('counts from Monday where the calendar week is meant', () => {
    const week = { debtCapCalendarWeek: true };
    expect(taken(capped(monday - 1, 350_000), monday, week)).toBe(500_000);
    expect(taken(capped(monday, 350_000), monday, week)).toBe(150_000);
    expect(taken(capped(monday, 350_000), monday + 604_799, week)).toBe(150_000);
    expect(taken(capped(monday, 350_000), monday + 604_800, week)).toBe(500_000);
    expect(taken(capped(monday - 1, 350_000), monday)).toBe(150_000);
  });

  it('of 0 is none, or lets nothing be collected', () => {
    const account = capped(NOW, 350_000);
    account.debtCap = 0;
    expect(taken(account, NOW)).toBe(1_000_000);
    expect(taken(account, NOW, { debtCapZeroIsNoCap: false })).toBe(0);
  });
});
