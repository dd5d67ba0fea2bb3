import type { Eui64 } from '../kernel/eui64.ts';

/** Counters kept ahead: after a restart a node goes on above what it may have used (ZigBee 05-3474 4.3.1.2). */
const AHEAD = 1_024;
/** Senders whose counters are kept; those heard of longest ago give way. A home has some ten devices. */
const SENDERS_MAX = 64;
const COUNTER_MAX = 0xffff_fffe;

/** The outgoing counter of one key. What is stored is always above what has been used. */
export class OutgoingCounter {
  #next: number;
  #reserved: number;

  /** @param stored what `stored` gave before a restart */
  constructor(stored = 0) {
    this.#next = stored;
    this.#reserved = stored;
  }

  /** The next counter; undefined once the key is used up. */
  take(): number | undefined {
    if (this.#next > COUNTER_MAX) return undefined;
    if (this.#next >= this.#reserved) this.#reserved = this.#next + AHEAD;
    return this.#next++;
  }

  /** What a restart begins with. */
  get stored(): number {
    return this.#reserved;
  }
}

/** Incoming counters by sender: a frame counts once, and never an older one after it. */
export class IncomingCounters {
  readonly #next = new Map<Eui64, number>();

  constructor(stored: Readonly<Record<string, number>> = {}) {
    for (const [eui, next] of Object.entries(stored)) this.#next.set(eui as Eui64, next);
  }

  /** Whether a sender has ever been believed. */
  has(source: Eui64): boolean {
    return this.#next.has(source);
  }

  isFresh(source: Eui64, counter: number): boolean {
    return counter >= (this.#next.get(source) ?? 0);
  }

  /** Call only after the frame has been authenticated. */
  record(source: Eui64, counter: number): void {
    this.#next.delete(source);
    this.#next.set(source, counter + 1);
    const [oldest] = this.#next.keys();
    if (this.#next.size > SENDERS_MAX && oldest !== undefined) this.#next.delete(oldest);
  }

  get size(): number {
    return this.#next.size;
  }

  forget(source: Eui64): void {
    this.#next.delete(source);
  }

  clear(): void {
    this.#next.clear();
  }

  get stored(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#next);
  }
}
