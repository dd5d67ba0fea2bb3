import { logSourceOf } from '../device/cosem/log-source.ts';
import { appendRow } from '../device/cosem/logs.ts';
import { objectsOf } from '../device/cosem/objects.ts';
import type { CosemKey } from '../device/cosem/store.ts';
import type { Device } from '../device/device.ts';
import type { OrganState } from '../device/life/organ.ts';
import { type Millis, toSeconds2000 } from '../kernel/time.ts';

/** Whether the meter has a boost function, which controllers it moves, and what it has done (ECS61a, ECS62, ECS61c). */
const AVAILABLE: CosemKey = '1/0-0:94.44.7.255/2';
const LOG: CosemKey = '7/0-0:99.98.20.255/2';
const controlledKey = (n: number): CosemKey => `1/0-0:94.44.6.${n}/2`;

/** Steps of a boost in minutes, the longest of which it may be in all (a maker's manual; SMETS 5.26). */
export const BOOST_MINUTES: readonly number[] = [15, 30, 45, 60];
const MINUTE_MS: Millis = 60_000;
const LONGEST_MS: Millis = 60 * MINUTE_MS;

/** A boost that is running. */
interface Running {
  readonly from: Millis;
  readonly to: Millis;
}

/** The boost button's memory: one boost at a time, logged when it is over. */
export class Boost {
  readonly #device: Device;
  #running: Running | undefined;

  constructor(device: Device) {
    this.#device = device;
  }

  /** When the running one ends. */
  get until(): Millis | undefined {
    return this.#running?.to;
  }

  /** Whether the supplier has put a controller under the button. */
  controls(n: number): boolean {
    const store = objectsOf(this.#device);
    return store.get(AVAILABLE)?.value === true && store.get(controlledKey(n))?.value === true;
  }

  /** Starts a boost, or makes the running one longer. @returns false for a length there is not, or when it would be too long */
  start(minutes: number, now: Millis): boolean {
    if (!BOOST_MINUTES.includes(minutes)) return false;
    const { from, to } = this.#running ?? { from: now, to: now };
    const end = to + minutes * MINUTE_MS;
    if (end - from > LONGEST_MS) return false;
    this.#running = { from, to: end };
    return true;
  }

  /** The running one is over now, by itself or because somebody wants so. */
  stop(now: Millis): void {
    const { from, to } = this.#running ?? {};
    this.#running = undefined;
    if (from === undefined || to === undefined) return;
    const [start, end] = [from, Math.min(now, to)].map((at) => toSeconds2000(this.#device.localTime(at)));
    const source = logSourceOf(this.#device, objectsOf(this.#device), this.#device.localTime(now));
    appendRow(source, LOG, [start ?? 0, end ?? 0]);
  }

  state(): OrganState | undefined {
    return this.#running && { ...this.#running };
  }

  restore(state: OrganState | undefined): void {
    this.#running = state === undefined ? undefined : (state as unknown as Running);
  }
}
