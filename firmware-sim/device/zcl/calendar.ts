import { fromCivil, fromSeconds2000, toCivil } from '../../kernel/time.ts';
import { entriesIn, numberIn, octetsIn } from './plain.ts';
import type { Publication, ZclCall, ZclRules } from './rule.ts';
import { ZCL_STATUS } from './status.ts';
import type { CalendarKind, CalendarPart, ZclRecord, ZclStore } from './store.ts';

/** Calendar type of ZSE as commands carry it: 0 delivered (tariff), 3 friendly credit (GBCS GCS01a, GCS05). */
const FRIENDLY_CREDIT = 3;
/** Issuer Calendar ID that asks for the calendar in force (GBCS GCS21b, GCS21f). */
const CURRENT_TARIFF = 0xffff_ffff;
const CURRENT_NON_DISABLEMENT = 0xffff_fffe;

const kindOfType = (type: number): CalendarKind => (type === FRIENDLY_CREDIT ? 'nonDisablement' : 'tariff');

/** Week profiles and seasons do not say what kind of calendar they belong to: they follow theirs in the message. */
function kindOfPart({ store, request, message }: ZclCall): CalendarKind {
  if (message.calendar) return message.calendar;
  const id = request['Issuer Calendar ID'];
  return store.record('nonDisablement.calendar')?.['Issuer Calendar ID'] === id ? 'nonDisablement' : 'tariff';
}

/** A calendar replaces the whole one before it; its days, weeks and seasons follow in the same message. */
function publishCalendar({ store, request, message }: ZclCall): number {
  const kind = kindOfType(numberIn(request, 'Calendar Type'));
  message.calendar = kind;
  store.setRecords(`${kind}.calendar`, [request]);
  for (const part of ['days', 'weeks', 'seasons'] as const) store.setRecords(`${kind}.${part}`, []);
  return ZCL_STATUS.success;
}

/** Puts a part beside the others; one with the same identifier gives way. */
function addPart(store: ZclStore, kind: CalendarKind, part: CalendarPart, key: string, record: ZclRecord): number {
  const others = store.records(`${kind}.${part}`).filter((one) => one[key] !== record[key]);
  store.setRecords(`${kind}.${part}`, [...others, record]);
  return ZCL_STATUS.success;
}

/** The calendar a read asks for; undefined for an identifier the device does not hold. */
function askedKind({ store, request }: ZclCall): CalendarKind | undefined {
  const id = numberIn(request, 'Issuer Calendar ID');
  if (id === CURRENT_TARIFF) return request['Calendar Type'] === FRIENDLY_CREDIT ? 'nonDisablement' : 'tariff';
  if (id === CURRENT_NON_DISABLEMENT) return 'nonDisablement';
  return (['tariff', 'nonDisablement'] as const).find((kind) => store.record(`${kind}.calendar`)?.['Issuer Calendar ID'] === id);
}

interface Numbered {
  readonly part: CalendarPart;
  readonly command: number;
  /** Field of the parts' own number, and of the first number and the count asked for. */
  readonly key: string;
  readonly first: string;
  readonly count: string;
}

function readNumbered(call: ZclCall, { part, command, key, first, count }: Numbered): Publication {
  const kind = askedKind(call);
  const from = numberIn(call.request, first);
  const wanted = numberIn(call.request, count);
  const found = kind ? call.store.records(`${kind}.${part}`).filter((one) => numberIn(one, key) >= from) : [];
  return { command, records: wanted === 0 ? found : found.slice(0, wanted) };
}

function readWhole(call: ZclCall, part: CalendarPart, command: number): Publication {
  const kind = askedKind(call);
  return { command, records: kind ? call.store.records(`${kind}.${part}`) : [] };
}

const DAYS: Numbered = { part: 'days', command: 0x01, key: 'Day ID', first: 'Start Day Id', count: 'Number of Days' };
const WEEKS: Numbered = { part: 'weeks', command: 0x02, key: 'Week ID', first: 'Start Week Id', count: 'Number of Weeks' };

/** Calendar cluster, from the energy service to the meter (GBCS GCS01a, GCS05). */
export const CALENDAR_PUBLICATIONS: ZclRules = {
  '0707/00': { starts: 'Start Time', apply: publishCalendar },
  '0707/01': {
    starts: 'calendar',
    apply: ({ store, request }) => addPart(store, kindOfType(numberIn(request, 'Calendar Type')), 'days', 'Day ID', request),
  },
  '0707/02': { starts: 'calendar', apply: (call) => addPart(call.store, kindOfPart(call), 'weeks', 'Week ID', call.request) },
  '0707/03': {
    starts: 'calendar',
    apply: (call) => addPart(call.store, kindOfPart(call), 'seasons', 'Command Index', call.request),
  },
  '0707/04': {
    starts: 'Start Time',
    apply: ({ store, request }) => {
      store.setRecords(`${kindOfType(numberIn(request, 'Calendar Type'))}.specialDays`, [request]);
      return ZCL_STATUS.success;
    },
  },
};

/** Calendar cluster, reads (GBCS GCS21b, GCS21f). */
export const CALENDAR_READS: ZclRules = {
  '0707/01': { answer: (call) => readNumbered(call, DAYS) },
  '0707/02': { answer: (call) => readNumbered(call, WEEKS) },
  '0707/03': { answer: (call) => readWhole(call, 'seasons', 0x03) },
  '0707/04': { answer: (call) => readWhole(call, 'specialDays', 0x04) },
};

const ANY = 0xff;
const DAY_SECONDS = 86_400;
const DAY_FIELDS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** True when a ZCL date (year - 1900, month, day of month, day of week; FF: any) covers a moment. */
function covers(date: Uint8Array, seconds: number): boolean {
  const t = toCivil(fromSeconds2000(seconds));
  const is = (i: number, value: number): boolean => date[i] === ANY || date[i] === value;
  return is(0, t.year - 1900) && is(1, t.month) && is(2, t.day) && is(3, weekday(seconds) + 1);
}

/** 0 for Monday. 2000-01-01 was a Saturday. */
function weekday(seconds: number): number {
  return (Math.floor(seconds / DAY_SECONDS) + 5) % 7;
}

/** When a season last started, at or before a moment; one without a year starts every year. */
function lastStart(date: Uint8Array, seconds: number): number {
  const [year = ANY, month = 1, day = 1] = date;
  const of = (full: number): number =>
    fromCivil({ year: full, month: month === ANY ? 1 : month, day: day === ANY ? 1 : day, hour: 0, minute: 0, second: 0 });
  const now = fromSeconds2000(seconds);
  if (year !== ANY) return of(1900 + year) <= now ? of(1900 + year) : Number.NEGATIVE_INFINITY;
  const thisYear = toCivil(now).year;
  return of(thisYear) <= now ? of(thisYear) : of(thisYear - 1);
}

/** The day profile in force: of a special day, else of the week of the season that started last. */
function dayInForce(store: ZclStore, kind: CalendarKind, seconds: number): number {
  const special = entriesIn(store.record(`${kind}.specialDays`), 'Special Day Entry').find((entry) =>
    covers(octetsIn(entry, 'Special Day Date'), seconds),
  );
  if (special) return numberIn(special, 'Day ID Ref');
  let start = Number.NEGATIVE_INFINITY;
  let week = numberIn(store.record(`${kind}.weeks`), 'Week ID');
  for (const season of store.records(`${kind}.seasons`).flatMap((one) => entriesIn(one, 'Season Entry'))) {
    const at = lastStart(octetsIn(season, 'Season Start Date'), seconds);
    if (at > start) [start, week] = [at, numberIn(season, 'Week ID Ref')];
  }
  const profile = store.records(`${kind}.weeks`).find((one) => numberIn(one, 'Week ID') === week);
  return numberIn(profile, `Day ID Ref ${DAY_FIELDS[weekday(seconds)]}`);
}

/** Schedule entries of the day profile in force, in the order of the day. */
function scheduleOf(store: ZclStore, kind: CalendarKind, seconds: number): readonly ZclRecord[] {
  const day = dayInForce(store, kind, seconds);
  const profile = store.records(`${kind}.days`).find((one) => numberIn(one, 'Day ID') === day);
  return entriesIn(profile, 'Day Schedule Entries');
}

/**
 * What a calendar says at a moment: the tariff's price tier (0: block prices), or whether supply must not be disabled (1).
 * @param seconds ZCL UTCTime
 * @returns undefined when the calendar has no entry for it
 */
export function calendarEntry(store: ZclStore, kind: CalendarKind, seconds: number): number | undefined {
  const minute = Math.floor((seconds % DAY_SECONDS) / 60);
  const last = scheduleOf(store, kind, seconds).findLast((entry) => numberIn(entry, 'Start Time') <= minute);
  return last && numberIn(last, 'Price Tier | Friendly Credit Enable');
}

/**
 * Until when a calendar says the same at least: the next entry of the day, or the next midnight (UTC), ZCL UTCTime.
 * @param seconds ZCL UTCTime
 */
export function calendarEntryUntil(store: ZclStore, kind: CalendarKind, seconds: number): number {
  const midnight = seconds - (seconds % DAY_SECONDS);
  const starts = scheduleOf(store, kind, seconds).map((entry) => midnight + 60 * numberIn(entry, 'Start Time'));
  return Math.min(midnight + DAY_SECONDS, ...starts.filter((start) => start > seconds));
}
