import { DAY_MS, type DayNumber, dayOf } from '../device/cosem/calendar-date.ts';
import type { Device } from '../device/device.ts';
import { LocalTicks } from '../device/life/local-ticks.ts';
import type { Organ, OrganState } from '../device/life/organ.ts';
import { UNITS_PER_WATT_HOUR } from '../device/metering/energy-walk.ts';
import type { ElectricityLoad } from '../device/metering/load.ts';
import { Accrual, costOf } from '../device/payment/accrual.ts';
import type { ConsumptionCharger, Element, UnitPrice } from '../device/payment/spending.ts';
import { fromCivil, type Millis, toCivil } from '../kernel/time.ts';

const UNITS_PER_KWH = BigInt(1_000 * UNITS_PER_WATT_HOUR);
const MONTHS_PER_YEAR = 12;
const DAYS_PER_WEEK = 7;
/** 1970-01-01 was a Thursday; weeks begin on Monday. */
const THURSDAY = 3;

/** What was consumed in a day, week or month, by all elements, and what it cost without standing charge. */
export interface PeriodValue {
  /** When it began, by the device's own clock. */
  readonly from: Millis;
  readonly wattHours: number;
  readonly millipence: number;
}

/** Days, weeks and months: how many besides the present one are kept, which one a day lies in, and when one begins. */
interface Kind {
  readonly before: number;
  readonly numberOf: (day: DayNumber) => number;
  readonly startOf: (number: number) => Millis;
}

function monthOf(day: DayNumber): number {
  const { year, month } = toCivil(day * DAY_MS);
  return year * MONTHS_PER_YEAR + month - 1;
}

function startOfMonth(number: number): Millis {
  const month = (number % MONTHS_PER_YEAR) + 1;
  return fromCivil({ year: Math.floor(number / MONTHS_PER_YEAR), month, day: 1, hour: 0, minute: 0, second: 0 });
}

const KINDS = {
  days: { before: 8, numberOf: (day) => day, startOf: (number) => number * DAY_MS },
  weeks: {
    before: 5,
    numberOf: (day) => Math.floor((day + THURSDAY) / DAYS_PER_WEEK),
    startOf: (number) => (number * DAYS_PER_WEEK - THURSDAY) * DAY_MS,
  },
  months: { before: 13, numberOf: monthOf, startOf: startOfMonth },
} as const satisfies Readonly<Record<string, Kind>>;

export type HistoryKind = keyof typeof KINDS;
const KIND_NAMES: readonly HistoryKind[] = ['days', 'weeks', 'months'];

/** What had been consumed, and what it had cost, in all when a period began. */
type Mark = readonly [wattHours: number, millipence: number];

interface Kept {
  readonly tick: Millis;
  readonly day?: DayNumber;
  readonly wattHours: number;
  readonly rest: number;
  readonly millipence: number;
  readonly cost?: OrganState;
  /** Wh and millipence in turn, the present period first. */
  readonly days: readonly number[];
  readonly weeks: readonly number[];
  readonly months: readonly number[];
}

/**
 * Cumulative and historical value store (SMETS 5.7.5.11): consumption and its cost today and on 8 days before, this week and in 5 before,
 * this month and in 13 before, by the device's own clock. Displays show it; no use case reads it. Only totals at the beginnings of
 * periods are kept.
 */
export class ConsumptionHistory implements Organ, ConsumptionCharger {
  readonly name = 'consumption-history';
  readonly #device: Device;
  readonly #flow: () => ElectricityLoad;
  readonly #ticks: LocalTicks;
  readonly #cost = new Accrual();
  /** The day that is today; undefined until the time is known. */
  #day: DayNumber | undefined;
  #wattHours = 0;
  /** Watt milliseconds beyond whole watt hours. */
  #rest = 0;
  #millipence = 0;
  #marks: Readonly<Record<HistoryKind, readonly Mark[]>> = NO_MARKS;

  /** @param flow what flows while time passes */
  constructor(device: Device, flow: () => ElectricityLoad) {
    this.#device = device;
    this.#flow = flow;
    this.#ticks = new LocalTicks(device, DAY_MS);
  }

  /** Periods of a kind, the present one first, as far as the meter has known the time. */
  values(kind: HistoryKind): readonly PeriodValue[] {
    const { numberOf, startOf } = KINDS[kind];
    const present = this.#day === undefined ? 0 : numberOf(this.#day);
    const ends: readonly Mark[] = [[this.#wattHours, this.#millipence], ...this.#marks[kind]];
    return this.#marks[kind].map(([wattHours, millipence], i) => ({
      from: startOf(present - i),
      wattHours: (ends[i]?.[0] ?? 0) - wattHours,
      millipence: (ends[i]?.[1] ?? 0) - millipence,
    }));
  }

  consumed(_element: Element, units: bigint, price: UnitPrice): void {
    this.#millipence += this.#cost.add(costOf(units, price, UNITS_PER_KWH));
  }

  start(now: Millis): void {
    this.#turn(now);
  }

  deadline(): Millis | undefined {
    return this.#ticks.next;
  }

  pass(from: Millis, to: Millis): void {
    const { importWatts, secondaryWatts } = this.#flow();
    const sum = this.#rest + (importWatts + secondaryWatts) * (to - from);
    const whole = Math.floor(sum / UNITS_PER_WATT_HOUR);
    this.#wattHours += whole;
    this.#rest = sum - whole * UNITS_PER_WATT_HOUR;
  }

  act(now: Millis): void {
    if ((this.#ticks.next ?? now + 1) <= now) this.#turn(now);
  }

  clockMoved(now: Millis): void {
    this.#turn(now);
  }

  powerUp(now: Millis): void {
    this.#turn(now);
  }

  /**
   * It may be another day, and with it another week and month: periods have begun or, where the clock went back, are still to come and
   * what was counted in them belongs to the one that goes on.
   */
  #turn(now: Millis): void {
    this.#ticks.restart(now);
    const day = dayOf(this.#device.localTime(now));
    const before = this.#day;
    if (this.#device.clock.status === 'invalid' || day === before) return;
    this.#day = day;
    const marks = KIND_NAMES.map((kind) => [kind, this.#marksOf(kind, before, day)]);
    this.#marks = Object.fromEntries(marks) as Record<HistoryKind, readonly Mark[]>;
  }

  #marksOf(kind: HistoryKind, before: DayNumber | undefined, day: DayNumber): readonly Mark[] {
    const { before: kept, numberOf } = KINDS[kind];
    const begun = before === undefined ? 1 : numberOf(day) - numberOf(before);
    const mark: Mark = [this.#wattHours, this.#millipence];
    const fresh = Array.from({ length: Math.min(Math.max(0, begun), kept + 1) }, () => mark);
    const marks = [...fresh, ...this.#marks[kind].slice(Math.max(0, -begun))].slice(0, kept + 1);
    return marks.length === 0 ? [mark] : marks;
  }

  state(): OrganState | undefined {
    const tick = this.#ticks.kept;
    if (tick === undefined) return undefined;
    const cost = this.#cost.state();
    const kept: Kept = {
      tick,
      ...(this.#day !== undefined && { day: this.#day }),
      wattHours: this.#wattHours,
      rest: this.#rest,
      millipence: this.#millipence,
      ...(cost !== undefined && { cost }),
      days: this.#marks.days.flat(),
      weeks: this.#marks.weeks.flat(),
      months: this.#marks.months.flat(),
    };
    return { ...kept };
  }

  restore(state: OrganState | undefined): void {
    const { tick, day, wattHours = 0, rest = 0, millipence = 0, cost, ...marks } = (state ?? {}) as Partial<Kept>;
    this.#ticks.restore(tick);
    this.#day = day;
    [this.#wattHours, this.#rest, this.#millipence] = [wattHours, rest, millipence];
    this.#cost.restore(cost);
    this.#marks = Object.fromEntries(KIND_NAMES.map((kind) => [kind, marksOf(marks[kind] ?? [])])) as Record<
      HistoryKind,
      readonly Mark[]
    >;
  }
}

function marksOf(numbers: readonly number[]): readonly Mark[] {
  return Array.from({ length: numbers.length / 2 }, (_, i): Mark => [numbers[2 * i] ?? 0, numbers[2 * i + 1] ?? 0]);
}

const NO_MARKS: Readonly<Record<HistoryKind, readonly Mark[]>> = { days: [], weeks: [], months: [] };
