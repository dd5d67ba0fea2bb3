import { PREPAYMENT_BALANCES } from './parts.ts';
import type { CosemKey, CosemStore } from './store.ts';
import type { Plain } from './value.ts';

/** Registers that count energy: primary and secondary import, export, reactive import and export. */
export const ENERGY_REGISTERS = ['activeImport', 'secondaryImport', 'activeExport', 'reactiveImport', 'reactiveExport'] as const;
export type EnergyRegister = (typeof ENERGY_REGISTERS)[number];

export const IMPORT = '1/0-0:94.44.34.10/2';
export const EXPORT = '3/1-0:2.8.0.255/2';
export const REACTIVE_EXPORT = '3/1-0:4.8.0.255/2';

/** Registers by time of use: 48 of the primary element, then 4 of the secondary one (GBCS mapping table, ECS17d). */
export const TIME_OF_USE = '1/0-0:94.44.34.1/2';

/** Key of the 64 registers and counters of block tariffs: for each of 4 blocks, 8 registers and then 8 counters (ECS17e). */
export const BLOCKS = '1/0-0:94.44.34.2/2';
export const TIMES_OF_USE = 48;
/** Those of the secondary element. */
export const SECONDARY_TIMES_OF_USE = 4;
export const COLUMNS = 8;
export const BLOCK_COUNT = 4;

/** Where each register is: in an object of its own, or as a field of one (GBCS mapping table, ECS17a, ECS17b). */
const PLACES: Readonly<Record<EnergyRegister, readonly [key: CosemKey, field?: number]>> = {
  activeImport: [IMPORT, 0],
  secondaryImport: [IMPORT, 4],
  activeExport: [EXPORT],
  reactiveImport: [IMPORT, 2],
  reactiveExport: [REACTIVE_EXPORT],
};

/** Wh or varh of a register; 0 when the meter does not have it. */
export function energyOf(store: CosemStore, register: EnergyRegister): number {
  const [key, field] = PLACES[register];
  const element = field === undefined ? store.get(key) : store.get(key)?.children[field];
  return Number(element?.value ?? 0);
}

/** What the registers of tariffs hold. */
export interface TariffRegisters {
  /** 48 registers of the primary element. */
  readonly timeOfUse: readonly number[];
  /** 4 registers of the secondary element. */
  readonly secondaryTimeOfUse: readonly number[];
  /** 8 registers for each of 4 blocks. */
  readonly blocks: readonly (readonly number[])[];
}

const numbersOf = (store: CosemStore, key: CosemKey, field: number): number[] =>
  (store.get(key)?.children[field]?.children ?? []).map((child) => Number(child.value));

export function tariffRegistersOf(store: CosemStore): TariffRegisters {
  const blocks = numbersOf(store, BLOCKS, 0);
  return {
    timeOfUse: numbersOf(store, TIME_OF_USE, 0),
    secondaryTimeOfUse: numbersOf(store, TIME_OF_USE, 1),
    blocks: Array.from({ length: BLOCK_COUNT }, (_, i) => blocks.slice(2 * i * COLUMNS, (2 * i + 1) * COLUMNS)),
  };
}

/** Fields of a row that holds registers, after its time (GBCS mapping table, ECS20b, ECS20c, ECS21a). */
export function registerFields(energy: (register: EnergyRegister) => number, tariff: TariffRegisters): Plain[] {
  return [energy('activeImport'), energy('secondaryImport'), tariff.timeOfUse, tariff.secondaryTimeOfUse, ...tariff.blocks];
}

/** The same of what the registers hold now. */
export function registerFieldsNow(store: CosemStore): Plain[] {
  return registerFields((register) => energyOf(store, register), tariffRegistersOf(store));
}

/** Emergency credit, balance, payment debt, time debts 1 and 2, accumulated debt: the order of the logs (GBCS mapping table). */
const BALANCE_FIELDS = [1, 0, 5, 3, 4, 2];

/** Fields of a row that holds balances, after its time, in millipence (GBCS mapping table, ECS20b, ECS20c, ECS21b). */
export function balanceFields(store: CosemStore): number[] {
  const { children = [] } = store.get(PREPAYMENT_BALANCES) ?? {};
  return BALANCE_FIELDS.map((field) => Number(children[field]?.value ?? 0));
}
