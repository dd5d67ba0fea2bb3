import { type Bytes, concat, toBigInt } from '../../kernel/bytes.ts';
import { aesMmo, hmacMmo } from '../aes-mmo.ts';
import { type CbkeSuite, curveOf } from './certificate.ts';
import type { KoblitzCurve, Point } from './koblitz-curve.ts';

/** One party's static and ephemeral private keys, and its ephemeral public key. */
export interface OwnKeys {
  readonly staticKey: bigint;
  readonly ephemeralKey: bigint;
  readonly ephemeralPoint: Point;
}

/** The other party's public keys. */
export interface PeerKeys {
  readonly staticPoint: Point;
  readonly ephemeralPoint: Point;
}

/** Keys that both parties derive: one confirms the exchange, the other becomes the link key. 16 octets each. */
export interface AgreedKeys {
  readonly macKey: Bytes;
  readonly linkKey: Bytes;
}

/** avf(P): the low half of x with the bit above it set (SEC 1 3.4, ANSI X9.63). */
function associateValue(curve: KoblitzCurve, { x }: Point): bigint {
  const half = BigInt(Math.ceil(curve.order.toString(2).length / 2));
  return (toBigInt(curve.field.toBytes(x)) & ((1n << half) - 1n)) | (1n << half);
}

/** Shared secret of elliptic curve Menezes-Qu-Vanstone, octets of the field's width (SEC 1 3.4); undefined for infinity. */
export function sharedSecretMqv(suite: CbkeSuite, own: OwnKeys, peer: PeerKeys): Bytes | undefined {
  const curve = curveOf(suite);
  const ownValue = associateValue(curve, own.ephemeralPoint);
  const s = (own.ephemeralKey + ownValue * own.staticKey) % curve.order;
  const scaled = curve.multiply(peer.staticPoint, associateValue(curve, peer.ephemeralPoint));
  const sum = scaled && curve.add(peer.ephemeralPoint, scaled);
  // The cofactor is part of the scalar and must not be reduced: it clears what a point of small order would leave.
  const shared = sum && curve.multiply(sum, s * BigInt(curve.cofactor));
  return shared && curve.field.toBytes(shared.x);
}

/** Key derivation of key establishment: counter 1 gives the MAC key, 2 the link key (ZigBee 07-5356 C.4.2.2.4). */
export function deriveKeys(secret: Bytes): AgreedKeys {
  const block = (counter: number): Bytes => aesMmo(concat(secret, Uint8Array.of(0, 0, 0, counter)));
  return { macKey: block(1), linkKey: block(2) };
}

/** Who a confirmation comes from: U began the exchange, V answered. */
export type Confirming = 'U' | 'V';

const CONFIRMATION = { U: 0x02, V: 0x03 } as const;

/** A party's EUI-64 (big-endian) and compressed ephemeral point. */
export interface ExchangedBy {
  readonly eui: Bytes;
  readonly ephemeral: Bytes;
}

/** MACU or MACV: proof of having derived the same keys (ZigBee 07-5356 C.4.2.2.5). `from` is the party that sends it. */
export function confirmationMac(macKey: Bytes, role: Confirming, from: ExchangedBy, to: ExchangedBy): Bytes {
  return hmacMmo(macKey, concat(Uint8Array.of(CONFIRMATION[role]), from.eui, to.eui, from.ephemeral, to.ephemeral));
}
