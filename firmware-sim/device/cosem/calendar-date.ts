import type { Bytes } from '../../kernel/bytes.ts';
import { type CivilTime, daysInMonth, fromCivil, type Millis, toCivil } from '../../kernel/time.ts';

export const DAY_MS: Millis = 86_400_000;

/** A day, counted from 1970-01-01. */
export type DayNumber = number;

/** Day that a moment lies in. */
export function dayOf(at: Millis): DayNumber {
  return Math.floor(at / DAY_MS);
}

/** Calendar fields of a day. */
export function dateOf(day: DayNumber): CivilTime {
  return toCivil(day * DAY_MS);
}

/** 1 for Monday to 7 for Sunday. */
export function weekdayOf(day: DayNumber): number {
  return ((day + 3) % WEEK) + 1;
}

const WEEK = 7;
const MONTHS = 12;
const SUNDAY = 7;

/** Open fields, and days counted from the end of a month, in COSEM dates (Blue Book 4.1.6.1). */
const ANY_YEAR = 0xffff;
const ANY = 0xff;
/** Last and second last day of a month; with a day of the week, last and second last such day. */
const FROM_END: Readonly<Record<number, number>> = { 254: 0, 253: 1 };
/** Months that stand for the day on which summer time begins and ends: in Great Britain the last Sunday of March and October. */
const SUMMER_TIME_MONTHS: Readonly<Record<number, number>> = { 254: 3, 253: 10 };

/** A COSEM date whose fields may be open. */
export interface DatePattern {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
}

/** Reads the first five octets of a COSEM date or date-time; missing octets are open. */
export function datePattern(octets: Bytes): DatePattern {
  const [yearHigh = ANY, yearLow = ANY, month = ANY, day = ANY, weekday = ANY] = octets;
  const pattern = { year: yearHigh * 256 + yearLow, month, day, weekday };
  return month in SUMMER_TIME_MONTHS
    ? { ...pattern, month: SUMMER_TIME_MONTHS[month] ?? ANY, day: LAST_DAY, weekday: SUNDAY }
    : pattern;
}

const LAST_DAY = 0xfe;

/**
 * Whether a date is one that a pattern means. Day of month and day of week are read together: in every year a numbered day with a
 * day of the week is that weekday on or after the number (Blue Book 4.1.6.1).
 */
export function isDate({ year, month, day: number, weekday }: DatePattern, day: DayNumber, date = dateOf(day)): boolean {
  if (year !== ANY_YEAR && year !== date.year) return false;
  const isMonth = month === ANY || month === date.month;
  const isWeekday = weekday === ANY || weekdayOf(day) === weekday;
  if (number === ANY) return isMonth && isWeekday;
  const fromEnd = FROM_END[number];
  if (fromEnd !== undefined) {
    const left = daysInMonth(date.year, date.month) - date.day;
    return isMonth && isWeekday && (weekday === ANY ? left : Math.floor(left / WEEK)) === fromEnd;
  }
  if (weekday === ANY || year !== ANY_YEAR) return isMonth && isWeekday && date.day === number;
  return isWeekday && isWithinAWeekAfter(month, number, day);
}

/** Whether a date is meant in every year. */
export function isOpenYear({ year }: DatePattern): boolean {
  return year === ANY_YEAR;
}

/** First day of a year. */
export function newYear(year: number): DayNumber {
  return dayOf(fromCivil({ ...MIDNIGHT, year, month: 1, day: 1 }));
}

/** Whether the days that a pattern means are all in its month: a weekday on or after a number may lie in the next one. */
function staysInMonth({ month, day, weekday, year }: DatePattern): boolean {
  const mayPass = year === ANY_YEAR && weekday !== ANY && day !== ANY && FROM_END[day] === undefined;
  return month !== ANY && !mayPass;
}

/** Days of a year that a pattern means, in order. */
export function datesIn(year: number, pattern: DatePattern): readonly DayNumber[] {
  if (!isOpenYear(pattern) && pattern.year !== year) return [];
  const days: DayNumber[] = [];
  for (let month = 1; month <= MONTHS; month++) {
    if (month !== pattern.month && staysInMonth(pattern)) continue;
    const before = dayOf(fromCivil({ ...MIDNIGHT, year, month, day: 1 })) - 1;
    const length = daysInMonth(year, month);
    const numbered = pattern.weekday === ANY && pattern.day <= length;
    const [first, last] = numbered ? [pattern.day, pattern.day] : [1, length];
    for (let day = first; day <= last; day++) {
      if (isDate(pattern, before + day, { ...MIDNIGHT, year, month, day })) days.push(before + day);
    }
  }
  return days;
}

function isWithinAWeekAfter(month: number, number: number, day: DayNumber): boolean {
  for (let back = 0; back < WEEK; back++) {
    const date = dateOf(day - back);
    if (date.day === number && (month === ANY || month === date.month)) return true;
  }
  return false;
}

/** Month and day as one number that can be compared. */
const inYear = (month: number, day: number): number => month * 32 + day;

/** Where in a year a bound lies; open fields widen the range as far as they can. */
function boundIn(
  year: number,
  { month, day, weekday }: DatePattern,
  open: { readonly month: number; readonly day: number },
): number {
  const of = month === ANY ? open.month : month;
  const fromEnd = FROM_END[day];
  if (fromEnd === undefined) return inYear(of, day === ANY ? open.day : day);
  const last = daysInMonth(year, of) - (weekday === ANY ? fromEnd : fromEnd * WEEK);
  const past = weekday === ANY ? 0 : weekdayOf(dayOf(fromCivil({ ...MIDNIGHT, year, month: of, day: last }))) - weekday;
  return inYear(of, last - ((past + WEEK) % WEEK));
}

const MIDNIGHT = { hour: 0, minute: 0, second: 0 };

/**
 * Whether a date lies between two, both included (Blue Book, class 10 begin_date and end_date). An open year with an open month sets
 * no bound; an open year with a month is a bound in every year, and two of them may be a range over the new year.
 */
export function isBetween(begin: DatePattern, end: DatePattern, date: CivilTime): boolean {
  const now = inYear(date.month, date.day);
  const first = boundIn(date.year, begin, { month: 1, day: 1 });
  const last = boundIn(date.year, end, { month: 12, day: 31 });
  const yearly = [begin, end].every(({ year, month }) => year === ANY_YEAR && month !== ANY);
  if (yearly && first > last) return now >= first || now <= last;
  return isBeyond(begin, date.year - begin.year, now - first) && isBeyond(end, end.year - date.year, last - now);
}

/** Whether a date is on the right side of a bound, by years and by what is between them within a year. */
function isBeyond({ year, month }: DatePattern, years: number, within: number): boolean {
  if (year === ANY_YEAR) return month === ANY || within >= 0;
  return years === 0 ? within >= 0 : years > 0;
}

/** Milliseconds into the day of a COSEM time; undefined when it leaves hour, minute or second open or is none. */
export function timeOfDay(octets: Bytes): Millis | undefined {
  const [hour = ANY, minute = ANY, second = ANY, hundredths = ANY] = octets;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return ((hour * 60 + minute) * 60 + second) * 1000 + (hundredths <= 99 ? hundredths * 10 : 0);
}
