import { type LeanMap, leanMap, nothing, put, without } from '../../kernel/lean-map.ts';
import type { Millis } from '../../kernel/time.ts';
import type { DeviceEffect } from '../effects.ts';

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
export const LEDGER_CAUSES = [
  'consumption',
  'secondary-consumption',
  'standing-charge',
  'time-debt-1',
  'time-debt-2',
  'top-up',
  'adjustment',
  'reset',
  'limit-changed',
  /** Payment mode went to credit and what was owed of emergency credit with it. */
  'mode-changed',
  /** Somebody changed the object past the meter: a clone, `device set`. */
  'restored',
] as const;

export type LedgerCause = (typeof LEDGER_CAUSES)[number];

/** One booking. A balance is what it was plus the amounts of its bookings, whatever happens. */
export interface LedgerEntry {
  /** The runtime's time. */
  readonly at: Millis;
  readonly balance: BalanceName;
  /** Millipence, added to the balance. */
  readonly amount: number;
  readonly cause: LedgerCause;
}

/** A ledger as plain data: what each balance is by its bookings, and sums by balance and cause. */
export interface LedgerState {
  readonly known?: readonly number[];
  readonly totals: Readonly<Record<string, number>>;
  readonly pending: Readonly<Record<string, number>>;
}

const rankOf = ({ balance, cause }: LedgerEntry): number =>
  BALANCES.indexOf(balance) * LEDGER_CAUSES.length + LEDGER_CAUSES.indexOf(cause);

type Sums = LeanMap<string, number>;

const accountKey = (balance: BalanceName, cause: LedgerCause): string => `${balance} ${cause}`;

function withAmount(sums: Sums, key: string, amount: number): Sums {
  const sum = (sums.get(key) ?? 0) + amount;
  return sum === 0 ? without(sums, key) : put(sums, key, sum);
}

/**
 * Sums of everything that was booked, by balance and cause. Consumption falls due all the time: it counts at once and is given out as one
 * booking when something else is booked, at the latest every half hour, so that bookings do not depend on the steps time passes in.
 */
export class Ledger {
  #totals: Sums = nothing();
  #pending: Sums = nothing();
  #known: number[] | undefined;

  /** What has been booked on a balance for a cause, or for every cause. Millipence. */
  total(balance: BalanceName, cause?: LedgerCause): number {
    const causes: readonly LedgerCause[] = cause === undefined ? LEDGER_CAUSES : [cause];
    return causes.reduce<number>((sum, one) => sum + (this.#totals.get(accountKey(balance, one)) ?? 0), 0);
  }

  /** What has been charged for a cause, whichever credit paid it or was made to owe it. Millipence. */
  charged(cause: LedgerCause): number {
    const paid = this.total('meterBalance', cause) + this.total('emergencyCredit', cause);
    return this.total('accumulatedDebt', cause) + this.total('billToDate', cause) - paid;
  }

  /** True while consumption has been counted and not yet given out. */
  get hasPending(): boolean {
    return this.#pending.size > 0;
  }

  /** Takes the balances as they stand; they are what bookings are added to. */
  open(balanceOf: (name: BalanceName) => number): void {
    this.#known = BALANCES.map((name) => balanceOf(name));
  }

  /** Books a change that has happened. */
  book(entry: LedgerEntry, effects: DeviceEffect[]): void {
    this.flush(entry.at, effects);
    this.#count(entry.balance, entry.amount, entry.cause);
    effects.push({ kind: 'ledger', entry });
  }

  /** Counts a change that has happened, and books it later. */
  defer(balance: BalanceName, amount: number, cause: LedgerCause): void {
    this.#count(balance, amount, cause);
    this.#pending = withAmount(this.#pending, accountKey(balance, cause), amount);
  }

  /** Books what was deferred, in the order of balances and causes: which came first, a state does not tell. */
  flush(at: Millis, effects: DeviceEffect[]): void {
    const entries = [...this.#pending].map(([key, amount]): LedgerEntry => {
      const [balance, cause] = key.split(' ') as [BalanceName, LedgerCause];
      return { at, balance, amount, cause };
    });
    for (const entry of entries.sort((a, b) => rankOf(a) - rankOf(b))) effects.push({ kind: 'ledger', entry });
    this.#pending = nothing();
  }

  /** Books what an object holds beyond its bookings: somebody changed it past the meter. */
  reconcile(balanceOf: (name: BalanceName) => number, at: Millis, effects: DeviceEffect[]): void {
    const known = this.#known;
    if (!known) return;
    for (const [i, balance] of BALANCES.entries()) {
      const amount = balanceOf(balance) - (known[i] ?? 0);
      if (amount !== 0) this.book({ at, balance, amount, cause: 'restored' }, effects);
    }
  }

  #count(balance: BalanceName, amount: number, cause: LedgerCause): void {
    this.#totals = withAmount(this.#totals, accountKey(balance, cause), amount);
    const at = BALANCES.indexOf(balance);
    if (this.#known) this.#known[at] = (this.#known[at] ?? 0) + amount;
  }

  /** Undefined while nothing has been opened or booked. */
  state(): LedgerState | undefined {
    if (!this.#known && this.#totals.size === 0) return undefined;
    return {
      ...(this.#known && { known: [...this.#known] }),
      totals: Object.fromEntries(this.#totals),
      pending: Object.fromEntries(this.#pending),
    };
  }

  /** Takes back what `state` gave; undefined: as new. */
  restore(state: LedgerState | undefined): void {
    this.#known = state?.known && [...state.known];
    this.#totals = leanMap(Object.entries(state?.totals ?? {}));
    this.#pending = leanMap(Object.entries(state?.pending ?? {}));
  }
}
