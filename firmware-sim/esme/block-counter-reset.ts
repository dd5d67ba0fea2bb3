import { resetBlockCounters } from '../device/cosem/block-counters.ts';
import { objectsOf } from '../device/cosem/objects.ts';
import { SingleActionSchedule } from '../device/cosem/single-action.ts';
import type { Device } from '../device/device.ts';
import type { Organ, OrganState } from '../device/life/organ.ts';
import type { Millis } from '../kernel/time.ts';

/** When block counters are reset by themselves: each midnight, or never (GBCS mapping table, ECS48). */
const DAILY_RESET = '22/0-0:15.1.0.255/4';

/**
 * Resets the block counters at the times of their own schedule, by the device's clock. One that falls into a loss of power is made up
 * when it is over; one that the clock jumps over, or that comes while the clock is invalid, is not.
 */
export class BlockCounterReset implements Organ {
  readonly name = 'block-counter-reset';
  readonly #device: Device;
  /** The device's time at which power was lost. */
  #lostAt: Millis | undefined;

  constructor(device: Device) {
    this.#device = device;
  }

  get #schedule(): SingleActionSchedule {
    return SingleActionSchedule.of(objectsOf(this.#device), DAILY_RESET);
  }

  get #knowsTime(): boolean {
    return this.#device.clock.status !== 'invalid';
  }

  deadline(): Millis | undefined {
    const { life, clock } = this.#device;
    if (life?.livedTo === undefined || !this.#knowsTime) return undefined;
    const next = this.#schedule.next(life.livedTo + clock.offsetMs);
    return next && next.at - clock.offsetMs;
  }

  act(now: Millis): void {
    const local = this.#device.localTime(now);
    if (this.#knowsTime && this.#schedule.last(local)?.at === local) resetBlockCounters(objectsOf(this.#device));
  }

  powerDown(now: Millis): void {
    this.#lostAt = this.#device.localTime(now);
  }

  powerUp(now: Millis): void {
    const last = this.#schedule.last(this.#device.localTime(now));
    const missed = last !== undefined && this.#lostAt !== undefined && last.at > this.#lostAt;
    if (missed && this.#knowsTime) resetBlockCounters(objectsOf(this.#device));
    this.#lostAt = undefined;
  }

  state(): OrganState | undefined {
    return this.#lostAt;
  }

  restore(state: OrganState | undefined): void {
    this.#lostAt = typeof state === 'number' ? state : undefined;
  }
}
