import type { Millis } from '../../kernel/time.ts';
import type { OrganState } from '../life/organ.ts';
import type { LifeParameters } from '../life/parameters.ts';
import type { Account, DebtRecovery } from './account.ts';
import { Accrual, amountOf } from './accrual.ts';
import { DEBT_COMPLETED } from './adjusting.ts';
import type { Books } from './books.ts';
import { charge, isCollected } from './charging.ts';

const MINUTE_MS: Millis = 60_000;
const DAY_MS: Millis = 86_400_000;

type CollectingParameters = Pick<LifeParameters, 'standingChargeMinute' | 'suspendDebtDisabledCoversStandingCharge'>;

/** Time debts: what they are recovered for, and their registers. */
const TIME_DEBTS = [
  { debt: 1, kind: 'time-debt-1', register: 'timeDebt1' },
  { debt: 2, kind: 'time-debt-2', register: 'timeDebt2' },
] as const;

type TimeDebt = (typeof TIME_DEBTS)[number];

/** The first whole multiple of a period, shifted by an offset, after a moment. */
const nextAfter = (moment: Millis, period: Millis, offset = 0): Millis =>
  (Math.floor((moment - offset) / period) + 1) * period + offset;

const periodOf = ({ periodSeconds }: DebtRecovery): Millis => periodSeconds * 1_000;

const isAt = (moment: Millis, period: Millis, offset = 0): boolean => (moment - offset) % period === 0;

/** What an account owes by the clock: the standing charge once a day, time debts at the end of their periods. */
export class Collection {
  readonly #account: Account;
  readonly #parameters: CollectingParameters;
  readonly #standing = new Accrual();
  readonly #debts = [new Accrual(), new Accrual()] as const;

  constructor(account: Account, parameters: CollectingParameters) {
    this.#account = account;
    this.#parameters = parameters;
  }

  /** When money falls due next after a moment; both by the device's clock. */
  next(after: Millis): Millis {
    let next = nextAfter(after, DAY_MS, this.#standingOffset);
    for (const one of TIME_DEBTS) {
      const recovery = this.#recoveryOf(one);
      if (recovery) next = Math.min(next, nextAfter(after, periodOf(recovery)));
    }
    return next;
  }

  /** Collects everything that fell due after a moment and up to another, in order. */
  collect(books: Books, after: Millis, upTo: Millis): void {
    for (let moment = this.next(after); moment <= upTo; moment = this.next(moment)) this.#collectAt(books, moment);
  }

  #collectAt(books: Books, moment: Millis): void {
    if (isAt(moment, DAY_MS, this.#standingOffset)) this.#collectStandingCharge(books);
    for (const one of TIME_DEBTS) {
      const recovery = this.#recoveryOf(one);
      if (recovery && isAt(moment, periodOf(recovery))) this.#collectDebt(books, one, recovery);
    }
  }

  get #standingOffset(): Millis {
    return this.#parameters.standingChargeMinute * MINUTE_MS;
  }

  #collectStandingCharge(books: Books): void {
    const account = this.#account;
    const suspended =
      this.#parameters.suspendDebtDisabledCoversStandingCharge &&
      !account.connected &&
      !account.collectsDisconnected('time-debt-1');
    if (suspended || !isCollected(account, 'standing-charge')) return;
    charge(books, 'standing-charge', this.#standing.add(amountOf(account.standingCharge)));
  }

  #collectDebt(books: Books, { debt, kind, register }: TimeDebt, { rate }: DebtRecovery): void {
    const account = this.#account;
    if (!isCollected(account, kind)) return;
    const due = this.#debts[debt - 1]?.add(amountOf(rate)) ?? 0;
    const amount = Math.min(due, account.balance(register));
    books.book(register, -amount, kind);
    charge(books, kind, amount);
    if (account.balance(register) === 0) books.raise(DEBT_COMPLETED[register]);
  }

  /** How a debt is recovered while something is owed. */
  #recoveryOf({ debt, kind, register }: TimeDebt): DebtRecovery | undefined {
    const account = this.#account;
    if (account.balance(register) <= 0 || !account.pays('meterBalance', kind)) return undefined;
    const recovery = account.timeDebt(debt);
    return recovery && recovery.rate.value > 0 ? recovery : undefined;
  }

  state(): OrganState | undefined {
    const parts = [this.#standing, ...this.#debts].map((accrual) => accrual.state());
    return parts.every((part) => part === undefined) ? undefined : parts.map((part) => part ?? []);
  }

  restore(state: OrganState | undefined): void {
    const parts = Array.isArray(state) ? (state as readonly OrganState[]) : [];
    for (const [i, accrual] of [this.#standing, ...this.#debts].entries()) accrual.restore(parts[i]);
  }
}
