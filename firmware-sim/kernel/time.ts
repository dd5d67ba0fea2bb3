import { UsageError } from './errors.ts';

/** A moment as milliseconds since 1970-01-01T00:00:00Z (UTC without leap seconds, as GBCS has it). */
export type Millis = number;

/** A moment split into calendar fields, UTC. */
export interface CivilTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const DAY_MS = 86_400_000;

/** 2000-01-01T00:00:00Z, from which ZCL UTCTime and DLMS log timestamps count seconds. */
export const EPOCH_2000: Millis = 946_684_800_000;

/** Days from 1970-01-01 to a civil date (proleptic Gregorian; Howard Hinnant's arithmetic). */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The moment of calendar fields. Fields are taken as they are: check them first. */
export function fromCivil(t: CivilTime): Millis {
  return daysFromCivil(t.year, t.month, t.day) * DAY_MS + ((t.hour * 60 + t.minute) * 60 + t.second) * 1000;
}

/** Calendar fields of a moment; fractions of a second are dropped. */
export function toCivil(at: Millis): CivilTime {
  const days = Math.floor(at / DAY_MS);
  const seconds = Math.floor((at - days * DAY_MS) / 1000);
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1,
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
  };
}

/** Number of days in a month. */
export function daysInMonth(year: number, month: number): number {
  const next = month === 12 ? daysFromCivil(year + 1, 1, 1) : daysFromCivil(year, month + 1, 1);
  return next - daysFromCivil(year, month, 1);
}

/** True when the fields name a moment that exists. */
export function isCivil(t: CivilTime): boolean {
  return (
    t.month >= 1 &&
    t.month <= 12 &&
    t.day >= 1 &&
    t.day <= daysInMonth(t.year, t.month) &&
    t.hour >= 0 &&
    t.hour <= 23 &&
    t.minute >= 0 &&
    t.minute <= 59 &&
    t.second >= 0 &&
    t.second <= 59
  );
}

const two = (n: number): string => String(n).padStart(2, '0');

/** `2030-01-15T09:00:00Z`. */
export function toIso(at: Millis): string {
  const t = toCivil(at);
  return `${String(t.year).padStart(4, '0')}-${two(t.month)}-${two(t.day)}T${two(t.hour)}:${two(t.minute)}:${two(t.second)}Z`;
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?Z?)?$/;

/** Calendar fields of an ISO 8601 text, or undefined when it is none. */
export function civilFromIso(text: string): CivilTime | undefined {
  const m = ISO.exec(text.trim());
  if (!m) return undefined;
  const part = (i: number): number => Number(m[i] ?? 0);
  const t = { year: part(1), month: part(2), day: part(3), hour: part(4), minute: part(5), second: part(6) };
  return isCivil(t) ? t : undefined;
}

/**
 * The moment an ISO 8601 text names, always taken as UTC.
 * @throws UsageError `bad-time`
 */
export function parseIso(text: string): Millis {
  const civil = civilFromIso(text);
  if (!civil) throw new UsageError('bad-time', `${JSON.stringify(text)} is not a time; write it as 2030-01-15T09:00:00Z (UTC)`);
  return fromCivil(civil);
}

/** Whole seconds since 2000-01-01T00:00:00Z. */
export function toSeconds2000(at: Millis): number {
  return Math.floor((at - EPOCH_2000) / 1000);
}

export function fromSeconds2000(seconds: number): Millis {
  return EPOCH_2000 + seconds * 1000;
}
