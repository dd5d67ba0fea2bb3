import type { CryptoSuite, SignatureProfile } from '../../firmware-sim/crypto/suite.ts';
import { isDeviceToDevice } from '../../firmware-sim/gbcs/catalogue.ts';
import { type Envelope, encodeEnvelope } from '../../firmware-sim/gbcs/envelope.ts';
import type { KeyProvider } from '../../firmware-sim/gbcs/key-provider.ts';
import { decode, encode, envelopeOf, type WholeMessage } from '../../firmware-sim/gbcs/message.ts';
import { coverage, type FromJson, openedDigest } from '../../firmware-sim/gbcs/message-json.ts';
import { unnamedValues } from '../../firmware-sim/gbcs/payload.ts';
import { macEnvelope, macParties, sharedSecretOf, signEnvelope } from '../../firmware-sim/gbcs/protection.ts';
import { countParts, sealParts, sensitiveContext } from '../../firmware-sim/gbcs/sensitive.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault, UsageError } from '../../firmware-sim/kernel/errors.ts';

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
    notes.push(`signature (no private key of ${envelope.header.originator})`);
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
  notes.push(`MAC (no key agreement between ${parties.a} and ${parties.b})`);
  return envelope;
}

/**
 * Encrypted parts made anew from their plaintext where the keys are there. The header takes part in their key, so a changed header
 * changes them too.
 */
function reseal(protector: Protector, from: FromJson, message: WholeMessage, notes: string[]): WholeMessage {
  const { parts, opened, unmade } = countParts(message);
  if (parts === 0) return message;
  const contentEdited = openedDigest(protector.suite, message).opened !== from.opened;
  const headerEdited = from.covers !== undefined && coverage(protector.suite, message) !== from.covers;
  if (!contentEdited && !headerEdited && unmade === 0) return message;
  const context = opened > 0 ? sensitiveContext(protector.suite, message, protector.keys) : undefined;
  if (context) return sealParts(protector.suite, message, context);
  if (unmade > 0) throw new UsageError('no-key', 'encrypted parts cannot be made: no key of the device or the party', {}, 1);
  notes.push(
    contentEdited
      ? 'edits inside encrypted parts are lost: no key of the device or the party'
      : 'encrypted parts are left as they were: where the edit touched identities or counters they no longer open',
  );
  return message;
}

/** Says when a message does not read back as it was written: fields that ran short, or octets that make no message. */
function readBack(bytes: Bytes, message: WholeMessage): string[] {
  try {
    const again = decode(bytes);
    const lost = again.form === 'gbt-block' ? 0 : unnamedValues(again.payload) - unnamedValues(message.payload);
    return lost > 0
      ? [`the message reads back with ${lost} more values that fit no field: is one missing or of another type?`]
      : [];
  } catch (error) {
    if (error instanceof ProtocolFault) return [`the message does not read back: octet ${error.offset}: ${error.message}`];
    throw error;
  }
}

/**
 * Octets of a message that a person may have edited: unchanged ones come out as they went in, changed ones are encrypted,
 * signed and MACed anew as far as the keys go.
 * @throws UsageError exit code 1 when the line asks for protection that it does not carry and that cannot be made
 */
export function rewriteMessage(from: FromJson, protector: Protector): Rewritten {
  const { message, covers } = from;
  if (message.form === 'gbt-block') return { bytes: encode(message), notes: [] };
  const notes: string[] = [];
  const sealed = reseal(protector, from, message, notes);
  const edited = covers === undefined || coverage(protector.suite, sealed) !== covers;
  const toSign = edited || from.missing.signature;
  const toMac = toSign || from.unsigned || from.missing.mac;
  const unmade: string[] = [];
  let envelope = envelopeOf(sealed);
  if (toSign) envelope = resign(protector, envelope, unmade);
  if (toMac) envelope = remac(protector, envelope, unmade);
  if ((from.missing.signature || from.missing.mac) && unmade.length > 0) {
    throw new UsageError(
      'no-key',
      `the line asks for protection it does not carry, and it cannot be made: ${unmade.join('; ')}`,
      {},
      1,
    );
  }
  const bytes = encodeEnvelope(envelope);
  const said = edited ? readBack(bytes, sealed) : [];
  return { bytes, notes: [...notes, ...unmade.map((what) => `left as it was: ${what}`), ...said] };
}
