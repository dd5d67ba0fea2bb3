import { ALERT_NAMES } from '../dictionary/alert-names.ts';
import { obisBytes, obisText } from '../dictionary/cosem-obis.ts';
import { readingOf, type Surroundings } from '../dictionary/readings.ts';
import { type Bytes, fromAscii, isPrintable, toAscii } from '../kernel/bytes.ts';
import { type Eui64, eui64At, eui64Bytes, parseEui64 } from '../kernel/eui64.ts';
import { civilFromIso, fromCivil, fromSeconds2000, isCivil, toIso, toSeconds2000 } from '../kernel/time.ts';
import type { Format, Meta, Scalar } from './element.ts';

/** A format that shows octets as text and reads the same text back. */
interface OctetFormat {
  /** Text of the octets; undefined when they do not fit the format (they are shown as hex then). */
  show(octets: Bytes): string | undefined;
  /** Octets of the text; undefined when it is not of the format. */
  read(text: string): Bytes | undefined;
}

const pad = (value: number, width: number): string => String(value).padStart(width, '0');
const part = (value: number, any: number, width: number): string => (value === any ? '*' : pad(value, width));
const unpart = (text: string | undefined, any: number): number => (text === undefined || text === '*' ? any : Number(text));

const u16 = (octets: Bytes, at: number): number => ((octets[at] as number) << 8) | (octets[at + 1] as number);

const DATE = /^(\*|\d{4,5})-(\*|\d{2,3})-(\*|\d{2,3})(?:\/(\*|\d{1,3}))?$/;

/** DLMS date: year(2) month day day-of-week, all ones for any: `2015-05-01`, `*-12-25`, `2015-05-01/5`. */
const date: OctetFormat = {
  show(o) {
    if (o.length !== 5) return undefined;
    const text = `${part(u16(o, 0), 0xffff, 4)}-${part(o[2] as number, 0xff, 2)}-${part(o[3] as number, 0xff, 2)}`;
    return o[4] === 0xff ? text : `${text}/${o[4]}`;
  },
  read(text) {
    const m = DATE.exec(text);
    if (!m) return undefined;
    const year = unpart(m[1], 0xffff);
    const rest = [unpart(m[2], 0xff), unpart(m[3], 0xff), unpart(m[4], 0xff)];
    return year <= 0xffff && rest.every((v) => v <= 0xff) ? Uint8Array.of(year >> 8, year & 0xff, ...rest) : undefined;
  },
};

const TIME = /^(\*|\d{2,3}):(\*|\d{2,3}):(\*|\d{2,3})(?:\.(\*|\d{2,3}))?$/;

/** DLMS time: hour minute second hundredths: `07:00:00`, `07:00:00.50`. */
const time: OctetFormat = {
  show(o) {
    if (o.length !== 4) return undefined;
    const [h, m, s, c] = Array.from(o, (value) => part(value, 0xff, 2));
    return o[3] === 0 ? `${h}:${m}:${s}` : `${h}:${m}:${s}.${c}`;
  },
  read(text) {
    const m = TIME.exec(text);
    if (!m) return undefined;
    const values = [unpart(m[1], 0xff), unpart(m[2], 0xff), unpart(m[3], 0xff), m[4] === undefined ? 0 : unpart(m[4], 0xff)];
    return values.every((v) => v <= 0xff) ? Uint8Array.from(values) : undefined;
  },
};

const NOW: Bytes = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0, 0xff);
const NEVER: Bytes = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x80, 0, 0xff);
const same = (a: Bytes, b: Bytes): boolean => a.length === b.length && a.every((octet, i) => octet === b[i]);

/** Deviation 8000 (not given) and the clock status after the nine calendar octets. */
const isPlainUtc = (o: Bytes): boolean => o[4] === 0xff && o[8] === 0 && o[9] === 0x80 && o[10] === 0;

const civilAt = (o: Bytes) => ({
  year: u16(o, 0),
  month: o[2] as number,
  day: o[3] as number,
  hour: o[5] as number,
  minute: o[6] as number,
  second: o[7] as number,
});

/** ISO text of a DLMS date-time in plain UTC whatever its clock status; undefined for wildcards and odd fields. */
export function isoOfDateTime(o: Bytes): string | undefined {
  if (o.length !== 12 || !isPlainUtc(o)) return undefined;
  const civil = civilAt(o);
  // ISO 8601 years have four digits.
  return civil.year <= 9999 && isCivil(civil) ? toIso(fromCivil(civil)) : undefined;
}

/** DLMS date-time of an ISO text: UTC, deviation 8000, the given clock status. */
export function dateTimeOfIso(text: string, status = 0xff): Bytes | undefined {
  const t = civilFromIso(text);
  if (!t || t.year > 0xfffe) return undefined;
  return Uint8Array.of(t.year >> 8, t.year & 0xff, t.month, t.day, 0xff, t.hour, t.minute, t.second, 0, 0x80, 0, status);
}

const LONG_DATE_TIME = /^(\S+) (\S+) ([0-9a-f]{4}) ([0-9a-f]{2})$/i;

/** DLMS date-time: `2030-01-15T09:00:00Z`, `now`, `never`, or date, time, deviation and status in full. */
const dateTime: OctetFormat = {
  show(o) {
    if (o.length !== 12) return undefined;
    if (same(o, NOW)) return 'now';
    if (same(o, NEVER)) return 'never';
    const iso = o[11] === 0xff ? isoOfDateTime(o) : undefined;
    if (iso) return iso;
    const hex = (at: number): string => (o[at] as number).toString(16).padStart(2, '0');
    return `${date.show(o.subarray(0, 5))} ${time.show(o.subarray(5, 9))} ${hex(9)}${hex(10)} ${hex(11)}`;
  },
  read(text) {
    if (text === 'now') return NOW.slice();
    if (text === 'never') return NEVER.slice();
    const iso = dateTimeOfIso(text);
    if (iso) return iso;
    const m = LONG_DATE_TIME.exec(text);
    const dateOctets = m && date.read(m[1] as string);
    const timeOctets = m && time.read(m[2] as string);
    if (!m || !dateOctets || !timeOctets) return undefined;
    const deviation = Number.parseInt(m[3] as string, 16);
    return Uint8Array.of(...dateOctets, ...timeOctets, deviation >> 8, deviation & 0xff, Number.parseInt(m[4] as string, 16));
  },
};

/** ZCL date: year - 1900, month, day, day of week; FF for any. */
const zclDate: OctetFormat = {
  show(o) {
    if (o.length !== 4) return undefined;
    const year = o[0] === 0xff ? 0xffff : 1900 + (o[0] as number);
    return date.show(Uint8Array.of(year >> 8, year & 0xff, o[1] as number, o[2] as number, o[3] as number));
  },
  read(text) {
    const o = date.read(text);
    if (!o) return undefined;
    const year = u16(o, 0);
    if (year !== 0xffff && (year < 1900 || year > 2154)) return undefined;
    return Uint8Array.of(year === 0xffff ? 0xff : year - 1900, o[2] as number, o[3] as number, o[4] as number);
  },
};

const eui64: OctetFormat = {
  show: (o) => (o.length === 8 ? eui64At(o) : undefined),
  read(text) {
    try {
      return eui64Bytes(parseEui64(text) as Eui64);
    } catch {
      return undefined;
    }
  },
};

const obis: OctetFormat = { show: (o) => (o.length === 6 ? obisText(o) : undefined), read: obisBytes };

const plainText: OctetFormat = {
  show: (o) => (isPrintable(o) ? toAscii(o) : undefined),
  read: (text) => (/^[\x20-\x7e]*$/.test(text) ? fromAscii(text) : undefined),
};

/** Formats of octets by name. */
export const OCTET_FORMATS: Readonly<Partial<Record<Format, OctetFormat>>> = {
  'date-time': dateTime,
  date,
  time,
  'zcl-date': zclDate,
  eui64,
  obis,
  text: plainText,
};

/** How an integer is shown: as a time, as a code of so many octets, or as it is. */
export function showInteger(value: number | bigint, format: Format | undefined, octets = 1): number | string {
  const n = Number(value);
  if (format === 'utc' && n > 0 && n < 0xfffffffe) return toIso(fromSeconds2000(n));
  if (format === 'alert' && n >= 0) return `0x${value.toString(16).padStart(4, '0').toUpperCase()}`;
  if (format === 'code' && n >= 0) return `0x${value.toString(16).padStart(2 * octets, '0')}`;
  return Number.isSafeInteger(n) && typeof value === 'number' ? value : value.toString();
}

/** The integer of a shown value: a number, decimal or 0x text, or an ISO time; undefined when it is none. */
export function readInteger(shown: unknown): number | bigint | undefined {
  if (typeof shown === 'number') return Number.isInteger(shown) ? shown : undefined;
  if (typeof shown !== 'string') return undefined;
  if (/^-?\d+$/.test(shown) || /^0x[0-9a-f]+$/i.test(shown)) {
    const wide = BigInt(shown);
    return wide >= BigInt(Number.MIN_SAFE_INTEGER) && wide <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(wide) : wide;
  }
  const civil = civilFromIso(shown);
  return civil && toSeconds2000(fromCivil(civil));
}

/** UTC times that stand for something else (GBCS: at once; cancel, or the end of time). */
const UTC_WORDS: Readonly<Record<string, number>> = { now: 0, never: 0xffffffff };

/** Seconds since 2000 of a shown UTC time: what `readInteger` reads, `now` and `never`. */
export function readUtc(shown: unknown): number | bigint | undefined {
  return typeof shown === 'string' && Object.hasOwn(UTC_WORDS, shown) ? UTC_WORDS[shown] : readInteger(shown);
}

/**
 * What a value means, where a dictionary says.
 * @param value the value; bit strings as text of `0` and `1`
 * @param shown the form it is shown in, by which meanings are listed
 * @param around values beside and around it
 */
export function meaningOf(value: Scalar, meta: Meta | undefined, shown: unknown, around?: Surroundings): string | undefined {
  if (!meta) return undefined;
  if (meta.format === 'alert') return ALERT_NAMES.get(Number(value));
  const { meanings } = meta;
  const key = typeof value === 'number' || typeof value === 'bigint' ? String(value) : String(shown);
  const listed = meanings && Object.hasOwn(meanings, key) ? meanings[key] : undefined;
  return listed ?? (meta.reading && readingOf(meta.reading, value, around));
}

const GENERALIZED_TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;
const UTC_TIME = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;

/** Years of two digits reach from 1950 to 2049 (RFC 5280 4.1.2.5.1). */
const UTC_TIME_YEARS = /^(?:19[5-9]|20[0-4])/;

/** `20300115090000Z`, or `300115090000Z` of type UTCTime, as ISO; any other text as it is. */
export function showAsn1Time(text: string, type = 'GeneralizedTime'): string {
  const short = type === 'UTCTime';
  const m = (short ? UTC_TIME : GENERALIZED_TIME).exec(text);
  if (!m) return text;
  const century = short ? (Number(m[1]) >= 50 ? '19' : '20') : '';
  const iso = `${century}${m[1]}-${m[2]}-${m[3]}T${m[4]}:${m[5]}:${m[6]}Z`;
  return civilFromIso(iso) ? iso : text;
}

/** Inverse of `showAsn1Time`. A year that UTCTime has no digits for stays ISO text. */
export function readAsn1Time(text: string, type = 'GeneralizedTime'): string {
  const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) && civilFromIso(text);
  if (!iso) return text;
  if (type !== 'UTCTime') return text.replace(/[-:T]/g, '');
  return UTC_TIME_YEARS.test(text) ? text.slice(2).replace(/[-:T]/g, '') : text;
}
