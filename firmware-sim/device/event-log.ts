import type { Bytes } from '../kernel/bytes.ts';
import type { Millis } from '../kernel/time.ts';

export type LogName = 'security' | 'event' | 'power';

/** One line of a log: GBCS alert or event code, time, and a short note where the log holds other information. */
export interface LogEntry {
  readonly at: Millis;
  readonly code: number;
  readonly note?: string;
  /** Other information a log row carries. */
  readonly data?: Bytes;
}

/** Entries a SMETS2 log holds before the oldest is overwritten (SMETS 5.7.5.25; GBCS mapping table). */
export const LOG_CAPACITY = 100;

/** Shared by all logs in which nothing stands. */
const NOTHING: readonly LogEntry[] = [];

/** A bounded log; the oldest entry gives way. */
export class EventLog {
  #entries: readonly LogEntry[];
  readonly #capacity: number;

  constructor(entries: readonly LogEntry[] = NOTHING, capacity = LOG_CAPACITY) {
    this.#entries = entries;
    this.#capacity = capacity;
  }

  add(entry: LogEntry): void {
    const kept = this.#entries.length < this.#capacity ? this.#entries : this.#entries.slice(1 - this.#capacity);
    this.#entries = [...kept, entry];
  }

  clear(): void {
    this.#entries = NOTHING;
  }

  restore(entries: readonly LogEntry[]): void {
    this.#entries = entries.slice(-this.#capacity);
  }

  /** Oldest first. */
  get entries(): readonly LogEntry[] {
    return this.#entries;
  }
}
