import { fromCivil, type Millis, toCivil } from '../../../firmware-sim/kernel/time.ts';

/** Round steps of an axis of numbers: 1, 2 or 5 times a power of ten. */
function stepFor(span: number, count: number): number {
  const raw = span / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10);
}

const TINY = 1e-9;

/** An axis of numbers: its ends on round numbers, and the ticks between them. */
export interface NumberScale {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
}

/** The scale for values from `low` to `high` with about `count` ticks. */
export function numberScale(low: number, high: number, count = 4): NumberScale {
  // What differs by less than numbers can tell is one value, shown with some room around it.
  const span = high - low > Math.max(TINY, Math.abs(high) * TINY) ? high - low : Math.max(1, Math.abs(high) / 10);
  const step = stepFor(span, count);
  const first = Math.floor(low / step);
  const last = Math.ceil((low + span) / step);
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  return { low: first * step, high: last * step, ticks };
}

/** A tick as text, without the noise of binary fractions. */
export function tickText(value: number): string {
  return String(Number(value.toPrecision(12)));
}

const HOUR_MS: Millis = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const STEPS: readonly Millis[] = [HOUR_MS, 3 * HOUR_MS, 6 * HOUR_MS, 12 * HOUR_MS, DAY_MS, 2 * DAY_MS, 7 * DAY_MS];

/** Moments to mark on an axis of time, with their texts: hours, days, or the first of months. */
export function timeTicks(from: Millis, to: Millis, count = 8): readonly { readonly at: Millis; readonly text: string }[] {
  const step = STEPS.find((one) => (to - from) / one <= count);
  if (step === undefined) return monthTicks(from, to, count);
  const first = Math.ceil(from / step) * step;
  const ticks = Array.from({ length: Math.floor((to - first) / step) + 1 }, (_, i) => first + i * step);
  return ticks.map((at) => ({ at, text: at % DAY_MS === 0 ? dayText(at) : hourText(at) }));
}

const two = (value: number): string => String(value).padStart(2, '0');
const hourText = (at: Millis): string => `${two(toCivil(at).hour)}:00`;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
const dayText = (at: Millis): string => `${toCivil(at).day} ${MONTHS[toCivil(at).month - 1]}`;

function monthTicks(from: Millis, to: Millis, count: number): readonly { readonly at: Millis; readonly text: string }[] {
  const [start, end] = [toCivil(from), toCivil(to)];
  const months = (end.year - start.year) * 12 + end.month - start.month + 1;
  const every = [1, 2, 3, 6, 12].find((one) => months / one <= count + 4) ?? 12 * Math.ceil(months / 12 / count);
  const numbers = Array.from({ length: months + 1 }, (_, i) => start.year * 12 + start.month - 1 + i).filter(
    (one) => one % every === 0,
  );
  const ticks = numbers.map((one) => {
    const [year, month] = [Math.floor(one / 12), one % 12];
    const at = fromCivil({ year, month: month + 1, day: 1, hour: 0, minute: 0, second: 0 });
    return { at, text: month === 0 ? String(year) : (MONTHS[month] ?? '') };
  });
  return ticks.filter(({ at }) => at >= from && at <= to);
}
