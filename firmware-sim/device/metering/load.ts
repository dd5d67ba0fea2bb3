import type { Millis } from '../../kernel/time.ts';

/** A value that holds from a moment until another; `Infinity` when nothing is to follow. */
export interface Stretch<T> {
  readonly value: T;
  readonly until: Millis;
}

/**
 * What is measured, as a function of the runtime's time: constant in stretches. Pure: the same moment always has the same stretch, so
 * that what was measured can be worked out again instead of being stored.
 */
export interface LoadProfile<T> {
  /** The stretch that holds at a moment; it ends after it. */
  at(moment: Millis): Stretch<T>;
}

/** What flows through an electricity meter and stands at its terminals. Whole numbers, none negative. */
export interface ElectricityLoad {
  /** Active import of the primary element, all phases together. */
  readonly importWatts: number;
  /** Active import of the secondary element of a twin-element meter. */
  readonly secondaryWatts: number;
  readonly exportWatts: number;
  readonly importVars: number;
  readonly exportVars: number;
  /**
   * RMS voltage of each phase; a single-phase meter looks at the first, and the last one stands for phases not named. 0: the phase is
   * lost; all 0: mains is away.
   */
  readonly volts: readonly number[];
}

/** What flows through a gas meter: volume in units of 0.0001 m³ for each hour. Whole, not negative. */
export interface GasLoad {
  readonly flow: number;
}

const NOMINAL_VOLTS: readonly number[] = [230, 230, 230];

/** Nothing is drawn at nominal voltage. */
export const NO_ELECTRICITY: ElectricityLoad = {
  importWatts: 0,
  secondaryWatts: 0,
  exportWatts: 0,
  importVars: 0,
  exportVars: 0,
  volts: NOMINAL_VOLTS,
};

/** What is left of a load when the switch is open: nothing flows, and voltage stands as it stood. */
export function interrupted({ volts }: ElectricityLoad): ElectricityLoad {
  return { ...NO_ELECTRICITY, volts };
}

/** What is left of a load when mains is away. */
export function dark({ volts }: ElectricityLoad): ElectricityLoad {
  return { ...NO_ELECTRICITY, volts: volts.map(() => 0) };
}

export const NO_GAS: GasLoad = { flow: 0 };

/** The same for ever. */
export function constantLoad<T>(value: T): LoadProfile<T> {
  const stretch = { value, until: Number.POSITIVE_INFINITY };
  return { at: () => stretch };
}

/** A value from a moment on. */
export interface Step<T> {
  readonly from: Millis;
  readonly value: T;
}

/** Values that change at given moments, in order of time; `before` holds until the first. */
export function steppedLoad<T>(steps: readonly Step<T>[], before: T): LoadProfile<T> {
  return {
    at(moment) {
      const next = firstAfter(steps, moment);
      const value = next === 0 ? before : (steps[next - 1] as Step<T>).value;
      return { value, until: steps[next]?.from ?? Number.POSITIVE_INFINITY };
    },
  };
}

/** Index of the first step that begins after a moment. */
function firstAfter<T>(steps: readonly Step<T>[], moment: Millis): number {
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((steps[middle] as Step<T>).from <= moment) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Profiles that follow each other: each holds from its moment on, the first since ever. */
export function successiveLoads<T>(first: LoadProfile<T>, later: readonly Step<LoadProfile<T>>[]): LoadProfile<T> {
  const order = steppedLoad(later, first);
  return {
    at(moment) {
      const { value: profile, until: replaced } = order.at(moment);
      const { value, until } = profile.at(moment);
      return { value, until: Math.min(until, replaced) };
    },
  };
}

/** What is left of a load while it is cut off; undefined: it is not. */
export type Cut<T> = ((load: T) => T) | undefined;

/** A profile that is cut off from some moments on, and back from others, in order of time. */
export function cutLoads<T>(profile: LoadProfile<T>, cuts: readonly Step<Cut<T>>[]): LoadProfile<T> {
  if (cuts.length === 0) return profile;
  const order = steppedLoad(cuts, undefined);
  return {
    at(moment) {
      const { value: left, until: changed } = order.at(moment);
      const { value, until } = profile.at(moment);
      return { value: left ? left(value) : value, until: Math.min(until, changed) };
    },
  };
}
