import type { Bytes } from '../kernel/bytes.ts';
import { randomFor } from '../kernel/random.ts';
import type { Curve, PrivateKey, PublicKey } from './keys.ts';

/**
 * How a party makes its signatures. Verifiers do not need to know: all P-256 profiles verify alike.
 *
 * - `ecdsa`: P-256/SHA-256, k by extra random bits (FIPS 186-4 B.5.1)
 * - `cnsa-candidates`: P-256/SHA-256, k by testing candidates (FIPS 186-4 B.5.2)
 * - `cnsa-p384`: P-384/SHA-384, 96-octet signatures, k by extra random bits
 * - `deterministic`: P-256/SHA-256, k by RFC 6979; runs replay byte for byte
 *
 * The two CNSA profiles interpret SEC modification MP129, whose text is not public.
 */
export type SignatureProfile = 'ecdsa' | 'cnsa-candidates' | 'cnsa-p384' | 'deterministic';

export const SIGNATURE_PROFILES: readonly SignatureProfile[] = ['ecdsa', 'cnsa-candidates', 'cnsa-p384', 'deterministic'];

/** Curve of a profile's keys and signatures. */
export function profileCurve(profile: SignatureProfile): Curve {
  return profile === 'cnsa-p384' ? 'P-384' : 'P-256';
}

/** Supplies `count` random octets for per-message secrets. */
export type Entropy = (count: number) => Bytes;

/** Repeatable entropy of one purpose: same seed and purpose, same per-message secrets and keys. */
export function seededEntropy(seed: number | string, purpose: string): Entropy {
  const source = randomFor(seed, purpose);
  return (count) => source.bytes(count);
}

/** Every cryptographic primitive the emulator needs, synchronous, with explicit randomness. */
export interface CryptoSuite {
  sha256(data: Bytes): Bytes;
  sha384(data: Bytes): Bytes;
  sha1(data: Bytes): Bytes;
  hmacSha256(key: Bytes, data: Bytes): Bytes;

  /** The private key of a scalar (full field width, big-endian). @throws ProtocolFault `bad-scalar` when 0 or not below n */
  privateKey(curve: Curve, scalar: Bytes): PrivateKey;
  /** A private key from a seeded or random source. */
  generateKey(curve: Curve, entropy: Entropy): PrivateKey;

  /** x-coordinate of the shared point, P-256, 32 octets. Cached per pair of handles. @throws ProtocolFault `bad-point` */
  sharedSecret(own: PrivateKey, peer: PublicKey): Bytes;

  /** `r || s`, each of the field width. @throws UsageError `profile-curve` when `profile` does not fit the key's curve */
  sign(profile: SignatureProfile, key: PrivateKey, message: Bytes): Bytes;
  /** True for any mathematically valid `r || s`, low or high s. Never throws for a peer's bytes. */
  verify(key: PublicKey, message: Bytes, signature: Bytes): boolean;

  /** AES-128-GCM over empty plaintext: the first `tagLength` octets of the tag. */
  gmac(key: Bytes, iv: Bytes, aad: Bytes, tagLength: 12 | 16): Bytes;
  /** AES-128-GCM: ciphertext followed by a 12-octet tag. */
  seal(key: Bytes, iv: Bytes, aad: Bytes, plaintext: Bytes): Bytes;
  /** Inverse of `seal`; undefined when the tag is wrong or the input is too short. */
  open(key: Bytes, iv: Bytes, aad: Bytes, sealed: Bytes): Bytes | undefined;
}
