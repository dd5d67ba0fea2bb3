import type { Element } from '../../codec/element.ts';
import type { Millis } from '../../kernel/time.ts';
import {
  type DatePattern,
  type DayNumber,
  dateOf,
  datePattern,
  isBetween,
  isOpenYear,
  newYear,
  timeOfDay,
  weekdayOf,
} from './calendar-date.ts';
import { ALL_DAYS, DailySwitches, type DayRange, inOrder } from './daily-switches.ts';
import { ElementMemo } from './element-memo.ts';
import type { CosemKey } from './key.ts';
import { octetsOf } from './numbers.ts';
import { SpecialDays } from './special-days.ts';
import type { CosemStore } from './store.ts';

export type { Switch } from './daily-switches.ts';

/** One entry of a schedule (Blue Book, class 10), as far as it decides when something is switched. */
interface Entry {
  readonly index: number;
  readonly selector: number;
  readonly time: Millis;
  /** Octets of ones and zeros counted from the front: Monday first, special day 1 first. */
  readonly weekdays: Uint8Array;
  readonly specialDays: Uint8Array;
  readonly begin: DatePattern;
  readonly end: DatePattern;
}

const hasBit = (octets: Uint8Array, number: number): boolean =>
  number >= 1 && ((octets[(number - 1) >> 3] ?? 0) & (0x80 >> ((number - 1) & 7))) !== 0;

const hasAnyBit = (octets: Uint8Array): boolean => octets.some((octet) => octet !== 0);

/** An entry that is disabled, on no day, or whose time is open, switches nothing. */
function entryOf({ children }: Element): Entry[] {
  const [index, enable, , selector, switchTime, , weekdays, specialDays, begin, end] = children;
  const time = timeOfDay(octetsOf(switchTime));
  if (enable?.value !== true || time === undefined) return [];
  if (!hasAnyBit(octetsOf(weekdays)) && !hasAnyBit(octetsOf(specialDays))) return [];
  return [
    {
      index: Number(index?.value),
      selector: Number(selector?.value),
      time,
      weekdays: octetsOf(weekdays),
      specialDays: octetsOf(specialDays),
      begin: datePattern(octetsOf(begin)),
      end: datePattern(octetsOf(end)),
    },
  ];
}

/** Days outside which no entry switches anything: before the years in which they begin and after those in which they end. */
function daysOf(entries: readonly Entry[]): DayRange {
  const first = entries.map(({ begin }) => (isOpenYear(begin) ? ALL_DAYS.first : newYear(begin.year)));
  const last = entries.map(({ end }) => (isOpenYear(end) ? ALL_DAYS.last : newYear(end.year + 1) - 1));
  return { first: Math.max(ALL_DAYS.first, Math.min(...first)), last: Math.min(ALL_DAYS.last, Math.max(...last)) };
}

const MADE = new ElementMemo<Schedule>();

/**
 * A schedule with its special days (Blue Book, classes 10 and 11): what it switches, and when. A date that is a special day executes
 * only entries with that special day's bit, any other date those with its weekday's; entries of one moment in order of their index.
 */
export class Schedule extends DailySwitches {
  private constructor(entries: Element | undefined, specialDays: Element | undefined) {
    const table = (entries?.children ?? []).flatMap(entryOf).sort((a, b) => a.index - b.index);
    const special = new SpecialDays(specialDays);
    const on = (day: DayNumber) => {
      const date = dateOf(day);
      const specialDay = special.dayIdOn(day, date);
      const fires = ({ weekdays, specialDays: bits, begin, end }: Entry): boolean =>
        (specialDay === undefined ? hasBit(weekdays, weekdayOf(day)) : hasBit(bits, specialDay)) && isBetween(begin, end, date);
      return inOrder(table.filter(fires));
    };
    super(table.length > 0 ? on : undefined, daysOf(table));
  }

  /** The schedule that a device's objects hold; the same object as long as they stay the same. */
  static of(store: CosemStore, entriesKey: CosemKey, specialDaysKey?: CosemKey): Schedule {
    const entries = store.get(entriesKey);
    const specialDays = specialDaysKey === undefined ? undefined : store.get(specialDaysKey);
    return MADE.of([entries, specialDays], () => new Schedule(entries, specialDays));
  }
}
