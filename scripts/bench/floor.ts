import { createCipheriv, createPrivateKey, createPublicKey, diffieHellman, hash, type KeyObject, verify } from 'node:crypto';
import type { PrivateKey, PublicKey } from '../../firmware-sim/crypto/keys.ts';
import { isDeviceToDevice } from '../../firmware-sim/gbcs/catalogue.ts';
import { macInput, signedPart } from '../../firmware-sim/gbcs/envelope.ts';
import { CRA_FLAGS } from '../../firmware-sim/gbcs/header.ts';
import type { KeyProvider } from '../../firmware-sim/gbcs/key-provider.ts';
import { macParties } from '../../firmware-sim/gbcs/protection.ts';
import { concat, fromBigInt, fromHex } from '../../firmware-sim/kernel/bytes.ts';
import { eui64Bytes } from '../../firmware-sim/kernel/eui64.ts';
import type { Sample } from './corpus.ts';

/** The inputs of a message's primitives, ready to call: keys imported, octets laid out. What is measured is OpenSSL alone. */
export interface Primitives {
  readonly ecdh: () => Uint8Array;
  /** Key derivation (SHA-256) and GMAC. */
  readonly mac: () => Uint8Array;
  /** ECDSA check; undefined for an unsigned message. */
  readonly verify: (() => boolean) | undefined;
}

const base64url = (octets: Uint8Array): string => Buffer.from(octets).toString('base64url');

const imported = new WeakMap<PrivateKey | PublicKey, KeyObject>();

function jwkOf(key: PublicKey): { kty: 'EC'; crv: string; x: string; y: string } {
  const width = (key.point.length - 1) / 2;
  return {
    kty: 'EC',
    crv: key.curve,
    x: base64url(key.point.subarray(1, 1 + width)),
    y: base64url(key.point.subarray(1 + width)),
  };
}

function publicKeyObject(key: PublicKey): KeyObject {
  const known = imported.get(key) ?? createPublicKey({ key: jwkOf(key), format: 'jwk' });
  imported.set(key, known);
  return known;
}

function privateKeyObject(key: PrivateKey): KeyObject {
  const known =
    imported.get(key) ?? createPrivateKey({ key: { ...jwkOf(key.publicKey), d: base64url(key.scalar) }, format: 'jwk' });
  imported.set(key, known);
  return known;
}

function pairOf(sample: Sample, keys: KeyProvider): { own: PrivateKey; peer: PublicKey } | undefined {
  const { a, b } = macParties(sample.envelope.header, keys, isDeviceToDevice(sample.envelope.header.messageCode));
  for (const [x, y] of [
    [a, b],
    [b, a],
  ] as const) {
    const own = keys.privateKey(x, 'keyAgreement');
    const peer = keys.publicKey(y, 'keyAgreement');
    if (own && peer) return { own, peer };
  }
  return undefined;
}

/** The primitives behind a MACed message; undefined where no key agreement can be made. */
export function primitivesOf(sample: Sample, keys: KeyProvider): Primitives | undefined {
  const pair = pairOf(sample, keys);
  if (!pair) return undefined;
  const { header, signature } = sample.envelope;
  const [privateKey, publicKey] = [privateKeyObject(pair.own), publicKeyObject(pair.peer)];
  const ecdh = () => new Uint8Array(diffieHellman({ privateKey, publicKey }));
  const originator = eui64Bytes(header.originator);
  const identity = concat(
    originator,
    Uint8Array.of(9, CRA_FLAGS[header.cra]),
    fromBigInt(header.originatorCounter, 8),
    eui64Bytes(header.recipient),
  );
  const kdfInput = concat(Uint8Array.of(0, 0, 0, 1), ecdh(), fromHex('60857406080300'), identity);
  const aad = macInput(sample.envelope);
  const iv = concat(originator, new Uint8Array(4));
  const mac = () => {
    const key = hash('sha256', kdfInput, 'buffer').subarray(0, 16);
    const gcm = createCipheriv('aes-128-gcm', key, iv, { authTagLength: 12 });
    gcm.setAAD(aad);
    gcm.final();
    return gcm.getAuthTag();
  };
  const signer = signature && signature.length > 0 ? keys.publicKey(header.originator, 'digitalSignature') : undefined;
  if (!signer || !signature) return { ecdh, mac, verify: undefined };
  const key = publicKeyObject(signer);
  const signed = signedPart(sample.envelope);
  return { ecdh, mac, verify: () => verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, signature) };
}
