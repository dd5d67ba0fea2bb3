import {
  activateEmergencyCredit as activate,
  adjustBalance,
  adjustDebt,
  type DebtName,
  resetBalances,
  settingsChanged,
  settingsOf,
} from '../payment/adjusting.ts';
import { Books } from '../payment/books.ts';
import { PREPAYMENT_ATTRIBUTES as A, DEBT_BLOCKS, DEBT_OFFSETS, PREPAYMENT, ZclAccount } from './account.ts';
import { numberIn } from './plain.ts';
import type { Publication, ZclCall, ZclRules } from './rule.ts';
import { CAUSE, takeChangeSnapshot } from './snapshots.ts';
import { ZCL_STATUS } from './status.ts';
import { topUp, topUpFailed } from './top-up.ts';

/** Cut Off Value that leaves the disablement threshold as it is: FFFFFFFF (GBCS GCS02). */
const UNCHANGED = -1;

const booksOf = ({ device, store, now, effects }: ZclCall): Books => new Books(new ZclAccount(store), device, now, effects);

/** Changes settings, with what that does to the account at once. */
function changeSettings(call: ZclCall, change: () => void): void {
  const books = booksOf(call);
  const before = settingsOf(books.account);
  change();
  settingsChanged(books, before);
}

function changePaymentMode(call: ZclCall): number {
  const { store, request } = call;
  takeChangeSnapshot(call, CAUSE.mode);
  changeSettings(call, () => {
    store.setRecords('payment.mode', [request]);
    store.change(PREPAYMENT, A.paymentControl, numberIn(request, 'Proposed Payment Control Configuration'));
    const cutOff = numberIn(request, 'Cut Off Value');
    if (cutOff !== UNCHANGED) store.change(PREPAYMENT, A.cutOffValue, cutOff);
  });
  return ZCL_STATUS.success;
}

function paymentModeAnswer({ store }: ZclCall): Publication {
  const friendly = store.record('payment.friendlyCredit');
  const record = {
    ...friendly,
    'Emergency Credit Limit': store.number(PREPAYMENT, A.emergencyCreditLimit),
    'Emergency Credit Threshold': store.number(PREPAYMENT, A.emergencyCreditThreshold),
  };
  return { command: 0x02, records: [record] };
}

/** Succeeds when emergency credit is in use afterwards (GBCS GCS06, PCS02). */
function activateEmergencyCredit(call: ZclCall): number {
  return activate(booksOf(call)) ? ZCL_STATUS.success : ZCL_STATUS.failure;
}

/** Registers of the debts by Debt Amount Type: time debt 1 and 2, payment debt, all incremental (GBCS GCS04). */
const DEBTS: Readonly<Record<number, DebtName>> = { 1: 'timeDebt1', 3: 'timeDebt2', 5: 'paymentDebt' };
/** Recovery frequencies a GSME supports: hourly, daily, not applicable (GBCS GCS04). */
const FREQUENCIES: readonly number[] = [0, 1, 0xff];
const FREQUENCY_NOT_APPLICABLE = 0xff;

function changeDebt(call: ZclCall): number {
  const { store, request } = call;
  const debt = DEBTS[numberIn(request, 'Debt Amount Type')];
  const frequency = numberIn(request, 'Debt Recovery Frequency');
  if (debt === undefined || !FREQUENCIES.includes(frequency)) return ZCL_STATUS.invalidField;
  adjustDebt(booksOf(call), debt, numberIn(request, 'Debt Amount'));
  if (debt === 'paymentDebt') {
    store.change(PREPAYMENT, A.topUpPercentage, numberIn(request, 'Debt Recovery Balance Percentage'));
    return ZCL_STATUS.success;
  }
  const block = DEBT_BLOCKS[debt];
  if (frequency !== FREQUENCY_NOT_APPLICABLE) store.change(PREPAYMENT, block + DEBT_OFFSETS.frequency, frequency);
  store.change(PREPAYMENT, block + DEBT_OFFSETS.rate, numberIn(request, 'Debt Recovery Amount'));
  return ZCL_STATUS.success;
}

/** A new limit keeps what is owed of the old one (GBCS GCS05). */
function setUpEmergencyCredit(call: ZclCall): number {
  const { store, request } = call;
  changeSettings(call, () => {
    store.change(PREPAYMENT, A.emergencyCreditLimit, numberIn(request, 'Emergency Credit Limit'));
    store.change(PREPAYMENT, A.emergencyCreditThreshold, numberIn(request, 'Emergency Credit Threshold'));
  });
  return ZCL_STATUS.success;
}

/** Credit Adjustment Type: what it does to which balance (GBCS GCS40a to GCS40d). */
const ADJUSTMENTS: Readonly<Record<number, (books: Books, value: number) => void>> = {
  0: (books, value) => adjustBalance(books, 'meterBalance', value),
  1: resetBalances,
  2: (books) => books.set('billToDate', 0, 'reset'),
  3: (books, value) => adjustBalance(books, 'billToDate', value),
};

function adjustCredit(call: ZclCall): number {
  const adjust = ADJUSTMENTS[numberIn(call.request, 'Credit Adjustment Type')];
  if (!adjust) return ZCL_STATUS.invalidField;
  adjust(booksOf(call), numberIn(call.request, 'Credit Adjustment Value'));
  return ZCL_STATUS.success;
}

/** A command that writes attributes from its fields. */
function writes(...fields: readonly (readonly [attribute: number, field: string])[]) {
  return ({ store, request }: ZclCall): number => {
    for (const [attribute, field] of fields) store.change(PREPAYMENT, attribute, numberIn(request, field));
    return ZCL_STATUS.success;
  };
}

/** Prepayment cluster, to the meter (GBCS CS01b, GCS02 to GCS06, GCS40, PCS01, PCS02). */
export const PREPAYMENT_COMMANDS: ZclRules = {
  '0705/00': { apply: activateEmergencyCredit },
  '0705/02': { apply: changeDebt },
  '0705/03': { starts: 'Start Time', apply: setUpEmergencyCredit },
  '0705/04': { answer: topUp, refusal: topUpFailed },
  '0705/05': { apply: adjustCredit },
  '0705/06': { starts: 'Implementation Date/Time', apply: changePaymentMode, answer: paymentModeAnswer },
  '0705/09': { starts: 'From-Date-Time', apply: writes([A.lowCreditWarning, 'Low Credit Warning Level']) },
  '0705/0b': {
    starts: 'Implementation Date/Time',
    apply: writes([A.maxCreditLimit, 'Maximum Credit Level'], [A.maxCreditPerTopUp, 'Maximum Credit Per Top Up']),
  },
  '0705/0c': { starts: 'Implementation Date/Time', apply: writes([A.overallDebtCap, 'Overall Debt Cap']) },
};
