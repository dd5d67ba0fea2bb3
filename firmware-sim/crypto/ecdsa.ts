import { createECDH, type ECDH } from 'node:crypto';
import type { Bytes } from '../kernel/bytes.ts';
import { type Curve, FIELD_OCTETS } from './keys.ts';
import type { NonceSource } from './nonce.ts';
import { inverse, ORDER, scalarBytes, scalarOf, writeScalar } from './scalar.ts';

/** OpenSSL's names of the curves. */
export const OPENSSL_CURVE: Readonly<Record<Curve, string>> = { 'P-256': 'prime256v1', 'P-384': 'secp384r1' };

const multipliers = new Map<Curve, ECDH>();

/**
 * Scalar times base point as an uncompressed point. OpenSSL's ECDH object serves because it takes a scalar of one's own;
 * one object per curve is kept, its state never outlives the call.
 * @param scalar full field width, 0 < scalar < n
 */
export function multiplyBase(curve: Curve, scalar: Bytes): Bytes {
  let multiplier = multipliers.get(curve);
  if (!multiplier) {
    multiplier = createECDH(OPENSSL_CURVE[curve]);
    multipliers.set(curve, multiplier);
  }
  multiplier.setPrivateKey(scalar);
  return new Uint8Array(multiplier.getPublicKey());
}

/** Sets `r || s` of a digest under one k; false when r or s is zero and another k is wanted. */
function trySign(curve: Curve, privateScalar: bigint, digest: bigint, k: bigint, out: Bytes): boolean {
  const order = ORDER[curve];
  const octets = FIELD_OCTETS[curve];
  const point = multiplyBase(curve, scalarBytes(k, octets));
  const r = scalarOf(point.subarray(1, 1 + octets)) % order;
  if (r === 0n) return false;
  const s = (inverse(k, order) * (digest + r * privateScalar)) % order;
  if (s === 0n) return false;
  writeScalar(out, 0, octets, r);
  writeScalar(out, octets, octets, s);
  return true;
}

/**
 * ECDSA with a per-message secret of one's own (FIPS 186-4 6.4). s is left as it comes out, high or low.
 * @param digest hash of the message, as wide as the curve's field
 * @returns `r || s`, each of the field width
 */
export function ecdsaSign(curve: Curve, privateScalar: bigint, digest: Bytes, nextK: NonceSource): Bytes {
  const out = new Uint8Array(2 * FIELD_OCTETS[curve]);
  const e = scalarOf(digest);
  while (!trySign(curve, privateScalar, e, nextK(), out)) {}
  return out;
}
