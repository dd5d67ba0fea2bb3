import type { Millis } from '../../kernel/time.ts';

/** Price of a kilowatt hour: `value` times ten to the `scale` units of currency. */
export interface UnitPrice {
  readonly value: number;
  readonly scale: number;
}

/** Which registers energy was counted in; a gas meter has the primary only. */
export type Element = 'primary' | 'secondary';

/**
 * Whoever charges for consumption. Energy comes in the meter's own smallest unit (watt milliseconds; volume by calorific value), of which
 * `unitsPerKwh` make a kilowatt hour, so that no rounding happens on the way.
 */
export interface ConsumptionCharger {
  consumed(element: Element, units: bigint, price: UnitPrice): void;
}

/** What is being spent while nothing changes: units of energy for each millisecond, and their price. */
export interface Spending {
  readonly element: Element;
  readonly unitsPerMs: bigint;
  readonly price: UnitPrice;
}

/** What the registers tell whoever charges, so that the moment can be worked out at which a balance passes a threshold. */
export interface SpendingRate {
  readonly unitsPerKwh: bigint;
  /** What flows from now on. */
  spending(now: Millis): readonly Spending[];
}
