import { fromCivil, type Millis } from '../../kernel/time.ts';
import { DAY_MS, type DayNumber, dayOf } from './calendar-date.ts';

/** Something that is switched at a moment, in the device's own time. */
export interface Switch {
  readonly selector: number;
  readonly at: Millis;
}

/** A switch within a day. */
export interface DailySwitch {
  /** Milliseconds into the day. */
  readonly time: Millis;
  readonly selector: number;
}

/** Which selectors are meant. */
export type SelectorFilter = (selector: number) => boolean;

/** Days within which switches are looked for, the first and the last. */
export interface DayRange {
  readonly first: DayNumber;
  readonly last: DayNumber;
}

/** All days: to where timestamps of logs reach, 32 bits of seconds since 2000. */
export const ALL_DAYS: DayRange = {
  first: 0,
  last: dayOf(fromCivil({ year: 2136, month: 1, day: 1, hour: 0, minute: 0, second: 0 })),
};

/** The time between two switches. */
interface Between {
  readonly from: Millis;
  readonly to: Millis;
  readonly last: Switch | undefined;
  readonly next: Switch | undefined;
}

const NEVER: Between = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY, last: undefined, next: undefined };

/**
 * When something is switched, by days: a pure function of the day, whose answers are kept for as long as nothing is switched. Of
 * several switches at one moment the last in order prevails.
 */
export class DailySwitches {
  readonly #on: (day: DayNumber) => readonly DailySwitch[];
  readonly #days: DayRange;
  #between: Between | undefined;

  /**
   * @param on what is switched on a day, in order of execution; undefined when nothing ever is
   * @param days outside which nothing is switched
   */
  constructor(on: ((day: DayNumber) => readonly DailySwitch[]) | undefined, days = ALL_DAYS) {
    this.#on = on ?? (() => []);
    this.#days = days;
    if (!on) this.#between = NEVER;
  }

  /** The last switch at or before a moment of the device's own time; of some selectors only, when a filter says which. */
  last(local: Millis, only?: SelectorFilter): Switch | undefined {
    return only && this.#between !== NEVER ? this.#before(local, only) : this.#around(local).last;
  }

  /** The next switch after a moment of the device's own time; of some selectors only, when a filter says which. */
  next(local: Millis, only?: SelectorFilter): Switch | undefined {
    return only && this.#between !== NEVER ? this.#after(local, only) : this.#around(local).next;
  }

  #around(local: Millis): Between {
    const known = this.#between;
    if (known && local >= known.from && local < known.to) return known;
    const last = this.#before(local);
    const next = this.#after(local);
    this.#between = { from: last?.at ?? local, to: next?.at ?? Number.POSITIVE_INFINITY, last, next };
    return this.#between;
  }

  #before(local: Millis, only?: SelectorFilter): Switch | undefined {
    for (let day = Math.min(dayOf(local), this.#days.last); day >= this.#days.first; day--) {
      const start = day * DAY_MS;
      const found = this.#on(day).findLast(({ time, selector }) => start + time <= local && (!only || only(selector)));
      if (found) return { selector: found.selector, at: start + found.time };
    }
    return undefined;
  }

  #after(local: Millis, only?: SelectorFilter): Switch | undefined {
    for (let day = Math.max(dayOf(local), this.#days.first); day <= this.#days.last; day++) {
      const start = day * DAY_MS;
      const meant = this.#on(day).filter(({ time, selector }) => start + time > local && (!only || only(selector)));
      const found = meant.findLast(({ time }) => time === meant[0]?.time);
      if (found) return { selector: found.selector, at: start + found.time };
    }
    return undefined;
  }
}

/** Switches of one day in order of execution: by time, and at one time in the order in which they are listed. */
export function inOrder(switches: readonly DailySwitch[]): readonly DailySwitch[] {
  return [...switches].sort((a, b) => a.time - b.time);
}
