import { withValue } from '../device/cosem/numbers.ts';
import { objectsOf } from '../device/cosem/objects.ts';
import type { Device } from '../device/device.ts';
import type { Organ } from '../device/life/organ.ts';
import type { ElectricityLoad } from '../device/metering/load.ts';

/** Active power import: of all elements, its scaler and unit, and of the primary element (GBCS mapping table, ECS17c). */
const POWER = '1/0-0:94.44.34.20/2';

/**
 * The power that a living meter shows. It follows the load and the switch, so it stands behind every organ that moves the switch; on a
 * bench it stays what it was given.
 */
export class PowerReading implements Organ {
  readonly name = 'power';
  readonly #device: Device;
  readonly #flow: () => ElectricityLoad;

  constructor(device: Device, flow: () => ElectricityLoad) {
    this.#device = device;
    this.#flow = flow;
  }

  start(): void {
    this.#show();
  }

  deadline(): undefined {
    return undefined;
  }

  act(): void {
    this.#show();
  }

  powerUp(): void {
    this.#show();
  }

  settle(): void {
    if (this.#device.life?.livedTo !== undefined) this.#show();
  }

  #show(): void {
    const store = objectsOf(this.#device);
    const shown = store.get(POWER);
    const [total, unit, primary] = shown?.children ?? [];
    if (!shown || !total || !unit || !primary) return;
    const { importWatts, secondaryWatts } = this.#flow();
    if (total.value === importWatts + secondaryWatts && primary.value === importWatts) return;
    store.set(POWER, withValue(shown, [withValue(total, importWatts + secondaryWatts), unit, withValue(primary, importWatts)]));
  }

  state(): undefined {
    return undefined;
  }

  restore(): void {
    // What it shows is in the objects.
  }
}
