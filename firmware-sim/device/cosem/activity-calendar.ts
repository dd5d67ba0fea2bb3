import type { Element } from '../../codec/element.ts';
import { toHex } from '../../kernel/bytes.ts';
import {
  type DatePattern,
  type DayNumber,
  dateOf,
  datePattern,
  datesIn,
  isOpenYear,
  timeOfDay,
  weekdayOf,
} from './calendar-date.ts';
import { type DailySwitch, DailySwitches, inOrder } from './daily-switches.ts';
import { ElementMemo } from './element-memo.ts';
import type { CosemKey } from './key.ts';
import { octetsOf } from './numbers.ts';
import { SpecialDays } from './special-days.ts';
import type { CosemStore } from './store.ts';

interface Season {
  readonly start: DatePattern;
  readonly week: string;
}

interface SeasonStart {
  readonly day: DayNumber;
  readonly week: string;
}

/** Active attributes of a calendar (Blue Book, class 20): seasons, weeks, days. */
const [SEASONS, WEEKS, DAYS] = [3, 4, 5];
const FIRST_YEAR = 1970;

/** Attributes that say what a calendar switches, without its special days: seasons, weeks and days. */
export function calendarKeys(object: string): readonly [seasons: CosemKey, weeks: CosemKey, days: CosemKey] {
  return [`${object}/${SEASONS}`, `${object}/${WEEKS}`, `${object}/${DAYS}`];
}

const nameOf = (element: Element | undefined): string => toHex(octetsOf(element));

/** Seasons in the order in which they begin, year by year. */
class Seasons {
  readonly #seasons: readonly Season[];
  readonly #firstYear: number;
  readonly #byYear = new Map<number, readonly SeasonStart[]>();

  constructor(seasons: Element | undefined) {
    this.#seasons = (seasons?.children ?? []).map(({ children: [, start, week] }) => ({
      start: datePattern(octetsOf(start)),
      week: nameOf(week),
    }));
    const years = this.#seasons.map(({ start }) => (isOpenYear(start) ? FIRST_YEAR : start.year));
    this.#firstYear = Math.min(...years);
  }

  /** Name of the week of the season that a day lies in: each season holds until another one begins; none before the first. */
  weekOn(day: DayNumber): string | undefined {
    for (let { year } = dateOf(day); year >= this.#firstYear; year--) {
      const found = this.#startsIn(year).findLast((start) => start.day <= day);
      if (found) return found.week;
    }
    return undefined;
  }

  #startsIn(year: number): readonly SeasonStart[] {
    const known = this.#byYear.get(year);
    if (known) return known;
    const starts = this.#seasons.flatMap(({ start, week }) => datesIn(year, start).map((day) => ({ day, week })));
    starts.sort((a, b) => a.day - b.day);
    this.#byYear.set(year, starts);
    return starts;
  }
}

/** Day profiles by their id, each in order of execution. */
function dayProfiles(table: Element | undefined): ReadonlyMap<number, readonly DailySwitch[]> {
  const profiles = (table?.children ?? []).map(({ children: [id, actions] }): [number, readonly DailySwitch[]] => {
    const switches = (actions?.children ?? []).flatMap(({ children: [start, , selector] }): DailySwitch[] => {
      const time = timeOfDay(octetsOf(start));
      return time === undefined ? [] : [{ time, selector: Number(selector?.value) }];
    });
    return [Number(id?.value), inOrder(switches)];
  });
  return new Map(profiles);
}

/** Day ids of each week, Monday first. */
function weeksOf(table: Element | undefined): ReadonlyMap<string, readonly number[]> {
  const rows = table?.children ?? [];
  return new Map(rows.map(({ children: [name, ...days] }) => [nameOf(name), days.map(({ value }) => Number(value))]));
}

type Tables = readonly [
  seasons: Element | undefined,
  weeks: Element | undefined,
  days: Element | undefined,
  specialDays: Element | undefined,
];

const MADE = new ElementMemo<ActivityCalendar>();

/**
 * The active tables of a calendar with its special days (Blue Book, classes 20 and 11): the season names a week, the week the day
 * profile of each weekday, and a special day a profile in its place. Before the first season begins nothing is switched; a day whose
 * profile is not there, or does not begin at midnight, goes on as the day before ended.
 */
export class ActivityCalendar extends DailySwitches {
  private constructor([seasonTable, weekTable, dayTable, specialTable]: Tables) {
    const seasons = new Seasons(seasonTable);
    const weeks = weeksOf(weekTable);
    const profiles = dayProfiles(dayTable);
    const special = new SpecialDays(specialTable);
    const on = (day: DayNumber) => {
      const week = seasons.weekOn(day);
      if (week === undefined) return [];
      const dayId = special.dayIdOn(day, dateOf(day)) ?? weeks.get(week)?.[weekdayOf(day) - 1];
      return (dayId === undefined ? undefined : profiles.get(dayId)) ?? [];
    };
    const switches = seasonTable?.children.length && [...profiles.values()].some((profile) => profile.length > 0);
    super(switches ? on : undefined);
  }

  /**
   * The calendar that a device's objects hold; the same object as long as they stay the same.
   * @param object class and OBIS of the calendar, as in `20/0-0:13.0.0.255`
   */
  static of(store: CosemStore, object: string, specialDaysKey: CosemKey): ActivityCalendar {
    const [seasons, weeks, days] = calendarKeys(object).map((key) => store.get(key));
    const tables: Tables = [seasons, weeks, days, store.get(specialDaysKey)];
    return MADE.of(tables, () => new ActivityCalendar(tables));
  }
}
