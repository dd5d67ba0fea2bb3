import type { Account, AccountSettings } from './account.ts';
import type { Books } from './books.ts';
import { emergencyOwed, isEmergencyCreditAvailable } from './standing.ts';

/** Registers of debt, and the event that says one has been paid off (GBCS table 16.2). */
export const DEBT_COMPLETED = { timeDebt1: 0x81a7, timeDebt2: 0x81a8, paymentDebt: 0x81a9 } as const;

export type DebtName = keyof typeof DEBT_COMPLETED;

/** Emergency credit activated (GBCS table 16.2). */
const EMERGENCY_CREDIT_ACTIVATED = 0x81ab;

/** Adds to the balance: the meter's, or money due in a gas meter's credit mode, which a credit makes less (ECS04a, GCS40a, GCS40c). */
export function adjustBalance(books: Books, balance: 'meterBalance' | 'billToDate', amount: number): void {
  books.book(balance, balance === 'billToDate' ? -amount : amount, 'adjustment');
}

/** Adds to a debt register; it never goes below nothing owed, and says when it gets there (ECS07, GCS04). */
export function adjustDebt(books: Books, debt: DebtName, amount: number): void {
  const owed = books.account.balance(debt);
  books.book(debt, Math.max(-owed, amount), 'adjustment');
  if (owed > 0 && books.account.balance(debt) === 0) books.raise(DEBT_COMPLETED[debt]);
}

/** Emergency credit is whole again and no longer in use (ECS04b, GCS40b). */
export function resetEmergencyCredit(books: Books): void {
  books.set('emergencyCredit', books.account.emergencyLimit, 'reset');
  books.account.setEmergencyActive(false, books.at);
}

/** Resets balance, emergency credit and accumulated debt (SMETS 4.5.3.19; GBCS GCS40b). */
export function resetBalances(books: Books): void {
  books.set('meterBalance', 0, 'reset');
  resetEmergencyCredit(books);
  books.set('accumulatedDebt', 0, 'reset');
}

/**
 * Activates emergency credit where it is on offer.
 * @returns whether it is active afterwards, even if it was before (GBCS ECS09, GCS06)
 */
export function activateEmergencyCredit(books: Books): boolean {
  const { account } = books;
  if (account.emergencyActive) return true;
  if (!isEmergencyCreditAvailable(account, books.device.parameters.creditThresholdsInclusive)) return false;
  account.setEmergencyActive(true, books.at);
  books.raise(EMERGENCY_CREDIT_ACTIVATED);
  return true;
}

/** What a change of settings is measured against. */
export type SettingsBefore = Pick<AccountSettings, 'prepayment' | 'emergencyLimit'>;

export const settingsOf = ({ prepayment, emergencyLimit }: Account): SettingsBefore => ({ prepayment, emergencyLimit });

/**
 * Draws the immediate consequences of settings that have just changed: a new limit keeps what is owed of the old one (ECS08a, GCS05),
 * and in credit mode there is no emergency credit (ECS02, GCS02). What thresholds mean now is for whoever watches them.
 */
export function settingsChanged(books: Books, before: SettingsBefore): void {
  const { account } = books;
  const owed = Math.max(0, before.emergencyLimit - account.balance('emergencyCredit'));
  if (account.emergencyLimit !== before.emergencyLimit) {
    books.set('emergencyCredit', Math.max(0, account.emergencyLimit - owed), 'limit-changed');
  }
  if (before.prepayment && !account.prepayment) leavePrepayment(books);
}

function leavePrepayment(books: Books): void {
  const { account } = books;
  if (account.emergencyActive) account.setEmergencyActive(false, books.at);
  if (!books.device.parameters.creditModeTakesEmergencyOwed) return;
  const owed = emergencyOwed(account);
  books.book('emergencyCredit', owed, 'mode-changed');
  books.book('meterBalance', -owed, 'mode-changed');
}
