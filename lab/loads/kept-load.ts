import {
  type ElectricityLoad,
  type GasLoad,
  type LoadProfile,
  NO_ELECTRICITY,
  NO_GAS,
  type Step,
  steppedLoad,
} from '../../firmware-sim/device/metering/load.ts';
import { ProtocolFault } from '../../firmware-sim/kernel/errors.ts';
import type { Millis } from '../../firmware-sim/kernel/time.ts';
import { ELECTRICITY_LOADS, GAS_LOADS, namedLoad } from './named-loads.ts';

/**
 * A load as a state file keeps it: a built-in one by its name and seed, or steps as rows of numbers. What a meter has logged follows
 * from its load, so that whoever looks at the meter later needs it again.
 */
export type KeptLoad = { readonly name: string; readonly seed: string } | { readonly steps: readonly (readonly number[])[] };

/** A load of a meter from a moment on. */
export interface LoadStretch {
  readonly from: Millis;
  readonly load: KeptLoad;
}

/** Steps as rows: when, then the parts of the load; voltages stand last. */
export function electricityRows(steps: readonly Step<ElectricityLoad>[]): readonly (readonly number[])[] {
  return steps.map(({ from, value: { importWatts, secondaryWatts, exportWatts, importVars, exportVars, volts } }) => [
    ...[from, importWatts, secondaryWatts, exportWatts, importVars, exportVars],
    ...volts,
  ]);
}

/** Watts on the secondary element in a row. */
export function secondaryOf(row: readonly number[]): number {
  return electricityStep(row).value.secondaryWatts;
}

export function gasRows(steps: readonly Step<GasLoad>[]): readonly (readonly number[])[] {
  return steps.map(({ from, value }) => [from, value.flow]);
}

function electricityStep(row: readonly number[]): Step<ElectricityLoad> {
  const [from = 0, importWatts = 0, secondaryWatts = 0, exportWatts = 0, importVars = 0, exportVars = 0, ...volts] = row;
  return { from, value: { importWatts, secondaryWatts, exportWatts, importVars, exportVars, volts } };
}

function unknownLoad(name: string): never {
  throw new ProtocolFault('bad-state', `has a load ${JSON.stringify(name)}, which there is no longer`);
}

/** The load of an electricity meter. @throws ProtocolFault `bad-state` for a name there is none of */
export function keptElectricity(load: KeptLoad): LoadProfile<ElectricityLoad> {
  if ('steps' in load) return steppedLoad(load.steps.map(electricityStep), NO_ELECTRICITY);
  return namedLoad(ELECTRICITY_LOADS, load.name, load.seed) ?? unknownLoad(load.name);
}

/** The load of a gas meter. @throws ProtocolFault `bad-state` for a name there is none of */
export function keptGas(load: KeptLoad): LoadProfile<GasLoad> {
  if ('steps' in load)
    return steppedLoad(
      load.steps.map(([from = 0, flow = 0]) => ({ from, value: { flow } })),
      NO_GAS,
    );
  return namedLoad(GAS_LOADS, load.name, load.seed) ?? unknownLoad(load.name);
}
