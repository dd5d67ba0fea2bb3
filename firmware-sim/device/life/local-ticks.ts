import { EPOCH_2000, type Millis } from '../../kernel/time.ts';
import type { Device } from '../device.ts';

/**
 * Whole multiples of a period by the device's own clock: half hours, midnights. A tick that the clock jumps over never comes, one it
 * goes back over comes again. While the device does not know the time there are none.
 */
export class LocalTicks {
  readonly #device: Device;
  readonly #every: Millis;
  #next: Millis | undefined;

  constructor(device: Device, every: Millis) {
    this.#device = device;
    this.#every = every;
  }

  /** Ticks from here on: the first one comes after this moment. */
  restart(now: Millis): void {
    const local = this.#device.localTime(now);
    const ticks = Math.floor((local - EPOCH_2000) / this.#every) + 1;
    this.#next = EPOCH_2000 + ticks * this.#every - local + now;
  }

  /** When the next one comes, by the runtime's time. */
  get next(): Millis | undefined {
    return this.#device.clock.status === 'invalid' ? undefined : this.#next;
  }

  /** The next tick whether the time is known or not, to go on from; undefined before the first `restart`. */
  get kept(): Millis | undefined {
    return this.#next;
  }

  restore(kept: Millis | undefined): void {
    this.#next = kept;
  }

  /**
   * Takes the tick that is due, if one is. One that has passed, while there was no power or the time was not known, is left out.
   * @returns when it is, by the device's own clock
   */
  take(now: Millis): Millis | undefined {
    const { next } = this;
    if (next === undefined || next > now) return undefined;
    this.restart(now);
    return next === now ? this.#device.localTime(now) : undefined;
  }
}
