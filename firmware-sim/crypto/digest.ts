import { createHmac, hash } from 'node:crypto';
import type { Bytes } from '../kernel/bytes.ts';

const OCTETS = { sha1: 20, sha256: 32, sha384: 48 } as const;

/** Octets of a SHA-1 or SHA-256 block (FIPS 180-4). */
const BLOCK_OCTETS = 64;

/**
 * One-shot hash. OpenSSL's result is fetched as a one-byte string: measured at 0.7 µs against 1.2 to 2.5 µs for a Buffer, whose
 * memory lives outside the heap.
 */
export function digest(algorithm: keyof typeof OCTETS, data: Bytes): Bytes {
  const text = hash(algorithm, data, 'binary');
  const out = new Uint8Array(OCTETS[algorithm]);
  for (let i = 0; i < out.length; i++) out[i] = text.charCodeAt(i);
  return out;
}

/** HMAC-SHA-256 (RFC 2104). For keys of up to a block two one-shot hashes are faster than an Hmac object. */
export function hmacSha256(key: Bytes, data: Bytes): Bytes {
  if (key.length > BLOCK_OCTETS) return new Uint8Array(createHmac('sha256', key).update(data).digest());
  const inner = new Uint8Array(BLOCK_OCTETS + data.length);
  const outer = new Uint8Array(BLOCK_OCTETS + OCTETS.sha256);
  for (let i = 0; i < BLOCK_OCTETS; i++) {
    const octet = key[i] ?? 0;
    inner[i] = octet ^ 0x36;
    outer[i] = octet ^ 0x5c;
  }
  inner.set(data, BLOCK_OCTETS);
  outer.set(digest('sha256', inner), BLOCK_OCTETS);
  return digest('sha256', outer);
}
