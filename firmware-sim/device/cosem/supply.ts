import { dlms } from '../../gbcs/dlms-apdu.ts';
import type { Millis } from '../../kernel/time.ts';
import type { Device } from '../device.ts';
import type { DeviceEffect } from '../effects.ts';
import { SUPPLY_CODES, SUPPLY_FAILURES, type SupplyCause, type SupplyState, type SupplySwitch } from '../life/supply-switch.ts';
import { numberAt, withValue } from './numbers.ts';
import { objectsOf } from './objects.ts';
import type { CosemKey, CosemStore } from './store.ts';

/** State of the load switch (Blue Book, class 70 control_state; ECS45). */
const SUPPLY: CosemKey = '70/0-0:96.3.10.255/3';
/** Beside it, what no read shows: only the supplier can change it. */
const LOCKED: CosemKey = '70/0-0:96.3.10.255/locked';

/** States in the order of their numbers (GBCS mapping table, SupplyState). */
const STATES: readonly SupplyState[] = ['disabled', 'enabled', 'armed'];

/**
 * The load switch of an electricity meter. It keeps nothing itself: the state is the meter's objects', so that clones and reads see
 * one and the same. One switch carries both elements and all phases.
 */
export class CosemSupply implements SupplySwitch {
  readonly #device: Device;

  constructor(device: Device) {
    this.#device = device;
  }

  get #store(): CosemStore {
    return objectsOf(this.#device);
  }

  get supply(): SupplyState {
    return STATES[numberAt(this.#store, SUPPLY)] ?? 'disabled';
  }

  get locked(): boolean {
    return this.supply === 'disabled' && this.#store.get(LOCKED)?.value === true;
  }

  disable(cause: SupplyCause, now: Millis, effects: DeviceEffect[]): void {
    if (this.supply !== 'disabled' && this.#device.misbehaviours.has('supply-stays-on')) {
      effects.push(...this.#device.alert(SUPPLY_FAILURES.disconnect, now));
      return;
    }
    const locks = cause === 'tamper' || (cause === 'command' && this.#device.parameters.remoteDisableLocks);
    const newly = this.supply !== 'disabled' || (locks && !this.locked);
    this.#change('disabled', cause, now, effects);
    if (locks) this.#store.set(LOCKED, dlms('boolean', true));
    if (newly) this.#say(SUPPLY_CODES.disabled[cause], now, effects);
  }

  arm(cause: SupplyCause, now: Millis, effects: DeviceEffect[]): void {
    if (this.supply !== 'disabled' || (this.locked && cause !== 'command')) return;
    this.#store.forget(LOCKED);
    this.#change('armed', cause, now, effects);
    this.#say(SUPPLY_CODES.armed[cause], now, effects);
  }

  enable(cause: SupplyCause, now: Millis, effects: DeviceEffect[]): boolean {
    if (this.supply === 'enabled') return true;
    const allowed = cause === 'command' || this.supply === 'armed';
    const stuck = this.#device.misbehaviours.has('supply-stays-off');
    if (allowed && stuck) effects.push(...this.#device.alert(SUPPLY_FAILURES.connect, now));
    if (!allowed || stuck) {
      this.#say(SUPPLY_FAILURES[cause], now, effects);
      return false;
    }
    this.#store.forget(LOCKED);
    this.#change('enabled', cause, now, effects);
    this.#say(SUPPLY_CODES.enabled[cause], now, effects);
    return true;
  }

  #change(to: SupplyState, cause: SupplyCause, now: Millis, effects: DeviceEffect[]): void {
    const from = this.supply;
    const element = this.#store.get(SUPPLY);
    if (from === to || !element) return;
    this.#store.set(SUPPLY, withValue(element, STATES.indexOf(to)));
    effects.push({ kind: 'supply', at: now, from, to, cause });
  }

  #say(code: number | undefined, now: Millis, effects: DeviceEffect[]): void {
    if (code !== undefined) effects.push(...this.#device.alert(code, now));
  }
}
