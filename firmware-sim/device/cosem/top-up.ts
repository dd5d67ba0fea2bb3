import { dlms } from '../../gbcs/dlms-apdu.ts';
import { checkUtrn, readUtrn, type UtrnContent, utrnOriginatorCounter } from '../../gbcs/utrn.ts';
import { toAscii } from '../../kernel/bytes.ts';
import { toSeconds2000 } from '../../kernel/time.ts';
import { utrnParties } from '../utrn-parties.ts';
import { type Access, DONE, type Outcome, RESULT, refusedWith } from './access.ts';
import { appendRow } from './logs.ts';
import { numberAt, setNumber } from './numbers.ts';
import { PAYMENT_KEYS as KEYS } from './payment.ts';
import type { CosemStore } from './store.ts';

/** Codes of refused tokens in the security log (GBCS table 16.2). */
const REFUSED_TOKEN = {
  exceedsMaximumBalance: 0x8f47,
  duplicate: 0x8f51,
  exceedsMaximumCredit: 0x8f5b,
  notAuthentic: 0x8f63,
} as const;

/** UTRN counters a device remembers (GBCS 14; number recalled, docs/deviations.md). */
const CACHE_SIZE = 100;
/** Millipence in a penny and a pound. */
const MILLIPENCE = { pence: 1_000, pounds: 100_000 } as const;

const usedCounters = (store: CosemStore): number[] =>
  (store.get(KEYS.usedCounters)?.children ?? []).map((one) => Number(one.value));

function remember(store: CosemStore, counter: number): void {
  const counters = [...usedCounters(store), counter].sort((a, b) => a - b).slice(-CACHE_SIZE);
  const list = counters.map((one) => dlms('double-long-unsigned', one));
  store.set(KEYS.usedCounters, dlms('array', list));
}

/** A full cache has forgotten what is below its lowest counter; a new supplier's tokens begin above its floor (GBCS 13.3.5). */
function wasUsed({ store, device }: Access, counter: number): boolean {
  const used = usedCounters(store);
  const forgotten = used.length >= CACHE_SIZE && counter < Math.min(...used);
  const floor = device.counters.topUpFloor('supplier') ?? -1n;
  return used.includes(counter) || forgotten || utrnOriginatorCounter(counter) <= floor;
}

/** Where the money of a credit goes, in millipence. */
interface Split {
  readonly paymentDebt: number;
  readonly accumulatedDebt: number;
  readonly emergencyCredit: number;
  readonly balance: number;
}

/** Hundredths of a percent in the whole. */
const WHOLE = 10_000;

/** Share of a credit that payment-based debt takes; its cap counts whole units of currency in each of its periods (ECS08a). */
function paymentDebtShare({ store, source }: Access, amount: number): number {
  const since = toSeconds2000(source.at) - numberAt(store, KEYS.rateCapPeriod);
  const collected = (store.own(KEYS.debtLog)?.children ?? [])
    .filter((row) => Number(row.children[0]?.value) > since)
    .reduce((sum, row) => sum + Number(row.children[1]?.value), 0);
  const cap = Math.max(0, numberAt(store, KEYS.rateCap) * MILLIPENCE.pounds - collected);
  const share = Math.floor((amount * numberAt(store, KEYS.debtPerPayment)) / WHOLE);
  return Math.min(share, cap, Math.max(0, numberAt(store, KEYS.paymentDebt)));
}

/** Payment-based debt, accumulated debt, emergency credit that was used, and what is left (SMETS 5.6 Add Credit). */
function splitCredit(access: Access, amount: number): Split {
  const { store } = access;
  const paymentDebt = paymentDebtShare(access, amount);
  const accumulatedDebt = Math.min(amount - paymentDebt, Math.max(0, numberAt(store, KEYS.accumulatedDebt)));
  const inUse = store.get(KEYS.emergencyActive)?.value === true;
  const owed = inUse ? Math.max(0, numberAt(store, KEYS.emergencyLimit) - numberAt(store, KEYS.emergencyCredit)) : 0;
  const emergencyCredit = Math.min(amount - paymentDebt - accumulatedDebt, owed);
  return { paymentDebt, accumulatedDebt, emergencyCredit, balance: amount - paymentDebt - accumulatedDebt - emergencyCredit };
}

const add = (store: CosemStore, key: string, amount: number): void => setNumber(store, key, numberAt(store, key) + amount);

/** Books a credit and notes it, and the debt payment where there was one. Emergency credit that is whole again is no longer in use. */
function addCredit({ store, source }: Access, amount: number, split: Split): void {
  const at = toSeconds2000(source.at);
  add(store, KEYS.paymentDebt, -split.paymentDebt);
  add(store, KEYS.accumulatedDebt, -split.accumulatedDebt);
  add(store, KEYS.emergencyCredit, split.emergencyCredit);
  add(store, KEYS.balance, split.balance);
  if (numberAt(store, KEYS.emergencyCredit) >= numberAt(store, KEYS.emergencyLimit)) {
    store.set(KEYS.emergencyActive, dlms('boolean', false));
  }
  if (split.paymentDebt > 0) appendRow(source, KEYS.debtLog, [at, split.paymentDebt]);
  appendRow(source, KEYS.creditLog, [at, amount]);
}

/** What forbids a genuine token, as a code for the log. */
function refusalOf(access: Access, content: UtrnContent, amount: number, split: Split): number | undefined {
  const { store } = access;
  if (wasUsed(access, content.counter)) return REFUSED_TOKEN.duplicate;
  if (amount > numberAt(store, KEYS.maximumCredit)) return REFUSED_TOKEN.exceedsMaximumCredit;
  const after = numberAt(store, KEYS.balance) + split.balance;
  return after > numberAt(store, KEYS.maximumBalance) ? REFUSED_TOKEN.exceedsMaximumBalance : undefined;
}

/**
 * A top-up with a token (CS01a, GBCS 14): form, authenticity, counter not used before, limits of credit and balance; then its
 * credit is added. The token's whole counter is near the high half of the command's own. A refusal is a hardware fault to the
 * sender, as in RTDS 4.5.0 CS01a ERROR, and says why in the security log.
 */
export function topUp(access: Access): Outcome {
  const { device, store, item, source, effects, command } = access;
  const refuse = (code: number): Outcome => {
    device.log('security', { at: source.at, code }, effects);
    return refusedWith(RESULT.hardwareFault);
  };
  const token = item.data.value instanceof Uint8Array ? toAscii(item.data.value) : '';
  if ('verdict' in readUtrn(token)) return refusedWith(RESULT.hardwareFault);
  const parties = utrnParties(device);
  const near = Number(command.header.originatorCounter >> 32n);
  const checked = parties && checkUtrn(device.suite, parties, token, near);
  if (checked?.verdict !== 'valid') return refuse(REFUSED_TOKEN.notAuthentic);
  const amount = checked.content.value * MILLIPENCE[checked.content.valueClass];
  const split = splitCredit(access, amount);
  const refusal = refusalOf(access, checked.content, amount, split);
  if (refusal !== undefined) return refuse(refusal);
  remember(store, checked.content.counter);
  addCredit(access, amount, split);
  return DONE;
}
