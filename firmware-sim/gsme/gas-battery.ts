import type { Device } from '../device/device.ts';
import type { DeviceEffect } from '../device/effects.ts';
import type { Organ, OrganState } from '../device/life/organ.ts';
import type { PowerSource } from '../device/life/power-source.ts';
import { storeOf } from '../device/zcl/engine.ts';
import { raise } from '../device/zcl/events.ts';
import type { ZclStore } from '../device/zcl/store.ts';
import { locksSupply } from '../device/zcl/supply.ts';
import type { Millis } from '../kernel/time.ts';
import type { GasValve } from './gas-valve.ts';

/** RemainingBatteryLifeInDays (SMETS 4.6.5.16; GBCS GCS33). */
const METERING = 0x0702;
const BATTERY_DAYS = 0x0205;
const DAY_MS: Millis = 86_400_000;

/** Events of the battery (GBCS table 16.2). */
const EVENT = { powerLoss: 0x8f1d, low: 0x8f1f, reset: 0x8f82 } as const;

/**
 * The battery of a gas meter: it lasts a day less each day. When little is left, or it is gone, the meter says so, and closes its valve
 * for good where Supply Depletion State is Locked. Without it the meter is dead until somebody puts in a new one.
 */
export class GasBattery implements Organ, PowerSource {
  readonly name = 'battery';
  readonly #device: Device;
  readonly #store: ZclStore;
  readonly #valve: GasValve;
  /** How much of a day has been used since the remaining days were last counted down. */
  #usedMs: Millis = 0;

  constructor(device: Device, valve: GasValve) {
    this.#device = device;
    this.#store = storeOf(device);
    this.#valve = valve;
  }

  get days(): number {
    return this.#store.number(METERING, BATTERY_DAYS);
  }

  /** A new battery, or none: 0 days. */
  replace(days: number, now: Millis, effects: DeviceEffect[]): void {
    const before = this.days;
    this.#store.change(METERING, BATTERY_DAYS, days);
    this.#usedMs = 0;
    if (days > 0) raise({ device: this.#device, now, effects }, EVENT.reset);
    else if (before > 0) this.#depleted(EVENT.powerLoss, now, effects);
  }

  runsOut(): boolean {
    return this.days === 0;
  }

  backAt(): undefined {
    return undefined;
  }

  deadline(): Millis | undefined {
    const livedTo = this.#device.life?.livedTo;
    return livedTo === undefined || this.days === 0 ? undefined : livedTo + DAY_MS - this.#usedMs;
  }

  pass(from: Millis, to: Millis): void {
    if (this.days > 0) this.#usedMs += to - from;
  }

  act(now: Millis, effects: DeviceEffect[]): void {
    if (this.days === 0 || this.#usedMs < DAY_MS) return;
    this.#usedMs -= DAY_MS;
    const left = this.days - 1;
    this.#store.change(METERING, BATTERY_DAYS, left);
    if (left === this.#device.parameters.gasBatteryLowDays) this.#depleted(EVENT.low, now, effects);
    if (left === 0) this.#depleted(EVENT.powerLoss, now, effects);
  }

  #depleted(code: number, now: Millis, effects: DeviceEffect[]): void {
    raise({ device: this.#device, now, effects }, code);
    if (locksSupply(this.#store, 'depletion')) this.#valve.disable('depletion', now, effects);
  }

  state(): OrganState | undefined {
    return this.#usedMs === 0 ? undefined : this.#usedMs;
  }

  restore(state: OrganState | undefined): void {
    this.#usedMs = typeof state === 'number' ? state : 0;
  }
}
