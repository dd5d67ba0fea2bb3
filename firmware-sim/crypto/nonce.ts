import { type Bytes, concat } from '../kernel/bytes.ts';
import { Invariant } from '../kernel/errors.ts';
import { type Curve, FIELD_OCTETS } from './keys.ts';
import { ORDER, scalarBytes, scalarOf } from './scalar.ts';
import type { Entropy } from './suite.ts';

/** Source of per-message secrets: every call gives the next candidate for k, 0 < k < n. */
export type NonceSource = () => bigint;

/** Octets drawn for k or a key by extra random bits: 64 more than the order has (FIPS 186-4 B.5.1, B.4.1). */
const EXTRA_OCTETS = 8;

/** A broken entropy source must not hang a run: a good one is refused once in 2^32 draws on P-256. */
const MAX_CANDIDATES = 64;

/** A scalar by extra random bits: c of `bitlen(n) + 64` bits, c mod (n-1) + 1 (FIPS 186-4 B.4.1 and B.5.1). */
export function extraRandomBits(curve: Curve, entropy: Entropy): bigint {
  return (scalarOf(entropy(FIELD_OCTETS[curve] + EXTRA_OCTETS)) % (ORDER[curve] - 1n)) + 1n;
}

/** A scalar by testing candidates: c of `bitlen(n)` bits, drawn again while c > n-2, then c + 1 (FIPS 186-4 B.5.2). */
export function testingCandidates(curve: Curve, entropy: Entropy): bigint {
  for (let i = 0; i < MAX_CANDIDATES; i++) {
    const candidate = scalarOf(entropy(FIELD_OCTETS[curve]));
    if (candidate <= ORDER[curve] - 2n) return candidate + 1n;
  }
  throw new Invariant(`entropy gave ${MAX_CANDIDATES} candidates above the order of ${curve}`);
}

/**
 * Deterministic k of RFC 6979 section 3.2 for P-256 with SHA-256; every further call continues as step h.3 says.
 * @param scalar private key, 32 octets
 * @param digest SHA-256 of the message
 */
export function rfc6979Nonces(hmac: (key: Bytes, data: Bytes) => Bytes, scalar: Bytes, digest: Bytes): NonceSource {
  const order = ORDER['P-256'];
  const reduced = scalarBytes(scalarOf(digest) % order, 32);
  let v: Bytes = new Uint8Array(32).fill(1);
  let k = hmac(new Uint8Array(32), concat(v, Uint8Array.of(0), scalar, reduced));
  v = hmac(k, v);
  k = hmac(k, concat(v, Uint8Array.of(1), scalar, reduced));
  v = hmac(k, v);
  let again = false;
  return () => {
    for (;;) {
      if (again) {
        k = hmac(k, concat(v, Uint8Array.of(0)));
        v = hmac(k, v);
      }
      again = true;
      v = hmac(k, v);
      const candidate = scalarOf(v);
      if (candidate > 0n && candidate < order) return candidate;
    }
  };
}
