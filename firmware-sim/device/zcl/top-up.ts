import { checkUtrn, type UTRN_VALUE_CLASSES, type UtrnCheck, utrnOriginatorCounter } from '../../gbcs/utrn.ts';
import { fromAscii, toAscii } from '../../kernel/bytes.ts';
import { utrnParties } from '../utrn-parties.ts';
import { raise } from './events.ts';
import { numberIn, octetsIn } from './plain.ts';
import { deviceSeconds, type Publication, type ZclCall } from './rule.ts';
import type { ZclStore } from './store.ts';

/** Result Type of ConsumerTopUpResponse (ZSE D.7; GBCS CS01b). */
const RESULT = { accepted: 0, invalid: 1, duplicate: 2, error: 3, maxCreditReached: 4, valueTooLarge: 6 } as const;

/** Events of a refused token (GBCS table 16.2), and of credit added locally. */
const EVENT: Readonly<Record<number, number>> = {
  [RESULT.duplicate]: 0x8f51,
  [RESULT.valueTooLarge]: 0x8f5b,
  [RESULT.maxCreditReached]: 0x8f47,
};
const NOT_AUTHENTIC = 0x8f63;
const CREDIT_ADDED_LOCALLY = 0x810e;
const PAYMENT_DEBT_COMPLETED = 0x81a9;
/** Originating Device: a display in the home (GBCS PCS01). */
const LOCAL = 2;

/** Value and credit of a token that was not accepted: FFFFFFFF (RTDS 4.5.0 CS01b ERROR). */
const NO_VALUE = -1;

/** Millipence in a unit of each value class (GBCS 14). */
const MILLIPENCE: Readonly<Record<(typeof UTRN_VALUE_CLASSES)[number], number>> = { pence: 1000, pounds: 100_000 };

/** Most counters a UTRN counter cache keeps (GBCS 14). */
export const UTRN_CACHE = 100;
/** Entries of the billing data log's credits and debt payments (SMETS 4.6.5.3). */
const TOP_UPS_LOGGED = 5;
const DEBTS_LOGGED = 10;
/** Debt Type 2 of the debt log is the payment-based debt (GBCS GCS15d). */
const PAYMENT_DEBT_TYPE = 2;
const WEEK_SECONDS = 604_800;
/** Debt Recovery per Payment counts hundredths of a percent. */
const WHOLE = 10_000;

const METERING = 0x0702;
const SUPPLY_STATUS = 0x0014;
const PREPAYMENT = 0x0705;
const CONTROL = 0x0000;
const BALANCE = 0x0001;
const EMERGENCY = 0x0002;
const ACCUMULATED = 0x0005;
const CAP = 0x0006;
const EMERGENCY_LIMIT = 0x0010;
const MAX_BALANCE = 0x0021;
const MAX_TOP_UP = 0x0022;
const CUT_OFF = 0x0040;
const PAYMENT_DEBT = 0x0231;
const PERCENTAGE = 0x0239;

const counters = (store: ZclStore): readonly number[] =>
  store.records('payment.utrnCounters').map((one) => numberIn(one, 'Counter'));

/** A full cache has forgotten what is below its lowest counter; a new supplier's tokens begin above its floor (GBCS 13.3.5). */
function wasUsed({ store, device }: ZclCall, counter: number): boolean {
  const cached = counters(store);
  const floor = device.counters.topUpFloor('supplier') ?? -1n;
  const forgotten = cached.length >= UTRN_CACHE && counter < Math.min(...cached);
  return cached.includes(counter) || forgotten || utrnOriginatorCounter(counter) <= floor;
}

/** A remote token's whole counter is the high half of the command's own; a local one's is found from the cache (GBCS 14). */
function checkToken(call: ZclCall, utrn: string): UtrnCheck | undefined {
  const parties = utrnParties(call.device);
  if (!parties) return undefined;
  const local = numberIn(call.request, 'Originating Device') === LOCAL;
  const cached = Math.max(0, ...counters(call.store));
  const reference = local ? cached : Number(call.originatorCounter >> 32n);
  const check = checkUtrn(call.device.suite, parties, utrn, reference);
  // An empty cache does not say how far the counter has got.
  const again = local && cached === 0 && check.verdict === 'not-authentic';
  return again ? checkUtrn(call.device.suite, parties, utrn, 512) : check;
}

function answer(call: ZclCall, result: number, value: number): Publication {
  const refused = result !== RESULT.accepted;
  const record = {
    'Result Type': result,
    'Top Up Value': refused ? NO_VALUE : value,
    'Source of Top up': numberIn(call.request, 'Originating Device'),
    'Credit Remaining': refused ? NO_VALUE : call.store.number(PREPAYMENT, BALANCE),
  };
  return { command: 0x03, records: [record] };
}

function refuse(call: ZclCall, result: number, code: number | undefined = EVENT[result]): Publication {
  if (code !== undefined) raise(call, code);
  return answer(call, result, NO_VALUE);
}

/** A token's checks in order: form, authenticity, use before, single value, balance afterwards; then credit is added. */
export function topUp(call: ZclCall): Publication {
  const { store, request } = call;
  const utrn = toAscii(octetsIn(request, 'TopUp Code'));
  const prepayment = (store.number(PREPAYMENT, CONTROL) & 3) === 3;
  if (!prepayment) return refuse(call, RESULT.error);
  const check = checkToken(call, utrn);
  if (!check || !('content' in check)) return refuse(call, RESULT.invalid);
  if (check.verdict === 'not-authentic') return refuse(call, RESULT.invalid, NOT_AUTHENTIC);
  const { valueClass, value: units, counter } = check.content;
  if (wasUsed(call, counter)) return refuse(call, RESULT.duplicate);
  const value = units * MILLIPENCE[valueClass];
  if (value > store.number(PREPAYMENT, MAX_TOP_UP)) return refuse(call, RESULT.valueTooLarge);
  const split = splitCredit(store, value, deviceSeconds(call));
  if (store.number(PREPAYMENT, BALANCE) + split.balance > store.number(PREPAYMENT, MAX_BALANCE)) {
    return refuse(call, RESULT.maxCreditReached);
  }
  const cache = [...store.records('payment.utrnCounters'), { Counter: counter }].slice(-UTRN_CACHE);
  store.setRecords('payment.utrnCounters', cache);
  addCredit(call, split, value, utrn);
  if (numberIn(request, 'Originating Device') === LOCAL) raise(call, CREDIT_ADDED_LOCALLY);
  return answer(call, RESULT.accepted, value);
}

/** What answers a top-up that fails in the hardware. */
export function topUpFailed(call: ZclCall): Publication {
  return answer(call, RESULT.error, NO_VALUE);
}

/** Where the money of a top-up goes, in millipence. */
export interface CreditSplit {
  readonly paymentDebt: number;
  readonly accumulatedDebt: number;
  readonly emergencyCredit: number;
  readonly balance: number;
}

/**
 * Divides a top-up as SMETS 4.5.3.2 orders: payment debt by its percentage and weekly cap, accumulated debt, the balance up to the
 * disablement threshold, emergency credit used, and the rest into the balance.
 * @param value millipence
 * @param now ZCL UTCTime
 */
export function splitCredit(store: ZclStore, value: number, now: number): CreditSplit {
  let left = value;
  const take = (amount: number): number => {
    const taken = Math.max(0, Math.min(left, amount));
    left -= taken;
    return taken;
  };
  const collected = store
    .records('log.debts')
    .filter((row) => numberIn(row, 'Debt Type') === PAYMENT_DEBT_TYPE && numberIn(row, 'Collection Time') > now - WEEK_SECONDS)
    .reduce((sum, row) => sum + numberIn(row, 'Amount Collected'), 0);
  const share = Math.floor((value * store.number(PREPAYMENT, PERCENTAGE)) / WHOLE);
  const capLeft = Math.max(0, store.number(PREPAYMENT, CAP) - collected);
  const paymentDebt = take(Math.min(share, store.number(PREPAYMENT, PAYMENT_DEBT), capLeft));
  const accumulatedDebt = take(store.number(PREPAYMENT, ACCUMULATED));
  const lift = take(store.number(PREPAYMENT, CUT_OFF) - store.number(PREPAYMENT, BALANCE));
  const emergencyCredit = take(store.number(PREPAYMENT, EMERGENCY_LIMIT) - store.number(PREPAYMENT, EMERGENCY));
  return { paymentDebt, accumulatedDebt, emergencyCredit, balance: lift + left };
}

function addCredit(call: ZclCall, split: CreditSplit, value: number, utrn: string): void {
  const { store } = call;
  const time = deviceSeconds(call);
  const by = (attribute: number, amount: number): void =>
    store.change(PREPAYMENT, attribute, store.number(PREPAYMENT, attribute) + amount);
  by(PAYMENT_DEBT, -split.paymentDebt);
  by(ACCUMULATED, -split.accumulatedDebt);
  by(EMERGENCY, split.emergencyCredit);
  by(BALANCE, split.balance);
  const credit = { 'TopUp Code': fromAscii(utrn), 'TopUp Amount': value, 'TopUp Time': time };
  store.setRecords('log.topUps', [...store.records('log.topUps'), credit].slice(-TOP_UPS_LOGGED));
  if (split.paymentDebt > 0) {
    const payment = {
      'Collection Time': time,
      'Amount Collected': split.paymentDebt,
      'Debt Type': PAYMENT_DEBT_TYPE,
      'Outstanding Debt': store.number(PREPAYMENT, PAYMENT_DEBT),
    };
    store.setRecords('log.debts', [...store.records('log.debts'), payment].slice(-DEBTS_LOGGED));
    if (store.number(PREPAYMENT, PAYMENT_DEBT) === 0) raise(call, PAYMENT_DEBT_COMPLETED);
  }
  if (split.emergencyCredit > 0 && store.number(PREPAYMENT, EMERGENCY) >= store.number(PREPAYMENT, EMERGENCY_LIMIT)) {
    store.setRecords('payment.emergencyCredit', []);
  }
  // Supply that was off for want of credit may be switched on by hand again.
  const enough = store.number(PREPAYMENT, BALANCE) > store.number(PREPAYMENT, CUT_OFF);
  if (enough && store.number(METERING, SUPPLY_STATUS) === 0) store.change(METERING, SUPPLY_STATUS, 1);
}
