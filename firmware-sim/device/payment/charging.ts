import type { Account, ChargeKind } from './account.ts';
import type { Bookkeeping } from './books.ts';

/** Whether a charge is collected as things stand: the account has it, and it does not wait for supply to be on. */
export function isCollected(account: Account, kind: ChargeKind): boolean {
  return account.pays('meterBalance', kind) && (account.connected || account.collectsDisconnected(kind));
}

/**
 * Charges money for something that has fallen due (SMETS 5.5.7, 4.5.7; account table of RTDS 4.5.0 ECS26a). In credit mode there is one balance. In
 * prepayment the meter balance pays, down to the disablement threshold when emergency credit has been activated; from there on
 * accumulated debt takes what may be deferred, and emergency credit pays the rest while it lasts. What is left makes the balance
 * pass below the threshold. Nothing else happens here: what thresholds mean is `watching.ts`.
 * @param amount millipence; a negative price gives money back, to the balance
 */
export function charge(books: Bookkeeping, kind: ChargeKind, amount: number): void {
  const { account } = books;
  if (!isCollected(account, kind)) return;
  if (!account.prepayment && account.creditModeBalance === 'billToDate') books.book('billToDate', amount, kind);
  else if (!account.prepayment || amount < 0) books.book('meterBalance', -amount, kind);
  else chargePrepayment(books, kind, amount);
}

function chargePrepayment(books: Bookkeeping, kind: ChargeKind, amount: number): void {
  const { account } = books;
  let left = amount;
  if (account.emergencyActive) {
    const above = Math.max(0, account.balance('meterBalance') - account.disablementThreshold);
    const fromBalance = Math.min(left, above);
    books.book('meterBalance', -fromBalance, kind);
    left -= fromBalance;
    if (account.pays('accumulatedDebt', kind)) {
      books.book('accumulatedDebt', left, kind);
      return;
    }
    const fromEmergency = account.pays('emergencyCredit', kind)
      ? Math.min(left, Math.max(0, account.balance('emergencyCredit')))
      : 0;
    books.book('emergencyCredit', -fromEmergency, kind);
    left -= fromEmergency;
  }
  books.book('meterBalance', -left, kind);
}
