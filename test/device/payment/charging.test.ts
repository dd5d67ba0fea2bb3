import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChargeKind } from '../../../firmware-sim/device/payment/account.ts';
import { charge } from '../../../firmware-sim/device/payment/charging.ts';
import { PlainAccount, quietBooks } from './plain-account.ts';

type Changes = ConstructorParameters<typeof PlainAccount>[0];

/** Balance, emergency credit, accumulated debt and money due after a charge. */
function charged(kind: ChargeKind, amount: number, changes: Changes): number[] {
  const account = new PlainAccount(changes);
  charge(quietBooks(account), kind, amount);
  const { meterBalance, emergencyCredit, accumulatedDebt, billToDate } = account.balances;
  return [meterBalance, emergencyCredit, accumulatedDebt, billToDate];
}

const emergency = (meterBalance: number, emergencyCredit: number, changes: Changes = {}): Changes => ({
  emergencyActive: true,
  emergencyLimit: 500,
  disablementThreshold: -10,
  balances: { meterBalance, emergencyCredit },
  ...changes,
});

describe('credit mode', () => {
  it('takes consumption and standing charge from the one balance, however far it falls, and no debts', () => {
    const credit = { prepayment: false, emergencyActive: true, balances: { meterBalance: 5, emergencyCredit: 500 } };
    expect(charged('consumption', 100, credit)).toEqual([-95, 500, 0, 0]);
    expect(charged('standing-charge', 100, credit)).toEqual([-95, 500, 0, 0]);
    expect(charged('time-debt-1', 100, credit)).toEqual([5, 500, 0, 0]);
  });

  it('of a gas meter makes money due, and leaves the prepayment balance alone', () => {
    const gas: Changes = { prepayment: false, creditModeBalance: 'billToDate', balances: { meterBalance: 5, billToDate: 30 } };
    expect(charged('consumption', 100, gas)).toEqual([5, 0, 0, 130]);
    expect(charged('consumption', -10, gas)).toEqual([5, 0, 0, 20]);
  });
});

describe('prepayment', () => {
  it('takes everything from the balance while emergency credit has not been activated', () => {
    const plain = { disablementThreshold: -10, balances: { meterBalance: 5, emergencyCredit: 500 } };
    expect(charged('consumption', 100, plain)).toEqual([-95, 500, 0, 0]);
    expect(charged('time-debt-2', 100, { ...plain, suspendInEmergency: true })).toEqual([-95, 500, 0, 0]);
  });

  it('takes what is above the threshold from the balance and the rest from emergency credit', () => {
    expect(charged('consumption', 100, emergency(50, 500))).toEqual([-10, 460, 0, 0]);
    expect(charged('standing-charge', 100, emergency(-10, 500))).toEqual([-10, 400, 0, 0]);
  });

  it('goes on from the balance when emergency credit is used up', () => {
    expect(charged('consumption', 100, emergency(-10, 30))).toEqual([-80, 0, 0, 0]);
    expect(charged('consumption', 100, emergency(-50, 0))).toEqual([-150, 0, 0, 0]);
  });

  it('stores standing charge and time debts, and nothing else, while emergency credit is in use and debts are suspended', () => {
    const suspended = { suspendInEmergency: true };
    expect(charged('standing-charge', 100, emergency(-10, 500, suspended))).toEqual([-10, 500, 100, 0]);
    expect(charged('time-debt-1', 100, emergency(20, 500, suspended))).toEqual([-10, 500, 70, 0]);
    expect(charged('consumption', 100, emergency(-10, 500, suspended))).toEqual([-10, 400, 0, 0]);
  });

  it('leaves time debts alone while supply is off and debts are suspended, but not the standing charge', () => {
    const off = { connected: false, suspendDisabled: true, balances: { meterBalance: 50 } };
    expect(charged('time-debt-1', 10, off)).toEqual([50, 0, 0, 0]);
    expect(charged('standing-charge', 10, off)).toEqual([40, 0, 0, 0]);
    expect(charged('time-debt-1', 10, { ...off, suspendDisabled: false })).toEqual([40, 0, 0, 0]);
  });

  it('gives money back to the balance at a negative price', () => {
    expect(charged('consumption', -40, emergency(-10, 100))).toEqual([30, 100, 0, 0]);
  });

  it('does not depend on the parts in which a charge comes', () => {
    const amount = fc.nat({ max: 300 });
    const kinds = fc.constantFrom<ChargeKind>('consumption', 'standing-charge', 'time-debt-1');
    fc.assert(
      fc.property(
        amount,
        amount,
        fc.integer({ min: -200, max: 200 }),
        fc.boolean(),
        fc.boolean(),
        kinds,
        (a, b, balance, active, sde, kind) => {
          const changes = emergency(balance, 120, { emergencyActive: active, suspendInEmergency: sde });
          const parts = new PlainAccount(changes);
          charge(quietBooks(parts), kind, a);
          charge(quietBooks(parts), kind, b);
          const whole = new PlainAccount(changes);
          charge(quietBooks(whole), kind, a + b);
          expect(parts.balances).toEqual(whole.balances);
        },
      ),
      { seed: 44, numRuns: 500 },
    );
  });
});
