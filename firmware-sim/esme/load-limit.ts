import { numberAt, setNumber } from '../device/cosem/numbers.ts';
import { objectsOf } from '../device/cosem/objects.ts';
import type { CosemKey, CosemStore } from '../device/cosem/store.ts';
import { earliest } from '../device/deadline.ts';
import type { Device } from '../device/device.ts';
import type { DeviceEffect } from '../device/effects.ts';
import type { Organ, OrganState } from '../device/life/organ.ts';
import type { SupplySwitch } from '../device/life/supply-switch.ts';
import type { ElectricityLoad } from '../device/metering/load.ts';
import type { Millis } from '../kernel/time.ts';

/** Settings and counter (GBCS mapping table, ECS27, ECS28a, ECS28b): watts, seconds, seconds, whether the supply is disabled. */
const KEYS = {
  threshold: '71/0-0:17.0.0.255/4',
  period: '71/0-0:17.0.0.255/6',
  restoration: '71/0-0:17.0.0.255/7',
  disables: '9000/0-0:94.44.0.3/2',
  counter: '3/0-0:94.44.42.255/2',
} as const satisfies Readonly<Record<string, CosemKey>>;

const SECOND_MS: Millis = 1_000;

/** Active power import above the load limit threshold (GBCS table 16.2). */
const ABOVE_LIMIT = 0x8f01;

/**
 * Load limiting (SMETS 5.7 Load Limit): active import above the threshold without a break for the period is an event, counted and told.
 * The supply is then disabled and armed at once, and enabled by itself after the restoration period; or nothing else happens, and the
 * period begins anew. A period of 0 is no limit.
 */
export class LoadLimit implements Organ {
  readonly name = 'load-limit';
  readonly #device: Device;
  readonly #supply: SupplySwitch;
  readonly #load: () => ElectricityLoad;
  /** Since when import has been above the threshold. */
  #since: Millis | undefined;
  /** When a supply armed by the limit is enabled again. */
  #restoreAt: Millis | undefined;

  constructor(device: Device, supply: SupplySwitch, load: () => ElectricityLoad) {
    this.#device = device;
    this.#supply = supply;
    this.#load = load;
  }

  get #store(): CosemStore {
    return objectsOf(this.#device);
  }

  get #above(): boolean {
    const { importWatts, secondaryWatts } = this.#load();
    return numberAt(this.#store, KEYS.period) > 0 && importWatts + secondaryWatts > numberAt(this.#store, KEYS.threshold);
  }

  /** When the period is over, provided import stays where it is. */
  get #eventAt(): Millis | undefined {
    return this.#since === undefined ? undefined : this.#since + numberAt(this.#store, KEYS.period) * SECOND_MS;
  }

  begin(now: Millis): void {
    this.#watch(now);
  }

  deadline(): Millis | undefined {
    return earliest(this.#eventAt, this.#restoreAt);
  }

  pass(): void {
    if (!this.#above) this.#since = undefined;
    if (this.#supply.supply !== 'armed') this.#restoreAt = undefined;
  }

  act(now: Millis, effects: DeviceEffect[]): void {
    const at = this.#eventAt;
    if (at !== undefined && at <= now) this.#event(now, effects);
    this.#restore(now, effects);
    this.#watch(now);
  }

  settle(now: Millis): void {
    if (this.#supply.supply !== 'armed') this.#restoreAt = undefined;
    this.#watch(now);
  }

  powerDown(): void {
    this.#since = undefined;
  }

  powerUp(now: Millis): void {
    this.#watch(now);
  }

  #watch(now: Millis): void {
    this.#since = this.#above ? (this.#since ?? now) : undefined;
  }

  #event(now: Millis, effects: DeviceEffect[]): void {
    const store = this.#store;
    setNumber(store, KEYS.counter, numberAt(store, KEYS.counter) + 1);
    effects.push(...this.#device.alert(ABOVE_LIMIT, now));
    this.#since = now;
    if (store.get(KEYS.disables)?.value !== true) return;
    this.#supply.disable('load-limit', now, effects);
    this.#supply.arm('load-limit', now, effects);
    if (this.#supply.supply !== 'armed') return;
    this.#since = undefined;
    this.#restoreAt = now + numberAt(store, KEYS.restoration) * SECOND_MS;
  }

  #restore(now: Millis, effects: DeviceEffect[]): void {
    if (this.#restoreAt === undefined || this.#restoreAt > now) return;
    this.#restoreAt = undefined;
    if (this.#supply.supply === 'armed') this.#supply.enable('restoration', now, effects);
  }

  state(): OrganState | undefined {
    if (this.#since === undefined && this.#restoreAt === undefined) return undefined;
    return { since: this.#since, restoreAt: this.#restoreAt };
  }

  restore(state: OrganState | undefined): void {
    const { since, restoreAt } = (state ?? {}) as { readonly since?: Millis; readonly restoreAt?: Millis };
    this.#since = since;
    this.#restoreAt = restoreAt;
  }
}
