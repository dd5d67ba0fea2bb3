import type { CryptoSuite } from '../crypto/suite.ts';
import type { Bytes } from '../kernel/bytes.ts';
import { isDeviceToDevice } from './catalogue.ts';
import { decodeEnvelope, isGbtBlock } from './envelope.ts';
import { DEFAULT_ACCESS_CONTROL_BROKER, type KeyProvider } from './key-provider.ts';
import { decode, type GbcsMessage, messageOf, type WholeMessage } from './message.ts';
import { checkMac, checkSignature, type Verdict } from './protection.ts';
import { countParts, openParts, sensitiveContext } from './sensitive.ts';

/** What decoding found out with keys. */
export interface Checked {
  readonly mac: Verdict;
  readonly signature: Verdict;
  /** Encrypted parts of the payload, and how many of them opened. */
  readonly sensitive?: { readonly parts: number; readonly opened: number };
}

/** A message with the verdicts on it, its sensitive parts opened as far as the keys go. */
export interface CheckedMessage {
  readonly message: GbcsMessage;
  readonly checked: Checked;
}

/** A key provider without keys: every check that needs one says `no-key`. */
export const NO_KEYS: KeyProvider = {
  publicKey: () => undefined,
  privateKey: () => undefined,
  accessControlBroker: DEFAULT_ACCESS_CONTROL_BROKER,
};

/** Keys are looked up only for messages that have encrypted parts. */
function openWith(
  suite: CryptoSuite,
  message: WholeMessage,
  keys: KeyProvider,
): CheckedMessage['checked']['sensitive'] & { message: WholeMessage } {
  const { parts } = countParts(message);
  return parts === 0 ? { message, parts, opened: 0 } : openParts(suite, message, sensitiveContext(suite, message, keys));
}

/**
 * Decodes a message, checks MAC and signature over the octets as received, and opens encrypted parts, with whatever keys there
 * are. Blocks of general block transfer carry no protection of their own.
 * @throws ProtocolFault with the offset of the octet that does not fit
 */
export function decodeAndCheck(suite: CryptoSuite, bytes: Bytes, keys: KeyProvider = NO_KEYS): CheckedMessage {
  if (isGbtBlock(bytes)) return { message: decode(bytes), checked: { mac: 'absent', signature: 'absent' } };
  const envelope = decodeEnvelope(bytes);
  const mac = checkMac(suite, envelope, keys, isDeviceToDevice(envelope.header.messageCode));
  const signature = checkSignature(suite, envelope, keys);
  const { message, parts, opened } = openWith(suite, messageOf(envelope, bytes), keys);
  return { message, checked: { mac, signature, sensitive: { parts, opened } } };
}
