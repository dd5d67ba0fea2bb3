import type { Bytes } from '../kernel/bytes.ts';
import { UsageError } from '../kernel/errors.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import { encodeGbtBlock, type GbtBlock } from './envelope.ts';
import type { MessageHeader } from './header.ts';

/**
 * Numbers of general block transfer (GBCS 7.2.11). None of them could be verified on an example: each stands for what the
 * text in hand does not say and may be set per device or party.
 */
export interface BlockTransferParameters {
  /** Messages longer than this go in blocks, octets. */
  readonly maxApdu: number;
  /** Octets of the message in one block. */
  readonly blockOctets: number;
  /** Blocks sent before an acknowledgement is awaited, 1 to 63. */
  readonly window: number;
  /** False: every block is acknowledged, whatever the window. */
  readonly streaming: boolean;
  /** How long a sender waits for an acknowledgement. */
  readonly retryMillis: number;
  /** How often a sender repeats without progress before it gives up. */
  readonly retries: number;
  /** How long a receiver waits in silence before it says by itself what it has. */
  readonly gapMillis: number;
  /** Transfers a receiver puts together at a time; one more drops the one that has been silent longest. */
  readonly maxTransfers: number;
  /** Longest message a receiver takes. */
  readonly maxMessageOctets: number;
  /** How long a receiver holds an unfinished transfer. */
  readonly lifetimeMillis: number;
  /**
   * How long a receiver remembers a finished transfer, so as to acknowledge late repeats. It outlasts a sender's retries
   * and is short enough for a command that needs no replay protection to be sent again under its counter.
   */
  readonly rememberMillis: number;
  /** Finished transfers remembered. */
  readonly remembered: number;
  /** Octet in the place of the security control of the routing header. */
  readonly securityControl: number;
  /** Whether an acknowledgement names its own sender as originator, or repeats the header of what it acknowledges. */
  readonly acknowledgementHeader: 'swapped' | 'same';
}

/** Routing header with a two-octet other information, block header, and length fields in their longest form. */
const BLOCK_OVERHEAD = 51;
/** Width of the window field in the block control octet (Green Book, general block transfer). */
export const MAX_WINDOW = 63;
const MAX_BLOCK_NUMBER = 0xffff;

export const BLOCK_TRANSFER_DEFAULTS: BlockTransferParameters = {
  maxApdu: 1200,
  blockOctets: 1100,
  window: 6,
  streaming: true,
  retryMillis: 10_000,
  retries: 5,
  gapMillis: 3000,
  maxTransfers: 8,
  maxMessageOctets: 65_535,
  lifetimeMillis: 300_000,
  rememberMillis: 60_000,
  remembered: 32,
  securityControl: 0,
  acknowledgementHeader: 'swapped',
};

const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  maxApdu: [BLOCK_OVERHEAD + 1, 0xffff],
  blockOctets: [1, 0xffff],
  window: [1, MAX_WINDOW],
  retryMillis: [1, Number.MAX_SAFE_INTEGER],
  retries: [0, 1000],
  gapMillis: [1, Number.MAX_SAFE_INTEGER],
  maxTransfers: [1, 100_000],
  maxMessageOctets: [1, 0xffffff],
  lifetimeMillis: [1, Number.MAX_SAFE_INTEGER],
  rememberMillis: [0, Number.MAX_SAFE_INTEGER],
  remembered: [0, 100_000],
  securityControl: [0, 0xff],
};

/**
 * The defaults with some numbers changed.
 * @throws UsageError `bad-parameter` naming the number and its range
 */
export function blockTransferParameters(changes: Partial<BlockTransferParameters> = {}): BlockTransferParameters {
  const parameters = { ...BLOCK_TRANSFER_DEFAULTS, ...changes };
  for (const [name, [least, most]] of Object.entries(RANGES)) {
    const value = parameters[name as keyof BlockTransferParameters];
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
      throw new UsageError('bad-parameter', `block transfer: ${name} is a whole number from ${least} to ${most}, not ${value}`);
    }
  }
  if (parameters.blockOctets + BLOCK_OVERHEAD > parameters.maxApdu) {
    throw new UsageError(
      'bad-parameter',
      `block transfer: blockOctets and ${BLOCK_OVERHEAD} octets of headers must fit into maxApdu`,
    );
  }
  return parameters;
}

/** True when a message is too long to travel whole. */
export function needsBlocks(message: Bytes, parameters: BlockTransferParameters): boolean {
  return message.length > parameters.maxApdu;
}

/** Names a transfer: blocks of one message share originator, recipient, CRA flag and originator counter. */
export type TransferKey = string;

export function transferKey({ originator, recipient, cra, originatorCounter }: MessageHeader): TransferKey {
  return `${originator} ${recipient} ${cra} ${originatorCounter}`;
}

/** The routing header of a message: its identities and message code, without date-time and supplementary party. */
export function routingHeader(header: MessageHeader): MessageHeader {
  return { ...header, dateTime: undefined, supplementary: undefined };
}

/** The same header with its ends exchanged. */
export function swapped(header: MessageHeader): MessageHeader {
  const [originator, recipient]: [Eui64, Eui64] = [header.recipient, header.originator];
  return { ...header, originator, recipient };
}

/** Views of a message, `blockOctets` long but for the last. @throws UsageError `bad-parameter` when block numbers do not suffice */
export function slices(message: Bytes, parameters: BlockTransferParameters): Bytes[] {
  const size = parameters.blockOctets;
  const count = Math.max(1, Math.ceil(message.length / size));
  if (count > MAX_BLOCK_NUMBER) {
    throw new UsageError(
      'bad-parameter',
      `block transfer: ${message.length} octets in blocks of ${size} need more than 65535 blocks`,
    );
  }
  return Array.from({ length: count }, (_, i) => message.subarray(i * size, (i + 1) * size));
}

/** Blocks a sender sends before it waits. */
export function sendWindow(parameters: BlockTransferParameters): number {
  return parameters.streaming ? parameters.window : 1;
}

/** One data block as octets. `awaitsAcknowledgement` clears the streaming bit. */
export function dataBlock(
  header: MessageHeader,
  parameters: BlockTransferParameters,
  all: readonly Bytes[],
  blockNumber: number,
  awaitsAcknowledgement: boolean,
): Bytes {
  return encodeGbtBlock({
    header: routingHeader(header),
    securityControl: parameters.securityControl,
    lastBlock: blockNumber === all.length,
    streaming: !awaitsAcknowledgement,
    window: parameters.window,
    blockNumber,
    blockNumberAck: 0,
    data: all[blockNumber - 1] as Bytes,
  });
}

/**
 * A whole message in blocks, numbered from 1, as a sender that never hears a loss would send them: the streaming bit is
 * clear on the last block of each window and of the message (Green Book, general block transfer).
 */
export function segment(message: Bytes, header: MessageHeader, parameters: BlockTransferParameters): Bytes[] {
  const all = slices(message, parameters);
  const window = sendWindow(parameters);
  return all.map((_, i) => dataBlock(header, parameters, all, i + 1, (i + 1) % window === 0 || i + 1 === all.length));
}

/** A block without data: the receiver's word on what it has, or an abort. */
export function isControl(block: GbtBlock): boolean {
  return block.data.length === 0;
}

/** An abort is a last block numbered 0 without data; the sign is ours, the Green Book text was not at hand. */
export function isAbort(block: GbtBlock): boolean {
  return isControl(block) && block.lastBlock && block.blockNumber === 0;
}

/** Tells the other side that this transfer is over. */
export function abortBlock(header: MessageHeader, parameters: BlockTransferParameters): Bytes {
  const { securityControl, window } = parameters;
  const flags = { lastBlock: true, streaming: false, blockNumber: 0, blockNumberAck: 0 };
  return encodeGbtBlock({ header: routingHeader(header), securityControl, window, ...flags, data: new Uint8Array(0) });
}
