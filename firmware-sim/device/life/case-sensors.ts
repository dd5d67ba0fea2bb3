import type { Millis } from '../../kernel/time.ts';
import type { Device } from '../device.ts';
import type { DeviceEffect } from '../effects.ts';
import type { Organ, OrganState } from './organ.ts';
import type { SupplySwitch } from './supply-switch.ts';

/** What somebody may do to a meter's case: codes of when it begins and ends (GBCS table 16.2); some have no end. */
export type Tampers<T extends string> = Readonly<Record<T, { readonly begins: number; readonly ends: number | undefined }>>;

/**
 * Sensors of a meter's case. Each tamper is an event when it begins, and again only after it has ended; where the supply tamper state is
 * Locked the supply is disabled for good (SMETS 5.4.5, 4.4.5).
 */
export class CaseSensors<T extends string> implements Organ {
  readonly name = 'sensors';
  readonly #device: Device;
  readonly #tampers: Tampers<T>;
  readonly #supply: SupplySwitch;
  readonly #locks: () => boolean;
  #present: readonly T[] = [];

  /** @param locks whether the supply tamper state is Locked */
  constructor(device: Device, tampers: Tampers<T>, supply: SupplySwitch, locks: () => boolean) {
    this.#device = device;
    this.#tampers = tampers;
    this.#supply = supply;
    this.#locks = locks;
  }

  /** What is there now. */
  get present(): readonly T[] {
    return this.#present;
  }

  /** A tamper begins, or ends. @returns false when it had already */
  tamper(tamper: T, present: boolean, now: Millis, effects: DeviceEffect[]): boolean {
    if (this.#present.includes(tamper) === present) return false;
    this.#present = present ? [...this.#present, tamper] : this.#present.filter((one) => one !== tamper);
    const { begins, ends } = this.#tampers[tamper];
    const code = present ? begins : ends;
    if (code !== undefined) effects.push(...this.#device.alert(code, now));
    if (present && this.#locks()) this.#supply.disable('tamper', now, effects);
    return true;
  }

  deadline(): Millis | undefined {
    return undefined;
  }

  state(): OrganState | undefined {
    return this.#present.length === 0 ? undefined : this.#present;
  }

  restore(state: OrganState | undefined): void {
    this.#present = (state ?? []) as readonly T[];
  }
}
