import type { Device } from '../device/device.ts';
import type { DeviceEffect } from '../device/effects.ts';
import type { Organ, OrganState } from '../device/life/organ.ts';
import { storeOf } from '../device/zcl/engine.ts';
import { raise } from '../device/zcl/events.ts';
import { locksSupply } from '../device/zcl/supply.ts';
import type { Millis } from '../kernel/time.ts';
import type { GasValve } from './gas-valve.ts';

/** What somebody may do to a gas meter, with the codes of when it begins and ends (GBCS table 16.2); some have no end. */
export const GAS_TAMPERS = {
  batteryCover: { begins: 0x8f73, ends: 0x81a1 },
  meterCover: { begins: 0x8f74, ends: 0x81b9 },
  magnet: { begins: 0x8f75, ends: 0x81bc },
  terminalCover: { begins: 0x8f76, ends: 0x81c1 },
  secondTerminalCover: { begins: 0x8f77, ends: undefined },
  tilt: { begins: 0x81c3, ends: 0x81c2 },
  other: { begins: 0x8f78, ends: undefined },
  general: { begins: 0x8f3f, ends: undefined },
} as const;

export type GasTamper = keyof typeof GAS_TAMPERS;

/** What the measurement itself notices (GBCS table 16.2). */
export const GAS_FLOW_EVENTS = { excessFlow: 0x81b4, airInFlow: 0x81b5, reverseFlow: 0x81b6 } as const;

export type GasFlowEvent = keyof typeof GAS_FLOW_EVENTS;

/**
 * Sensors of a gas meter's case. Each tamper is an event when it begins, and again only after it has ended; where Supply Tamper State
 * is Locked it closes the valve for good (SMETS 4.4.5).
 */
export class GasSensors implements Organ {
  readonly name = 'sensors';
  readonly #device: Device;
  readonly #valve: GasValve;
  #present: readonly GasTamper[] = [];

  constructor(device: Device, valve: GasValve) {
    this.#device = device;
    this.#valve = valve;
  }

  /** What is there now. */
  get present(): readonly GasTamper[] {
    return this.#present;
  }

  /** A tamper begins, or ends. */
  tamper(tamper: GasTamper, present: boolean, now: Millis, effects: DeviceEffect[]): void {
    if (this.#present.includes(tamper) === present) return;
    this.#present = present ? [...this.#present, tamper] : this.#present.filter((one) => one !== tamper);
    const code = present ? GAS_TAMPERS[tamper].begins : GAS_TAMPERS[tamper].ends;
    if (code !== undefined) raise({ device: this.#device, now, effects }, code);
    if (present && locksSupply(storeOf(this.#device), 'tamper')) this.#valve.disable('tamper', now, effects);
  }

  deadline(): Millis | undefined {
    return undefined;
  }

  state(): OrganState | undefined {
    return this.#present.length === 0 ? undefined : this.#present;
  }

  restore(state: OrganState | undefined): void {
    this.#present = (state ?? []) as readonly GasTamper[];
  }
}
