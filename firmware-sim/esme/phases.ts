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

/** The phases a meter measures: those it has objects for. */
export function phasesOf(store: CosemStore): readonly Phase[] {
  const present = PHASES.filter((obis) => store.has(periodOf(obis)));
  return present.map((obis, index) => ({ index, code: present.length > 1 ? index + 1 : 0, obis }));
}

/** RMS voltage of a phase; a load that says less than there are phases means all of them. 0: the phase is lost. */
export function voltsOf({ volts }: ElectricityLoad, { index }: Phase): number {
  return volts[index] ?? volts.at(-1) ?? 0;
}
