import type { Millis } from '../kernel/time.ts';

/** Keys remembered for a time, and no more than so many: what tells a repeat from something new. */
export class Recent {
  readonly #until = new Map<string, Millis>();
  readonly #max: number;
  readonly #memoryMs: Millis;

  constructor(max: number, memoryMs: Millis) {
    this.#max = max;
    this.#memoryMs = memoryMs;
  }

  has(key: string, now: Millis): boolean {
    const until = this.#until.get(key);
    return until !== undefined && until > now;
  }

  /** Remembers a key from now on; those that are over, and the oldest of too many, go. */
  add(key: string, now: Millis): void {
    this.#until.delete(key);
    this.#until.set(key, now + this.#memoryMs);
    for (const [old, until] of this.#until) {
      if (until > now && this.#until.size <= this.#max) return;
      this.#until.delete(old);
    }
  }
}

/** The last number of each sender, of so many senders: a radio's frame that comes twice has the same one. */
export class LastNumbers {
  readonly #last = new Map<string, number>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  /** Notes a number. @returns whether it is the one noted before */
  repeats(sender: string, number: number): boolean {
    if (this.#last.get(sender) === number) return true;
    this.#last.delete(sender);
    this.#last.set(sender, number);
    const [oldest] = this.#last.keys();
    if (this.#last.size > this.#max && oldest !== undefined) this.#last.delete(oldest);
    return false;
  }
}
