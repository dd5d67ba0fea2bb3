import type { CryptoSuite } from '../crypto/suite.ts';
import { ByteWriter } from '../kernel/byte-writer.ts';
import { type Bytes, toBigInt } from '../kernel/bytes.ts';
import { ProtocolFault } from '../kernel/errors.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import { MAC_AAD_PREFIX } from './envelope.ts';
import { CRA_FLAGS } from './header.ts';
import { deriveKey, initialisationVector } from './protection.ts';

/*
 * Unique Transaction Reference Numbers, the 20 digits of a prepayment top-up (GBCS 14).
 *
 *   PTUT (64 bits) = 0000000b || counter mod 1024 (10) || value class (2) || value (13) || MAC (32)
 *   UTRN           = PPTD_BASE + PTUT (19 digits) || check digit
 */

/** What a value counts. Classes 2 and 3 are not used (GBCS 14). */
export const UTRN_VALUE_CLASSES = ['pence', 'pounds'] as const;

export type UtrnValueClass = (typeof UTRN_VALUE_CLASSES)[number];

/** Greatest value of a token: 13 bits. */
export const UTRN_MAX_VALUE = 8191;

/** Digits of a token, check digit included. */
export const UTRN_DIGITS = 20;

/** Added to the PTUT so that the decimal form always has 19 digits and starts with 7. */
const PPTD_BASE = 7_394_156_990_786_306_048n;

/** The seven leading bits of a PTUT are zero. */
const PTUT_LIMIT = 1n << 57n;

const TRUNCATED_COUNTER_BITS = 10;
const TRUNCATION = 1 << TRUNCATED_COUNTER_BITS;
const COUNTER_LIMIT = 2 ** 32;
const COUNTER_AT = 15;
const CLASS_AT = 13;

/** Multiplication in the dihedral group D5. */
function dihedral(a: number, b: number): number {
  if (a < 5) return b < 5 ? (a + b) % 5 : 5 + ((a + b) % 5);
  return b < 5 ? 5 + ((a - b) % 5) : (5 + a - b) % 5;
}

/** Position permutations and the inverse row of GBCS's variant of Verhoeff's check digit. */
const PERMUTATIONS: readonly string[] = [
  '0123456789',
  '1576283094',
  '5803796142',
  '8916043527',
  '9453126870',
  '4286573901',
  '2793806415',
  '7046913258',
];
const INVERSES = '1267583094';
/** The permutation the first digit is put through. */
const FIRST_PERMUTATION = 4;

/** The check digit of decimal digits, read from the left. */
export function utrnCheckDigit(digits: string): string {
  let check = 0;
  for (let i = 0; i < digits.length; i++) {
    const row = PERMUTATIONS[(i + FIRST_PERMUTATION) % PERMUTATIONS.length] ?? '';
    check = dihedral(check, Number(row[Number(digits[i])]));
  }
  return INVERSES[check] ?? '';
}

/** Whose token it is, and the secret of the supplier's prepayment key and the device's key-agreement key. */
export interface UtrnParties {
  readonly supplier: Eui64;
  readonly device: Eui64;
  /** Shared secret, 32 octets. */
  readonly z: Bytes;
}

/** What a token says. */
export interface UtrnContent {
  readonly valueClass: UtrnValueClass;
  /** Pence or pounds, 0 to 8191. */
  readonly value: number;
  /** The 32-bit UTRN counter: the high half of the supplier's originator counter, whose low half is zero. */
  readonly counter: number;
}

/** The originator counter of a UTRN counter, which the top-up command with this token also carries (GBCS 14). */
export function utrnOriginatorCounter(counter: number): bigint {
  return BigInt(counter) << 32n;
}

/** High half of the PTUT: truncated counter, value class, value. */
function highHalf({ counter, valueClass, value }: UtrnContent): number {
  return ((counter % TRUNCATION) << COUNTER_AT) | (UTRN_VALUE_CLASSES.indexOf(valueClass) << CLASS_AT) | value;
}

/** Last 32 bits of the GMAC over both identities, the counter and the high half (GBCS 14). */
function tokenMac(suite: CryptoSuite, { supplier, device, z }: UtrnParties, counter: number, high: number): bigint {
  const originatorCounter = utrnOriginatorCounter(counter);
  const key = deriveKey(suite, z, supplier, CRA_FLAGS.command, originatorCounter, device);
  const aad = new ByteWriter(64)
    .bytes(MAC_AAD_PREFIX)
    .eui64(supplier)
    .eui64(device)
    .u8(CRA_FLAGS.command)
    .u64(originatorCounter)
    .u32(high);
  return toBigInt(suite.gmac(key, initialisationVector(supplier), aad.finish(), 16).subarray(12));
}

function refuse(kind: string, message: string): never {
  throw new ProtocolFault(kind, message, 0, 'GBCS 14');
}

/**
 * Makes a token.
 * @returns 20 decimal digits
 * @throws ProtocolFault `bad-utrn-value`, `bad-utrn-counter`
 */
export function makeUtrn(suite: CryptoSuite, parties: UtrnParties, content: UtrnContent): string {
  const { value, counter } = content;
  if (!Number.isInteger(value) || value < 0 || value > UTRN_MAX_VALUE) {
    refuse('bad-utrn-value', `${value} ${content.valueClass} do not fit a token: whole, 0 to ${UTRN_MAX_VALUE}`);
  }
  if (!Number.isInteger(counter) || counter < 0 || counter >= COUNTER_LIMIT) {
    refuse('bad-utrn-counter', `UTRN counter ${counter} is not whole, 0 to ${COUNTER_LIMIT - 1}`);
  }
  const high = highHalf(content);
  const ptut = (BigInt(high) << 32n) | tokenMac(suite, parties, counter, high);
  const digits = (PPTD_BASE + ptut).toString();
  return digits + utrnCheckDigit(digits);
}

/** What the digits alone say; the counter is known modulo 1024 only. */
export interface ReadUtrn {
  readonly valueClass: UtrnValueClass;
  readonly value: number;
  readonly truncatedCounter: number;
  readonly mac: bigint;
  readonly high: number;
}

/** Why digits are no token: before any cryptography. */
export interface UtrnFormFault {
  readonly verdict: 'bad-format' | 'bad-check-digit';
  readonly message: string;
}

/** Takes a token apart without keys. */
export function readUtrn(utrn: string): ReadUtrn | UtrnFormFault {
  if (!/^\d{20}$/.test(utrn)) return { verdict: 'bad-format', message: `a UTRN has ${UTRN_DIGITS} decimal digits` };
  const digits = utrn.slice(0, -1);
  const right = utrnCheckDigit(digits);
  if (utrn.slice(-1) !== right) {
    return { verdict: 'bad-check-digit', message: `check digit is ${utrn.slice(-1)}, the digits before it give ${right}` };
  }
  const ptut = BigInt(digits) - PPTD_BASE;
  if (ptut < 0n || ptut >= PTUT_LIMIT) return { verdict: 'bad-format', message: 'the digits are outside the range of tokens' };
  const high = Number(ptut >> 32n);
  const valueClass = UTRN_VALUE_CLASSES[(high >> CLASS_AT) & 3];
  if (!valueClass) return { verdict: 'bad-format', message: `value class ${(high >> CLASS_AT) & 3} is not used` };
  return {
    valueClass,
    value: high & UTRN_MAX_VALUE,
    truncatedCounter: (high >> COUNTER_AT) % TRUNCATION,
    mac: ptut & 0xffff_ffffn,
    high,
  };
}

/**
 * The UTRN counter nearest to the highest one used so far whose low 10 bits are the token's (GBCS 14, worked example).
 * @param highest the highest counter in the device's cache, 0 when it is empty
 * @param truncated 0 to 1023
 */
export function reconstructUtrnCounter(highest: number, truncated: number): number {
  const low = highest % TRUNCATION;
  const half = TRUNCATION / 2;
  const step = truncated < low - half ? TRUNCATION : truncated > low + half ? -TRUNCATION : 0;
  return highest - low + truncated + step;
}

/** What a check of a token found. */
export type UtrnCheck =
  | UtrnFormFault
  /** The digits are a token, but not this supplier's for this device near this counter. */
  | { readonly verdict: 'not-authentic'; readonly content: UtrnContent }
  | { readonly verdict: 'valid'; readonly content: UtrnContent };

/**
 * Checks a token as a device does: form, check digit, counter, MAC. Whether its counter has been used before, and whether the
 * balance may grow by that much, is for the device.
 * @param highestCounter the highest UTRN counter seen so far, 0 when none; the token's whole counter is the one nearest to it.
 *   512 stands for a counter below 1024.
 */
export function checkUtrn(suite: CryptoSuite, parties: UtrnParties, utrn: string, highestCounter: number): UtrnCheck {
  const read = readUtrn(utrn);
  if ('verdict' in read) return read;
  const { valueClass, value, truncatedCounter, high, mac } = read;
  const counter = reconstructUtrnCounter(highestCounter, truncatedCounter);
  const content = { valueClass, value, counter };
  const possible = counter >= 0 && counter < COUNTER_LIMIT;
  const authentic = possible && tokenMac(suite, parties, counter, high) === mac;
  return { verdict: authentic ? 'valid' : 'not-authentic', content };
}
