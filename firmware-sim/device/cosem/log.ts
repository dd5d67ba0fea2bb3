import type { Element } from '../../codec/element.ts';
import type { ValueType } from '../../dictionary/value-type.ts';
import { NO_BYTES, toHex } from '../../kernel/bytes.ts';
import { toSeconds2000 } from '../../kernel/time.ts';
import type { LogEntry, LogName } from '../event-log.ts';
import { attributeOf, type CosemKey } from './key.ts';
import { LOG_HISTORIES } from './log-history.ts';
import { ALL_TIME, type LogSource, type RowSource, type TimeRange } from './log-source.ts';
import { historyEndOf, historySeed, MadeUpEnergy } from './made-up-energy.ts';
import { flatRow, type Row, type RowForm, rowFormOf, rowsOfBuffer } from './row-form.ts';
import type { Elements, Plain } from './value.ts';

/** Logs that show what the device itself has noted. */
const DEVICE_LOGS: Readonly<Record<CosemKey, LogName>> = {
  '7/0-0:99.98.0.255/2': 'event',
  '7/0-0:99.98.1.255/2': 'security',
  '7/0-0:99.98.4.255/2': 'power',
};

/** Whether an attribute is the buffer of a log. */
export function isLog(key: CosemKey): boolean {
  return LOG_HISTORIES[key] !== undefined;
}

/** The device's log that a buffer shows, if it shows one. */
export function deviceLogOf(key: CosemKey): LogName | undefined {
  return DEVICE_LOGS[key];
}

/** What the dictionary says of a log. */
interface LogType {
  readonly row: ValueType;
  readonly capacity: number;
  /** Fields of a row of a twin-element meter. */
  readonly fields: number;
}

const TYPES = new Map<CosemKey, LogType | undefined>();

function logTypeOf(key: CosemKey): LogType | undefined {
  if (!TYPES.has(key)) TYPES.set(key, makeLogType(attributeOf(key)?.type));
  return TYPES.get(key);
}

function makeLogType(type: ValueType | undefined): LogType | undefined {
  if (typeof type !== 'object' || !('rows' in type)) return undefined;
  const { rows: row, max: capacity = Number.POSITIVE_INFINITY } = type;
  return { row, capacity, fields: typeof row === 'object' && 'structure' in row ? row.structure.length : 0 };
}

const DAY_SECONDS = 86_400;

/** Consumption of each day (ECS66). */
export const DAILY_CONSUMPTION: CosemKey = '7/0-0:99.1.3.255/2';

/** Seconds since 2000 of a row: its first scalar. */
const timeOf = (row: Row): number => Number(row[0]);

/** Rows that are there. */
function listed(rows: readonly Row[]): RowSource {
  return {
    count: rows.length,
    rows: ({ from, to }, skip) => rows.slice(skip).filter((row) => timeOf(row) >= from && timeOf(row) <= to),
  };
}

/** An entry of a device's log as fields: the event log has other information, the power log 32 bits of it. */
function notedFields(log: LogName, { at, code, data = NO_BYTES }: LogEntry): Plain[] {
  const fields = [toSeconds2000(at), code];
  if (log === 'event') return [...fields, toHex(data)];
  return log === 'power' ? [...fields, data.subarray(0, 4).reduce((sum, octet) => sum * 256 + octet, 0)] : fields;
}

/** Up to when the made-up past goes of a log whose rows have been added one by one after it, in seconds since 2000. */
export const historyEndKey = (key: CosemKey): CosemKey => `${key.slice(0, key.lastIndexOf('/'))}/history-end`;

/** A log of one device at one moment. */
export class Log {
  readonly source: LogSource;
  readonly key: CosemKey;
  /** Gives the rows their type. */
  readonly buffer: Element;
  readonly form: RowForm;
  readonly #type: LogType;
  readonly #elements: Elements;

  private constructor(source: LogSource, key: CosemKey, buffer: Element, type: LogType) {
    this.source = source;
    this.key = key;
    this.buffer = buffer;
    this.#type = type;
    const of = buffer.extras?.of ?? 'null-data';
    this.form = rowFormOf(of);
    this.#elements = typeof of === 'object' && 'structure' in of && of.structure.length === type.fields ? 'twin' : 'single';
  }

  /** Undefined when the device has no such log. */
  static of(source: LogSource, key: CosemKey): Log | undefined {
    const type = logTypeOf(key);
    const buffer = source.store.form(key);
    return type && buffer && new Log(source, key, buffer, type);
  }

  /** Whether rows hold what is of a secondary element. */
  get #twin(): boolean {
    return this.#elements === 'twin' && (this.key !== DAILY_CONSUMPTION || this.source.secondaryInDays !== false);
  }

  /** Rows it holds; the oldest gives way. */
  get capacity(): number {
    return this.#type.capacity;
  }

  /** A row from fields as a twin-element meter has them, time first. */
  row(fields: readonly Plain[]): Row {
    return flatRow(this.#type.row, fields, this.#elements);
  }

  /** The rows within a range, oldest first. */
  rows(range: TimeRange): readonly Row[] {
    const parts = this.#parts();
    let skip = Math.max(0, parts.reduce((sum, { count }) => sum + count, 0) - this.capacity);
    const rows: Row[] = [];
    for (const part of parts) {
      const here = Math.min(skip, part.count);
      skip -= here;
      for (const row of part.rows(range, here)) rows.push(row);
    }
    return rows;
  }

  /** In order of time: what was there before, what has been captured, and what the device has noted itself. */
  #parts(): readonly RowSource[] {
    const { source, key } = this;
    const noted = this.#noted();
    const stored = this.#stored();
    const reading = { twin: this.#twin, at: toSeconds2000(source.at) };
    const captured = source.captured?.begun && source.captured.captured(key, reading);
    const known = Math.min(
      noted[0] ? timeOf(noted[0]) : Number.POSITIVE_INFINITY,
      captured?.earliest ?? Number.POSITIVE_INFINITY,
    );
    const until = known - 1;
    return [
      ...(this.#historyEnd === undefined ? [] : [this.#history(Math.min(until, this.#historyEnd))]),
      listed(stored),
      ...(captured ? [behind(stored.at(-1), captured)] : []),
      listed(noted),
    ];
  }

  #noted(): readonly Row[] {
    const name = DEVICE_LOGS[this.key];
    return name === undefined ? [] : this.source.logs[name].entries.map((entry) => this.row(notedFields(name, entry)));
  }

  /** Rows that were put there or added. */
  #stored(): readonly Row[] {
    const { store } = this.source;
    const added = store.rows(this.key);
    if (added) return added.rows;
    const own = store.own(this.key);
    return own ? rowsOfBuffer(own) : [];
  }

  /** Up to when made-up rows stand before the others; undefined where rows have been put there in their place. */
  get #historyEnd(): number | undefined {
    const { store } = this.source;
    if (store.rows(this.key)) {
      const end = store.get(historyEndKey(this.key));
      return end && Number(end.value);
    }
    return store.own(this.key) ? undefined : this.begin;
  }

  /** Where a log begins to hold what has really happened, in seconds since 2000: now, for a device on a bench. */
  get begin(): number {
    const { captured, at } = this.source;
    return captured?.begun?.at ?? toSeconds2000(at);
  }

  #history(end: number): RowSource {
    const history = LOG_HISTORIES[this.key];
    if (!history || end < 0) return listed([]);
    const { every, row } = history;
    const newest = Math.floor(end / every);
    const count = Math.min(this.capacity, newest + 1);
    const rows = (range: TimeRange, skip: number): readonly Row[] => {
      const first = Math.max(newest - count + 1 + skip, Math.ceil(range.from / every));
      const last = Math.min(newest, Math.floor(range.to / every));
      if (first > last) return [];
      const past = this.#past();
      const twin = this.#twin;
      const out: Row[] = [];
      for (let slot = first; slot <= last; slot++) out.push(row(past, slot * every, twin));
      return out;
    };
    return { count, rows };
  }

  /** On a bench, where registers stand still, they are what they were at the last midnight: a day's rows stay the same all day. */
  #past(): MadeUpEnergy {
    const { captured, store, at, name = '' } = this.source;
    const midnight = Math.floor(toSeconds2000(at) / DAY_SECONDS) * DAY_SECONDS;
    return new MadeUpEnergy(historySeed(name), captured?.begun ?? historyEndOf(store, midnight));
  }
}

/** Captured rows after those that were put into the log while the device lived. */
function behind(last: Row | undefined, captured: RowSource): RowSource {
  return last === undefined ? captured : listed(captured.rows({ ...ALL_TIME, from: timeOf(last) + 1 }, 0));
}
