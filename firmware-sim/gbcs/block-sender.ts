import type { Bytes } from '../kernel/bytes.ts';
import type { Millis } from '../kernel/time.ts';
import { abortBlock, type BlockTransferParameters, dataBlock, isAbort, isControl, sendWindow, slices } from './block-transfer.ts';
import type { GbtBlock } from './envelope.ts';
import type { MessageHeader } from './header.ts';

export type SenderState = 'sending' | 'delivered' | 'failed';

/**
 * Sends one message in blocks: a window at a time, the next one when the last is acknowledged, and again from the first
 * block the receiver has not got (GBCS 7.2.11). Blocks and time go in, blocks and the next deadline come out.
 */
export class BlockSender {
  readonly header: MessageHeader;
  readonly #parameters: BlockTransferParameters;
  readonly #slices: readonly Bytes[];
  #state: SenderState = 'sending';
  #reason: string | undefined;
  #window: number;
  #acknowledged = 0;
  #sent = 0;
  #attempts = 0;
  #deadline: Millis | undefined;
  /** One repeat per deadline on a report without progress: a duplicated report must not multiply blocks. */
  #repeated = false;

  /** @throws UsageError `bad-parameter` when the message needs more blocks than can be numbered */
  constructor(message: Bytes, header: MessageHeader, parameters: BlockTransferParameters) {
    this.header = header;
    this.#parameters = parameters;
    this.#slices = slices(message, parameters);
    this.#window = sendWindow(parameters);
  }

  get state(): SenderState {
    return this.#state;
  }

  /** Why the transfer failed. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** When `poll` has to be called next; undefined when nothing is awaited. */
  get nextDeadline(): Millis | undefined {
    return this.#deadline;
  }

  /** The first window. */
  start(now: Millis): Bytes[] {
    return this.#state === 'sending' && this.#sent === 0 ? this.#burst(now) : [];
  }

  /** Takes an acknowledgement or an abort; returns the blocks to send next. */
  receive(block: GbtBlock, now: Millis): Bytes[] {
    if (this.#state !== 'sending' || !isControl(block)) return [];
    if (isAbort(block)) return this.#end('failed', 'the receiver aborted the transfer');
    const { blockNumberAck: acknowledged, window } = block;
    if (acknowledged < this.#acknowledged || acknowledged > this.#sent) return [];
    if (window > 0) this.#window = Math.min(sendWindow(this.#parameters), window);
    if (acknowledged === this.#slices.length) return this.#end('delivered');
    if (acknowledged > this.#acknowledged) {
      this.#acknowledged = acknowledged;
      this.#attempts = 0;
      this.#repeated = false;
      return this.#burst(now);
    }
    if (this.#repeated) return [];
    this.#repeated = true;
    return this.#burst(now);
  }

  /** Repeats the window when the acknowledgement is overdue; gives up after `retries` times without progress. */
  poll(now: Millis): Bytes[] {
    if (this.#deadline === undefined || now < this.#deadline) return [];
    if (this.#attempts >= this.#parameters.retries) return this.#end('failed', 'no acknowledgement');
    this.#attempts++;
    this.#repeated = false;
    return this.#burst(now);
  }

  /** Ends the transfer and tells the receiver so. */
  abort(): Bytes[] {
    if (this.#state !== 'sending') return [];
    this.#end('failed', 'aborted');
    return [abortBlock(this.header, this.#parameters)];
  }

  #burst(now: Millis): Bytes[] {
    const last = Math.min(this.#acknowledged + this.#window, this.#slices.length);
    this.#sent = Math.max(this.#sent, last);
    this.#deadline = now + this.#parameters.retryMillis;
    const blocks: Bytes[] = [];
    for (let n = this.#acknowledged + 1; n <= last; n++) {
      blocks.push(dataBlock(this.header, this.#parameters, this.#slices, n, n === last));
    }
    return blocks;
  }

  #end(state: SenderState, reason?: string): Bytes[] {
    this.#state = state;
    this.#reason = reason;
    this.#deadline = undefined;
    return [];
  }
}
