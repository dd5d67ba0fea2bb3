import type { Millis } from '../../kernel/time.ts';
import type { ElectricityLoad, LoadProfile, Stretch } from './load.ts';

/** Watt milliseconds in a watt hour, and reactive energy likewise. */
export const UNITS_PER_WATT_HOUR = 3_600_000;

/** What flows, in the order in which sums are given: primary and secondary import, export, reactive export and import. */
const FLOWS = ['importWatts', 'secondaryWatts', 'exportWatts', 'exportVars', 'importVars'] as const;
export const FLOW_COUNT = FLOWS.length;

const isAlive = ({ volts }: ElectricityLoad): boolean => volts.some((one) => one > 0);

/** Goes along a load in order of time and adds up what flows while there is mains. */
export class EnergyWalk {
  readonly #profile: LoadProfile<ElectricityLoad>;
  #at: Millis;
  #stretch: Stretch<ElectricityLoad>;
  readonly #sums: number[] = FLOWS.map(() => 0);

  constructor(profile: LoadProfile<ElectricityLoad>, from: Millis) {
    this.#profile = profile;
    this.#at = from;
    this.#stretch = profile.at(from);
  }

  /** Watt milliseconds of each flow since the last call, up to a moment; the list is used again. */
  to(moment: Millis): readonly number[] {
    const sums = this.#sums.fill(0);
    while (this.#at < moment) {
      if (this.#stretch.until <= this.#at) this.#stretch = this.#profile.at(this.#at);
      const { value, until } = this.#stretch;
      const ms = Math.min(until, moment) - this.#at;
      if (isAlive(value))
        for (let i = 0; i < FLOW_COUNT; i++) sums[i] = (sums[i] as number) + value[FLOWS[i] as (typeof FLOWS)[number]] * ms;
      this.#at += ms;
    }
    return sums;
  }
}

/** Whether there is mains at some time between two moments. */
export function hasMains(profile: LoadProfile<ElectricityLoad>, from: Millis, to: Millis): boolean {
  for (let at = from; at < to; ) {
    const { value, until } = profile.at(at);
    if (isAlive(value)) return true;
    at = until;
  }
  return false;
}
