import type { Millis } from '../kernel/time.ts';

const MS_PER_HOUR = 3_600_000;

/** The metrology side of a meter: it counts energy while there is mains, whatever its application does. */
export class SupplyMeter {
  readonly #loadWatts: number;
  #countedMs = 0;
  /** Since when there has been mains. */
  #since: Millis | undefined;

  constructor(startedAt: Millis, loadWatts: number) {
    this.#since = startedAt;
    this.#loadWatts = loadWatts;
  }

  mainsLost(now: Millis): void {
    if (this.#since !== undefined) this.#countedMs += now - this.#since;
    this.#since = undefined;
  }

  mainsRestored(now: Millis): void {
    this.#since ??= now;
  }

  /** Active import register in whole Wh. */
  importWh(now: Millis): number {
    const ms = this.#countedMs + (this.#since === undefined ? 0 : now - this.#since);
    return Math.floor((ms * this.#loadWatts) / MS_PER_HOUR);
  }
}
