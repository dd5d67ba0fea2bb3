import { type Bytes, concat } from '../kernel/bytes.ts';
import type { Millis } from '../kernel/time.ts';
import type { ApsFragment } from './aps-frame.ts';

/** Blocks in a message at most, and octets of a message; GBCS tunnels carry 1,500. */
const BLOCKS_MAX = 64;
const OCTETS_MAX = 4_096;
/** Messages that may be in pieces at once, and how long one may take between two blocks. */
const MESSAGES_MAX = 8;
const BLOCK_WAIT_MS = 8_000;

/** A message whose blocks arrive. */
interface Partial {
  readonly count: number;
  readonly blocks: (Bytes | undefined)[];
  until: Millis;
  octets: number;
}

/** What an arriving block leads to. */
export interface BlockTaken {
  /** What the acknowledgement says: the first block of the window, and which of it have arrived. */
  readonly ack: ApsFragment | undefined;
  /** The message, once its last block is there. */
  readonly message: Bytes | undefined;
}

const NOTHING: BlockTaken = { ack: undefined, message: undefined };

/** Puts fragmented messages together: bounded in number, octets and time (ZigBee 05-3474 2.2.8.4.5). */
export class Reassembly {
  readonly #messages = new Map<string, Partial>();
  readonly #window: number;

  /** @param window blocks after which an acknowledgement is sent, 1 to 8 */
  constructor(window: number) {
    this.#window = window;
  }

  /** Messages in pieces at present. */
  get size(): number {
    return this.#messages.size;
  }

  take(key: string, fragment: ApsFragment, block: Bytes, now: Millis): BlockTaken {
    this.expire(now);
    const partial = this.#messages.get(key) ?? this.#begin(key, fragment, now);
    const index = fragment.place === 'first' ? 0 : fragment.number;
    if (!partial || index >= partial.count) return NOTHING;
    if (!partial.blocks[index]) {
      partial.octets += block.length;
      if (partial.octets > OCTETS_MAX) {
        this.#messages.delete(key);
        return NOTHING;
      }
      partial.blocks[index] = block;
    }
    partial.until = now + BLOCK_WAIT_MS;
    return this.#taken(key, partial, index);
  }

  /** Blocks may come in any order; the first one says how many there are. */
  #begin(key: string, { place, number }: ApsFragment, now: Millis): Partial | undefined {
    if (place !== 'first' || number < 1 || number > BLOCKS_MAX || this.#messages.size >= MESSAGES_MAX) return undefined;
    const partial: Partial = { count: number, blocks: [], until: now + BLOCK_WAIT_MS, octets: 0 };
    this.#messages.set(key, partial);
    return partial;
  }

  #taken(key: string, partial: Partial, index: number): BlockTaken {
    const first = index - (index % this.#window);
    const size = Math.min(this.#window, partial.count - first);
    let received = 0;
    for (let i = 0; i < size; i++) if (partial.blocks[first + i]) received |= 1 << i;
    const whole = received === (1 << size) - 1;
    const lastOfWindow = index === first + size - 1;
    const ack: ApsFragment | undefined =
      whole || lastOfWindow ? { place: first === 0 ? 'first' : 'later', number: first, received } : undefined;
    const blocks = partial.blocks.filter((block) => block !== undefined);
    if (blocks.length < partial.count) return { ack, message: undefined };
    this.#messages.delete(key);
    return { ack, message: concat(...blocks) };
  }

  /** Gives up what nobody goes on with. */
  expire(now: Millis): void {
    for (const [key, { until }] of this.#messages) if (until <= now) this.#messages.delete(key);
  }

  get deadline(): Millis | undefined {
    let first: Millis | undefined;
    for (const { until } of this.#messages.values()) if (first === undefined || until < first) first = until;
    return first;
  }
}

/** Cuts a message into blocks. */
export function blocksOf(message: Bytes, octets: number): readonly Bytes[] {
  const count = Math.max(1, Math.ceil(message.length / octets));
  return Array.from({ length: count }, (_, i) => message.subarray(i * octets, (i + 1) * octets));
}
