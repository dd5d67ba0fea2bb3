import type { Bytes } from '../kernel/bytes.ts';
import type { Millis } from '../kernel/time.ts';
import { type Arrived, type Dropped, Reassembler, type ReassemblyStep } from './block-reassembler.ts';
import { BlockSender } from './block-sender.ts';
import {
  type BlockTransferParameters,
  isControl,
  needsBlocks,
  swapped,
  type TransferKey,
  transferKey,
} from './block-transfer.ts';
import { decodeGbtBlock, type GbtBlock, isGbtBlock } from './envelope.ts';
import type { MessageHeader } from './header.ts';

/** How a message sent in blocks ended. */
export interface SendOutcome {
  readonly header: MessageHeader;
  readonly delivered: boolean;
  readonly reason?: string;
}

/** What one step of an endpoint came to: octets to send, messages that arrived, transfers that ended. */
export interface EndpointStep {
  readonly out: readonly Bytes[];
  /** Messages that arrived, whole or put together from blocks. */
  readonly messages: readonly Bytes[];
  readonly arrived: readonly Arrived[];
  readonly dropped: readonly Dropped[];
  readonly outcomes: readonly SendOutcome[];
}

/**
 * One end of a link on which long messages travel in blocks: it sends, acknowledges and puts together, for any number of
 * peers. Octets and time go in; octets, messages and the next deadline come out.
 */
export class BlockEndpoint {
  readonly #parameters: BlockTransferParameters;
  readonly #reassembler: Reassembler;
  readonly #senders = new Map<TransferKey, BlockSender>();

  constructor(parameters: BlockTransferParameters) {
    this.#parameters = parameters;
    this.#reassembler = new Reassembler(parameters);
  }

  /** When `poll` has to be called next; undefined while nothing is awaited. */
  get nextDeadline(): Millis | undefined {
    let next = this.#reassembler.nextDeadline;
    for (const { nextDeadline } of this.#senders.values()) {
      if (nextDeadline !== undefined && (next === undefined || nextDeadline < next)) next = nextDeadline;
    }
    return next;
  }

  /** Sends a message: whole when it is short, else in blocks. A second send under the same identities replaces the first. */
  send(message: Bytes, header: MessageHeader, now: Millis): EndpointStep {
    if (!needsBlocks(message, this.#parameters)) return this.#step([message]);
    const sender = new BlockSender(message, header, this.#parameters);
    this.#senders.set(transferKey(header), sender);
    return this.#step(sender.start(now));
  }

  /**
   * Takes what the link delivers.
   * @throws ProtocolFault when octets that look like a block are none
   */
  receive(bytes: Bytes, now: Millis): EndpointStep {
    if (!isGbtBlock(bytes)) return { ...this.#step([]), messages: [bytes] };
    const block = decodeGbtBlock(bytes);
    const out = isControl(block) ? this.#senderOf(block)?.receive(block, now) : undefined;
    return this.#step(out ?? [], this.#reassembler.receive(block, now));
  }

  /** Does what is due. */
  poll(now: Millis): EndpointStep {
    const out = [...this.#senders.values()].flatMap((sender) => sender.poll(now));
    return this.#step(out, this.#reassembler.poll(now));
  }

  /** Both forms of an acknowledgement's header are understood, whichever this side would write. */
  #senderOf({ header }: GbtBlock): BlockSender | undefined {
    return this.#senders.get(transferKey(swapped(header))) ?? this.#senders.get(transferKey(header));
  }

  #step(out: readonly Bytes[], reassembly?: ReassemblyStep): EndpointStep {
    const arrived = reassembly?.arrived ?? [];
    const outcomes: SendOutcome[] = [];
    for (const [key, { state, header, reason }] of this.#senders) {
      if (state === 'sending') continue;
      this.#senders.delete(key);
      outcomes.push({ header, delivered: state === 'delivered', ...(reason === undefined ? {} : { reason }) });
    }
    return {
      out: [...out, ...(reassembly?.blocks ?? [])],
      messages: arrived.map(({ message }) => message),
      arrived,
      dropped: reassembly?.dropped ?? [],
      outcomes,
    };
  }
}
