import { fromSeconds2000, toCivil } from '../../kernel/time.ts';
import { NO_DATA, type SampleSource } from './sample-source.ts';

/*
 * What a gas meter is said to have measured before anybody looked: made up, a pure function of the half hour. Its registers are always
 * what they were before plus the half hours in between.
 */

const HALF_HOUR = 1_800;
const HALF_HOURS = 48;
const DAY = 86_400;

/** Thousandths of a cubic metre of a day by month, and what chance adds or takes. */
const DAILY: readonly number[] = [2_400, 2_300, 1_900, 1_400, 900, 600, 500, 500, 700, 1_200, 1_800, 2_300];
const CHANCE = 97;

/** Share of a day's gas in each half hour, midnight first: heating in the morning and in the evening. */
const SHARES: readonly number[] = [
  ...[4, 3, 3, 3, 3, 3, 3, 3, 4, 5, 8, 16, 34, 52, 60, 55, 42, 32, 26, 22, 19, 17, 16, 16],
  ...[18, 18, 16, 15, 15, 16, 19, 25, 34, 45, 52, 54, 50, 46, 42, 38, 33, 27, 21, 15, 11, 8, 6, 5],
];
/** Shares of all half hours before each. */
const BEFORE: readonly number[] = [...SHARES, 0].map((_, i) => SHARES.slice(0, i).reduce((sum, share) => sum + share, 0));
const WHOLE = BEFORE[HALF_HOURS] as number;

/** Repeatable small numbers: a quadratic residue sequence. */
const chance = (i: number): number => (i * i + 7 * i + 3) % CHANCE;

function litresOfDay(day: number): number {
  const { month } = toCivil(fromSeconds2000(day * DAY));
  return (DAILY[month - 1] as number) + 4 * (chance(day) - (CHANCE - 1) / 2);
}

/** Thousandths of a cubic metre in the half hour or day that ends at a time. @param end ZCL UTCTime */
export function madeUpLitres(end: number, interval: number): number {
  const day = Math.floor((end - 1) / DAY);
  const whole = litresOfDay(day);
  if (interval === DAY) return whole;
  const half = Math.floor((end - 1 - day * DAY) / HALF_HOUR);
  const upTo = (i: number): number => Math.floor((whole * (BEFORE[i] as number)) / WHOLE);
  return upTo(half + 1) - upTo(half);
}

/**
 * Made-up samples that lead up to a time.
 * @param interval seconds, of half hours or days
 * @param end ZCL UTCTime; the last sample is the last whole one before it
 * @param entries how many there are
 */
export function madeUpSamples(interval: number, end: number, entries: number): SampleSource {
  const last = end - (end % interval);
  const first = Math.max(interval, last - (entries - 1) * interval);
  const value = (at: number): number => (at < first || at > last ? NO_DATA : madeUpLitres(at, interval));
  return {
    interval,
    span: { first, last },
    samples: (from, count) => Array.from({ length: count }, (_, i) => value(from + i * interval)),
  };
}
