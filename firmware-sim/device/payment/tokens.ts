import {
  checkUtrn,
  readUtrn,
  type UtrnCheck,
  type UtrnContent,
  type UtrnParties,
  utrnOriginatorCounter,
} from '../../gbcs/utrn.ts';
import { type Millis, toSeconds2000 } from '../../kernel/time.ts';
import type { Device } from '../device.ts';
import type { DeviceEffect } from '../effects.ts';
import { utrnParties } from '../utrn-parties.ts';
import type { Account } from './account.ts';
import { Books } from './books.ts';
import { creditTopUp, type Split, splitTopUp } from './top-up.ts';

/** Result Type of a Consumer Top Up Response (ZSE D.7; GBCS CS01b). */
export const TOKEN_RESULT = {
  accepted: 0x00,
  invalid: 0x01,
  duplicate: 0x02,
  error: 0x03,
  maximumBalance: 0x04,
  locked: 0x05,
  tooLarge: 0x06,
  acceptedDisabled: 0x11,
  acceptedArmed: 0x12,
} as const;

export type TokenResult = (typeof TOKEN_RESULT)[keyof typeof TOKEN_RESULT];

/** Events of tokens (GBCS table 16.2). */
const EVENT = {
  creditAddedLocally: 0x810e,
  entrySuspended: 0x81c4,
  entryLockedOut: 0x81c5,
  exceedsMaximumBalance: 0x8f47,
  duplicate: 0x8f51,
  exceedsMaximumCredit: 0x8f5b,
  notAuthentic: 0x8f63,
  otherDevice: 0x8f64,
} as const;

/** Millipence in a unit of each value class (GBCS 14). */
const MILLIPENCE: Readonly<Record<UtrnContent['valueClass'], number>> = { pence: 1_000, pounds: 100_000 };

/** Counters tokens are tried near when a device has not seen any: those below 1024 (`checkUtrn`). */
const NEAR_NOTHING = 512;

const SECOND_MS: Millis = 1_000;

/** A token on its way into a meter. */
export interface TokenEntry {
  /** What was typed: twenty decimal digits, if all is well. */
  readonly digits: string;
  /** Sent by the supplier, or entered in the home; only entry in the home can be locked. */
  readonly via: 'remote' | 'keypad' | 'ppmid';
  /** UTRN counter the token's is near; of a remote one, the high half of the command's (GBCS 14). */
  readonly nearCounter?: number;
}

/** What became of a token. */
export interface TokenOutcome {
  readonly result: TokenResult;
  /** Millipence; undefined when the token was refused. */
  readonly amount?: number;
}

/** The token may be all right, or not: then the result, and the event that tells of it. */
interface TokenFault {
  readonly result: TokenResult;
  readonly code?: number;
}

const isFault = (value: object): value is TokenFault => 'result' in value;

/**
 * Takes a token (behaviour of SMETS 4.6, 5.6 Add Credit; GBCS 14): entry not locked, form, authenticity for this device, counter not used
 * before, limits of one credit and of the balance; then its money is divided and booked, and what follows from it happens.
 */
export function enterToken(books: Books, entry: TokenEntry): TokenOutcome {
  const local = entry.via !== 'remote';
  if (local && books.account.entryLock.until > books.now) {
    return refuse(books, { result: TOKEN_RESULT.locked, code: EVENT.entryLockedOut });
  }
  const { device, account } = books;
  if (!account.prepayment && !device.parameters.topUpInCreditMode) return refuse(books, { result: TOKEN_RESULT.error });
  const content = authenticContent(books, entry);
  if (isFault(content)) {
    const outcome = refuse(books, content);
    if (local) countFailure(books);
    return outcome;
  }
  if (local) account.entryLock = { failures: 0, until: 0 };
  const amount = content.value * MILLIPENCE[content.valueClass];
  const split = splitTopUp(account, amount, toSeconds2000(books.at), device.parameters);
  const fault = faultOf(books, content, amount, split);
  if (fault) return refuse(books, fault);
  remember(books, content.counter);
  creditTopUp(books, amount, entry.digits, split);
  if (local) books.raise(EVENT.creditAddedLocally);
  device.life?.settle(books.now, books.effects);
  return { result: acceptedAs(account), amount };
}

function refuse(books: Books, { result, code }: TokenFault): TokenOutcome {
  if (code !== undefined) books.raise(code);
  return { result };
}

/** Accepted says so alone while supply is on; else what became of the supply (inferred; RTDS 4.5.0 CS01b). */
function acceptedAs({ connected, armed }: Account): TokenResult {
  if (connected) return TOKEN_RESULT.accepted;
  return armed ? TOKEN_RESULT.acceptedArmed : TOKEN_RESULT.acceptedDisabled;
}

/** What a token says, when it is this supplier's for this device. */
function authenticContent(books: Books, { digits, nearCounter }: TokenEntry): UtrnContent | TokenFault {
  const { device } = books;
  if ('verdict' in readUtrn(digits)) return { result: TOKEN_RESULT.invalid };
  const near = nearCounter === undefined ? nearLastUsed(books) : [nearCounter];
  const parties = utrnParties(device);
  const content = parties && contentNear(device, parties, digits, near);
  if (content) return content;
  const others = device.otherMeters().some((other) => contentNear(device, other, digits, near) !== undefined);
  return { result: TOKEN_RESULT.invalid, code: others ? EVENT.otherDevice : EVENT.notAuthentic };
}

function contentNear(device: Device, parties: UtrnParties, digits: string, near: readonly number[]): UtrnContent | undefined {
  const valid = (check: UtrnCheck): UtrnContent[] => (check.verdict === 'valid' ? [check.content] : []);
  return near.flatMap((counter) => valid(checkUtrn(device.suite, parties, digits, counter)))[0];
}

/** The highest counter a device knows of: used, or ruled out when its supplier changed. An empty cache says nothing about it. */
function nearLastUsed({ account, device }: Books): readonly number[] {
  const floor = Number((device.counters.topUpFloor('supplier') ?? 0n) >> 32n);
  const highest = Math.max(floor, ...account.usedCounters);
  return highest > 0 ? [highest] : [highest, NEAR_NOTHING];
}

/** What forbids a genuine token. */
function faultOf(books: Books, { counter }: UtrnContent, amount: number, split: Split): TokenFault | undefined {
  const { account } = books;
  if (wasUsed(books, counter)) return { result: TOKEN_RESULT.duplicate, code: EVENT.duplicate };
  if (amount > account.maximumCredit) return { result: TOKEN_RESULT.tooLarge, code: EVENT.exceedsMaximumCredit };
  const after = account.balance('meterBalance') + split.balance;
  if (after <= account.maximumBalance) return undefined;
  return { result: TOKEN_RESULT.maximumBalance, code: EVENT.exceedsMaximumBalance };
}

/** A full cache has forgotten what is below its lowest counter; a new supplier's tokens begin above its floor (GBCS 13.3.5). */
function wasUsed({ account, device }: Books, counter: number): boolean {
  const used = account.usedCounters;
  const floor = device.counters.topUpFloor('supplier') ?? -1n;
  const forgotten = used.length >= device.parameters.utrnCacheSize && counter < Math.min(...used);
  return used.includes(counter) || forgotten || utrnOriginatorCounter(counter) <= floor;
}

function remember({ account, device }: Books, counter: number): void {
  const counters = [...account.usedCounters, counter].sort((a, b) => a - b);
  account.usedCounters = counters.slice(-device.parameters.utrnCacheSize);
}

/** Bad tokens in a row make the meter take none for a while, each further one for twice as long. */
function countFailure(books: Books): void {
  const { account, now, device } = books;
  const { utrnTries, utrnLockSeconds, utrnLockSecondsMax } = device.parameters;
  const failures = account.entryLock.failures + 1;
  if (utrnTries <= 0 || failures < utrnTries) {
    account.entryLock = { failures, until: 0 };
    return;
  }
  const seconds = Math.min(utrnLockSecondsMax, utrnLockSeconds * 2 ** (failures - utrnTries));
  account.entryLock = { failures, until: now + seconds * SECOND_MS };
  books.raise(EVENT.entrySuspended);
}

/** Where a token is entered in the home. */
export type HomeEntry = Exclude<TokenEntry['via'], 'remote'>;

/** What became of a token that was entered in the home, and what the meter did. */
export interface HomeOutcome extends TokenOutcome {
  readonly effects: readonly DeviceEffect[];
}

/** A token entered in the home: at the meter, or at a display that passes it on. A meter without power takes none. */
export function enterTokenAtHome(
  device: Device,
  account: Account,
  entry: { readonly digits: string; readonly via: HomeEntry },
  now: Millis,
): HomeOutcome {
  const effects: DeviceEffect[] = [];
  device.life?.advance(now, effects);
  if (device.life?.poweredDown) return { result: TOKEN_RESULT.error, effects };
  const outcome = enterToken(new Books(account, device, now, effects), entry);
  device.life?.settle(now, effects);
  return { ...outcome, effects };
}
