import { raise } from './events.ts';
import { numberIn } from './plain.ts';
import { deviceSeconds, type Publication, type ZclCall, type ZclRules } from './rule.ts';
import { takeChangeSnapshot } from './snapshots.ts';
import { ZCL_STATUS } from './status.ts';
import type { ZclStore } from './store.ts';
import { topUp, topUpFailed } from './top-up.ts';

/** Prepayment cluster attributes, all in millipence (ZSE D.7; GBCS GCS14, GCS21b). */
export const PREPAYMENT = 0x0705;
export const PREPAYMENT_ATTRIBUTES = {
  paymentControl: 0x0000,
  creditRemaining: 0x0001,
  emergencyCreditRemaining: 0x0002,
  accumulatedDebt: 0x0005,
  overallDebtCap: 0x0006,
  emergencyCreditLimit: 0x0010,
  emergencyCreditThreshold: 0x0011,
  maxCreditLimit: 0x0021,
  maxCreditPerTopUp: 0x0022,
  lowCreditWarning: 0x0031,
  cutOffValue: 0x0040,
  paymentDebt: 0x0231,
  topUpPercentage: 0x0239,
} as const;
const A = PREPAYMENT_ATTRIBUTES;

/** BillToDateDelivered of the metering cluster: the credit-mode balance, money due (GBCS GCS60). */
const METERING = 0x0702;
const BILL_TO_DATE = 0x0a00;

/** Snapshot cause: change of meter mode (ZSE table D-45; GBCS GCS15b). */
const CAUSE_METER_MODE = 0x2000;
/** Cut Off Value that leaves the disablement threshold as it is: FFFFFFFF (GBCS GCS02). */
const UNCHANGED = -1;
/** Low bits of Payment Control Configuration: 0x0097 and its kind are prepayment, 0x0C94 credit (GBCS GCS02, GCS03). */
const PREPAYMENT_BITS = 0x0003;

/** Events of the prepayment cluster (GBCS table 16.2). */
const EVENT = { emergencyCreditActivated: 0x81ab, armedByEmergencyCredit: 0x8168 } as const;
const SUPPLY_STATUS = 0x0014;
const SUPPLY = { off: 0, armed: 1 } as const;

/** True in prepayment mode. */
export function isPrepayment(store: ZclStore): boolean {
  return (store.number(PREPAYMENT, A.paymentControl) & PREPAYMENT_BITS) === PREPAYMENT_BITS;
}

function changePaymentMode(call: ZclCall): number {
  const { store, request } = call;
  takeChangeSnapshot(call, CAUSE_METER_MODE);
  store.setRecords('payment.mode', [request]);
  store.change(PREPAYMENT, A.paymentControl, numberIn(request, 'Proposed Payment Control Configuration'));
  const cutOff = numberIn(request, 'Cut Off Value');
  if (cutOff !== UNCHANGED) store.change(PREPAYMENT, A.cutOffValue, cutOff);
  if (!isPrepayment(store)) store.setRecords('payment.emergencyCredit', []);
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

/** Succeeds when emergency credit is in use afterwards; it is available below its threshold (SMETS 4.5.3.1). */
function activateEmergencyCredit(call: ZclCall): number {
  const { store } = call;
  if (store.records('payment.emergencyCredit').length > 0) return ZCL_STATUS.success;
  const available =
    isPrepayment(store) &&
    store.number(PREPAYMENT, A.emergencyCreditLimit) > 0 &&
    store.number(PREPAYMENT, A.creditRemaining) < store.number(PREPAYMENT, A.emergencyCreditThreshold);
  if (!available) return ZCL_STATUS.failure;
  store.setRecords('payment.emergencyCredit', [{ 'Activated At': deviceSeconds(call) }]);
  raise(call, EVENT.emergencyCreditActivated);
  if (store.number(METERING, SUPPLY_STATUS) === SUPPLY.off) {
    store.change(METERING, SUPPLY_STATUS, SUPPLY.armed);
    raise(call, EVENT.armedByEmergencyCredit);
  }
  return ZCL_STATUS.success;
}

/** Registers of the debts by Debt Amount Type: time debt 1 and 2, payment debt, all incremental (GBCS GCS04). */
const DEBTS: Readonly<Record<number, number>> = { 1: 0x0210, 3: 0x0220, 5: 0x0230 };
/** Events of a debt that has been paid off (GBCS table 16.2). */
const DEBT_COMPLETED: Readonly<Record<number, number>> = { 528: 0x81a7, 544: 0x81a8, 560: 0x81a9 };
/** Offsets of a debt's attributes from its register's block. */
const DEBT_AMOUNT = 1;
const DEBT_FREQUENCY = 6;
const DEBT_RATE = 7;
/** Recovery frequencies a GSME supports: hourly, daily, not applicable (GBCS GCS04). */
const FREQUENCIES: readonly number[] = [0, 1, 0xff];
const FREQUENCY_NOT_APPLICABLE = 0xff;

function changeDebt(call: ZclCall): number {
  const { store, request } = call;
  const block = DEBTS[numberIn(request, 'Debt Amount Type')];
  const frequency = numberIn(request, 'Debt Recovery Frequency');
  if (block === undefined || !FREQUENCIES.includes(frequency)) return ZCL_STATUS.invalidField;
  const before = store.number(PREPAYMENT, block + DEBT_AMOUNT);
  const amount = Math.max(0, before + numberIn(request, 'Debt Amount'));
  store.change(PREPAYMENT, block + DEBT_AMOUNT, amount);
  const completed = DEBT_COMPLETED[block];
  if (before > 0 && amount === 0 && completed !== undefined) raise(call, completed);
  if (block + DEBT_AMOUNT === A.paymentDebt) {
    store.change(PREPAYMENT, A.topUpPercentage, numberIn(request, 'Debt Recovery Balance Percentage'));
    return ZCL_STATUS.success;
  }
  if (frequency !== FREQUENCY_NOT_APPLICABLE) store.change(PREPAYMENT, block + DEBT_FREQUENCY, frequency);
  store.change(PREPAYMENT, block + DEBT_RATE, numberIn(request, 'Debt Recovery Amount'));
  return ZCL_STATUS.success;
}

/** A new limit keeps what is owed of the old one. */
function setUpEmergencyCredit({ store, request }: ZclCall): number {
  const owed = store.number(PREPAYMENT, A.emergencyCreditLimit) - store.number(PREPAYMENT, A.emergencyCreditRemaining);
  const limit = numberIn(request, 'Emergency Credit Limit');
  store.change(PREPAYMENT, A.emergencyCreditLimit, limit);
  store.change(PREPAYMENT, A.emergencyCreditThreshold, numberIn(request, 'Emergency Credit Threshold'));
  store.change(PREPAYMENT, A.emergencyCreditRemaining, Math.max(0, limit - Math.max(0, owed)));
  return ZCL_STATUS.success;
}

/** Credit Adjustment Type: what it does to which balance (GBCS GCS40a to GCS40d). */
const ADJUSTMENTS: Readonly<Record<number, (store: ZclStore, value: number) => void>> = {
  0: (store, value) => store.change(PREPAYMENT, A.creditRemaining, store.number(PREPAYMENT, A.creditRemaining) + value),
  1: (store) => {
    store.change(PREPAYMENT, A.creditRemaining, 0);
    store.change(PREPAYMENT, A.accumulatedDebt, 0);
    store.change(PREPAYMENT, A.emergencyCreditRemaining, store.number(PREPAYMENT, A.emergencyCreditLimit));
    store.setRecords('payment.emergencyCredit', []);
  },
  2: (store) => store.change(METERING, BILL_TO_DATE, 0),
  // Money due: a credit makes it less, and it is never negative.
  3: (store, value) => store.change(METERING, BILL_TO_DATE, Math.max(0, store.number(METERING, BILL_TO_DATE) - value)),
};

function adjustCredit({ store, request }: ZclCall): number {
  const adjust = ADJUSTMENTS[numberIn(request, 'Credit Adjustment Type')];
  if (!adjust) return ZCL_STATUS.invalidField;
  adjust(store, numberIn(request, 'Credit Adjustment Value'));
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
