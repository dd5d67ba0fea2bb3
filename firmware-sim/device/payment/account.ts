import type { Millis } from '../../kernel/time.ts';
import type { BalanceName } from './ledger.ts';

/** What money falls due for (Blue Book class 113; behaviour of SMETS 5.7.5). */
export type ChargeKind = 'consumption' | 'secondary-consumption' | 'standing-charge' | 'time-debt-1' | 'time-debt-2';

/** What a charge may be paid from (Blue Book class 112). */
export type CreditName = 'meterBalance' | 'emergencyCredit' | 'accumulatedDebt';

/** An amount of money in parts: `value` times ten to the `scale` units of currency. */
export interface Price {
  readonly value: number;
  readonly scale: number;
}

/** How a time debt is recovered: so much at the end of each period. */
export interface DebtRecovery {
  readonly rate: Price;
  /** 3600 or 86400 (GBCS ECS07, GCS04). */
  readonly periodSeconds: number;
}

/** A payment of payment-based debt out of a top-up. */
export interface DebtPayment {
  /** Seconds since 2000, the device's time. */
  readonly at: number;
  /** Millipence. */
  readonly amount: number;
}

/** Successive bad tokens at the meter, and until when no other is taken (runtime's time; 0: never locked). */
export interface EntryLock {
  readonly failures: number;
  readonly until: Millis;
}

/** Settings of an account, in millipence unless the name says otherwise (SMETS 5.7.4, 4.6.4). */
export interface AccountSettings {
  readonly prepayment: boolean;
  readonly disablementThreshold: number;
  readonly lowCreditThreshold: number;
  readonly emergencyLimit: number;
  readonly emergencyThreshold: number;
  readonly maximumCredit: number;
  readonly maximumBalance: number;
  readonly debtCap: number;
  readonly debtCapSeconds: number;
  /** Share of a top-up that payment-based debt takes, in hundredths of a percent. */
  readonly debtPerPayment: number;
  readonly standingCharge: Price;
}

/**
 * The money side of a meter, whichever objects it is kept in: balances, settings, and what is remembered about top-ups. Nothing here
 * decides anything.
 */
export interface Account extends AccountSettings {
  /** Balance that charges change in credit mode; `billToDate` rises with them (GBCS GCS60). */
  readonly creditModeBalance: 'meterBalance' | 'billToDate';
  /** Whether the load switch or valve is on. */
  readonly connected: boolean;
  /** Supply is off, and a hand at the meter may switch it on. */
  readonly armed: boolean;
  readonly emergencyActive: boolean;
  /** Millipence; 0 for one the meter does not have. */
  balance(name: BalanceName): number;
  /** Sets a balance, held within what its object can show. */
  setBalance(name: BalanceName, millipence: number): void;
  /** @param at the device's time */
  setEmergencyActive(active: boolean, at: Millis): void;
  /** Whether a charge may be taken from a credit as things stand (behaviour of SMETS 5.6, account table of ECS26a). */
  pays(credit: CreditName, charge: ChargeKind): boolean;
  /** Whether a charge is collected while supply is off. */
  collectsDisconnected(charge: ChargeKind): boolean;
  /** How a time debt is recovered; undefined for a period that no meter has. */
  timeDebt(debt: 1 | 2): DebtRecovery | undefined;
  /** Payments of payment-based debt that may still count against the cap, oldest first. */
  readonly debtPayments: readonly DebtPayment[];
  /** Notes a payment in the log, and what counts against the cap from now on. */
  noteDebtPayment(payment: DebtPayment, counting: readonly DebtPayment[], at: Millis): void;
  /** Notes a credit in the log. */
  noteCredit(amount: number, digits: string, at: Millis): void;
  usedCounters: readonly number[];
  entryLock: EntryLock;
}
