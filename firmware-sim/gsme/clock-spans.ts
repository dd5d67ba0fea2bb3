import type { OrganState } from '../device/life/organ.ts';
import type { Millis } from '../kernel/time.ts';

/** From when on the clock stood so much ahead of the runtime, and whether the meter logged by it. */
interface Span {
  readonly from: Millis;
  readonly offsetMs: Millis;
  /** Since when what is counted belongs to the first period that ends; undefined while nothing is logged. */
  readonly since?: Millis | undefined;
}

/** A period that a meter logged: from when to when it was, in the runtime's time. */
export interface Period {
  readonly from: Millis;
  readonly to: Millis;
}

/**
 * How a meter's clock stood over time, and so which periods of its clock it logged. A period whose end the clock jumped over is
 * missing, one that ended twice is the first (behaviour.md C10); none ends while the meter does not know the time (C5).
 */
export class ClockSpans {
  readonly #periodMs: Millis;
  readonly #keptMs: Millis;
  #spans: readonly Span[] = [];

  /** @param keptMs how far back periods are asked for */
  constructor(periodMs: Millis, keptMs: Millis) {
    this.#periodMs = periodMs;
    this.#keptMs = keptMs;
  }

  /** From now on the clock stands like this. */
  note(at: Millis, offsetMs: Millis, logging: boolean): void {
    const last = this.#spans.at(-1);
    if (last && last.offsetMs === offsetMs && (last.since !== undefined) === logging) return;
    const since = logging ? this.#sinceIn(last, at) : undefined;
    const young = this.#spans.findLastIndex(({ from }) => from < at - this.#keptMs);
    const kept = young > 0 ? this.#spans.slice(young) : this.#spans;
    this.#spans = [...kept.filter(({ from }) => from < at), { from: at, offsetMs, since }];
  }

  /** The last end of a period at or before a moment, when the meter was logging; else it begins afresh. */
  #sinceIn(last: Span | undefined, at: Millis): Millis {
    if (last?.since === undefined) return at;
    const end = at - mod(at + last.offsetMs, this.#periodMs);
    return end > last.from ? end : last.since;
  }

  /** Ends of the first and the last period that was logged up to a moment, by the meter's clock; undefined when there is none. */
  logged(now: Millis): { readonly first: Millis; readonly last: Millis } | undefined {
    let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const [i, { from, offsetMs, since }] of this.#spans.entries()) {
      if (since === undefined) continue;
      const until = this.#spans[i + 1]?.from ?? now;
      const end = until + offsetMs - mod(until + offsetMs, this.#periodMs);
      const start = from + offsetMs - mod(from + offsetMs, this.#periodMs) + this.#periodMs;
      if (start > end) continue;
      first = Math.min(first, start);
      last = Math.max(last, end);
    }
    return first <= last ? { first, last } : undefined;
  }

  /** The period that ended at a time of the meter's clock, as it was logged up to a moment; undefined when it was not. */
  period(end: Millis, now: Millis): Period | undefined {
    for (const [i, { from, offsetMs, since }] of this.#spans.entries()) {
      const to = end - offsetMs;
      if (since === undefined || to <= from || to > (this.#spans[i + 1]?.from ?? now)) continue;
      return { from: to - this.#periodMs > from ? to - this.#periodMs : since, to };
    }
    return undefined;
  }

  state(): OrganState {
    return this.#spans.map(({ from, offsetMs, since }) => ({ from, offsetMs, ...(since !== undefined && { since }) }));
  }

  restore(state: OrganState | undefined): void {
    this.#spans = (state ?? []) as unknown as readonly Span[];
  }
}

const mod = (value: Millis, by: Millis): Millis => ((value % by) + by) % by;
