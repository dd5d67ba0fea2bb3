import type { Millis } from '../../kernel/time.ts';

/** Balances and registers of money that a meter keeps, in millipence (SMETS 5.7.5, 4.6.5). */
export const BALANCES = [
  'meterBalance',
  'emergencyCredit',
  'accumulatedDebt',
  'timeDebt1',
  'timeDebt2',
  'paymentDebt',
  /** Money due in credit mode, which a gas meter keeps apart from its prepayment balance. */
  'billToDate',
] as const;

export type BalanceName = (typeof BALANCES)[number];

/** Why a balance changed. */
export type LedgerCause =
  | 'consumption'
  | 'secondary-consumption'
  | 'standing-charge'
  | 'time-debt-1'
  | 'time-debt-2'
  | 'top-up'
  | 'adjustment'
  | 'reset'
  | 'limit-changed'
  | 'restored';

/** One booking. A balance is what it was plus the amounts of its bookings, whatever happens. */
export interface LedgerEntry {
  readonly at: Millis;
  readonly balance: BalanceName;
  /** Millipence, added to the balance. */
  readonly amount: number;
  readonly cause: LedgerCause;
}
