import { toSeconds2000 } from '../../kernel/time.ts';
import type { LifeParameters } from '../life/parameters.ts';
import type { Account, DebtPayment } from './account.ts';
import { DEBT_COMPLETED } from './adjusting.ts';
import type { Books } from './books.ts';
import { emergencyOwed } from './standing.ts';

/** Where the money of a top-up goes, in millipence. */
export interface Split {
  readonly paymentDebt: number;
  readonly accumulatedDebt: number;
  readonly emergencyCredit: number;
  readonly balance: number;
}

/** Hundredths of a percent in the whole. */
const WHOLE = 10_000;
const DAY_SECONDS = 86_400;
const WEEK_SECONDS = 7 * DAY_SECONDS;
/** 2000-01-01 was a Saturday: the first Monday began two days later. */
const FIRST_MONDAY = 2 * DAY_SECONDS;

type CapParameters = Pick<LifeParameters, 'debtCapCalendarWeek' | 'debtCapZeroIsNoCap'>;

/** After when a payment counts against the cap: the period before this moment, or the calendar week it lies in. */
function countsAfter(account: Account, seconds: number, parameters: CapParameters): number {
  if (!parameters.debtCapCalendarWeek) return seconds - (account.debtCapSeconds || WEEK_SECONDS);
  return seconds - ((seconds - FIRST_MONDAY) % WEEK_SECONDS) - 1;
}

const counting = (account: Account, seconds: number, parameters: CapParameters): readonly DebtPayment[] => {
  const after = countsAfter(account, seconds, parameters);
  return account.debtPayments.filter(({ at }) => at > after);
};

/** What the cap leaves for payment-based debt. */
function capLeft(account: Account, seconds: number, parameters: CapParameters): number {
  if (account.debtCap === 0 && parameters.debtCapZeroIsNoCap) return Number.POSITIVE_INFINITY;
  const collected = counting(account, seconds, parameters).reduce((sum, { amount }) => sum + amount, 0);
  return Math.max(0, account.debtCap - collected);
}

/**
 * Divides a top-up: payment-based debt by its share and up to its cap, accumulated debt, the balance up to the disablement threshold,
 * emergency credit that was used, and the balance with what is left (behaviour of SMETS 4.6, Add Credit).
 * @param amount millipence
 * @param seconds the device's time since 2000
 */
export function splitTopUp(
  account: Account,
  amount: number,
  seconds: number,
  parameters: CapParameters & Pick<LifeParameters, 'topUpLiftsBalanceFirst'>,
): Split {
  let left = amount;
  const take = (most: number): number => {
    const taken = Math.max(0, Math.min(left, most));
    left -= taken;
    return taken;
  };
  const share = Math.floor((amount * account.debtPerPayment) / WHOLE);
  const paymentDebt = take(Math.min(share, account.balance('paymentDebt'), capLeft(account, seconds, parameters)));
  const accumulatedDebt = take(account.balance('accumulatedDebt'));
  const shortfall = account.disablementThreshold - account.balance('meterBalance');
  const lift = parameters.topUpLiftsBalanceFirst ? take(shortfall) : 0;
  const emergencyCredit = take(emergencyOwed(account));
  return { paymentDebt, accumulatedDebt, emergencyCredit, balance: lift + left };
}

/** Books a top-up that has been divided, and notes it and what it paid of payment-based debt in the logs. */
export function creditTopUp(books: Books, amount: number, digits: string, split: Split): void {
  const { account, at } = books;
  const seconds = toSeconds2000(at);
  books.book('paymentDebt', -split.paymentDebt, 'top-up');
  books.book('accumulatedDebt', -split.accumulatedDebt, 'top-up');
  books.book('emergencyCredit', split.emergencyCredit, 'top-up');
  books.book('meterBalance', split.balance, 'top-up');
  if (split.paymentDebt > 0) {
    const payment = { at: seconds, amount: split.paymentDebt };
    account.noteDebtPayment(payment, [...counting(account, seconds, books.device.parameters), payment], at);
    if (account.balance('paymentDebt') === 0) books.raise(DEBT_COMPLETED.paymentDebt);
  }
  account.noteCredit(amount, digits, at);
}
