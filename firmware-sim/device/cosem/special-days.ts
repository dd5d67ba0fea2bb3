import type { Element } from '../../codec/element.ts';
import type { CivilTime } from '../../kernel/time.ts';
import { type DatePattern, type DayNumber, datePattern, isDate } from './calendar-date.ts';
import { octetsOf } from './numbers.ts';

interface SpecialDay {
  readonly pattern: DatePattern;
  readonly dayId: number;
}

/** A table of special days (Blue Book, class 11): index, date and day id. */
export class SpecialDays {
  readonly #days: readonly SpecialDay[];

  constructor(entries: Element | undefined) {
    this.#days = (entries?.children ?? []).map(({ children: [, date, dayId] }) => ({
      pattern: datePattern(octetsOf(date)),
      dayId: Number(dayId?.value),
    }));
  }

  /** Day id of a date that is special: that of the first entry which means it. */
  dayIdOn(day: DayNumber, date: CivilTime): number | undefined {
    return this.#days.find(({ pattern }) => isDate(pattern, day, date))?.dayId;
  }
}
