import { createCipheriv, createPrivateKey, createPublicKey, diffieHellman, hash, type KeyObject, verify } from 'node:crypto';
import type { PrivateKey, PublicKey } from '../../firmware-sim/crypto/keys.ts';
import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { isDeviceToDevice } from '../../firmware-sim/gbcs/catalogue.ts';
import { macInput, signedPart } from '../../firmware-sim/gbcs/envelope.ts';
import { CRA_FLAGS, type MessageHeader } from '../../firmware-sim/gbcs/header.ts';
import type { KeyProvider } from '../../firmware-sim/gbcs/key-provider.ts';
import { messageOf } from '../../firmware-sim/gbcs/message.ts';
import {
  ENCRYPTED_SECURITY_CONTROL,
  ENCRYPTION_PURPOSE,
  macParties,
  sharedSecretOf,
} from '../../firmware-sim/gbcs/protection.ts';
import { openedOctets, openParts, sensitiveContext } from '../../firmware-sim/gbcs/sensitive.ts';
import { concat, fromBigInt, fromHex } from '../../firmware-sim/kernel/bytes.ts';
import { eui64Bytes } from '../../firmware-sim/kernel/eui64.ts';
import { systemEntropy } from '../../lab/crypto/native-suite.ts';
import type { Sample } from './corpus.ts';
import { expect } from './report.ts';

/** The inputs of a message's primitives, ready to call: keys imported, octets laid out. What is measured is OpenSSL alone. */
export interface Primitives {
  readonly ecdh: () => Uint8Array;
  /** Key derivation (SHA-256) and GMAC. */
  readonly mac: () => Uint8Array;
  /** ECDSA check; undefined for an unsigned message. */
  readonly verify: (() => boolean) | undefined;
}

/** Octets of a MAC and of the tag of encrypted parts (messages.md 1.5 and 2). */
const TAG_OCTETS = 12;
/** Security control of encrypted parts: their associated data. */
const SEALED_AAD = Uint8Array.of(ENCRYPTED_SECURITY_CONTROL);

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

const gcmOf = (key: Uint8Array, iv: Uint8Array, aad: Uint8Array) =>
  createCipheriv('aes-128-gcm', key, iv, { authTagLength: TAG_OCTETS }).setAAD(aad);

const derive = (input: Uint8Array): Uint8Array => hash('sha256', input, 'buffer').subarray(0, 16);

/** Input of the key derivation: shared secret, and what the key is for (GBCS 4.3.3.3). */
function kdfInputOf(z: Uint8Array, purpose: number, { originator, originatorCounter, recipient }: MessageHeader): Uint8Array {
  return concat(
    Uint8Array.of(0, 0, 0, 1),
    z,
    fromHex('60857406080300'),
    eui64Bytes(originator),
    Uint8Array.of(9, purpose),
    fromBigInt(originatorCounter, 8),
    eui64Bytes(recipient),
  );
}

const vectorOf = ({ originator }: MessageHeader): Uint8Array => concat(eui64Bytes(originator), new Uint8Array(4));

/** The primitives behind a MACed message; undefined where no key agreement can be made. */
export function primitivesOf(sample: Sample, keys: KeyProvider): Primitives | undefined {
  const pair = pairOf(sample, keys);
  if (!pair) return undefined;
  const { header, signature } = sample.envelope;
  const [privateKey, publicKey] = [privateKeyObject(pair.own), publicKeyObject(pair.peer)];
  const ecdh = () => new Uint8Array(diffieHellman({ privateKey, publicKey }));
  const kdfInput = kdfInputOf(ecdh(), CRA_FLAGS[header.cra], header);
  const aad = macInput(sample.envelope);
  const iv = vectorOf(header);
  const mac = () => {
    const gcm = gcmOf(derive(kdfInput), iv, aad);
    gcm.final();
    return gcm.getAuthTag();
  };
  const signer = signature && signature.length > 0 ? keys.publicKey(header.originator, 'digitalSignature') : undefined;
  if (!signer || !signature) return { ecdh, mac, verify: undefined };
  const key = publicKeyObject(signer);
  const signed = signedPart(sample.envelope);
  return { ecdh, mac, verify: () => verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, signature) };
}

/**
 * What encrypting a response's protected attributes takes: key derivation and AES-GCM over their octets; undefined when it has none.
 * No device can do without them: the key of encryption differs from the MAC's by the purpose octet that goes into SHA-256, and the
 * ciphertext is part of the response. The shared secret is that of the response's MAC, so there is no ECDH of its own.
 */
export function sealingOf({ bytes, envelope }: Sample, keys: KeyProvider): (() => Uint8Array) | undefined {
  const suite = createNodeSuite({ entropy: systemEntropy });
  const message = messageOf(envelope, bytes);
  const context = sensitiveContext(suite, message, keys);
  const { message: opened, parts } = openParts(suite, message, context);
  if (!context || parts === 0) return undefined;
  expect(parts === 1, 'one encrypted part in a response');
  const plaintext = openedOctets(opened);
  const z = sharedSecretOf(suite, keys, { a: envelope.header.originator, b: envelope.header.recipient });
  expect(z !== undefined, 'the shared secret of an encrypted part');
  const kdfInput = kdfInputOf(z, ENCRYPTION_PURPOSE, envelope.header);
  const iv = vectorOf(envelope.header);
  return () => {
    const gcm = gcmOf(derive(kdfInput), iv, SEALED_AAD);
    const ciphertext = gcm.update(plaintext);
    gcm.final();
    gcm.getAuthTag();
    return ciphertext;
  };
}
