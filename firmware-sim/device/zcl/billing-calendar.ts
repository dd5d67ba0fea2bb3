import { daysInMonth, fromCivil, fromSeconds2000, toCivil, toSeconds2000 } from '../../kernel/time.ts';
import { numberIn } from './plain.ts';
import type { ZclRecord } from './store.ts';

/** Times that stand for none (ZSE; RTDS 4.5.0 cancellations). */
const NEVER = 0xffff_fffe;

/** Seconds of a Billing Period Duration Type's time base: minutes, days, weeks; months are counted by the calendar (GBCS GCS25). */
const BASE_SECONDS: Readonly<Record<number, number>> = { 0: 60, 1: 86_400, 2: 604_800 };
const MONTHS = 3;
const BASE_MASK = 0x0f;

/** So many months later at the same time of day; in a month that lacks the day, on its last. @param start ZCL UTCTime */
function monthsLater(start: number, months: number): number {
  const t = toCivil(fromSeconds2000(start));
  const index = t.year * 12 + (t.month - 1) + months;
  const [year, month] = [Math.floor(index / 12), (index % 12) + 1];
  return toSeconds2000(fromCivil({ ...t, year, month, day: Math.min(t.day, daysInMonth(year, month)) }));
}

/**
 * When the billing data log is next written after a moment: at the start of a billing calendar, and at the end of each of its periods.
 * @param period the command that published it (GBCS GCS25)
 * @param after ZCL UTCTime
 * @returns undefined without a period that ends
 */
export function nextBillingEnd(period: ZclRecord | undefined, after: number): number | undefined {
  const published = numberIn(period, 'Billing Period Start Time');
  const start = published === 0 ? numberIn(period, 'Received At') : published;
  const duration = numberIn(period, 'Billing Period Duration');
  if (duration === 0 || published >= NEVER) return undefined;
  if (start > after) return start;
  const base = numberIn(period, 'Billing Period Duration Type') & BASE_MASK;
  if (base !== MONTHS) {
    const seconds = BASE_SECONDS[base];
    return seconds && start + (Math.floor((after - start) / (seconds * duration)) + 1) * seconds * duration;
  }
  const [from, to] = [toCivil(fromSeconds2000(start)), toCivil(fromSeconds2000(after))];
  const passed = Math.floor(((to.year - from.year) * 12 + to.month - from.month) / duration);
  const ends = [passed, passed + 1].map((periods) => monthsLater(start, periods * duration));
  return ends.find((end) => end > after);
}
