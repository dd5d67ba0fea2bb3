import type { PrivateKey, PublicKey } from '../crypto/keys.ts';
import type { CryptoSuite, SignatureProfile } from '../crypto/suite.ts';
import { type Bytes, equalBytes, fromHex } from '../kernel/bytes.ts';
import { copyEui64, type Eui64 } from '../kernel/eui64.ts';
import { type Envelope, MAC_OCTETS, overMacInput, overSignedPart, signedPart } from './envelope.ts';
import { CRA_FLAGS, type MessageHeader } from './header.ts';
import type { KeyProvider } from './key-provider.ts';

/** What a check of a MAC or a signature found. `no-key`: the keys to tell are not there. */
export type Verdict = 'valid' | 'invalid' | 'absent' | 'no-key';

/** `60857406080300`: DLMS algorithm id AES-GCM-128, first part of the KDF's OtherInfo (GBCS 4.3.3.3). */
const KDF_ALGORITHM_ID = fromHex('60857406080300');

/** Octets of CRA flag and counter, whose length stands before them. */
const TRANSACTION_ID_OCTETS = 9;

/**
 * Input of the key derivation, filled in place (`00000001 || Z || OtherInfo`, GBCS 4.3.3.3): it is made for every message and read
 * at once.
 */
const KDF_INPUT = new Uint8Array(69);
const KDF_VIEW = new DataView(KDF_INPUT.buffer);
const KDF_Z_AT = 4;
const KDF_ORIGINATOR_AT = KDF_Z_AT + 32 + KDF_ALGORITHM_ID.length;
const KDF_PURPOSE_AT = KDF_ORIGINATOR_AT + 9;
const KDF_RECIPIENT_AT = KDF_PURPOSE_AT + 9;
KDF_INPUT[3] = 1;
KDF_INPUT.set(KDF_ALGORITHM_ID, KDF_Z_AT + 32);
KDF_INPUT[KDF_PURPOSE_AT - 1] = TRANSACTION_ID_OCTETS;

/** Purpose octet of keys that encrypt sensitive data; MAC keys use the CRA flag. */
export const ENCRYPTION_PURPOSE = 4;

/**
 * GBCS key derivation (NIST SP 800-56A single-step, SHA-256): AES-128 key of a shared secret.
 * @param z shared secret, 32 octets
 * @param purpose CRA flag for a MAC, `ENCRYPTION_PURPOSE` for encryption
 */
export function deriveKey(
  suite: CryptoSuite,
  z: Bytes,
  originator: Eui64,
  purpose: number,
  counter: bigint,
  recipient: Eui64,
): Bytes {
  KDF_INPUT.set(z, KDF_Z_AT);
  copyEui64(originator, KDF_INPUT, KDF_ORIGINATOR_AT);
  KDF_INPUT[KDF_PURPOSE_AT] = purpose;
  KDF_VIEW.setBigUint64(KDF_PURPOSE_AT + 1, counter);
  copyEui64(recipient, KDF_INPUT, KDF_RECIPIENT_AT);
  return suite.sha256(KDF_INPUT).slice(0, 16);
}

/** `ORIG || 00000000`: the GCM initialisation vector of MACs and encrypted parts alike. */
export function initialisationVector(originator: Eui64): Bytes {
  const iv = new Uint8Array(12);
  copyEui64(originator, iv, 0);
  return iv;
}

/** The vector of the MAC being made: engines copy it at once. */
const MAC_IV = new Uint8Array(12);

/** The MAC of a header's message under a shared secret: 12 octets. @param input associated data, as `overMacInput` gives it */
export function macOf(suite: CryptoSuite, header: MessageHeader, z: Bytes, input: Bytes): Bytes {
  const { originator, recipient, originatorCounter } = header;
  const key = deriveKey(suite, z, originator, CRA_FLAGS[header.cra], originatorCounter, recipient);
  copyEui64(originator, MAC_IV, 0);
  return suite.gmac(key, MAC_IV, input, MAC_OCTETS);
}

/** The MAC of a message (its `mac` field is ignored) under a shared secret: 12 octets. */
export function computeMac(suite: CryptoSuite, envelope: Envelope, z: Bytes): Bytes {
  return overMacInput(envelope, (input) => macOf(suite, envelope.header, z, input));
}

/** The two ends of a MAC's key agreement. */
export interface MacParties {
  readonly a: Eui64;
  readonly b: Eui64;
}

/**
 * Whose key-agreement keys make a message's MAC (messages.md 1.5): a command is MACed by the Access Control Broker
 * whoever its originator is; a response or alert under the keys of its two ends; a device-to-device command likewise.
 */
export function macParties(
  header: MessageHeader,
  keys: Pick<KeyProvider, 'accessControlBroker'>,
  deviceToDevice = false,
): MacParties {
  const a = header.cra === 'command' && !deviceToDevice ? keys.accessControlBroker : header.originator;
  return { a, b: header.recipient };
}

/** The shared secret of two parties from whichever private key is held; undefined when neither is. */
export function sharedSecretOf(suite: CryptoSuite, keys: KeyProvider, parties: MacParties): Bytes | undefined {
  return (
    secretFrom(suite, keys.privateKey(parties.a, 'keyAgreement'), keys.publicKey(parties.b, 'keyAgreement')) ??
    secretFrom(suite, keys.privateKey(parties.b, 'keyAgreement'), keys.publicKey(parties.a, 'keyAgreement'))
  );
}

function secretFrom(suite: CryptoSuite, own: PrivateKey | undefined, peer: PublicKey | undefined): Bytes | undefined {
  return own && peer ? suite.sharedSecret(own, peer) : undefined;
}

/** Checks a message's MAC with whatever keys there are. */
export function checkMac(suite: CryptoSuite, envelope: Envelope, keys: KeyProvider, deviceToDevice = false): Verdict {
  if (!envelope.mac) return 'absent';
  const z = sharedSecretOf(suite, keys, macParties(envelope.header, keys, deviceToDevice));
  if (!z) return 'no-key';
  return equalBytes(computeMac(suite, envelope, z), envelope.mac) ? 'valid' : 'invalid';
}

/** Checks a message's signature with its originator's digital-signature certificate. */
export function checkSignature(suite: CryptoSuite, envelope: Envelope, keys: Pick<KeyProvider, 'publicKey'>): Verdict {
  if (!envelope.signature || envelope.signature.length === 0) return 'absent';
  const key = keys.publicKey(envelope.header.originator, 'digitalSignature');
  if (!key) return 'no-key';
  const { signature } = envelope;
  return overSignedPart(envelope, (signed) => suite.verify(key, signed, signature)) ? 'valid' : 'invalid';
}

/** The message with its originator's signature in place of whatever signature it had; its MAC is dropped. */
export function signEnvelope(suite: CryptoSuite, envelope: Envelope, key: PrivateKey, profile: SignatureProfile): Envelope {
  const { header, payload } = envelope;
  return { header, payload, signature: suite.sign(profile, key, signedPart(envelope)), mac: undefined };
}

/** The message with a MAC under the given shared secret; an absent signature becomes the null signature. */
export function macEnvelope(suite: CryptoSuite, envelope: Envelope, z: Bytes): Envelope {
  const whole = { ...envelope, signature: envelope.signature ?? new Uint8Array(0) };
  return { ...whole, mac: computeMac(suite, whole, z) };
}

/** Key, vector and associated data of a message's encrypted parts (messages.md 2). */
export interface EncryptionContext {
  readonly key: Bytes;
  readonly iv: Bytes;
}

/**
 * Whose key opens a message's encrypted parts: the supplementary party when there is one, else the recipient.
 * The counter is the supplementary originator counter when there is one, else the header's.
 */
export function encryptionContext(suite: CryptoSuite, header: MessageHeader, z: Bytes): EncryptionContext {
  const device = header.originator;
  const counter = header.supplementary?.originatorCounter ?? header.originatorCounter;
  const key = deriveKey(suite, z, device, ENCRYPTION_PURPOSE, counter, encryptionParty(header));
  return { key, iv: initialisationVector(device) };
}

/** The party sensitive data in this message is meant for. */
export function encryptionParty(header: MessageHeader): Eui64 {
  return header.supplementary?.remoteParty ?? header.recipient;
}

/** Security control octet of encrypted parts, which is also their associated data. */
export const ENCRYPTED_SECURITY_CONTROL = 0x31;
const ENCRYPTION_AAD: Bytes = Uint8Array.of(ENCRYPTED_SECURITY_CONTROL);

/** Opens `31 00000000 || ciphertext || tag`; undefined when the tag does not fit. */
export function openSensitive(suite: CryptoSuite, context: EncryptionContext, blob: Bytes): Bytes | undefined {
  if (blob.length < 17 || blob[0] !== ENCRYPTED_SECURITY_CONTROL) return undefined;
  // A counter other than zero could not be written back: GBCS has none here.
  if (blob[1] !== 0 || blob[2] !== 0 || blob[3] !== 0 || blob[4] !== 0) return undefined;
  return suite.open(context.key, context.iv, ENCRYPTION_AAD, blob.subarray(5));
}

/** Encrypts sensitive data into `31 00000000 || ciphertext || tag(12)`. */
export function sealSensitive(suite: CryptoSuite, context: EncryptionContext, plaintext: Bytes): Bytes {
  const sealed = suite.seal(context.key, context.iv, ENCRYPTION_AAD, plaintext);
  const out = new Uint8Array(5 + sealed.length);
  out[0] = ENCRYPTED_SECURITY_CONTROL;
  out.set(sealed, 5);
  return out;
}
