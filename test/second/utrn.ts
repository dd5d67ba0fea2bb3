/** Prepayment tokens (GBCS 14): 20 digits from a 57-bit token and a check digit. */
import { agree, deriveKey, gmac, ivOf } from './crypto.ts';
import { be, big, join, type Octets } from './octets.ts';

/** Smallest 19-digit number whose top bits mark a UTRN (GBCS 14). */
const BASE = 7394156990786306048n;

const PERMUTATION = [
  ...['0123456789', '1576283094', '5803796142', '8916043527'],
  ...['9453126870', '4286573901', '2793806415', '7046913258'],
];
const LAST = '1267583094';

/** Multiplication in the dihedral group of order ten: 0-4 are rotations, 5-9 reflections. */
function dihedral(a: number, b: number): number {
  const [ra, rb] = [a % 5, b % 5];
  if (a < 5) return b < 5 ? (ra + rb) % 5 : 5 + ((ra + rb) % 5);
  return b < 5 ? 5 + ((ra - rb + 5) % 5) : (ra - rb + 5) % 5;
}

export function checkDigit(digits19: string): string {
  let sum = 0;
  Array.from(digits19).forEach((digit, i) => {
    const row = PERMUTATION[(i + 4) % 8] as string;
    sum = dihedral(sum, Number(row[Number(digit)]));
  });
  return LAST[sum] as string;
}

export interface Token {
  readonly supplier: Octets;
  readonly device: Octets;
  /** The supplier's prepayment counter: 32 bits, the upper half of its originator counter. */
  readonly counter: bigint;
  readonly pounds: boolean;
  readonly value: number;
}

/** The 20 digits a customer types in. */
export function makeUtrn(token: Token, prepaymentScalar: Octets, devicePoint: Octets): string {
  const high = ((token.counter & 1023n) << 15n) | BigInt(token.pounds ? 1 << 13 : 0) | BigInt(token.value);
  const originatorCounter = token.counter << 32n;
  const key = deriveKey(agree(prepaymentScalar, devicePoint), {
    ...{ originator: token.supplier, flag: 1, counter: originatorCounter, recipient: token.device },
  });
  const aad = join('11 00 00 00 00 00', token.supplier, token.device, 1, be(originatorCounter, 8), be(high, 4));
  const tag = gmac(key, ivOf(token.supplier), aad);
  const digits = (BASE + ((high << 32n) | big(tag.slice(12)))).toString();
  return digits + checkDigit(digits);
}

/** The full counter from its last ten bits, nearest to the highest one seen (GBCS 14.7). */
export function restoreCounter(highest: bigint, truncated: bigint): bigint {
  const base = highest - (highest & 1023n);
  const distance = truncated - (highest & 1023n);
  if (distance < -512n) return base + truncated + 1024n;
  if (distance > 512n) return base + truncated - 1024n;
  return base + truncated;
}
