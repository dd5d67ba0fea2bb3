import type { Millis } from '../kernel/time.ts';
import type { ShortAddress } from './wire.ts';

const MINUTE_MS: Millis = 60_000;
/** Timeout 0 is 10 s, n is 2^n minutes, 14 the longest (ZigBee 05-3474 table 3-43). */
const SHORTEST_MS: Millis = 10_000;
const LONGEST = 14;
/** What a child has that asked for nothing: 256 minutes (nwkEndDeviceTimeoutDefault). */
export const DEFAULT_TIMEOUT = 8;

/** Statuses of a timeout response. */
export const TIMEOUT_STATUS = { success: 0, incorrectValue: 1 } as const;

interface Child {
  readonly timeoutMs: Millis;
  readonly until: Millis;
}

/** Children that sleep, and until when each has to be heard again: one that is not is no child any more, until it comes back. */
export class Children {
  readonly #children = new Map<ShortAddress, Child>();

  /** A child has come, or come back. */
  enter(address: ShortAddress, now: Millis): void {
    const timeoutMs = durationOf(DEFAULT_TIMEOUT);
    this.#children.set(address, { timeoutMs, until: now + timeoutMs });
  }

  /** A child asks to be allowed to be silent for so long. @returns status of the answer */
  ask(address: ShortAddress, timeout: number, now: Millis): number {
    if (timeout > LONGEST) return TIMEOUT_STATUS.incorrectValue;
    const timeoutMs = durationOf(timeout);
    if (this.has(address)) this.#children.set(address, { timeoutMs, until: now + timeoutMs });
    return TIMEOUT_STATUS.success;
  }

  /** Whether an address is a child's. */
  has(address: ShortAddress): boolean {
    return this.#children.has(address);
  }

  heard(address: ShortAddress, now: Millis): void {
    const child = this.#children.get(address);
    if (child) this.#children.set(address, { ...child, until: now + child.timeoutMs });
  }

  remove(address: ShortAddress): void {
    this.#children.delete(address);
  }

  get deadline(): Millis | undefined {
    let first: Millis | undefined;
    for (const { until } of this.#children.values()) if (first === undefined || until < first) first = until;
    return first;
  }

  /** Drops children that have not been heard in time. @returns their addresses */
  expire(now: Millis): readonly ShortAddress[] {
    const gone = [...this.#children].filter(([, { until }]) => until <= now).map(([address]) => address);
    for (const address of gone) this.#children.delete(address);
    return gone;
  }
}

const durationOf = (timeout: number): Millis => (timeout === 0 ? SHORTEST_MS : 2 ** timeout * MINUTE_MS);
