import type { CosemKey } from './key.ts';
import { type MadeUpEnergy, noise } from './made-up-energy.ts';
import { TIMES_OF_USE } from './register-values.ts';
import type { Row } from './row-form.ts';

const HALF_HOUR = 1_800;
const DAY = 86_400;
const WEEK = 7 * DAY;

/** Made-up history of one log: a row at every whole multiple of `every` seconds since 2000 (GBCS mapping table for what it holds). */
export interface LogHistory {
  readonly every: number;
  /**
   * One row.
   * @param at seconds since 2000
   * @param twin whether there is a secondary element
   */
  readonly row: (past: MadeUpEnergy, at: number, twin: boolean) => Row;
}

const EMERGENCY_CREDIT = 500_000;

function addBalances(row: number[], { seed }: MadeUpEnergy, at: number): void {
  row.push(EMERGENCY_CREDIT, 200_000 + noise(seed, at, 4, 900_000), 0, 0, 0, 0);
}

function registers(past: MadeUpEnergy, at: number, twin: boolean): number[] {
  const primary = past.primary(at);
  const active = past.activeImport.at(at);
  if (!twin) return [at, active, ...primary];
  const [timeOfUse, blocks] = [primary.slice(0, TIMES_OF_USE), primary.slice(TIMES_OF_USE)];
  return [at, active, past.secondaryImport.at(at), ...timeOfUse, ...past.secondary(at), ...blocks];
}

function balances(past: MadeUpEnergy, at: number): Row {
  const row = [at];
  addBalances(row, past, at);
  return row;
}

function registersAndBalances(past: MadeUpEnergy, at: number, twin: boolean): Row {
  const row = registers(past, at, twin);
  addBalances(row, past, at);
  return row;
}

function halfHour({ activeImport, secondaryImport }: MadeUpEnergy, at: number, twin: boolean): Row {
  const primary = activeImport.growth(at, HALF_HOUR);
  return twin ? [at, primary, secondaryImport.growth(at, HALF_HOUR)] : [at, primary];
}

/** All elements together. */
function day({ activeImport, secondaryImport }: MadeUpEnergy, at: number, twin: boolean): Row {
  return [at, activeImport.growth(at, DAY) + (twin ? secondaryImport.growth(at, DAY) : 0)];
}

/** Codes a log shows, one after the other, each with what else a row has. */
const codes = (list: readonly number[], more: Row = []): LogHistory => ({
  every: DAY,
  row: (_past, at) => [at, list[(at / DAY) % list.length] ?? 0, ...more],
});

const chance =
  (salt: number, from: number, spread: number): LogHistory['row'] =>
  ({ seed }, at) => [at, from + noise(seed, at, salt, spread)];

const voltages = (salt: number): LogHistory => ({ every: HALF_HOUR, row: chance(salt, 228, 24) });

const isOdd = (seed: number, at: number): boolean => noise(seed, at, 14, 16) % 2 === 1;

/** Every log that a read can ask for, with the history of a meter or hub that nobody has said anything about. */
export const LOG_HISTORIES: Readonly<Record<CosemKey, LogHistory>> = {
  '7/0-0:98.1.0.255/2': { every: 4 * WEEK, row: registers },
  '7/0-0:98.1.1.255/2': { every: 4 * WEEK, row: balances },
  '7/0-0:98.1.2.255/2': { every: 13 * WEEK, row: registersAndBalances },
  '7/0-0:98.1.4.255/2': { every: DAY, row: chance(5, 0, 50_000) },
  '7/0-0:98.1.5.255/2': { every: WEEK, row: ({ seed }, at) => [at, (1 + noise(seed, at, 6, 20)) * 100_000] },
  '7/0-0:98.1.8.255/2': { every: DAY, row: balances },
  '7/0-0:98.1.9.255/2': { every: DAY, row: registers },
  '7/0-0:98.1.10.255/2': { every: DAY, row: ({ activeExport }, at) => [at, activeExport.at(at)] },
  '7/0-0:99.1.0.255/2': { every: HALF_HOUR, row: halfHour },
  '7/0-0:99.1.1.255/2': {
    every: HALF_HOUR,
    row: (past, at) => [at, past.activeExport.growth(at, HALF_HOUR), past.reactiveExport.growth(at, HALF_HOUR)],
  },
  '7/0-0:99.1.2.255/2': { every: HALF_HOUR, row: ({ reactiveImport }, at) => [at, reactiveImport.growth(at, HALF_HOUR)] },
  '7/0-0:99.1.3.255/2': { every: DAY, row: day },
  '7/0-0:99.98.0.255/2': codes([0x8145, 0x8f01, 0x8161, 0x8162], ['']),
  '7/0-0:99.98.1.255/2': codes([0x8f43, 0x8f3e, 0x8f0c, 0x8f72]),
  '7/0-0:99.98.4.255/2': codes([0x8f57, 0x8f35], [0]),
  '7/0-0:99.98.20.255/2': { every: WEEK, row: (_past, at) => [at, at + HALF_HOUR] },
  '7/0-17:99.98.2.255/2': { every: DAY, row: (_past, at) => [at, 0x111 + ((at / DAY) % 2), 1, 0] },
  '7/1-0:32.24.0.255/2': voltages(32),
  '7/1-0:52.24.0.255/2': voltages(52),
  '7/1-0:72.24.0.255/2': voltages(72),
  '7/0-0:94.44.10.3/2': {
    every: WEEK,
    row: ({ seed }, at) => [at, 0x8f26, `e00000${isOdd(seed, at) ? '02' : '01'}090100`],
  },
};
