import { fromAscii } from '../../kernel/bytes.ts';
import { type Millis, toSeconds2000 } from '../../kernel/time.ts';
import type { Account, ChargeKind, CreditName, DebtPayment, DebtRecovery, EntryLock, Price } from '../payment/account.ts';
import type { BalanceName } from '../payment/ledger.ts';
import { numberIn } from './plain.ts';
import type { ZclRecord, ZclStore } from './store.ts';

const METERING = 0x0702;
const PRICE = 0x0700;
/** Prepayment cluster, all its amounts in millipence (ZSE D.7; GBCS GCS14, GCS21b). */
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
  topUpPercentage: 0x0239,
} as const;
const A = PREPAYMENT_ATTRIBUTES;

/** Blocks of the debts' attributes, and offsets in them (ZSE D.7.2.2.3). */
export const DEBT_BLOCKS = { timeDebt1: 0x0210, timeDebt2: 0x0220, paymentDebt: 0x0230 } as const;
export const DEBT_OFFSETS = { amount: 1, frequency: 6, rate: 7 } as const;

/** Recovery periods by Debt Recovery Frequency (GBCS GCS04). */
const PERIOD_SECONDS: Readonly<Record<number, number>> = { 0: 3_600, 1: 86_400 };

const SUPPLY_STATUS = 0x0014;
/** Off and armed, and on (ZSE D.3). */
const SUPPLY_ARMED = 1;
const SUPPLY_ON = 2;
/** Money due in credit mode (GBCS GCS60). */
const BILL_TO_DATE = 0x0a00;
const STANDING_CHARGE = 0x0301;

/** Low bits of Payment Control Configuration: 0x0097 and its kind are prepayment, 0x0C94 credit (GBCS GCS02, GCS03). */
const PREPAYMENT_BITS = 0x0003;
/** Debts wait while supply is off; debts do not wait while emergency credit is used (GBCS GCS03). */
const SUSPEND_DISABLED = 0x0400;
const COLLECT_IN_EMERGENCY = 0x0800;

/** Gas prices have five decimals (GBCS GCS01a). */
const GAS_SCALE = -5;
const DAY_SECONDS = 86_400;
/** Overall Debt Cap is for a week (GBCS GCS05). */
const CAP_SECONDS = 7 * DAY_SECONDS;

/** Debt Type of the log of debts: the payment-based debt (GBCS GCS15d). */
const PAYMENT_DEBT_TYPE = 2;
/** Entries of the billing data log's credits and debt payments (SMETS 4.6.5.3). */
const TOP_UPS_LOGGED = 5;
const DEBTS_LOGGED = 10;

const BALANCES: Readonly<Record<BalanceName, readonly [cluster: number, attribute: number]>> = {
  meterBalance: [PREPAYMENT, A.creditRemaining],
  emergencyCredit: [PREPAYMENT, A.emergencyCreditRemaining],
  accumulatedDebt: [PREPAYMENT, A.accumulatedDebt],
  timeDebt1: [PREPAYMENT, DEBT_BLOCKS.timeDebt1 + DEBT_OFFSETS.amount],
  timeDebt2: [PREPAYMENT, DEBT_BLOCKS.timeDebt2 + DEBT_OFFSETS.amount],
  paymentDebt: [PREPAYMENT, DEBT_BLOCKS.paymentDebt + DEBT_OFFSETS.amount],
  billToDate: [METERING, BILL_TO_DATE],
};

const LIMITS = { signed: [-0x8000_0000, 0x7fff_ffff], unsigned: [0, 0xffff_ffff] } as const;
/** Amounts below zero that an attribute of the cluster can show (ZSE D.7: int32, the others uint32). */
const SIGNED: readonly BalanceName[] = ['meterBalance', 'emergencyCredit', 'accumulatedDebt'];

const DEBT_KINDS: readonly ChargeKind[] = ['time-debt-1', 'time-debt-2'];

/** The account of a gas meter. */
export class ZclAccount implements Account {
  readonly creditModeBalance = 'billToDate';
  readonly debtCapSeconds = CAP_SECONDS;
  readonly #store: ZclStore;

  constructor(store: ZclStore) {
    this.#store = store;
  }

  #setting(attribute: number): number {
    return this.#store.number(PREPAYMENT, attribute);
  }

  get #control(): number {
    return this.#setting(A.paymentControl);
  }

  get prepayment(): boolean {
    return (this.#control & PREPAYMENT_BITS) === PREPAYMENT_BITS;
  }

  get connected(): boolean {
    return this.#store.number(METERING, SUPPLY_STATUS) === SUPPLY_ON;
  }

  get armed(): boolean {
    return this.#store.number(METERING, SUPPLY_STATUS) === SUPPLY_ARMED;
  }

  get emergencyActive(): boolean {
    return this.#store.records('payment.emergencyCredit').length > 0;
  }

  get disablementThreshold(): number {
    return this.#setting(A.cutOffValue);
  }

  get lowCreditThreshold(): number {
    return this.#setting(A.lowCreditWarning);
  }

  get emergencyLimit(): number {
    return this.#setting(A.emergencyCreditLimit);
  }

  get emergencyThreshold(): number {
    return this.#setting(A.emergencyCreditThreshold);
  }

  get maximumCredit(): number {
    return this.#setting(A.maxCreditPerTopUp);
  }

  get maximumBalance(): number {
    return this.#setting(A.maxCreditLimit);
  }

  get debtCap(): number {
    return this.#setting(A.overallDebtCap);
  }

  get debtPerPayment(): number {
    return this.#setting(A.topUpPercentage);
  }

  get standingCharge(): Price {
    return { value: this.#store.number(PRICE, STANDING_CHARGE), scale: GAS_SCALE };
  }

  balance(name: BalanceName): number {
    return this.#store.number(...BALANCES[name]);
  }

  setBalance(name: BalanceName, millipence: number): void {
    const [low, high] = LIMITS[SIGNED.includes(name) ? 'signed' : 'unsigned'];
    this.#store.change(...BALANCES[name], Math.min(high, Math.max(low, millipence)));
  }

  setEmergencyActive(active: boolean, at: Millis): void {
    this.#store.setRecords('payment.emergencyCredit', active ? [{ 'Activated At': toSeconds2000(at) }] : []);
  }

  pays(credit: CreditName, charge: ChargeKind): boolean {
    if (!this.prepayment) return credit === 'meterBalance' && !DEBT_KINDS.includes(charge);
    if (credit !== 'accumulatedDebt') return true;
    return charge !== 'consumption' && (this.#control & COLLECT_IN_EMERGENCY) === 0;
  }

  collectsDisconnected(charge: ChargeKind): boolean {
    return !DEBT_KINDS.includes(charge) || (this.#control & SUSPEND_DISABLED) === 0;
  }

  timeDebt(debt: 1 | 2): DebtRecovery | undefined {
    const block = debt === 1 ? DEBT_BLOCKS.timeDebt1 : DEBT_BLOCKS.timeDebt2;
    const periodSeconds = PERIOD_SECONDS[this.#setting(block + DEBT_OFFSETS.frequency)];
    if (periodSeconds === undefined) return undefined;
    return { rate: { value: this.#setting(block + DEBT_OFFSETS.rate), scale: GAS_SCALE }, periodSeconds };
  }

  get debtPayments(): readonly DebtPayment[] {
    const counting = this.#store.records('payment.countingPayments');
    const rows = counting.length > 0 ? counting : this.#store.records('log.debts').filter(isPaymentDebt);
    return rows.map((row) => ({ at: numberIn(row, 'Collection Time'), amount: numberIn(row, 'Amount Collected') }));
  }

  noteDebtPayment(payment: DebtPayment, counting: readonly DebtPayment[]): void {
    const outstanding = { 'Debt Type': PAYMENT_DEBT_TYPE, 'Outstanding Debt': this.balance('paymentDebt') };
    this.#append('log.debts', { ...rowOf(payment), ...outstanding }, DEBTS_LOGGED);
    this.#store.setRecords('payment.countingPayments', counting.map(rowOf));
  }

  noteCredit(amount: number, digits: string, at: Millis): void {
    const row = { 'TopUp Code': fromAscii(digits), 'TopUp Amount': amount, 'TopUp Time': toSeconds2000(at) };
    this.#append('log.topUps', row, TOP_UPS_LOGGED);
  }

  #append(log: 'log.debts' | 'log.topUps', row: ZclRecord, capacity: number): void {
    this.#store.setRecords(log, [...this.#store.records(log), row].slice(-capacity));
  }

  get usedCounters(): readonly number[] {
    return this.#store.records('payment.utrnCounters').map((one) => numberIn(one, 'Counter'));
  }

  set usedCounters(counters: readonly number[]) {
    this.#store.setRecords(
      'payment.utrnCounters',
      counters.map((one) => ({ Counter: one })),
    );
  }

  get entryLock(): EntryLock {
    const lock = this.#store.record('payment.entryLock');
    return { failures: numberIn(lock, 'Failures'), until: numberIn(lock, 'Until') };
  }

  set entryLock({ failures, until }: EntryLock) {
    this.#store.setRecords('payment.entryLock', [{ Failures: failures, Until: until }]);
  }
}

const isPaymentDebt = (row: ZclRecord): boolean => numberIn(row, 'Debt Type') === PAYMENT_DEBT_TYPE;

const rowOf = ({ at, amount }: DebtPayment): ZclRecord => ({ 'Collection Time': at, 'Amount Collected': amount });
