import type { CosemKey, CosemStore } from '../device/cosem/store.ts';
import type { ElectricityLoad } from '../device/metering/load.ts';

/** Value group C of the OBIS codes about the voltage of each phase (GBCS mapping table, ECS23, ECS26b, ECS26k). */
const PHASES = [32, 52, 72] as const;

/** One phase of a meter: its number among codes (0 on a single-phase meter, else 1 to 3), and where its values are. */
export interface Phase {
  /** Index among voltages. */
  readonly index: number;
  /** What is added to the code of an event for all phases. */
  readonly code: number;
  readonly obis: number;
}

const periodOf = (obis: number): CosemKey => `7/1-0:${obis}.24.0.255/4`;

/** Price of the secondary element: a meter that has one has a single phase (SMETS 5A to 5C). */
const SECONDARY_ELEMENT: CosemKey = '3/0-0:94.44.1.8/2';

/** The phases a meter measures: those it has objects for; a twin-element meter has one, whatever objects it holds besides. */
export function phasesOf(store: CosemStore): readonly Phase[] {
  const held = PHASES.filter((obis) => store.has(periodOf(obis)));
  const present = store.has(SECONDARY_ELEMENT) ? held.slice(0, 1) : held;
  return present.map((obis, index) => ({ index, code: present.length > 1 ? index + 1 : 0, obis }));
}

/** RMS voltage of a phase; a load that says less than there are phases means all of them. 0: the phase is lost. */
export function voltsOf({ volts }: ElectricityLoad, { index }: Phase): number {
  return volts[index] ?? volts.at(-1) ?? 0;
}

/** True when no phase has any voltage. */
export function isDark(load: ElectricityLoad, phases: readonly Phase[]): boolean {
  return phases.every((phase) => voltsOf(load, phase) === 0);
}
