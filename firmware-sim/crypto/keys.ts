import { type Bytes, toHex } from '../kernel/bytes.ts';
import { ProtocolFault } from '../kernel/errors.ts';

/** Curves GBCS messages and hanbench's signature profiles use. */
export type Curve = 'P-256' | 'P-384';

/** Octets of a field element of a curve. */
export const FIELD_OCTETS: Readonly<Record<Curve, 32 | 48>> = { 'P-256': 32, 'P-384': 48 };

/**
 * A public key as an uncompressed point (`04 || x || y`). Handles are compared by identity: hold on to one per key,
 * because imported engine objects and shared secrets are cached per handle.
 */
export interface PublicKey {
  readonly curve: Curve;
  readonly point: Bytes;
}

/** A private scalar (big-endian, full field width) with its public key. */
export interface PrivateKey {
  readonly curve: Curve;
  readonly scalar: Bytes;
  readonly publicKey: PublicKey;
}

/**
 * A public key from its uncompressed point. Only the length is checked here; the engine checks the curve equation on import.
 * @throws ProtocolFault `bad-point`
 */
export function publicKeyFromPoint(point: Bytes): PublicKey {
  const curve: Curve | undefined = point.length === 65 ? 'P-256' : point.length === 97 ? 'P-384' : undefined;
  if (!curve || point[0] !== 4) {
    throw new ProtocolFault('bad-point', `not an uncompressed P-256 or P-384 point: ${toHex(point.subarray(0, 8))}...`);
  }
  return { curve, point };
}
