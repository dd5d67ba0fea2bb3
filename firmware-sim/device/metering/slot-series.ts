import type { Millis } from '../../kernel/time.ts';
import { FIT_NUMBERS, firstFit, Growths, type RemainderFit, restoredFit } from './remainder-fit.ts';

/** A period that has ended. */
export interface EndedPeriod {
  /** Its end by the device's own clock, in seconds since 2000: the time of its row. */
  readonly time: number;
  /** Seconds from one end to the next. */
  readonly every: number;
  /** Between which moments of the runtime's time what its row holds was measured. */
  readonly start: Millis;
  readonly end: Millis;
}

/** What flows, as far as it is known without a register. */
export interface Forecast {
  readonly fields: number;
  /** Fractions of what flows in one whole of what a register counts. */
  readonly unit: number;
  /** Goes along the flow: `to` gives for each field what has flowed since the last call. */
  from(start: Millis): { to(end: Millis): readonly number[] };
}

/** Rows in a row that follow from the forecast: periods without a gap, by a clock that was not set. */
interface Run {
  /** Time of the first row. */
  readonly time: number;
  readonly every: number;
  readonly count: number;
  /** Between which moments the first row was measured. */
  readonly start: Millis;
  readonly end: Millis;
  readonly codes: readonly number[];
}

/** Numbers of a run before its codes, and which of them counts its rows. */
const HEAD = 5;
const COUNT = 2;
/**
 * Rows in one run at most, about 13 weeks of half hours: rows are worked out from the start of their run, so that this bounds what the
 * last of them costs.
 */
const RUN_MAX = 2_184;

/** Told of rows in the order in which they were put in; the list of values is used again. */
export type RowVisitor = (time: number, values: readonly number[]) => void;

/** A series as plain data: runs that are over, the open one without its codes, and what is known of its registers. */
export interface SlotSeriesState {
  readonly [key: string]: readonly number[];
  readonly closed: readonly number[];
  readonly open: readonly number[];
  readonly fits: readonly number[];
}

/**
 * Rows of a log that follow from what flows, of which next to nothing is kept: for each field the fraction its register began with.
 * Where a register does not do what the forecast says (supply off, an outage, another value written to it) its rows are kept as they
 * are, and the forecast begins anew behind them. What is read is what was put in, whatever it was.
 */
export class SlotSeries {
  readonly #forecast: Forecast;
  readonly #capacity: number;
  /** Runs that are over, their numbers one after the other. */
  #closed: number[] = [];
  #open: Omit<Run, 'codes'> | undefined;
  #fits: readonly RemainderFit[] = [];
  /** Rows in runs that are over. */
  #closedRows = 0;

  /** @param capacity rows that are needed; runs before them are forgotten */
  constructor(forecast: Forecast, capacity: number) {
    this.#forecast = forecast;
    this.#capacity = capacity;
  }

  /** How many rows there are. */
  get count(): number {
    return this.#closedRows + (this.#open?.count ?? 0);
  }

  /** Earliest time of any row. */
  get earliest(): number | undefined {
    let earliest: number | undefined;
    for (const { time } of this.#runs()) earliest = Math.min(time, earliest ?? time);
    return earliest;
  }

  /** Whether there is a row with a time. */
  has(time: number): boolean {
    for (const run of this.#runs()) {
      const since = time - run.time;
      if (since >= 0 && since % run.every === 0 && since / run.every < run.count) return true;
    }
    return false;
  }

  /** Takes the row of the period that has just ended. */
  add(period: EndedPeriod, values: readonly number[]): void {
    const amounts = this.#forecast.from(period.start).to(period.end);
    if (this.#open && follows(period, this.#open) && this.#fits.every((fit, i) => fit.take(values[i] ?? 0, amounts[i] ?? 0))) {
      this.#open = { ...this.#open, count: this.#open.count + 1 };
      return;
    }
    this.#close();
    const { time, every, start, end } = period;
    this.#open = { time, every, count: 1, start, end };
    this.#fits = values.map((value, i) => firstFit(this.#forecast.unit, value, amounts[i] ?? 0));
  }

  #close(): void {
    const last = this.#last();
    if (!last) return;
    const { time, every, count, start, end, codes } = last;
    this.#closed.push(time, every, count, start, end, ...codes);
    this.#closedRows += count;
    let gone = 0;
    for (; this.#closedRows - this.#rowsAt(gone) >= this.#capacity; gone += this.#size) this.#closedRows -= this.#rowsAt(gone);
    if (gone > 0) this.#closed.splice(0, gone);
  }

  /** Numbers of a run. */
  get #size(): number {
    return HEAD + this.#forecast.fields;
  }

  #rowsAt(at: number): number {
    return this.#closed[at + COUNT] ?? Number.POSITIVE_INFINITY;
  }

  /** Goes through the rows from one time to another, both included, all of them without the `skip` oldest of the series. */
  visit(from: number, to: number, skip: number, visitor: RowVisitor): void {
    let left = skip;
    for (const run of this.#runs()) {
      const first = Math.max(left, Math.ceil((from - run.time) / run.every), 0);
      const last = Math.min(run.count - 1, Math.floor((to - run.time) / run.every));
      left = Math.max(0, left - run.count);
      if (first <= last) this.#visitRun(run, first, last, visitor);
    }
  }

  #visitRun({ time, every, start, end, codes }: Run, first: number, last: number, visitor: RowVisitor): void {
    const walk = this.#forecast.from(start);
    const growths = codes.map((code) => new Growths(this.#forecast.unit, code));
    const values = codes.map(() => 0);
    for (let i = 0; i <= last; i++) {
      const amounts = walk.to(end + i * every * 1000);
      for (let field = 0; field < values.length; field++) {
        values[field] = (growths[field] as Growths).next(amounts[field] ?? 0);
      }
      if (i >= first) visitor(time + i * every, values);
    }
  }

  /** Times of the first and the last row of each unbroken run of rows. */
  *spans(): Iterable<readonly [first: number, last: number, every: number]> {
    for (const run of this.#runs()) yield [run.time, lastTime(run), run.every];
  }

  *#runs(): Iterable<Run> {
    for (let at = 0; at < this.#closed.length; at += this.#size) yield this.#runAt(at);
    const last = this.#last();
    if (last) yield last;
  }

  #runAt(at: number): Run {
    const [time = 0, every = 0, count = 0, start = 0, end = 0] = this.#closed.slice(at, at + HEAD);
    return { time, every, count, start, end, codes: this.#closed.slice(at + HEAD, at + this.#size) };
  }

  #last(): Run | undefined {
    return this.#open && { ...this.#open, codes: this.#fits.map(({ code }) => code) };
  }

  state(): SlotSeriesState {
    const { time = 0, every = 0, count = 0, start = 0, end = 0 } = this.#open ?? {};
    return {
      closed: [...this.#closed],
      open: this.#open ? [time, every, count, start, end] : [],
      fits: this.#fits.flatMap(({ state }) => state),
    };
  }

  restore({ closed, open, fits }: SlotSeriesState): void {
    const [time = 0, every = 0, count = 0, start = 0, end = 0] = open;
    this.#closed = [...closed];
    this.#closedRows = 0;
    for (let at = 0; at < closed.length; at += this.#size) this.#closedRows += this.#rowsAt(at);
    this.#open = open.length > 0 ? { time, every, count, start, end } : undefined;
    this.#fits = Array.from({ length: fits.length / FIT_NUMBERS }, (_, i) =>
      restoredFit(this.#forecast.unit, fits.slice(i * FIT_NUMBERS, (i + 1) * FIT_NUMBERS)),
    );
  }
}

const lastTime = ({ time, every, count }: Pick<Run, 'time' | 'every' | 'count'>): number => time + (count - 1) * every;

/** Whether a period goes on where a run ends. */
function follows(period: EndedPeriod, run: Omit<Run, 'codes'>): boolean {
  const { every, count } = run;
  const end = run.end + (count - 1) * every * 1000;
  return (
    count < RUN_MAX &&
    period.every === every &&
    period.time === run.time + count * every &&
    period.start === end &&
    period.end === end + every * 1000
  );
}
