import type { CryptoSuite, SignatureProfile } from '../../firmware-sim/crypto/suite.ts';
import { isDeviceToDevice, useCasesOf } from '../../firmware-sim/gbcs/catalogue.ts';
import { decodeEnvelope, type Envelope, encodeEnvelope } from '../../firmware-sim/gbcs/envelope.ts';
import type { KeyProvider } from '../../firmware-sim/gbcs/key-provider.ts';
import { macEnvelope, macParties, sharedSecretOf, signEnvelope } from '../../firmware-sim/gbcs/protection.ts';
import { type Bytes, NO_BYTES } from '../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault, UsageError } from '../../firmware-sim/kernel/errors.ts';

/** What protects a command (messages.md 1.5, 1.6). */
export type CommandCategory = 'critical' | 'non-critical' | 'signed-only';

/** CS02b by recovery and by contingency carry a signature and no MAC (GBCS 13.3.3.1). */
const SIGNED_ONLY = new Set([0x0108, 0x0109]);
/** CS02b of the ACB's own credentials on a device other than the CHF carries a MAC and no signature. */
const ACB_BY_ACB = 0x0104;

/** How the use case of a message code protects its commands; critical where nothing says otherwise. */
export function categoryOf(messageCode: number): CommandCategory {
  if (SIGNED_ONLY.has(messageCode)) return 'signed-only';
  if (messageCode === ACB_BY_ACB) return 'non-critical';
  const rows = useCasesOf(messageCode, 'command');
  const known = rows.find((row) => row.category?.startsWith('SME.C.'));
  return known && !known.category?.startsWith('SME.C.C') ? 'non-critical' : 'critical';
}

/**
 * The command of a pre-command: signed by its originator where its category asks for it, then MACed under the Access Control
 * Broker's key agreement with the device.
 * @throws ProtocolFault when the octets are no pre-command; UsageError (exit code 2) when a key is missing
 */
export function signPreCommand(
  suite: CryptoSuite,
  keys: KeyProvider,
  bytes: Bytes,
  profile: SignatureProfile | undefined,
  category: CommandCategory,
): Bytes {
  const envelope = decodeEnvelope(bytes);
  const { header } = envelope;
  if (header.cra !== 'command') throw new ProtocolFault('no-pre-command', `is a ${header.cra}, not a pre-command`);
  if (envelope.mac || (envelope.signature && envelope.signature.length > 0)) {
    throw new ProtocolFault('no-pre-command', 'is a command already: it has a signature or a MAC');
  }
  const signed = category === 'non-critical' ? { ...envelope, signature: NO_BYTES } : sign(suite, keys, envelope, profile);
  return encodeEnvelope(category === 'signed-only' ? signed : mac(suite, keys, signed));
}

function sign(suite: CryptoSuite, keys: KeyProvider, envelope: Envelope, profile: SignatureProfile | undefined): Envelope {
  const { originator } = envelope.header;
  const key = keys.privateKey(originator, 'digitalSignature');
  if (!key) throw new UsageError('no-key', `holds no private digital-signature key of the originator ${originator}`);
  const fitting = profile ?? (key.curve === 'P-384' ? 'cnsa-p384' : 'deterministic');
  return signEnvelope(suite, envelope, key, fitting);
}

function mac(suite: CryptoSuite, keys: KeyProvider, envelope: Envelope): Envelope {
  const parties = macParties(envelope.header, keys, isDeviceToDevice(envelope.header.messageCode));
  const z = sharedSecretOf(suite, keys, parties);
  if (!z) {
    throw new UsageError(
      'no-key',
      `holds no key agreement between ${parties.a} and ${parties.b}: a private key of one and the certificate of the other`,
    );
  }
  return macEnvelope(suite, envelope, z);
}
