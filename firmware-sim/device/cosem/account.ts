import type { Element } from '../../codec/element.ts';
import { dlms } from '../../gbcs/dlms-apdu.ts';
import { toHex } from '../../kernel/bytes.ts';
import { assert } from '../../kernel/errors.ts';
import { type Millis, toSeconds2000 } from '../../kernel/time.ts';
import type { Device } from '../device.ts';
import type { Account, ChargeKind, CreditName, DebtPayment, DebtRecovery, EntryLock, Price } from '../payment/account.ts';
import type { BalanceName } from '../payment/ledger.ts';
import { ElementMemo } from './element-memo.ts';
import type { CosemKey } from './key.ts';
import { logSourceOf } from './log-source.ts';
import { appendRow } from './logs.ts';
import { numberAt, octetsOf, setNumber } from './numbers.ts';
import type { CosemStore } from './store.ts';

/** Objects of prepayment (GBCS mapping table; structures of ECS04a, ECS07, ECS08a, ECS26a). */
const KEYS = {
  emergencyLimit: '112/0-0:19.10.1.255/9',
  emergencyThreshold: '112/0-0:19.10.1.255/10',
  emergencyActive: '112/0-0:19.10.1.255/active',
  debtPerPayment: '113/0-0:19.20.3.255/13',
  /** What still counts against the cap, where the log has room for too few. */
  countingPayments: '113/0-0:19.20.3.255/counting',
  account: '111/0-0:19.0.0.255/2',
  creditCharges: '111/0-0:19.0.0.255/11',
  lowCreditThreshold: '111/0-0:19.0.0.255/16',
  rateCap: '111/0-0:19.0.0.255/18',
  rateCapPeriod: '111/0-0:19.0.0.255/19',
  disablementThreshold: '21/0-0:16.0.1.255/2',
  standingCharge: '113/0-0:19.20.4.255/5',
  maximumCredit: '9000/0-0:94.44.2.10/2',
  maximumBalance: '9000/0-0:94.44.2.20/2',
  creditLog: '7/0-0:98.1.5.255/2',
  debtLog: '7/0-0:98.1.4.255/2',
  usedCounters: '115/0-0:19.40.0.255/used',
  entryLock: '115/0-0:19.40.0.255/lock',
  supply: '70/0-0:96.3.10.255/3',
} as const satisfies Readonly<Record<string, CosemKey>>;

const BALANCES: Readonly<Partial<Record<BalanceName, CosemKey>>> = {
  meterBalance: '112/0-0:19.10.0.255/2',
  emergencyCredit: '112/0-0:19.10.1.255/2',
  accumulatedDebt: '112/0-0:19.10.2.255/2',
  timeDebt1: '113/0-0:19.20.1.255/2',
  timeDebt2: '113/0-0:19.20.2.255/2',
  paymentDebt: '113/0-0:19.20.3.255/2',
};

/** Payment mode of an account (RTDS 4.5.0 ECS02, ECS26j). */
const PREPAYMENT = 2;
/** control_state of a load switch (GBCS mapping table). */
const ENABLED = 1;
const ARMED = 2;
/** The cap counts whole units of currency (ECS08a). */
const MILLIPENCE_IN_POUND = 100_000;
/** Periods that time debts are recovered in (GBCS ECS07). */
const PERIODS: readonly number[] = [3_600, 86_400];

/** Logical names of credits and charges in hex (structures of ECS02, ECS03). */
const CREDITS: Readonly<Record<CreditName, string>> = {
  meterBalance: '0000130a00ff',
  emergencyCredit: '0000130a01ff',
  accumulatedDebt: '0000130a02ff',
};
const CHARGES: Readonly<Record<ChargeKind, string>> = {
  consumption: '0000131400ff',
  'time-debt-1': '0000131401ff',
  'time-debt-2': '0000131402ff',
  'standing-charge': '0000131404ff',
  'secondary-consumption': '0000131405ff',
};
/** The last of the three bits of a pair: collected while supply is off (RTDS 4.5.0 ECS26a; inferred). */
const COLLECT_DISCONNECTED = 0x20;

const NO_PRICE: Price = { value: 0, scale: 0 };

/** Bits of each pair of credit and charge. */
type Pairs = ReadonlyMap<string, number>;

const PAIRS = new ElementMemo<Pairs>();

const pairKey = (credit: string, charge: string): string => `${credit} ${charge}`;

function pairsOf(list: Element | undefined): Pairs {
  return PAIRS.of([list], () => {
    const entries = (list?.children ?? []).map(({ children: [credit, charge, bits] }): [string, number] => [
      pairKey(toHex(octetsOf(credit)), toHex(octetsOf(charge))),
      octetsOf(bits)[0] ?? 0,
    ]);
    return new Map(entries);
  });
}

/** A charge that has one price: its scale and its only entry (class 113, unit_charge). */
function priceOf(charge: Element | undefined): Price {
  const [scaling, , table] = charge?.children ?? [];
  const value = table?.children[0]?.children[1]?.value;
  const scale = scaling?.children[1]?.value;
  return typeof value === 'number' && typeof scale === 'number' ? { value, scale } : NO_PRICE;
}

const numbersIn = ({ children }: Element): readonly number[] => children.map(({ value }) => Number(value));

/** The account of an electricity meter: one for all its elements. */
export class CosemAccount implements Account {
  readonly creditModeBalance = 'meterBalance';
  readonly #device: Device;

  constructor(device: Device) {
    this.#device = device;
  }

  get #store(): CosemStore {
    const { cosem } = this.#device;
    assert(cosem, 'an electricity meter has COSEM objects');
    return cosem;
  }

  #number(key: CosemKey): number {
    return numberAt(this.#store, key);
  }

  get prepayment(): boolean {
    return this.#store.get(KEYS.account)?.children[0]?.value === PREPAYMENT;
  }

  get connected(): boolean {
    return this.#number(KEYS.supply) === ENABLED;
  }

  get armed(): boolean {
    return this.#number(KEYS.supply) === ARMED;
  }

  get emergencyActive(): boolean {
    return this.#store.get(KEYS.emergencyActive)?.value === true;
  }

  get disablementThreshold(): number {
    return Number(this.#store.get(KEYS.disablementThreshold)?.children[0]?.value ?? 0);
  }

  get lowCreditThreshold(): number {
    return this.#number(KEYS.lowCreditThreshold);
  }

  get emergencyLimit(): number {
    return this.#number(KEYS.emergencyLimit);
  }

  get emergencyThreshold(): number {
    return this.#number(KEYS.emergencyThreshold);
  }

  get maximumCredit(): number {
    return this.#number(KEYS.maximumCredit);
  }

  get maximumBalance(): number {
    return this.#number(KEYS.maximumBalance);
  }

  get debtCap(): number {
    return this.#number(KEYS.rateCap) * MILLIPENCE_IN_POUND;
  }

  get debtCapSeconds(): number {
    return this.#number(KEYS.rateCapPeriod);
  }

  get debtPerPayment(): number {
    return this.#number(KEYS.debtPerPayment);
  }

  get standingCharge(): Price {
    return priceOf(this.#store.get(KEYS.standingCharge));
  }

  balance(name: BalanceName): number {
    const key = BALANCES[name];
    return key === undefined ? 0 : this.#number(key);
  }

  setBalance(name: BalanceName, millipence: number): void {
    const key = BALANCES[name];
    if (key !== undefined) setNumber(this.#store, key, millipence);
  }

  setEmergencyActive(active: boolean): void {
    this.#store.set(KEYS.emergencyActive, dlms('boolean', active));
  }

  pays(credit: CreditName, charge: ChargeKind): boolean {
    return this.#pairs.has(pairKey(CREDITS[credit], CHARGES[charge]));
  }

  collectsDisconnected(charge: ChargeKind): boolean {
    const bits = this.#pairs.get(pairKey(CREDITS.meterBalance, CHARGES[charge])) ?? 0;
    return (bits & COLLECT_DISCONNECTED) !== 0;
  }

  get #pairs(): Pairs {
    return pairsOf(this.#store.get(KEYS.creditCharges));
  }

  timeDebt(debt: 1 | 2): DebtRecovery | undefined {
    const periodSeconds = this.#number(`113/0-0:19.20.${debt}.255/8`);
    if (!PERIODS.includes(periodSeconds)) return undefined;
    return { rate: priceOf(this.#store.get(`113/0-0:19.20.${debt}.255/5`)), periodSeconds };
  }

  get debtPayments(): readonly DebtPayment[] {
    const rows = (this.#store.get(KEYS.countingPayments) ?? this.#store.own(KEYS.debtLog))?.children ?? [];
    return rows.map(numbersIn).map(([at = 0, amount = 0]) => ({ at, amount }));
  }

  noteDebtPayment(payment: DebtPayment, counting: readonly DebtPayment[], at: Millis): void {
    this.#append(KEYS.debtLog, at, [payment.at, payment.amount]);
    const rows = counting.map((one) =>
      dlms('structure', [dlms('double-long-unsigned', one.at), dlms('double-long-unsigned', one.amount)]),
    );
    this.#store.set(KEYS.countingPayments, dlms('array', rows));
  }

  noteCredit(amount: number, _digits: string, at: Millis): void {
    this.#append(KEYS.creditLog, at, [toSeconds2000(at), amount]);
  }

  #append(key: CosemKey, at: Millis, row: readonly number[]): void {
    appendRow(logSourceOf(this.#device, this.#store, at), key, row);
  }

  get usedCounters(): readonly number[] {
    const list = this.#store.get(KEYS.usedCounters);
    return list ? numbersIn(list) : [];
  }

  set usedCounters(counters: readonly number[]) {
    const list = counters.map((one) => dlms('double-long-unsigned', one));
    this.#store.set(KEYS.usedCounters, dlms('array', list));
  }

  get entryLock(): EntryLock {
    const [failures, until] = this.#store.get(KEYS.entryLock)?.children ?? [];
    return { failures: Number(failures?.value ?? 0), until: Number(until?.value ?? 0) };
  }

  set entryLock({ failures, until }: EntryLock) {
    const parts = [dlms('long-unsigned', failures), dlms('long64', BigInt(until))];
    this.#store.set(KEYS.entryLock, dlms('structure', parts));
  }
}
