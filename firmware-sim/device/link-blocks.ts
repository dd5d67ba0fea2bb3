import { BLOCK_TRANSFER_DEFAULTS, type BlockTransferParameters, blockTransferParameters } from '../gbcs/block-transfer.ts';
import type { Millis } from '../kernel/time.ts';

/** Octets of headers around the data of a block at most (GBCS 7.2.11). */
const BLOCK_HEADER_OCTETS = 51;

/** A link that takes messages of any length whole: as RTDS 4.5.0 has all of its own. */
export const WHOLE_MESSAGES: BlockTransferParameters = blockTransferParameters({ maxApdu: 0xffff });

/**
 * Block transfer over a link that takes messages up to a length.
 * @param maxMessageOctets longest message the link takes whole, 52 at least; undefined takes all
 * @param sleepMs how long the device may be out of reach between two looks at its messages
 * @throws UsageError `bad-parameter` for a length no block fits into
 */
export function linkBlocks(maxMessageOctets: number | undefined, sleepMs: Millis = 0): BlockTransferParameters {
  const { retryMillis, gapMillis, lifetimeMillis, rememberMillis, retries } = BLOCK_TRANSFER_DEFAULTS;
  const roundTripMs = 2 * sleepMs;
  return blockTransferParameters({
    maxApdu: maxMessageOctets ?? WHOLE_MESSAGES.maxApdu,
    blockOctets: (maxMessageOctets ?? BLOCK_TRANSFER_DEFAULTS.maxApdu) - BLOCK_HEADER_OCTETS,
    retryMillis: retryMillis + roundTripMs,
    gapMillis: gapMillis + roundTripMs,
    lifetimeMillis: lifetimeMillis + 2 * retries * roundTripMs,
    rememberMillis: rememberMillis + roundTripMs,
  });
}
