import type { OrganState } from '../device/life/organ.ts';
import type { GasLoad } from '../device/metering/load.ts';
import type { LoadInput } from '../device/metering/load-input.ts';
import type { Millis } from '../kernel/time.ts';

/** From when on gas could flow, or not. */
interface Span {
  readonly from: Millis;
  readonly open: boolean;
}

/** A gas meter can say for 13 months what flowed when (SMETS 4.6.5.15); what is older goes. */
const KEPT_MS: Millis = 13 * 31 * 86_400_000;

/**
 * When gas could flow through a meter. With the load, which is a function of time, that says what has flowed between any two moments
 * without a record of it.
 */
export class FlowHistory {
  readonly #load: LoadInput<GasLoad>;
  #spans: readonly Span[] = [];

  constructor(load: LoadInput<GasLoad>) {
    this.#load = load;
  }

  /** From now on gas can flow, or cannot. */
  note(at: Millis, open: boolean): void {
    const last = this.#spans.at(-1);
    if (last?.open === open) return;
    const young = this.#spans.findIndex((_, i) => (this.#spans[i + 1]?.from ?? at) > at - KEPT_MS);
    const kept = young > 0 ? this.#spans.slice(young) : this.#spans;
    this.#spans = [...kept.filter(({ from }) => from < at), { from: at, open }];
  }

  /** Volume that passed between two moments, in counts (`COUNTS_PER_LITRE`); none before the meter lived. */
  counts(from: Millis, to: Millis): bigint {
    let counts = 0n;
    for (const [i, span] of this.#spans.entries()) {
      const until = this.#spans[i + 1]?.from ?? Number.POSITIVE_INFINITY;
      if (span.open && until > from && span.from < to) counts += this.#flowed(Math.max(from, span.from), Math.min(to, until));
    }
    return counts;
  }

  #flowed(from: Millis, to: Millis): bigint {
    let counts = 0n;
    for (let at = from; at < to; ) {
      const { value, until } = this.#load.profile.at(at);
      const next = Math.min(until, to);
      counts += BigInt(value.flow) * BigInt(next - at);
      at = next;
    }
    return counts;
  }

  state(): OrganState {
    return this.#spans.map(({ from, open }) => ({ from, open }));
  }

  restore(state: OrganState | undefined): void {
    this.#spans = (state ?? []) as unknown as readonly Span[];
  }
}
