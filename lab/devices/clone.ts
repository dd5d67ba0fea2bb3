import type { CryptoSuite } from '../../firmware-sim/crypto/suite.ts';
import { decodeAndCheck } from '../../firmware-sim/gbcs/checked-message.ts';
import { decodeEnvelope } from '../../firmware-sim/gbcs/envelope.ts';
import type { MessageHeader } from '../../firmware-sim/gbcs/header.ts';
import type { WholeMessage } from '../../firmware-sim/gbcs/message.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault, UsageError } from '../../firmware-sim/kernel/errors.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import type { Keystore } from '../keystore/keystore.ts';

/** A captured response, decoded, its encrypted parts opened as far as the keystore's keys go. */
export interface Clone {
  readonly file: string;
  readonly message: WholeMessage;
  /** Its payload as captured. */
  readonly payload: Bytes;
}

/** True when a response answers a command: same parties, code and counter. */
export function answers({ message }: Clone, command: MessageHeader): boolean {
  const { originator, recipient, messageCode, originatorCounter } = message.header;
  return (
    command.recipient === originator &&
    command.originator === recipient &&
    command.messageCode === messageCode &&
    command.originatorCounter === originatorCounter
  );
}

/**
 * Reads a captured response.
 * @throws UsageError exit code 2 when the file holds no response
 */
export function readClone(file: string, bytes: Bytes | ProtocolFault, suite: CryptoSuite, keystore: Keystore): Clone {
  try {
    if (bytes instanceof ProtocolFault) throw bytes;
    const { message } = decodeAndCheck(suite, bytes, keystore);
    if (message.form !== 'response')
      throw new ProtocolFault('no-response', `a message of form ${message.form}, not a response of a device`);
    return { file, message, payload: decodeEnvelope(bytes).payload };
  } catch (error) {
    if (!(error instanceof ProtocolFault)) throw error;
    throw new UsageError('bad-clone', error.message, { file });
  }
}

/**
 * The clones meant for a device: those it made itself, and those of devices that no command is for (another meter's values in
 * this one).
 * @param recipients every device the commands are for
 */
export function clonesFor(eui: Eui64, clones: readonly Clone[], recipients: ReadonlySet<Eui64>): readonly Clone[] {
  return clones.filter(({ message }) => message.header.originator === eui || !recipients.has(message.header.originator));
}
