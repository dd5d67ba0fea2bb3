import { objectsOf } from '../device/cosem/objects.ts';
import { EXPORT, IMPORT, REACTIVE_EXPORT } from '../device/cosem/register-values.ts';
import { type RegisterPlace, Tallies } from '../device/cosem/tallies.ts';
import type { Device } from '../device/device.ts';
import type { Organ, OrganState } from '../device/life/organ.ts';
import type { ElectricityLoad } from '../device/metering/load.ts';
import type { Millis } from '../kernel/time.ts';

/** Watt milliseconds in a watt hour, and reactive energy likewise. */
export const UNITS_PER_WH = 3_600_000;

type Flow = Exclude<keyof ElectricityLoad, 'volts'>;

/** What flows, and the register that counts it (GBCS mapping table, ECS17a and ECS17b). */
const REGISTERS: readonly { readonly flow: Flow; readonly place: RegisterPlace }[] = [
  { flow: 'importWatts', place: { name: 'imported', key: IMPORT, path: [0] } },
  { flow: 'importVars', place: { name: 'reactive-imported', key: IMPORT, path: [2] } },
  { flow: 'secondaryWatts', place: { name: 'secondary', key: IMPORT, path: [4] } },
  { flow: 'exportWatts', place: { name: 'exported', key: EXPORT, path: [] } },
  { flow: 'exportVars', place: { name: 'reactive-exported', key: REACTIVE_EXPORT, path: [] } },
];

/**
 * The energy registers of an electricity meter: each is the integral of what flows, in whole watt hours, and goes on from 0 after
 * 2³²-1. The active import register is that of the primary element; the secondary element has its own.
 */
export class EnergyRegisters implements Organ {
  readonly name = 'registers';
  readonly #device: Device;
  readonly #flow: () => ElectricityLoad;
  #made: Tallies | undefined;

  /** @param flow what flows now, or while time passes */
  constructor(device: Device, flow: () => ElectricityLoad) {
    this.#device = device;
    this.#flow = flow;
  }

  get #tallies(): Tallies {
    this.#made ??= new Tallies(objectsOf(this.#device), UNITS_PER_WH);
    return this.#made;
  }

  deadline(): undefined {
    return undefined;
  }

  pass(from: Millis, to: Millis): void {
    const load = this.#flow();
    for (const { flow, place } of REGISTERS) if (load[flow] > 0) this.#tallies.add(place, load[flow] * (to - from));
  }

  state(): OrganState | undefined {
    return this.#made?.state();
  }

  restore(state: OrganState | undefined): void {
    this.#made = undefined;
    if (state !== undefined) this.#tallies.restore(state);
  }
}
