import type { CosemStore } from '../device/cosem/store.ts';
import type { Tallies } from '../device/cosem/tallies.ts';
import { UNITS_PER_WH } from './registers.ts';
import type { Block, BlockColumn } from './tariff-selector.ts';

/** A threshold that is not used (RTDS 4.5.0 ECS24). */
const UNUSED = 0xffff_ffff;

/** What a column has used in the billing period, in whole watt hours and what is left beside them. */
interface Used {
  readonly wattHours: number;
  readonly rest: number;
}

function used({ blocks }: BlockColumn, tallies: Tallies): Used {
  const counters = blocks.map(({ counter }) => tallies.held(counter));
  return {
    wattHours: counters.reduce((sum, { units }) => sum + units, 0),
    rest: counters.reduce((sum, { rest }) => sum + rest, 0),
  };
}

/** Watt milliseconds until a column has used as much as a threshold; not above 0 once it has. */
const unitsTo = (thresholdWh: number, { wattHours, rest }: Used): number => (thresholdWh - wattHours) * UNITS_PER_WH - rest;

/** Thresholds of a column that are used, three at most: of the second block, the third, the fourth. An unused one ends them. */
function thresholdsOf({ thresholds }: BlockColumn, store: CosemStore): readonly number[] {
  const values = (store.get(thresholds)?.children ?? []).map(({ value }) => Number(value));
  const end = values.indexOf(UNUSED);
  return end < 0 ? values : values.slice(0, end);
}

/** A block, and the watt milliseconds that it still takes before the next one applies. */
export interface BlockInForce {
  readonly block: Block;
  readonly room: number;
}

/**
 * The block that counts: a block applies once what the column has used in the billing period, in all its blocks, is at least its
 * threshold. The thresholds are reached one after the other.
 */
export function blockInForce(column: BlockColumn, store: CosemStore, tallies: Tallies): BlockInForce {
  const [thresholds, sum] = [thresholdsOf(column, store), used(column, tallies)];
  const next = thresholds.findIndex((threshold) => unitsTo(threshold, sum) > 0);
  const at = next < 0 ? thresholds.length : next;
  const threshold = thresholds[at];
  const room = threshold === undefined ? Number.POSITIVE_INFINITY : unitsTo(threshold, sum);
  return { block: column.blocks[at] as Block, room };
}
