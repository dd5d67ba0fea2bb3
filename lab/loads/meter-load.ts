import { existsSync } from 'node:fs';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import { readOctets } from '../ota/image-input.ts';
import { electricityRows, gasRows, type KeptLoad, secondaryOf } from './kept-load.ts';
import { electricityFile, gasFile } from './load-file.ts';
import { ELECTRICITY_LOADS, GAS_LOADS, type NamedLoad, namedLoad } from './named-loads.ts';

/** What `--load` says: a built-in load, a file, or `-` for standard input. */
export interface LoadInputs {
  readonly text: string;
  readonly seed: string;
  /** Elements of the electricity meter. */
  readonly elements?: 'single' | 'twin';
  readonly readStdin: () => Promise<Bytes>;
}

async function octetsOf<T>({ text, readStdin }: LoadInputs, loads: Readonly<Record<string, NamedLoad<T>>>): Promise<Bytes> {
  if (text === '-' || existsSync(text)) return readOctets(text, readStdin);
  const names = Object.values(loads).map(({ form }) => form);
  throw new UsageError('bad-load', `no such file, and no built-in load; there are ${names.join(', ')}`, { file: text });
}

async function anyElectricityLoad(inputs: LoadInputs): Promise<KeptLoad> {
  const { text, seed } = inputs;
  if (namedLoad(ELECTRICITY_LOADS, text, seed)) return { name: text, seed };
  return { steps: electricityRows(await electricityFile(text, await octetsOf(inputs, ELECTRICITY_LOADS))) };
}

/** Whether anything is connected to the secondary element. */
function isTwin(load: KeptLoad): boolean {
  if ('name' in load) return ELECTRICITY_LOADS[load.name]?.twin === true;
  return load.steps.some((row) => secondaryOf(row) > 0);
}

/**
 * The load of an electricity meter.
 * @throws UsageError naming file, line, column and what would be right; also for a secondary element that the meter lacks
 */
export async function electricityLoad(inputs: LoadInputs): Promise<KeptLoad> {
  const load = await anyElectricityLoad(inputs);
  if (inputs.elements !== 'single' || !isTwin(load)) return load;
  const message = 'has a load on a secondary element, and the meter has one element; a twin-element --profile has two';
  throw new UsageError('bad-load', message, { file: inputs.text });
}

/** The load of a gas meter. @throws UsageError */
export async function gasLoad(inputs: LoadInputs): Promise<KeptLoad> {
  const { text, seed } = inputs;
  if (namedLoad(GAS_LOADS, text, seed)) return { name: text, seed };
  return { steps: gasRows(await gasFile(text, await octetsOf(inputs, GAS_LOADS))) };
}
