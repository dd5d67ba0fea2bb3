import type { UnitPrice } from '../payment/spending.ts';
import { GAS_UNITS_PER_KWH } from './gas-energy.ts';
import { numberIn } from './plain.ts';
import type { ZclStore } from './store.ts';

const DAY_SECONDS = 86_400;
/** Cost is summed as energy times price in units of 10^-10 of the currency; a millipence is 10^-5. */
const COST_DECIMALS = 10;
const MILLIPENCE_DECIMALS = 5;

/** What was consumed since midnight: energy in units of `GAS_UNITS_PER_KWH`, and its cost, both without rounding. */
interface Today {
  readonly day: number;
  readonly energy: bigint;
  readonly cost: bigint;
}

function todayIn(store: ZclStore): Today {
  const kept = store.record('consumption.today');
  return { day: numberIn(kept, 'Day'), energy: (kept?.Energy ?? 0n) as bigint, cost: (kept?.Cost ?? 0n) as bigint };
}

const dayOf = (seconds: number): number => seconds - (seconds % DAY_SECONDS);

/**
 * Adds what was consumed at a price.
 * @param seconds when, ZCL UTCTime of the device's clock; undefined while it does not know the time, and no day begins
 */
export function addToday(store: ZclStore, seconds: number | undefined, energy: bigint, price: UnitPrice): void {
  const kept = todayIn(store);
  const day = seconds === undefined ? kept.day : dayOf(seconds);
  const today = day === kept.day ? kept : { day, energy: 0n, cost: 0n };
  const perUnit = BigInt(price.value) * 10n ** BigInt(Math.max(0, COST_DECIMALS + price.scale));
  store.setRecords('consumption.today', [{ Day: day, Energy: today.energy + energy, Cost: today.cost + energy * perUnit }]);
}

/**
 * Consumption since midnight in whole Wh, and its cost in whole millipence (behaviour of GBCS 10.4.2.8).
 * @param seconds as in `addToday`
 */
export function consumptionToday(
  store: ZclStore,
  seconds: number | undefined,
): { readonly wattHours: number; readonly millipence: number } {
  const { day, energy, cost } = todayIn(store);
  if (seconds !== undefined && dayOf(seconds) !== day) return { wattHours: 0, millipence: 0 };
  return {
    wattHours: Number((energy * 1000n) / GAS_UNITS_PER_KWH),
    millipence: Number(cost / (GAS_UNITS_PER_KWH * 10n ** BigInt(COST_DECIMALS - MILLIPENCE_DECIMALS))),
  };
}
