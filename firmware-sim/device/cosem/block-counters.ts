import { withValue } from './numbers.ts';
import { BLOCK_COUNT, BLOCKS, COLUMNS } from './register-values.ts';
import type { CosemStore } from './store.ts';

/** Whether a place in the collection of block registers holds a counter: after the registers of its block (ECS17e). */
const isCounter = (i: number): boolean => i < 2 * COLUMNS * BLOCK_COUNT && i % (2 * COLUMNS) >= COLUMNS;

/**
 * Sets the block counters of an electricity meter to 0, at the end of a billing period or when told; the registers beside them stay.
 * @returns false when the meter has none
 */
export function resetBlockCounters(store: CosemStore): boolean {
  const collection = store.get(BLOCKS);
  const [values] = collection?.children ?? [];
  if (!collection || !values) return false;
  const reset = values.children.map((value, i) => (isCounter(i) ? withValue(value, 0) : value));
  store.set(BLOCKS, withValue(collection, [withValue(values, reset)]));
  return true;
}
