import { type NaiveCalendar, naiveDay } from '../device/cosem/naive-calendar.ts';

/** A tariff as people say it. Switch times lie on half hours. */
export interface PlainTariff {
  readonly calendar: NaiveCalendar;
  /** Watt hours at which the second, third and fourth block of a column begin. */
  readonly thresholds: Readonly<Record<number, readonly number[]>>;
  /** 10⁻⁵ currency units for a kilowatt hour, by `tou 1`, `block 2 column 3`. */
  readonly prices: Readonly<Record<string, number>>;
}

const HALF_HOUR = 1_800_000n;
const DAY = 86_400_000;
const WATT_HOUR = 3_600_000n;

/**
 * Counts what one element of a meter uses, half hour by half hour, in watt milliseconds. Written apart from the meter: it goes through
 * the day's actions from the top for each half hour, and fills blocks like buckets.
 */
export class TariffModel {
  tariff: PlainTariff;
  total = 0n;
  /** Cost in 10⁻⁵ currency units × watt milliseconds for each kilowatt hour. */
  cost = 0n;
  readonly #registers = new Map<string, bigint>();
  /** Used in the billing period, by block and column. */
  readonly #counters = new Map<string, bigint>();
  readonly #days = new Map<number, ReturnType<typeof naiveDay>>();

  constructor(tariff: PlainTariff) {
    this.tariff = tariff;
  }

  /** Another tariff from now on. */
  change(tariff: PlainTariff): void {
    this.tariff = tariff;
    this.#days.clear();
  }

  resetCounters(): void {
    this.#counters.clear();
  }

  /** Register of a name in whole watt hours. */
  wattHours(name: string): number {
    return Number((this.#registers.get(name) ?? 0n) / WATT_HOUR);
  }

  counter(name: string): number {
    return Number((this.#counters.get(name) ?? 0n) / WATT_HOUR);
  }

  /** Name of the register that is in force. */
  inForce(at: number): string {
    const selector = this.#selector(at);
    if (selector > 200) return `secondary ${selector - 200}`;
    if (selector < 100) return `tou ${selector}`;
    const column = selector - 100;
    return `block ${this.#block(column)} column ${column}`;
  }

  price(at: number): number {
    return this.tariff.prices[this.inForce(at)] ?? 0;
  }

  /** Uses power for half an hour. */
  use(at: number, watts: number): void {
    for (let left = BigInt(watts) * HALF_HOUR; left > 0n; ) {
      const room = this.#room(at);
      const part = room !== undefined && room < left ? room : left;
      this.#add(this.inForce(at), part, at);
      left -= part;
    }
  }

  #add(name: string, amount: bigint, at: number): void {
    this.total += amount;
    this.cost += amount * BigInt(this.price(at));
    this.#registers.set(name, (this.#registers.get(name) ?? 0n) + amount);
    this.#counters.set(name, (this.#counters.get(name) ?? 0n) + amount);
  }

  /** The action at or before a moment: of its day, or the last of an earlier one. */
  #selector(at: number): number {
    for (let day = Math.floor(at / DAY); ; day--) {
      const actions = this.#days.get(day) ?? naiveDay(this.tariff.calendar, new Date(day * DAY));
      this.#days.set(day, actions);
      const past = actions.filter(({ hour, minute }) => day * DAY + (hour * 60 + minute) * 60_000 <= at);
      const last = past.at(-1);
      if (last) return last.selector;
    }
  }

  #used(column: number): bigint {
    return [1, 2, 3, 4].reduce((sum, block) => sum + (this.#counters.get(`block ${block} column ${column}`) ?? 0n), 0n);
  }

  #block(column: number): number {
    const used = this.#used(column);
    return 1 + (this.tariff.thresholds[column] ?? []).filter((threshold) => used >= BigInt(threshold) * WATT_HOUR).length;
  }

  /** What the column in force takes until its next threshold. */
  #room(at: number): bigint | undefined {
    const column = this.#selector(at) - 100;
    const used = this.#used(column);
    const next = (this.tariff.thresholds[column] ?? []).find((threshold) => used < BigInt(threshold) * WATT_HOUR);
    return next === undefined ? undefined : BigInt(next) * WATT_HOUR - used;
  }
}
