import type { Element } from '../../codec/element.ts';
import { dlms } from '../../gbcs/dlms-apdu.ts';
import { checkUtrn, readUtrn, type UtrnContent, type UtrnParties } from '../../gbcs/utrn.ts';
import { toAscii } from '../../kernel/bytes.ts';
import type { Eui64 } from '../../kernel/eui64.ts';
import { toSeconds2000 } from '../../kernel/time.ts';
import type { Device } from '../device.ts';
import { type Access, DONE, type Outcome, RESULT, refusedWith } from './access.ts';
import { appendRow } from './logs.ts';
import { numberAt, setNumber } from './numbers.ts';
import type { CosemStore } from './store.ts';

/** Registers of prepayment (GBCS mapping table; structures of ECS04a, ECS07, ECS08a, ECS26a). */
const KEYS = {
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

const isPrepayment = (store: CosemStore): boolean => store.get(KEYS.account)?.children[0]?.value === PREPAYMENT;

const argument = ({ item }: Access): number => Number(item.data.value);

/** Adds the argument to a credit or debt register. */
export function adjustBalance(access: Access): Outcome {
  setNumber(access.store, KEYS.balance, numberAt(access.store, KEYS.balance) + argument(access));
  return DONE;
}

export function setBalance(access: Access): Outcome {
  setNumber(access.store, KEYS.balance, argument(access));
  return DONE;
}

/** A reset of emergency credit makes the whole limit available again (ECS04b). */
export function resetEmergencyCredit({ store }: Access): Outcome {
  setNumber(store, KEYS.emergencyCredit, numberAt(store, KEYS.emergencyLimit));
  store.set(KEYS.emergencyActive, dlms('boolean', false));
  return DONE;
}

export function setAccumulatedDebt(access: Access): Outcome {
  setNumber(access.store, KEYS.accumulatedDebt, argument(access));
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
  if (store.get(KEYS.emergencyActive)?.value === true) return DONE;
  const available =
    numberAt(store, KEYS.emergencyLimit) > 0 && numberAt(store, KEYS.balance) < numberAt(store, KEYS.emergencyThreshold);
  if (!isPrepayment(store) || !available) return refusedWith(RESULT.otherReason);
  store.set(KEYS.emergencyActive, dlms('boolean', true));
  device.log('event', { at: source.at, code: EMERGENCY_CREDIT_ACTIVATED }, effects);
  return DONE;
}

/** Codes of refused tokens in the security log (GBCS table 16.2). */
const REFUSED_TOKEN = {
  exceedsMaximumBalance: 0x8f47,
  duplicate: 0x8f51,
  exceedsMaximumCredit: 0x8f5b,
  notAuthentic: 0x8f63,
} as const;

/** UTRN counters a device remembers (GBCS 14; number recalled, docs/deviations.md). */
const CACHE_SIZE = 100;
/** Stands for a token's counter when none has been used yet and it is below 1024 (`checkUtrn`). */
const FIRST_COUNTER = 512;
/** Millipence in a penny and a pound. */
const MILLIPENCE = { pence: 1_000, pounds: 100_000 } as const;

const usedCounters = (store: CosemStore): number[] =>
  (store.get(KEYS.usedCounters)?.children ?? []).map((one) => Number(one.value));

/** Lowest UTRN counters a device takes from now on, which a change of supplier sets (CS02b). */
export function setUtrnFloor(store: CosemStore, floor: number): void {
  store.set(KEYS.usedCounters, counterList([floor]));
}

const counterList = (counters: readonly number[]): Element =>
  dlms(
    'array',
    counters.map((counter) => dlms('double-long-unsigned', counter)),
  );

/** Shared secret of the supplier's prepayment key and the device's key-agreement key, from whichever end's private key is held. */
function tokenSecret({ anchors, suite, eui }: Device, supplier: Eui64): UtrnParties['z'] | undefined {
  const own = anchors.privateKey(eui, 'keyAgreement');
  const theirs = anchors.publicKey(supplier, 'prePaymentTopUp');
  if (own && theirs) return suite.sharedSecret(own, theirs);
  const lent = anchors.privateKey(supplier, 'prePaymentTopUp');
  const mine = anchors.publicKey(eui, 'keyAgreement');
  return lent && mine ? suite.sharedSecret(lent, mine) : undefined;
}

/** What is wrong with a token, as a code for the log; undefined when its credit can be added. */
function refusalOf(store: CosemStore, content: UtrnContent): number | undefined {
  const used = usedCounters(store);
  const oldest = used.length >= CACHE_SIZE ? Math.min(...used) : -1;
  if (used.includes(content.counter) || content.counter < oldest) return REFUSED_TOKEN.duplicate;
  const amount = content.value * MILLIPENCE[content.valueClass];
  if (amount > numberAt(store, KEYS.maximumCredit)) return REFUSED_TOKEN.exceedsMaximumCredit;
  const after = numberAt(store, KEYS.balance) + amount;
  return after > numberAt(store, KEYS.maximumBalance) ? REFUSED_TOKEN.exceedsMaximumBalance : undefined;
}

function remember(store: CosemStore, counter: number): void {
  const counters = [...usedCounters(store), counter].sort((a, b) => a - b);
  store.set(KEYS.usedCounters, counterList(counters.slice(-CACHE_SIZE)));
}

/** Takes as much of `amount` as a register can use and gives back what is left. */
function settle(store: CosemStore, key: string, amount: number): number {
  const taken = Math.min(amount, Math.max(0, numberAt(store, key)));
  if (taken > 0) setNumber(store, key, numberAt(store, key) - taken);
  return amount - taken;
}

/** Hundredths of a percent in the whole. */
const WHOLE = 10_000;

/** The cap counts in whole units of currency for each of its periods (structures of ECS08a). */
function paymentDebtShare(access: Access, amount: number): number {
  const { store, source } = access;
  const since = toSeconds2000(source.at) - numberAt(store, KEYS.rateCapPeriod);
  const collected = (store.own(KEYS.debtLog)?.children ?? [])
    .filter((row) => Number(row.children[0]?.value) > since)
    .reduce((sum, row) => sum + Number(row.children[1]?.value), 0);
  const cap = Math.max(0, numberAt(store, KEYS.rateCap) * MILLIPENCE.pounds - collected);
  const share = Math.floor((amount * numberAt(store, KEYS.debtPerPayment)) / WHOLE);
  return Math.min(share, cap, Math.max(0, numberAt(store, KEYS.paymentDebt)));
}

/**
 * Shares a credit out: payment-based debt, accumulated debt, emergency credit used, and what is left to the balance (SMETS Add
 * Credit); notes the credit and, where there was one, the debt payment.
 */
function addCredit(access: Access, amount: number): void {
  const { store, source } = access;
  const at = toSeconds2000(source.at);
  const share = paymentDebtShare(access, amount);
  if (share > 0) {
    setNumber(store, KEYS.paymentDebt, numberAt(store, KEYS.paymentDebt) - share);
    appendRow(source, KEYS.debtLog, [at, share]);
  }
  const left = repayEmergencyCredit(store, settle(store, KEYS.accumulatedDebt, amount - share));
  setNumber(store, KEYS.balance, numberAt(store, KEYS.balance) + left);
  appendRow(source, KEYS.creditLog, [at, amount]);
}

/** Emergency credit that has been used is made good; once it is whole it has to be activated anew. */
function repayEmergencyCredit(store: CosemStore, amount: number): number {
  if (store.get(KEYS.emergencyActive)?.value !== true) return amount;
  const owed = Math.max(0, numberAt(store, KEYS.emergencyLimit) - numberAt(store, KEYS.emergencyCredit));
  const repaid = Math.min(owed, amount);
  setNumber(store, KEYS.emergencyCredit, numberAt(store, KEYS.emergencyCredit) + repaid);
  if (repaid === owed) store.set(KEYS.emergencyActive, dlms('boolean', false));
  return amount - repaid;
}

/**
 * A top-up with a token (CS01a, GBCS 14): form, authenticity, counter not used before, limits of credit and balance; then its
 * credit is added. A refusal is a hardware fault to the sender, as in RTDS 4.5.0 CS01a ERROR, and says why in the security log.
 */
export function topUp(access: Access): Outcome {
  const { device, store, item, source, effects } = access;
  const refuse = (code: number): Outcome => {
    device.log('security', { at: source.at, code }, effects);
    return refusedWith(RESULT.hardwareFault);
  };
  const supplier = device.anchors.partyOf('supplier');
  const z = supplier && tokenSecret(device, supplier);
  if (!supplier || !z || !(item.data.value instanceof Uint8Array)) return refuse(REFUSED_TOKEN.notAuthentic);
  const token = toAscii(item.data.value);
  if ('verdict' in readUtrn(token)) return refusedWith(RESULT.hardwareFault);
  const highest = Math.max(FIRST_COUNTER, ...usedCounters(store));
  const checked = checkUtrn(device.suite, { supplier, device: device.eui, z }, token, highest);
  if (checked.verdict !== 'valid') return refuse(REFUSED_TOKEN.notAuthentic);
  const refusal = refusalOf(store, checked.content);
  if (refusal !== undefined) return refuse(refusal);
  remember(store, checked.content.counter);
  addCredit(access, checked.content.value * MILLIPENCE[checked.content.valueClass]);
  return DONE;
}
