import type { CryptoSuite, SignatureProfile } from '../../firmware-sim/crypto/suite.ts';
import { isDeviceToDevice } from '../../firmware-sim/gbcs/catalogue.ts';
import { type Envelope, encodeEnvelope } from '../../firmware-sim/gbcs/envelope.ts';
import type { KeyProvider } from '../../firmware-sim/gbcs/key-provider.ts';
import { encode, envelopeOf, type WholeMessage } from '../../firmware-sim/gbcs/message.ts';
import { coverage, type FromJson, openedDigest } from '../../firmware-sim/gbcs/message-json.ts';
import { macEnvelope, macParties, sharedSecretOf, signEnvelope } from '../../firmware-sim/gbcs/protection.ts';
import { sealParts, sensitiveContext } from '../../firmware-sim/gbcs/sensitive.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';

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
function reseal(protector: Protector, message: WholeMessage, opened: string | undefined, notes: string[]): WholeMessage {
  const now = openedDigest(protector.suite, message).opened;
  if (now === undefined || now === opened) return message;
  const context = sensitiveContext(protector.suite, message, protector.keys);
  if (context) return sealParts(protector.suite, message, context);
  notes.push('edits inside encrypted parts are lost: no key of the device or the party');
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
  const sealed = reseal(protector, message, from.opened, notes);
  if (covers !== undefined && coverage(protector.suite, sealed) === covers) return { bytes: encode(sealed), notes };
  const signed = resign(protector, envelopeOf(sealed), notes);
  const bytes = encodeEnvelope(remac(protector, signed, notes));
  if (from.unprotected && notes.length > 0) {
    throw new UsageError('no-key', `the line has no protection to keep, and it cannot be made: ${notes.join('; ')}`, {}, 1);
  }
  return { bytes, notes };
}
