import type { LoadProfile, Stretch } from '../../firmware-sim/device/metering/load.ts';
import { type Millis, toCivil } from '../../firmware-sim/kernel/time.ts';

export const HALF_HOUR_MS: Millis = 1_800_000;
const HALF_HOURS_PER_DAY = 48;

/** A half hour that begins on the hour or at half past, UTC. */
export interface HalfHour {
  /** Number of half hours since 1970-01-01T00:00:00Z. */
  readonly number: number;
  /** Days since then. */
  readonly day: number;
  /** Half hour of the day, 0 to 47. */
  readonly ofDay: number;
  /** 0 January to 11 December. */
  readonly month: number;
  readonly weekend: boolean;
}

/** 1970-01-01 was a Thursday; Saturday and Sunday are the last days of a week that begins on Monday. */
function isWeekend(day: number): boolean {
  return (((day + 3) % 7) + 7) % 7 >= 5;
}

function halfHour(number: number): HalfHour {
  const day = Math.floor(number / HALF_HOURS_PER_DAY);
  const month = toCivil(number * HALF_HOUR_MS).month - 1;
  return { number, day, ofDay: number - day * HALF_HOURS_PER_DAY, month, weekend: isWeekend(day) };
}

/** A load that changes on the half hour, as a function of the half hour. The last one asked for is kept at hand. */
export function halfHourlyLoad<T>(loadIn: (slot: HalfHour) => T): LoadProfile<T> {
  let kept: { readonly number: number; readonly stretch: Stretch<T> } | undefined;
  return {
    at(moment) {
      const number = Math.floor(moment / HALF_HOUR_MS);
      if (kept?.number !== number) {
        kept = { number, stretch: { value: loadIn(halfHour(number)), until: (number + 1) * HALF_HOUR_MS } };
      }
      return kept.stretch;
    },
  };
}

/** The nearest even number that is not negative: in a half hour, so many watts are whole watt hours. */
export function even(value: number): number {
  return Math.max(0, 2 * Math.round(value / 2));
}
