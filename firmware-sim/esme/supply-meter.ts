import type { Millis } from '../kernel/time.ts';

/** A loss of mains that outlasted the ride-through time. */
export interface Outage {
  readonly lostAt: Millis;
  readonly restoredAt: Millis;
}

/** An outage that has still to be reported to the network operator. */
export interface OutageReport extends Outage {
  readonly code: number;
}

const MS_PER_HOUR = 3_600_000;

/** The metrology side of a meter: it sees the mains, remembers when it failed, and counts energy while it is there. */
export class SupplyMeter {
  readonly pendingReports: OutageReport[] = [];
  readonly #loadWatts: number;
  readonly #rideThroughMs: Millis;
  #countedMs = 0;
  #since: Millis;
  #lostAt: Millis | undefined;
  #rodeOut = false;

  constructor(startedAt: Millis, loadWatts: number, rideThroughMs: Millis) {
    this.#since = startedAt;
    this.#loadWatts = loadWatts;
    this.#rideThroughMs = rideThroughMs;
  }

  get mainsOn(): boolean {
    return this.#lostAt === undefined;
  }

  /** When stored energy runs out, while mains is away. */
  get deadline(): Millis | undefined {
    return this.#lostAt === undefined || this.#rodeOut ? undefined : this.#lostAt + this.#rideThroughMs + 1;
  }

  mainsLost(now: Millis): void {
    if (this.#lostAt !== undefined) return;
    this.#countedMs += now - this.#since;
    this.#lostAt = now;
    this.#rodeOut = false;
  }

  /** True once per outage, when mains has been away for longer than the meter rides through. */
  rodeOut(now: Millis): boolean {
    if (this.deadline === undefined || now < this.deadline) return false;
    this.#rodeOut = true;
    return true;
  }

  /** The outage that has ended, or undefined when the meter rode through it. */
  mainsRestored(now: Millis): Outage | undefined {
    const lostAt = this.#lostAt;
    if (lostAt === undefined) return undefined;
    this.#lostAt = undefined;
    this.#since = now;
    return this.#rodeOut ? { lostAt, restoredAt: now } : undefined;
  }

  /** Active import register in whole Wh. */
  importWh(now: Millis): number {
    const ms = this.#countedMs + (this.mainsOn ? now - this.#since : 0);
    return Math.floor((ms * this.#loadWatts) / MS_PER_HOUR);
  }
}
