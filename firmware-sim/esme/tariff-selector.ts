import { BLOCK_COUNT, BLOCKS, COLUMNS, TIME_OF_USE, TIMES_OF_USE } from '../device/cosem/register-values.ts';
import type { RegisterPlace } from '../device/cosem/tallies.ts';

const SECONDARY_REGISTERS = 4;
/** Selectors of columns of block tariffs, and of the secondary element's registers, begin after these (structures of ECS01a). */
const BLOCK_SELECTORS = 100;
const SECONDARY_SELECTORS = 200;

/** One price for as long as a selector is in force, and the register that counts at it. */
export interface TimeOfUse {
  readonly kind: 'time-of-use';
  readonly register: RegisterPlace;
  /** In the price table, in hex. */
  readonly priceIndex: string;
}

/** Where one block of a column counts: a register for good, and a counter for the billing period. */
export interface Block {
  readonly register: RegisterPlace;
  readonly counter: RegisterPlace;
  readonly priceIndex: string;
}

/** Prices that depend on how much has been used in a column since the billing period began. */
export interface BlockColumn {
  readonly kind: 'blocks';
  readonly blocks: readonly Block[];
  /** Key of the active thresholds of the column: where its second, third and fourth block begin. */
  readonly thresholds: string;
}

export type TariffChoice = TimeOfUse | BlockColumn;

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

function timeOfUse(field: 0 | 1, n: number): TimeOfUse {
  const name = field === 0 ? `tou-${n}` : `secondary-${n}`;
  const priceIndex = n.toString(16).padStart(2, '0');
  return { kind: 'time-of-use', register: { name, key: TIME_OF_USE, path: [field, n - 1] }, priceIndex };
}

/** Four times eight registers and eight counters; prices are indexed A1 to D8 (structures of ECS01a, ECS17e). */
function block(number: number, column: number): Block {
  const first = 2 * COLUMNS * (number - 1) + column - 1;
  const place = (name: string, at: number): RegisterPlace => ({
    name: `${name}-${number}-${column}`,
    key: BLOCKS,
    path: [0, at],
  });
  return {
    register: place('block', first),
    counter: place('counter', first + COLUMNS),
    priceIndex: (0x90 + 0x10 * number + column).toString(16),
  };
}

const blockColumn = (column: number): BlockColumn => ({
  kind: 'blocks',
  blocks: numbers(BLOCK_COUNT).map((number) => block(number, column)),
  thresholds: `21/0-0:16.0.1${column}.255/2`,
});

/** What the scripts of the primary element's calendar choose, by their selector (structures of ECS01a). */
export const PRIMARY_CHOICES: ReadonlyMap<number, TariffChoice> = new Map<number, TariffChoice>([
  ...numbers(TIMES_OF_USE).map((n) => [n, timeOfUse(0, n)] as const),
  ...numbers(COLUMNS).map((column) => [BLOCK_SELECTORS + column, blockColumn(column)] as const),
]);

/** What the scripts of the secondary element's calendar choose. */
export const SECONDARY_CHOICES: ReadonlyMap<number, TimeOfUse> = new Map(
  numbers(SECONDARY_REGISTERS).map((n) => [SECONDARY_SELECTORS + n, timeOfUse(1, n)]),
);
