import type { OrganState } from '../device/life/organ.ts';
import { fromSeconds2000, toCivil } from '../kernel/time.ts';

const DAY_SECONDS = 86_400;

/** Consumption and its cost in a day, week or month. */
export interface PeriodValue {
  /** When the period begins, ZCL UTCTime. */
  readonly from: number;
  readonly wattHours: number;
  readonly millipence: number;
}

/** Periods of a kind: this one and so many before it (behaviour.md 1.9; ZSE alternative and cost historical consumption). */
const KINDS = {
  days: { kept: 9, beginOf: (time: number): number => time - (time % DAY_SECONDS) },
  // 2000-01-03 was a Monday.
  weeks: { kept: 6, beginOf: (time: number): number => time - ((time + 5 * DAY_SECONDS) % (7 * DAY_SECONDS)) },
  months: {
    kept: 14,
    beginOf: (time: number): number => {
      const { day } = toCivil(fromSeconds2000(time));
      return time - (time % DAY_SECONDS) - (day - 1) * DAY_SECONDS;
    },
  },
} as const;

export type PeriodKind = keyof typeof KINDS;

const KIND_NAMES = Object.keys(KINDS) as readonly PeriodKind[];

/** The cumulative and historical value store of a gas proxy: consumption and cost by day, week and month, newest first. */
export class ValueStore {
  #values: Readonly<Record<PeriodKind, readonly PeriodValue[]>> = { days: [], weeks: [], months: [] };

  /**
   * The meter says what has been consumed in a day so far.
   * @param time a moment within the day, ZCL UTCTime
   */
  add(time: number, wattHours: number, millipence: number): void {
    const [today] = this.#values.days;
    const before = today?.from === KINDS.days.beginOf(time) ? today : { wattHours: 0, millipence: 0 };
    const more = { wattHours: wattHours - before.wattHours, millipence: millipence - before.millipence };
    const added = KIND_NAMES.map((kind) => [kind, this.#with(kind, time, more)] as const);
    this.#values = Object.fromEntries(added) as Record<PeriodKind, readonly PeriodValue[]>;
  }

  #with(kind: PeriodKind, time: number, more: Omit<PeriodValue, 'from'>): readonly PeriodValue[] {
    const { kept, beginOf } = KINDS[kind];
    const from = beginOf(time);
    const [newest, ...others] = this.#values[kind];
    if (newest?.from !== from) return [{ from, ...more }, ...this.#values[kind]].slice(0, kept);
    const sum = { wattHours: newest.wattHours + more.wattHours, millipence: newest.millipence + more.millipence };
    return [{ from, ...sum }, ...others];
  }

  periods(kind: PeriodKind): readonly PeriodValue[] {
    return this.#values[kind];
  }

  state(): OrganState {
    return Object.fromEntries(KIND_NAMES.map((kind) => [kind, this.#values[kind].map((one) => ({ ...one }))]));
  }

  restore(state: OrganState | undefined): void {
    const kept = (state ?? {}) as Partial<Record<PeriodKind, readonly PeriodValue[]>>;
    this.#values = { days: kept.days ?? [], weeks: kept.weeks ?? [], months: kept.months ?? [] };
  }
}
