import { toSeconds2000 } from '../../kernel/time.ts';
import { appendRow, type LogSource } from './logs.ts';
import { PREPAYMENT_BALANCES } from './parts.ts';
import type { CosemKey, CosemStore } from './store.ts';
import type { Plain } from './value.ts';

/** Log of registers at a change of payment mode or tariff (GBCS mapping table, ECS20b). */
const CHANGE_LOG = '7/0-0:98.1.2.255/2';

const IMPORT = '1/0-0:94.44.34.10/2';
const TIME_OF_USE = '1/0-0:94.44.34.1/2';

/** Key of the 64 registers and counters of block tariffs: for each of 4 blocks, 8 registers and then 8 counters (ECS17e). */
export const BLOCKS = '1/0-0:94.44.34.2/2';
export const COLUMNS = 8;
export const BLOCK_COUNT = 4;

const numbersOf = (store: CosemStore, key: CosemKey, field: number): number[] =>
  (store.get(key)?.children[field]?.children ?? []).map((child) => Number(child.value));

const scalar = (store: CosemStore, key: CosemKey, field: number): number => Number(store.get(key)?.children[field]?.value ?? 0);

/** Emergency credit, balance, payment debt, time debts 1 and 2, accumulated debt: the order of the logs (GBCS mapping table). */
const BALANCE_FIELDS = [1, 0, 5, 3, 4, 2];

/**
 * Notes all registers in the log that payment mode and tariff changes fill, before such a change takes effect. Changes of one
 * moment are one change.
 */
export function noteRegisters(source: LogSource): void {
  const { store, at } = source;
  const seconds = toSeconds2000(at);
  if (store.own(CHANGE_LOG)?.children.at(-1)?.children[0]?.value === seconds) return;
  const blocks = numbersOf(store, BLOCKS, 0);
  const registersOf = (block: number): Plain => blocks.slice(2 * block * COLUMNS, (2 * block + 1) * COLUMNS);
  appendRow(source, CHANGE_LOG, [
    seconds,
    scalar(store, IMPORT, 0),
    scalar(store, IMPORT, 4),
    numbersOf(store, TIME_OF_USE, 0),
    numbersOf(store, TIME_OF_USE, 1),
    ...Array.from({ length: BLOCK_COUNT }, (_, block) => registersOf(block)),
    ...BALANCE_FIELDS.map((field) => scalar(store, PREPAYMENT_BALANCES, field)),
  ]);
}
