/** Primitives of the second implementation, on @noble (pure JavaScript) where the product uses OpenSSL through Node. */
import { gcm } from '@noble/ciphers/aes.js';
import { p256, p384 } from '@noble/curves/nist.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { be, join, type Octets, same } from './octets.ts';

export type CurveName = 'P-256' | 'P-384';

const CURVES = { 'P-256': p256, 'P-384': p384 } as const;

/** Public point `04 || x || y` of a private scalar. */
export const pointOf = (curve: CurveName, scalar: Octets): Octets => CURVES[curve].getPublicKey(scalar, false);

/** ECDH on P-256: the x-coordinate, 32 octets (messages: Z). */
export const agree = (scalar: Octets, point: Octets): Octets => p256.getSharedSecret(scalar, point, true).slice(1);

/** Deterministic ECDSA (RFC 6979), `r || s`, never low-S normalised; SHA-256 on P-256, SHA-384 on P-384. */
export function signature(curve: CurveName, scalar: Octets, message: Octets): Octets {
  return CURVES[curve].sign(message, scalar, { lowS: false, prehash: true, extraEntropy: false, format: 'compact' });
}

/** As `signature`, as the DER structure that X.509 wants. */
export function signatureDer(scalar: Octets, message: Octets): Octets {
  return p256.sign(message, scalar, { lowS: false, prehash: true, extraEntropy: false, format: 'der' });
}

/** True for every mathematically right `r || s`, high or low s. */
export function signatureHolds(curve: CurveName, point: Octets, message: Octets, rs: Octets): boolean {
  if (rs.length !== (curve === 'P-256' ? 64 : 96)) return false;
  try {
    return CURVES[curve].verify(rs, message, point, { lowS: false, prehash: true, format: 'compact' });
  } catch {
    return false;
  }
}

/** What goes into the key derivation besides Z (GBCS 4.3.3.3). */
export interface KeyInput {
  readonly originator: Octets;
  readonly flag: number;
  readonly counter: bigint;
  readonly recipient: Octets;
}

export const otherInfo = (k: KeyInput): Octets =>
  join('60857406080300', k.originator, '09', k.flag, be(k.counter, 8), k.recipient);

/** Single-step KDF with SHA-256: the AES-128 key. */
export const deriveKey = (z: Octets, k: KeyInput): Octets => sha256(join('00000001', z, otherInfo(k))).slice(0, 16);

export const ivOf = (originator: Octets): Octets => join(originator, '00000000');

/** The whole 16-octet GCM tag over `aad` alone. */
export const gmac = (key: Octets, iv: Octets, aad: Octets): Octets => gcm(key, iv, aad).encrypt(new Uint8Array(0));

/** Ciphertext and a tag cut to 12 octets. */
export function encrypt(key: Octets, iv: Octets, aad: Octets, plain: Octets): Octets {
  return gcm(key, iv, aad)
    .encrypt(plain)
    .slice(0, plain.length + 12);
}

/** Inverse of `encrypt`; undefined when the tag does not fit. */
export function decrypt(key: Octets, iv: Octets, aad: Octets, sealed: Octets): Octets | undefined {
  if (sealed.length < 12) return undefined;
  const length = sealed.length - 12;
  // GCM is a stream cipher: encrypting the ciphertext uncovers the plaintext; encrypting that again gives the tag to compare.
  const plain = gcm(key, iv, aad).encrypt(sealed.slice(0, length)).slice(0, length);
  return same(encrypt(key, iv, aad, plain), sealed) ? plain : undefined;
}

/** Subject key identifier, RFC 5280 method 2: 0100b and the low 60 bits of SHA-1 of the point. */
export function keyIdentifier(point: Octets): Octets {
  const id = sha1(point).slice(-8);
  id[0] = 0x40 | ((id[0] as number) & 0x0f);
  return id;
}

export const digest = sha256;
