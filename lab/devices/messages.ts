import { decodeEnvelope } from '../../firmware-sim/gbcs/envelope.ts';
import type { MessageHeader } from '../../firmware-sim/gbcs/header.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault } from '../../firmware-sim/kernel/errors.ts';

/** A file somebody wants a device to receive: the octets, or why it is no message. */
export interface CommandFile {
  readonly file: string;
  readonly bytes: Bytes | ProtocolFault;
}

/** A command file with its grouping header, as far as it has one. */
export interface ReadCommand extends CommandFile {
  readonly header: MessageHeader | undefined;
  readonly payload: Bytes | undefined;
  /** Why there is no header. */
  readonly fault: ProtocolFault | undefined;
}

/** Reads the grouping header of a command, before any device looks at it. */
export function readCommand({ file, bytes }: CommandFile): ReadCommand {
  if (bytes instanceof ProtocolFault) return { file, bytes, header: undefined, payload: undefined, fault: bytes };
  try {
    const { header, payload } = decodeEnvelope(bytes);
    return { file, bytes, header, payload, fault: undefined };
  } catch (error) {
    if (!(error instanceof ProtocolFault)) throw error;
    return { file, bytes, header: undefined, payload: undefined, fault: error };
  }
}
