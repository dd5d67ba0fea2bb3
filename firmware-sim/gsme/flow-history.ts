import type { OrganState } from '../device/life/organ.ts';
import type { GasLoad } from '../device/metering/load.ts';
import type { LoadInput } from '../device/metering/load-input.ts';
import type { Millis } from '../kernel/time.ts';

/** From when on gas could flow, or not. */
interface Span {
  readonly from: Millis;
  readonly open: boolean;
}

/** What had been counted up to a moment. */
interface Mark {
  readonly at: Millis;
  readonly counts: bigint;
}

/** A gas meter can say for 13 months what flowed when (SMETS 4.6.5.15); what is older is one sum. */
const KEPT_MS: Millis = 13 * 31 * 86_400_000;
/** Sums are remembered this far apart while the meter runs, so that no read has to go back to the beginning. */
const MARK_MS: Millis = 7 * 86_400_000;

/**
 * When gas could flow through a meter. With the load, which is a function of time, that says what had been counted at any moment
 * without a record of it.
 */
export class FlowHistory {
  readonly #load: LoadInput<GasLoad>;
  #base: Mark | undefined;
  #spans: readonly Span[] = [];
  #marks: Mark[] = [];
  /** The last answer: what is asked next is mostly a little later. */
  #last: Mark | undefined;

  constructor(load: LoadInput<GasLoad>) {
    this.#load = load;
  }

  get begun(): boolean {
    return this.#base !== undefined;
  }

  /** The meter begins to count. @param counts below the smallest step of its register, as counted before */
  begin(at: Millis, counts: bigint, open: boolean): void {
    this.#base = { at, counts };
    this.#spans = [{ from: at, open }];
  }

  /** From now on gas can flow, or cannot. */
  note(at: Millis, open: boolean): void {
    if (!this.#base || this.#spans.at(-1)?.open === open) return;
    const old = this.#spans[1];
    if (old && old.from < at - KEPT_MS) {
      this.#base = { at: old.from, counts: this.counted(old.from) };
      this.#spans = this.#spans.slice(1);
    }
    this.#spans = [...this.#spans.filter(({ from }) => from < at), { from: at, open }];
  }

  /** Volume counted up to a moment, in counts (`COUNTS_PER_LITRE`), since the meter began. */
  counted(at: Millis): bigint {
    const base = this.#base;
    if (!base || at <= base.at) return base?.counts ?? 0n;
    if (!this.#last || this.#last.at > at) this.#last = this.#markBefore(at, base);
    this.#last = { at, counts: this.#last.counts + this.#flowed(this.#last.at, at) };
    return this.#last.counts;
  }

  #markBefore(at: Millis, base: Mark): Mark {
    let mark = this.#marks.findLast((one) => one.at <= at) ?? base;
    for (let next = mark.at + MARK_MS; next <= at; next += MARK_MS) {
      mark = { at: next, counts: mark.counts + this.#flowed(mark.at, next) };
      this.#marks.push(mark);
    }
    return mark;
  }

  /** What flowed between two moments. */
  #flowed(from: Millis, to: Millis): bigint {
    let counts = 0n;
    for (let i = this.#spans.findLastIndex((span) => span.from <= from); i < this.#spans.length; i++) {
      const span = this.#spans[i];
      if (!span || span.from >= to) break;
      const until = this.#spans[i + 1]?.from ?? Number.POSITIVE_INFINITY;
      if (span.open) counts += this.#measured(Math.max(from, span.from), Math.min(to, until));
    }
    return counts;
  }

  #measured(from: Millis, to: Millis): bigint {
    let counts = 0n;
    for (let at = from; at < to; ) {
      const { value, until } = this.#load.profile.at(at);
      const next = Math.min(until, to);
      counts += BigInt(value.flow) * BigInt(next - at);
      at = next;
    }
    return counts;
  }

  state(): OrganState | undefined {
    const base = this.#base;
    return base && { base: { ...base }, spans: this.#spans.map(({ from, open }) => ({ from, open })) };
  }

  restore(state: OrganState | undefined): void {
    const kept = (state ?? {}) as { readonly base?: Mark; readonly spans?: readonly Span[] };
    this.#base = kept.base;
    this.#spans = kept.spans ?? [];
    this.#marks = [];
    this.#last = undefined;
  }
}
