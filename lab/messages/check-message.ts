import type { CryptoSuite } from '../../firmware-sim/crypto/suite.ts';
import { isDeviceToDevice } from '../../firmware-sim/gbcs/catalogue.ts';
import { type Envelope, encodeEnvelope } from '../../firmware-sim/gbcs/envelope.ts';
import { DEFAULT_ACCESS_CONTROL_BROKER, type KeyProvider } from '../../firmware-sim/gbcs/key-provider.ts';
import { envelopeOf, type GbcsMessage, type WholeMessage } from '../../firmware-sim/gbcs/message.ts';
import { type Checked, coverage, type FromJson } from '../../firmware-sim/gbcs/message-json.ts';
import {
  checkMac,
  checkSignature,
  macEnvelope,
  macParties,
  sharedSecretOf,
  signEnvelope,
} from '../../firmware-sim/gbcs/protection.ts';
import { countParts, openParts, sealParts, sensitiveContext } from '../../firmware-sim/gbcs/sensitive.ts';
import type { SignatureProfile } from '../../firmware-sim/crypto/suite.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { encode } from '../../firmware-sim/gbcs/message.ts';

/** A message with the verdicts on it and its sensitive parts opened as far as the keys go. */
export interface CheckedMessage {
  readonly message: GbcsMessage;
  readonly checked: Checked;
}

/** A keystore without keys. */
export const NO_KEYS: KeyProvider = {
  publicKey: () => undefined,
  privateKey: () => undefined,
  accessControlBroker: DEFAULT_ACCESS_CONTROL_BROKER,
};

/** Checks MAC and signature, and opens encrypted parts, with whatever keys there are. */
export function checkMessage(suite: CryptoSuite, message: GbcsMessage, keys: KeyProvider = NO_KEYS): CheckedMessage {
  if (message.form === 'gbt-block') return { message, checked: { mac: 'absent', signature: 'absent' } };
  const envelope = envelopeOf(message);
  const mac = checkMac(suite, envelope, keys, isDeviceToDevice(message.header.messageCode));
  const signature = checkSignature(suite, envelope, keys);
  const { message: opened, ...sensitive } = openWith(suite, message, keys);
  return { message: opened, checked: { mac, signature, sensitive: { parts: sensitive.parts, opened: sensitive.opened } } };
}

/** Keys are looked up only for messages that have encrypted parts. */
function openWith(suite: CryptoSuite, message: WholeMessage, keys: KeyProvider) {
  const { parts } = countParts(message);
  return parts === 0 ? { message, parts, opened: 0 } : openParts(suite, message, sensitiveContext(suite, message, keys));
}

/** A message written back, and what could not be made anew for want of a key. */
export interface Rewritten {
  readonly bytes: Bytes;
  readonly notes: readonly string[];
}

interface Protector {
  readonly suite: CryptoSuite;
  readonly keys: KeyProvider;
  readonly profile: SignatureProfile | undefined;
}

function resign({ suite, keys, profile }: Protector, envelope: Envelope, notes: string[]): Envelope {
  if (!envelope.signature || envelope.signature.length === 0) return envelope;
  const key = keys.privateKey(envelope.header.originator, 'digitalSignature');
  if (!key) {
    notes.push(`signature left as it was: no private key of ${envelope.header.originator}`);
    return envelope;
  }
  const signed = signEnvelope(suite, envelope, key, profile ?? (key.curve === 'P-384' ? 'cnsa-p384' : 'deterministic'));
  return { ...signed, mac: envelope.mac };
}

function remac({ suite, keys }: Protector, envelope: Envelope, notes: string[]): Envelope {
  if (!envelope.mac) return envelope;
  const parties = macParties(envelope.header, keys, isDeviceToDevice(envelope.header.messageCode));
  const z = sharedSecretOf(suite, keys, parties);
  if (z) return macEnvelope(suite, envelope, z);
  notes.push(`MAC left as it was: no key agreement between ${parties.a} and ${parties.b}`);
  return envelope;
}

/** Encrypted parts made anew from their plaintext where the keys are there. */
function reseal(protector: Protector, message: WholeMessage, notes: string[]): WholeMessage {
  if (countParts(message).opened === 0) return message;
  const context = sensitiveContext(protector.suite, message, protector.keys);
  if (context) return sealParts(protector.suite, message, context);
  notes.push('encrypted parts left as they were, edits inside them are lost: no key of the device or the party');
  return message;
}

/**
 * Octets of a message that a person may have edited: unchanged ones come out as they went in, changed ones are encrypted,
 * signed and MACed anew as far as the keys go.
 */
export function rewriteMessage(from: FromJson, protector: Protector): Rewritten {
  const { message, covers } = from;
  if (message.form === 'gbt-block') return { bytes: encode(message), notes: [] };
  const notes: string[] = [];
  const sealed = reseal(protector, message, notes);
  if (covers !== undefined && coverage(protector.suite, sealed) === covers) return { bytes: encode(sealed), notes };
  const signed = resign(protector, envelopeOf(sealed), notes);
  return { bytes: encodeEnvelope(remac(protector, signed, notes)), notes };
}
