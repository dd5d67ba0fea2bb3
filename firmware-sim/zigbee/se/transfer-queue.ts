import type { Bytes } from '../../kernel/bytes.ts';
import type { Eui64 } from '../../kernel/eui64.ts';

/** Data on its way into a tunnel, under the number its sender knows it by. */
export interface Transfer {
  readonly data: Bytes;
  readonly ticket: number;
}

/** Transfers that may wait for one partner; GBCS messages come one by one, blocks of a long one a window at a time. */
const WAITING_MAX = 64;

/**
 * One transfer at a time with each partner: two long messages whose fragments went out side by side would overtake each other, and what
 * is cut into blocks would arrive out of order.
 */
export class TransferQueue {
  readonly #lines = new Map<Eui64, Transfer[]>();

  /** Puts a transfer in line. @returns whether it is its turn, it waits, or there is no room */
  offer(peer: Eui64, transfer: Transfer): 'now' | 'waits' | 'refused' {
    const line = this.#lines.get(peer);
    if (!line) {
      this.#lines.set(peer, [transfer]);
      return 'now';
    }
    if (line.length > WAITING_MAX) return 'refused';
    line.push(transfer);
    return 'waits';
  }

  /** The transfer under a ticket has ended. @returns the one whose turn it is now */
  ended(peer: Eui64, ticket: number): Transfer | undefined {
    const line = this.#lines.get(peer);
    if (line?.[0]?.ticket !== ticket) return undefined;
    line.shift();
    if (line.length === 0) this.#lines.delete(peer);
    return line[0];
  }

  /** Gives up what waits for a partner; the transfer on its way ends by itself. */
  drop(peer: Eui64): readonly Transfer[] {
    return this.#lines.get(peer)?.splice(1) ?? [];
  }
}
