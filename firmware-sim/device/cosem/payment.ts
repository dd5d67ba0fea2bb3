import {
  activateEmergencyCredit as activate,
  adjustBalance as adjust,
  adjustDebt as adjustRegister,
  type DebtName,
  resetEmergencyCredit as resetEmergency,
} from '../payment/adjusting.ts';
import { Books } from '../payment/books.ts';
import { type Access, DONE, type Outcome, RESULT, refusedWith } from './access.ts';
import { CosemAccount } from './account.ts';

const booksOf = ({ device, now, effects }: Access): Books => new Books(new CosemAccount(device), device, now, effects);

const argument = ({ item }: Access): number => Number(item.data.value);

/** Adds the argument to the meter balance (ECS04a). */
export function adjustBalance(access: Access): Outcome {
  adjust(booksOf(access), 'meterBalance', argument(access));
  return DONE;
}

/** The meter balance becomes the argument (ECS04b). */
export function setBalance(access: Access): Outcome {
  booksOf(access).set('meterBalance', argument(access), 'reset');
  return DONE;
}

/** A reset of emergency credit makes the whole limit available again (ECS04b). */
export function resetEmergencyCredit(access: Access): Outcome {
  resetEmergency(booksOf(access));
  return DONE;
}

export function setAccumulatedDebt(access: Access): Outcome {
  booksOf(access).set('accumulatedDebt', argument(access), 'reset');
  return DONE;
}

/** Debt registers by the objects that hold them (ECS07). */
const DEBTS: Readonly<Record<string, DebtName>> = {
  '0-0:19.20.1.255': 'timeDebt1',
  '0-0:19.20.2.255': 'timeDebt2',
  '0-0:19.20.3.255': 'paymentDebt',
};

/** Adds the argument to a debt register (ECS07). */
export function adjustDebt(access: Access): Outcome {
  const debt = DEBTS[access.key.split('/')[1] ?? ''];
  if (!debt) return refusedWith(RESULT.objectUndefined);
  adjustRegister(booksOf(access), debt, argument(access));
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

/** Activates emergency credit (ECS09). */
export function activateEmergencyCredit(access: Access): Outcome {
  return activate(booksOf(access)) ? DONE : refusedWith(RESULT.otherReason);
}
