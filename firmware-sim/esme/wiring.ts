import type { Device } from '../device/device.ts';
import type { DeviceEffect } from '../device/effects.ts';
import type { Organ, OrganState } from '../device/life/organ.ts';
import type { ElectricityLoad } from '../device/metering/load.ts';
import type { Millis } from '../kernel/time.ts';

/** Events of how a meter is connected (GBCS table 16.2). */
export const WIRING_EVENTS = { phaseSequence: 0x81b7, polarity: 0x81b8, reverseCurrent: 0x81bb } as const;

/**
 * Watches for current that flows the wrong way: more export than a parameter says there may be. A home that generates exports as a matter
 * of course, so that it is off unless a number is set.
 */
export class Wiring implements Organ {
  readonly name = 'wiring';
  readonly #device: Device;
  readonly #load: () => ElectricityLoad;
  #reversed = false;

  constructor(device: Device, load: () => ElectricityLoad) {
    this.#device = device;
    this.#load = load;
  }

  deadline(): Millis | undefined {
    return undefined;
  }

  act(now: Millis, effects: DeviceEffect[]): void {
    this.#look(now, effects);
  }

  settle(now: Millis, effects: DeviceEffect[]): void {
    this.#look(now, effects);
  }

  #look(now: Millis, effects: DeviceEffect[]): void {
    const { reverseCurrentWatts } = this.#device.parameters;
    const reversed = reverseCurrentWatts > 0 && this.#load().exportWatts > reverseCurrentWatts;
    if (reversed && !this.#reversed) effects.push(...this.#device.alert(WIRING_EVENTS.reverseCurrent, now));
    this.#reversed = reversed;
  }

  state(): OrganState | undefined {
    return this.#reversed ? true : undefined;
  }

  restore(state: OrganState | undefined): void {
    this.#reversed = state === true;
  }
}
