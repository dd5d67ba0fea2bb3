import type { Account } from './account.ts';

/** Where an account stands against its thresholds. In credit mode nothing is the matter. */
export interface Standing {
  /** Combined credit is below the low credit threshold. */
  readonly low: boolean;
  /** Emergency credit is on offer. */
  readonly available: boolean;
  /** Emergency credit was activated and is used up. */
  readonly exhausted: boolean;
  /** Nothing is left that supply could be paid from. */
  readonly spent: boolean;
}

/** Whether an amount counts as below a threshold. @param inclusive whether one that stands exactly at it does */
export function isBelow(amount: number, threshold: number, inclusive: boolean): boolean {
  return inclusive ? amount <= threshold : amount < threshold;
}

/** Emergency credit that was used and not paid back. */
export function emergencyOwed(account: Account): number {
  return Math.max(0, account.emergencyLimit - account.balance('emergencyCredit'));
}

/** Balance, and emergency credit once it has been activated (name of alert 0x810D). */
export function combinedCredit(account: Account): number {
  return account.balance('meterBalance') + (account.emergencyActive ? account.balance('emergencyCredit') : 0);
}

/** On offer: nothing owed, a limit, and the balance below the threshold (behaviour of SMETS 5.5, Emergency Credit). */
export function isEmergencyCreditAvailable(account: Account, inclusive: boolean): boolean {
  const { prepayment, emergencyActive, emergencyLimit, emergencyThreshold } = account;
  if (!prepayment || emergencyActive || emergencyLimit <= 0 || emergencyOwed(account) > 0) return false;
  return isBelow(account.balance('meterBalance'), emergencyThreshold, inclusive);
}

/**
 * Where an account stands now. Supply is no longer paid for when combined credit is below the disablement threshold, and when
 * emergency credit has been used up and the balance is no better than the threshold.
 */
export function standingOf(account: Account, inclusive: boolean): Standing {
  if (!account.prepayment) return { low: false, available: false, exhausted: false, spent: false };
  const combined = combinedCredit(account);
  const atThreshold = account.balance('meterBalance') <= account.disablementThreshold;
  const exhausted = account.emergencyActive && account.balance('emergencyCredit') <= 0 && atThreshold;
  return {
    low: isBelow(combined, account.lowCreditThreshold, inclusive),
    available: isEmergencyCreditAvailable(account, inclusive),
    exhausted,
    spent: exhausted || isBelow(combined, account.disablementThreshold, inclusive),
  };
}

/** Millipence of consumption until an amount counts as below a threshold; not positive when it does already. */
const margin = (amount: number, threshold: number, inclusive: boolean): number => amount - threshold + (inclusive ? 0 : 1);

/** Millipence of consumption until the standing changes for the next time; undefined when it does not. */
export function marginOf(account: Account, inclusive: boolean): number | undefined {
  if (!account.prepayment) return undefined;
  const { disablementThreshold, lowCreditThreshold, emergencyThreshold, emergencyActive, emergencyLimit } = account;
  const [balance, emergency] = [account.balance('meterBalance'), account.balance('emergencyCredit')];
  const combined = combinedCredit(account);
  const margins = [margin(combined, lowCreditThreshold, inclusive), margin(combined, disablementThreshold, inclusive)];
  if (emergencyActive) margins.push(Math.max(0, balance - disablementThreshold) + Math.max(0, emergency));
  else if (emergencyLimit > 0 && emergencyOwed(account) === 0) margins.push(margin(balance, emergencyThreshold, inclusive));
  const ahead = margins.filter((one) => one > 0);
  return ahead.length > 0 ? Math.min(...ahead) : undefined;
}
