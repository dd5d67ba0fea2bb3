import { existsSync } from 'node:fs';
import type { ElectricityLoad, GasLoad, LoadProfile } from '../../firmware-sim/device/metering/load.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import { readOctets } from '../ota/image-input.ts';
import { electricityLoadFile, gasLoadFile } from './load-file.ts';
import { ELECTRICITY_LOADS, GAS_LOADS, type NamedLoad, namedLoad } from './named-loads.ts';

/** What `--load` says: a built-in load, a file, or `-` for standard input. */
export interface LoadInputs {
  readonly text: string;
  readonly seed: string;
  readonly readStdin: () => Promise<Bytes>;
}

async function octetsOf<T>({ text, readStdin }: LoadInputs, loads: Readonly<Record<string, NamedLoad<T>>>): Promise<Bytes> {
  if (text === '-' || existsSync(text)) return readOctets(text, readStdin);
  const names = Object.values(loads).map(({ form }) => form);
  throw new UsageError('bad-load', `no such file, and no built-in load; there are ${names.join(', ')}`, { file: text });
}

/** The load of an electricity meter. @throws UsageError naming file, line, column and what would be right */
export async function electricityLoad(inputs: LoadInputs): Promise<LoadProfile<ElectricityLoad>> {
  const named = namedLoad(ELECTRICITY_LOADS, inputs.text, inputs.seed);
  return named ?? electricityLoadFile(inputs.text, await octetsOf(inputs, ELECTRICITY_LOADS));
}

/** The load of a gas meter. @throws UsageError */
export async function gasLoad(inputs: LoadInputs): Promise<LoadProfile<GasLoad>> {
  const named = namedLoad(GAS_LOADS, inputs.text, inputs.seed);
  return named ?? gasLoadFile(inputs.text, await octetsOf(inputs, GAS_LOADS));
}
