import { dlms } from '../../gbcs/dlms-apdu.ts';
import { type Access, DONE, type Outcome, RESULT, refusedWith } from './access.ts';
import { numberAt, setNumber } from './numbers.ts';
import type { CosemStore } from './store.ts';

/** Registers of prepayment (GBCS mapping table; structures of ECS04a, ECS07, ECS08a, ECS26a). */
export const PAYMENT_KEYS = {
  balance: '112/0-0:19.10.0.255/2',
  emergencyCredit: '112/0-0:19.10.1.255/2',
  emergencyLimit: '112/0-0:19.10.1.255/9',
  emergencyThreshold: '112/0-0:19.10.1.255/10',
  emergencyActive: '112/0-0:19.10.1.255/active',
  accumulatedDebt: '112/0-0:19.10.2.255/2',
  paymentDebt: '113/0-0:19.20.3.255/2',
  debtPerPayment: '113/0-0:19.20.3.255/13',
  rateCap: '111/0-0:19.0.0.255/18',
  rateCapPeriod: '111/0-0:19.0.0.255/19',
  account: '111/0-0:19.0.0.255/2',
  maximumCredit: '9000/0-0:94.44.2.10/2',
  maximumBalance: '9000/0-0:94.44.2.20/2',
  creditLog: '7/0-0:98.1.5.255/2',
  debtLog: '7/0-0:98.1.4.255/2',
  usedCounters: '115/0-0:19.40.0.255/used',
} as const;

/** Payment mode: credit, prepayment (RTDS 4.5.0 ECS02, ECS26j). */
const PREPAYMENT = 2;

const isPrepayment = (store: CosemStore): boolean => store.get(PAYMENT_KEYS.account)?.children[0]?.value === PREPAYMENT;

const argument = ({ item }: Access): number => Number(item.data.value);

/** Adds the argument to a credit or debt register. */
export function adjustBalance(access: Access): Outcome {
  setNumber(access.store, PAYMENT_KEYS.balance, numberAt(access.store, PAYMENT_KEYS.balance) + argument(access));
  return DONE;
}

export function setBalance(access: Access): Outcome {
  setNumber(access.store, PAYMENT_KEYS.balance, argument(access));
  return DONE;
}

/** A reset of emergency credit makes the whole limit available again (ECS04b). */
export function resetEmergencyCredit({ store }: Access): Outcome {
  setNumber(store, PAYMENT_KEYS.emergencyCredit, numberAt(store, PAYMENT_KEYS.emergencyLimit));
  store.set(PAYMENT_KEYS.emergencyActive, dlms('boolean', false));
  return DONE;
}

export function setAccumulatedDebt(access: Access): Outcome {
  setNumber(access.store, PAYMENT_KEYS.accumulatedDebt, argument(access));
  return DONE;
}

/** A debt register after an adjustment never goes below nothing owed (ECS07). */
export function adjustDebt(access: Access): Outcome {
  const key = `113/${access.key.split('/')[1]}/2`;
  setNumber(access.store, key, Math.max(0, numberAt(access.store, key) + argument(access)));
  return DONE;
}

/** The next rate of a time debt becomes the one in force (ECS07). */
export function activateRate({ store, key }: Access): Outcome {
  const obis = key.split('/')[1] ?? '';
  const passive = store.get(`113/${obis}/6`);
  if (!passive) return refusedWith(RESULT.objectUndefined);
  store.set(`113/${obis}/5`, passive);
  return DONE;
}

/** Emergency credit activated (GBCS table 16.2). */
const EMERGENCY_CREDIT_ACTIVATED = 0x81ab;

/**
 * Activates emergency credit: done when it is active afterwards, even if it was before; refused outside prepayment mode, without a
 * limit, or while the balance is not below the threshold (GBCS ECS09).
 */
export function activateEmergencyCredit({ store, device, source, effects }: Access): Outcome {
  if (store.get(PAYMENT_KEYS.emergencyActive)?.value === true) return DONE;
  const available =
    numberAt(store, PAYMENT_KEYS.emergencyLimit) > 0 &&
    numberAt(store, PAYMENT_KEYS.balance) < numberAt(store, PAYMENT_KEYS.emergencyThreshold);
  if (!isPrepayment(store) || !available) return refusedWith(RESULT.otherReason);
  store.set(PAYMENT_KEYS.emergencyActive, dlms('boolean', true));
  device.log('event', { at: source.at, code: EMERGENCY_CREDIT_ACTIVATED }, effects);
  return DONE;
}
