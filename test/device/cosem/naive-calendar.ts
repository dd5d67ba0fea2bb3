import type { Plain } from '../../../firmware-sim/device/cosem/value.ts';

/** A date as people say it; what is left out is any. */
export interface NaiveDate {
  readonly year?: number;
  readonly month?: number;
  readonly day?: number | 'last' | 'second last';
  /** 1 for Monday to 7 for Sunday. */
  readonly weekday?: number;
}

const octet = (n: number): string => n.toString(16).padStart(2, '0');

const dayOctet = (day: NaiveDate['day']): number => (day === 'last' ? 0xfe : day === 'second last' ? 0xfd : (day ?? 0xff));

/** The five octets of a COSEM date. */
export function hex({ year, month, day, weekday }: NaiveDate): string {
  const rest = [month ?? 0xff, dayOctet(day), weekday ?? 0xff].map(octet).join('');
  return (year ?? 0xffff).toString(16).padStart(4, '0') + rest;
}

/** Whether a day is meant: each field by itself. */
export function naiveMatches({ year, month, day, weekday }: NaiveDate, at: Date): boolean {
  const length = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate();
  const wanted = day === 'last' ? length : day === 'second last' ? length - 1 : day;
  return (
    (year === undefined || year === at.getUTCFullYear()) &&
    (month === undefined || month === at.getUTCMonth() + 1) &&
    (wanted === undefined || wanted === at.getUTCDate()) &&
    (weekday === undefined || weekday % 7 === at.getUTCDay())
  );
}

/** A calendar as people say it: seasons, weeks, days and special days. */
export interface NaiveCalendar {
  readonly seasons: readonly { readonly start: NaiveDate; readonly week: number }[];
  /** Day ids of weeks 1, 2, ..., Monday first. */
  readonly weeks: readonly (readonly number[])[];
  /** Actions of days 1, 2, ... */
  readonly days: readonly (readonly { readonly hour: number; readonly minute: number; readonly selector: number }[])[];
  readonly special: readonly { readonly date: NaiveDate; readonly dayId: number }[];
}

const TARIFF_SCRIPTS = '00000a0064ff';

/** The tables of a calendar in plain form: attributes 3, 4 and 5, or 7, 8 and 9, and the special days beside them. */
export function calendarTables({ seasons, weeks, days, special }: NaiveCalendar) {
  const action = ({ hour, minute, selector }: NaiveCalendar['days'][number][number]): Plain => [
    `${octet(hour)}${octet(minute)}0000`,
    TARIFF_SCRIPTS,
    selector,
  ];
  return {
    seasons: seasons.map(({ start, week }): Plain => ['61', `${hex(start)}000000008000ff`, octet(week)]),
    weeks: weeks.map((ids, i): Plain => [octet(i + 1), ...ids]),
    days: days.map((actions, i): Plain => [i + 1, actions.map(action)]),
    special: special.map(({ date, dayId }, i): Plain => [i + 1, hex(date), dayId]),
  };
}

const DAY = 86_400_000;

/** The season that began last, looked for day by day. */
function naiveWeek({ seasons }: NaiveCalendar, at: Date): number | undefined {
  for (let back = 0; back <= 366 * 9; back++) {
    const day = new Date(at.getTime() - back * DAY);
    const begun = seasons.filter(({ start }) => naiveMatches(start, day)).at(-1);
    if (begun) return begun.week;
  }
  return undefined;
}

/** What a day does, straight from the Blue Book's words. */
export function naiveDay(calendar: NaiveCalendar, at: Date): NaiveCalendar['days'][number] {
  const week = naiveWeek(calendar, at);
  if (week === undefined) return [];
  const special = calendar.special.find(({ date }) => naiveMatches(date, at));
  const id = special?.dayId ?? calendar.weeks[week - 1]?.[(at.getUTCDay() + 6) % 7] ?? 0;
  return calendar.days[id - 1] ?? [];
}

interface NaiveSwitch {
  readonly selector: number;
  readonly at: number;
}

interface Around {
  readonly at: number;
  readonly last: NaiveSwitch | undefined;
  readonly next: NaiveSwitch | undefined;
}

/** What tells of switches, to be compared with the minutes. */
interface Teller {
  last(local: number): NaiveSwitch | undefined;
  next(local: number): NaiveSwitch | undefined;
}

const differs = (a: NaiveSwitch, b: NaiveSwitch | undefined): boolean => a.selector !== b?.selector || a.at !== b.at;

/** Minutes at which somebody tells of another last or next switch, where the minutes know one. */
export function disagreements(minutes: readonly Around[], teller: Teller): readonly unknown[] {
  return minutes.flatMap((minute) => {
    const [last, next] = [teller.last(minute.at), teller.next(minute.at)];
    const wrong = (minute.last && differs(minute.last, last)) || (minute.next && differs(minute.next, next));
    return wrong ? [{ minute, last, next }] : [];
  });
}

const MINUTE = 60_000;

/** Goes through some days minute by minute, forwards and backwards; undefined where the days hold no answer. */
export function switchesByMinute(start: number, days: number, executed: (at: Date) => readonly number[]): Around[] {
  const minutes = Array.from({ length: days * 1_440 }, (_, i) => {
    const at = start + i * MINUTE;
    const selector = executed(new Date(at)).at(-1);
    return { at, fired: selector === undefined ? undefined : { selector, at } };
  });
  let next: NaiveSwitch | undefined;
  const following = minutes.toReversed().map(({ fired }) => {
    const after = next;
    next = fired ?? next;
    return after;
  });
  let last: NaiveSwitch | undefined;
  return minutes.map(({ at, fired }, i) => {
    last = fired ?? last;
    return { at, last, next: following[minutes.length - 1 - i] };
  });
}
