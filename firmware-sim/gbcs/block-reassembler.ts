import { type Bytes, equalBytes, NO_BYTES } from '../kernel/bytes.ts';
import type { Millis } from '../kernel/time.ts';
import {
  abortBlock,
  type BlockTransferParameters,
  isAbort,
  isControl,
  MAX_WINDOW,
  routingHeader,
  swapped,
  type TransferKey,
  transferKey,
} from './block-transfer.ts';
import { encodeGbtBlock, type GbtBlock } from './envelope.ts';
import type { MessageHeader } from './header.ts';

/** A message that has arrived in blocks, with the routing header it came under. */
export interface Arrived {
  readonly header: MessageHeader;
  readonly message: Bytes;
}

/** Why an unfinished transfer was given up. */
export type DropReason = 'expired' | 'displaced' | 'too-long' | 'contradictory' | 'aborted';

export interface Dropped {
  readonly header: MessageHeader;
  readonly reason: DropReason;
}

/** What one step of the reassembler came to. */
export interface ReassemblyStep {
  /** Acknowledgements and aborts to send. */
  readonly blocks: readonly Bytes[];
  readonly arrived: readonly Arrived[];
  readonly dropped: readonly Dropped[];
}

const NOTHING: ReassemblyStep = { blocks: [], arrived: [], dropped: [] };

interface Transfer {
  readonly header: MessageHeader;
  /** Blocks 1 to `ends.length` in one piece, with room to grow; `ends[n - 1]` is where block n ends. */
  prefix: Bytes;
  readonly ends: number[];
  /** Blocks ahead of a gap. */
  readonly ahead: Map<number, Bytes>;
  octets: number;
  last: number | undefined;
  readonly expires: Millis;
  reportAt: Millis | undefined;
  silentReports: number;
  acknowledgements: number;
  touched: number;
}

/** A finished transfer, kept so that a sender whose last acknowledgement was lost hears it again. */
interface Finished {
  readonly total: number;
  readonly until: Millis;
  acknowledgements: number;
}

/**
 * Puts messages together from blocks that may be lost, repeated or out of order (GBCS 7.2.11). It never hands out a
 * message with a gap or with two versions of a block, and what it holds is bounded: transfers, octets of each, time.
 */
export class Reassembler {
  readonly #parameters: BlockTransferParameters;
  readonly #transfers = new Map<TransferKey, Transfer>();
  readonly #finished = new Map<TransferKey, Finished>();
  #touches = 0;

  constructor(parameters: BlockTransferParameters) {
    this.#parameters = parameters;
  }

  /** Unfinished transfers, octets held for them, and finished transfers remembered. */
  get load(): { readonly transfers: number; readonly octets: number; readonly remembered: number } {
    let octets = 0;
    for (const { ends, ahead } of this.#transfers.values()) {
      octets += ends.at(-1) ?? 0;
      for (const block of ahead.values()) octets += block.length;
    }
    return { transfers: this.#transfers.size, octets, remembered: this.#finished.size };
  }

  /** When `poll` has to be called next; undefined while nothing is unfinished. */
  get nextDeadline(): Millis | undefined {
    let next: Millis | undefined;
    for (const { expires, reportAt } of this.#transfers.values()) {
      const at = Math.min(expires, reportAt ?? expires);
      if (next === undefined || at < next) next = at;
    }
    return next;
  }

  /** Takes a block of data or an abort. At most one block goes back for each. */
  receive(block: GbtBlock, now: Millis): ReassemblyStep {
    const key = transferKey(block.header);
    if (isAbort(block)) return this.#drop(key, 'aborted');
    if (isControl(block) || block.blockNumber === 0) return NOTHING;
    const finished = this.#remembered(key, now);
    if (finished) return this.#repeatAcknowledgement(block, finished);
    const known = this.#transfers.get(key);
    // A stray block far ahead must not push out a transfer that is under way.
    if (!known && block.blockNumber > MAX_WINDOW) return NOTHING;
    const displaced = known ? NOTHING : this.#makeRoom();
    const transfer = known ?? this.#open(key, block.header, now);
    const step = this.#take(key, transfer, block, now);
    return { ...step, dropped: [...displaced.dropped, ...step.dropped] };
  }

  /** Gives up what has expired, and reports on transfers that have gone silent. */
  poll(now: Millis): ReassemblyStep {
    const blocks: Bytes[] = [];
    const dropped: Dropped[] = [];
    for (const [key, transfer] of this.#transfers) {
      if (now >= transfer.expires) dropped.push(...this.#drop(key, 'expired').dropped);
      else if (transfer.reportAt !== undefined && now >= transfer.reportAt) {
        transfer.silentReports++;
        const again = transfer.silentReports < this.#parameters.retries;
        transfer.reportAt = again ? now + this.#parameters.gapMillis : undefined;
        blocks.push(this.#acknowledge(transfer.header, transfer, transfer.ends.length));
      }
    }
    return { blocks, arrived: [], dropped };
  }

  /** Gives up the transfer a header belongs to and tells its sender. */
  abort(header: MessageHeader): ReassemblyStep {
    const step = this.#drop(transferKey(header), 'aborted');
    return step.dropped.length > 0 ? { ...step, blocks: [this.#abortTo(header)] } : step;
  }

  #open(key: TransferKey, header: MessageHeader, now: Millis): Transfer {
    const transfer: Transfer = {
      header: routingHeader(header),
      prefix: NO_BYTES,
      ends: [],
      ahead: new Map(),
      octets: 0,
      last: undefined,
      expires: now + this.#parameters.lifetimeMillis,
      reportAt: undefined,
      silentReports: 0,
      acknowledgements: 0,
      touched: 0,
    };
    this.#transfers.set(key, transfer);
    return transfer;
  }

  #makeRoom(): ReassemblyStep {
    if (this.#transfers.size < this.#parameters.maxTransfers) return NOTHING;
    let oldest: [TransferKey, number] | undefined;
    for (const [key, { touched }] of this.#transfers) if (!oldest || touched < oldest[1]) oldest = [key, touched];
    return oldest ? this.#drop(oldest[0], 'displaced') : NOTHING;
  }

  #take(key: TransferKey, transfer: Transfer, block: GbtBlock, now: Millis): ReassemblyStep {
    const have = transfer.ends.length;
    if (block.blockNumber > have + MAX_WINDOW) return NOTHING;
    transfer.touched = ++this.#touches;
    if (contradicts(transfer, block)) return this.#refuse(key, transfer.header, 'contradictory');
    if (block.lastBlock) transfer.last = block.blockNumber;
    if (block.blockNumber > have && !transfer.ahead.has(block.blockNumber)) {
      transfer.octets += block.data.length;
      if (transfer.octets > this.#parameters.maxMessageOctets) return this.#refuse(key, transfer.header, 'too-long');
      transfer.ahead.set(block.blockNumber, block.data.slice());
      closeGap(transfer);
      if (transfer.ends.length > have) transfer.silentReports = 0;
    }
    if (transfer.ends.length === transfer.last) return this.#finish(key, transfer, now);
    transfer.reportAt = now + this.#parameters.gapMillis;
    if (block.streaming) return NOTHING;
    return { ...NOTHING, blocks: [this.#acknowledge(transfer.header, transfer, transfer.ends.length)] };
  }

  #finish(key: TransferKey, transfer: Transfer, now: Millis): ReassemblyStep {
    this.#transfers.delete(key);
    const { header, ends } = transfer;
    const blocks = [this.#acknowledge(header, transfer, ends.length)];
    const { remembered, rememberMillis } = this.#parameters;
    this.#finished.set(key, { total: ends.length, until: now + rememberMillis, acknowledgements: transfer.acknowledgements });
    for (const oldest of this.#finished.keys()) {
      if (this.#finished.size <= remembered) break;
      this.#finished.delete(oldest);
    }
    return { blocks, arrived: [{ header, message: transfer.prefix.slice(0, ends.at(-1)) }], dropped: [] };
  }

  #remembered(key: TransferKey, now: Millis): Finished | undefined {
    const finished = this.#finished.get(key);
    if (finished && now >= finished.until) this.#finished.delete(key);
    return finished && now < finished.until ? finished : undefined;
  }

  #repeatAcknowledgement(block: GbtBlock, finished: Finished): ReassemblyStep {
    if (block.streaming) return NOTHING;
    return { ...NOTHING, blocks: [this.#acknowledge(block.header, finished, finished.total)] };
  }

  #drop(key: TransferKey, reason: DropReason): ReassemblyStep {
    const transfer = this.#transfers.get(key);
    if (!transfer) return NOTHING;
    this.#transfers.delete(key);
    return { ...NOTHING, dropped: [{ header: transfer.header, reason }] };
  }

  #refuse(key: TransferKey, header: MessageHeader, reason: DropReason): ReassemblyStep {
    return { ...this.#drop(key, reason), blocks: [this.#abortTo(header)] };
  }

  #back(header: MessageHeader): MessageHeader {
    return routingHeader(this.#parameters.acknowledgementHeader === 'swapped' ? swapped(header) : header);
  }

  #abortTo(header: MessageHeader): Bytes {
    return abortBlock(this.#back(header), this.#parameters);
  }

  /** An acknowledgement: no data, the number of the last block before any gap, and a number of its own. */
  #acknowledge(header: MessageHeader, count: { acknowledgements: number }, blockNumberAck: number): Bytes {
    count.acknowledgements = Math.min(count.acknowledgements + 1, 0xffff);
    const { securityControl, window } = this.#parameters;
    const flags = { lastBlock: false, streaming: false, blockNumber: count.acknowledgements, blockNumberAck };
    return encodeGbtBlock({ header: this.#back(header), securityControl, window, ...flags, data: new Uint8Array(0) });
  }
}

/** True when a block says something else than an earlier one: other octets under its number, or another end of the message. */
function contradicts({ ahead, ends, prefix, last }: Transfer, { blockNumber, data, lastBlock }: GbtBlock): boolean {
  if (last !== undefined && (blockNumber > last || (lastBlock && blockNumber !== last))) return true;
  if (lastBlock && (blockNumber < ends.length || [...ahead.keys()].some((number) => number > blockNumber))) return true;
  if (!lastBlock && blockNumber === last) return true;
  const waiting = ahead.get(blockNumber);
  if (waiting) return !equalBytes(waiting, data);
  if (blockNumber > ends.length) return false;
  const start = ends[blockNumber - 2] ?? 0;
  return !equalBytes(prefix.subarray(start, ends[blockNumber - 1]), data);
}

/** Moves blocks that have become contiguous to the end of the prefix. */
function closeGap(transfer: Transfer): void {
  const { ahead, ends } = transfer;
  for (let next = ahead.get(ends.length + 1); next; next = ahead.get(ends.length + 1)) {
    ahead.delete(ends.length + 1);
    const start = ends.at(-1) ?? 0;
    const end = start + next.length;
    if (end > transfer.prefix.length) transfer.prefix = grown(transfer.prefix, end);
    transfer.prefix.set(next, start);
    ends.push(end);
  }
}

function grown(bytes: Bytes, least: number): Bytes {
  const out = new Uint8Array(Math.max(least, bytes.length * 2));
  out.set(bytes);
  return out;
}
