import { assert } from './errors.ts';
import type { Millis } from './time.ts';

interface Entry {
  readonly at: Millis;
  readonly order: number;
  run: (() => void) | undefined;
}

/** Cancels the entry it was returned for; harmless afterwards. */
export type Cancel = () => void;

/**
 * Virtual time: entries run in order of time, then of insertion. Nothing here waits; a wall-clock pacer may call
 * `runUntil` bit by bit.
 */
export class Scheduler {
  #now: Millis;
  #order = 0;
  readonly #heap: Entry[] = [];

  constructor(start: Millis) {
    this.#now = start;
  }

  get now(): Millis {
    return this.#now;
  }

  /** Time of the next entry, or undefined when none is waiting. */
  get next(): Millis | undefined {
    while (this.#heap[0] && !this.#heap[0].run) this.#pop();
    return this.#heap[0]?.at;
  }

  /** Runs `run` at `at`; a time already past means now, after what is already due. */
  at(at: Millis, run: () => void): Cancel {
    const entry: Entry = { at: Math.max(at, this.#now), order: this.#order++, run };
    this.#push(entry);
    return () => {
      entry.run = undefined;
    };
  }

  after(delay: Millis, run: () => void): Cancel {
    return this.at(this.#now + delay, run);
  }

  /** Runs everything due up to and including `end`, then sets the clock to `end`. */
  runUntil(end: Millis): void {
    for (let next = this.next; next !== undefined && next <= end; next = this.next) this.step();
    if (end > this.#now) this.#now = end;
  }

  /** Runs the next entry. Returns false when there was none. */
  step(): boolean {
    if (this.next === undefined) return false;
    const entry = this.#pop();
    assert(entry.at >= this.#now, 'virtual time never goes back');
    this.#now = entry.at;
    const run = entry.run;
    entry.run = undefined;
    run?.();
    return true;
  }

  static #before(a: Entry, b: Entry): boolean {
    return a.at < b.at || (a.at === b.at && a.order < b.order);
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let i = heap.push(entry) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const above = heap[parent] as Entry;
      if (!Scheduler.#before(entry, above)) break;
      heap[i] = above;
      i = parent;
    }
    heap[i] = entry;
  }

  #pop(): Entry {
    const heap = this.#heap;
    const top = heap[0] as Entry;
    const last = heap.pop() as Entry;
    if (heap.length === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && Scheduler.#before(heap[child + 1] as Entry, heap[child] as Entry)) child++;
      if (!Scheduler.#before(heap[child] as Entry, last)) break;
      heap[i] = heap[child] as Entry;
      i = child;
    }
    heap[i] = last;
    return top;
  }
}
