import { BlockEndpoint, type EndpointStep } from '../gbcs/block-endpoint.ts';
import type { BlockTransferParameters } from '../gbcs/block-transfer.ts';
import type { MessageHeader } from '../gbcs/header.ts';
import type { Bytes } from '../kernel/bytes.ts';
import { ProtocolFault } from '../kernel/errors.ts';
import type { Millis } from '../kernel/time.ts';
import { earliest } from './deadline.ts';
import { WHOLE_MESSAGES } from './link-blocks.ts';
import { type Dispatch, Outbox } from './outbox.ts';

const MINUTE: Millis = 60_000;

/**
 * A device's end of its tunnel to the hub. Messages wait in it until the link has confirmed them, also through power cuts; those
 * longer than the link takes go in blocks, and blocks that come are put together (GBCS 7.2.11).
 */
export class TunnelEnd {
  readonly #outbox = new Outbox();
  readonly #blocks: BlockEndpoint;
  readonly #patienceMs: Millis;
  /** Until when the hub wants nothing sent. */
  #silentUntil: Millis | undefined;
  /** When the last frame left: an acknowledgement is not overdue before its blocks have. */
  #idleSince: Millis = 0;

  constructor(parameters: BlockTransferParameters = WHOLE_MESSAGES) {
    this.#blocks = new BlockEndpoint(parameters);
    this.#patienceMs = parameters.retryMillis;
  }

  /** When `poll` has something to do, provided nothing else happens; undefined while frames wait to go out. */
  get deadline(): Millis | undefined {
    return earliest(this.#silentUntil, this.#overdueAt);
  }

  get #overdueAt(): Millis | undefined {
    const at = this.#blocks.nextDeadline;
    return at === undefined || this.#outbox.size > 0 ? undefined : Math.max(at, this.#idleSince + this.#patienceMs);
  }

  /** True while the hub wants nothing sent. */
  get silent(): boolean {
    return this.#silentUntil !== undefined;
  }

  /** The hub tells the device to be silent for so long: what there is to say waits (sub-GHz cluster, SuspendZCLMessages). */
  suspend(minutes: number, now: Millis): void {
    this.#silentUntil = now + minutes * MINUTE;
  }

  /** Puts a message into the tunnel. */
  send(message: Bytes, header: MessageHeader, now: Millis): void {
    this.#put(this.#blocks.send(message, header, now));
  }

  /** Takes what came through the tunnel: the messages that are whole now, none while blocks are missing. */
  receive(message: Bytes, now: Millis): readonly Bytes[] {
    try {
      const step = this.#blocks.receive(message, now);
      this.#put(step);
      return step.messages;
    } catch (error) {
      // What looks like a block and is none is dropped by the device like any other malformed message.
      if (error instanceof ProtocolFault) return [message];
      throw error;
    }
  }

  /** Ends a silence that is over; repeats blocks and reports that are overdue. */
  poll(now: Millis): void {
    if (this.#silentUntil !== undefined && this.#silentUntil <= now) this.#silentUntil = undefined;
    const overdueAt = this.#overdueAt;
    if (overdueAt !== undefined && overdueAt <= now) this.#put(this.#blocks.poll(now));
  }

  /** The frame to send now, when the link is free. */
  next(): Dispatch | undefined {
    return this.silent ? undefined : this.#outbox.next();
  }

  /** The link says whether a frame arrived. */
  confirmed(ticket: number, arrived: boolean, now: Millis): void {
    this.#outbox.confirmed(ticket, arrived);
    if (this.#outbox.size === 0) this.#idleSince = now;
  }

  /** The link is gone; whatever was in flight counts as lost. */
  reset(): void {
    this.#outbox.reset();
  }

  #put({ out }: EndpointStep): void {
    for (const message of out) this.#outbox.put({ kind: 'tunnel', message });
  }
}
