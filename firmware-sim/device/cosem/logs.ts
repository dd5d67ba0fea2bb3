import { Element, type RowType } from '../../codec/element.ts';
import type { ValueType } from '../../dictionary/value-type.ts';
import { type Millis, toSeconds2000 } from '../../kernel/time.ts';
import type { EventLog, LogName } from '../event-log.ts';
import { attributeOf, type CosemKey } from './key.ts';
import type { CosemStore } from './store.ts';
import { build, type Elements, type Plain } from './value.ts';

/** From and to in seconds since 2000, both inclusive (RTDS 4.5.0 ECS22a, ECS23). */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

export const ALL_TIME: TimeRange = { from: 0, to: 0xffff_ffff };

const HALF_HOUR = 1_800;
const DAY = 86_400;
const WEEK = 7 * DAY;

/** 32-bit finaliser (murmur3): made-up history is a function of log and slot alone. */
function noise(slot: number, salt: number, below: number): number {
  let h = Math.imul(slot + Math.imul(salt, 0x9e3779b1), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) % below;
}

/** Energy registers at the end of a day: they only grow, and the ones no tariff uses stay 0. */
function registers(day: number): Plain[] {
  const high = 6_100 * day + noise(day, 1, 3_000);
  const low = 2_300 * day + noise(day, 2, 1_500);
  const second = 900 * day + noise(day, 3, 600);
  return [high + low, second, [high, low], [second], [], [], [], []];
}

const balances = (slot: number): Plain[] => [500_000, 200_000 + noise(slot, 4, 900_000), 0, 0, 0, 0];

/** Codes a log shows, one after the other. */
const codes = (list: readonly number[], more: readonly Plain[] = []): ((slot: number) => Plain[]) => {
  return (slot) => [list[slot % list.length] ?? 0, ...more];
};

/** Made-up history of one log: a row at every whole multiple of `every` seconds since 2000 (GBCS mapping table for what it holds). */
interface History {
  readonly every: number;
  /** Fields after the time. */
  readonly row: (slot: number) => Plain[];
}

const voltages = (salt: number): History => ({ every: HALF_HOUR, row: (slot) => [228 + noise(slot, salt, 24)] });

const HISTORIES: Readonly<Record<CosemKey, History>> = {
  '7/0-0:98.1.0.255/2': { every: 4 * WEEK, row: (slot) => registers(slot * 28) },
  '7/0-0:98.1.1.255/2': { every: 4 * WEEK, row: balances },
  '7/0-0:98.1.2.255/2': { every: 13 * WEEK, row: (slot) => [...registers(slot * 91), ...balances(slot)] },
  '7/0-0:98.1.4.255/2': { every: DAY, row: (slot) => [noise(slot, 5, 50_000)] },
  '7/0-0:98.1.5.255/2': { every: WEEK, row: (slot) => [(1 + noise(slot, 6, 20)) * 100_000] },
  '7/0-0:98.1.8.255/2': { every: DAY, row: balances },
  '7/0-0:98.1.9.255/2': { every: DAY, row: registers },
  '7/0-0:98.1.10.255/2': { every: DAY, row: (slot) => [1_200 * slot + noise(slot, 7, 700)] },
  '7/0-0:99.1.0.255/2': { every: HALF_HOUR, row: (slot) => [60 + noise(slot, 8, 400), noise(slot, 9, 90)] },
  '7/0-0:99.1.1.255/2': { every: HALF_HOUR, row: (slot) => [noise(slot, 10, 300), noise(slot, 11, 40)] },
  '7/0-0:99.1.2.255/2': { every: HALF_HOUR, row: (slot) => [noise(slot, 12, 60)] },
  '7/0-0:99.1.3.255/2': { every: DAY, row: (slot) => [6_000 + noise(slot, 13, 5_000)] },
  '7/0-0:99.98.0.255/2': { every: DAY, row: codes([0x8145, 0x8f01, 0x8161, 0x8162], ['']) },
  '7/0-0:99.98.1.255/2': { every: DAY, row: codes([0x8f43, 0x8f3e, 0x8f0c, 0x8f72]) },
  '7/0-0:99.98.4.255/2': { every: DAY, row: codes([0x8f57, 0x8f35], [0]) },
  '7/0-0:99.98.20.255/2': { every: WEEK, row: (slot) => [slot * WEEK + HALF_HOUR] },
  '7/0-17:99.98.2.255/2': { every: DAY, row: (slot) => [0x111 + (slot % 2), 1, 0] },
  '7/1-0:32.24.0.255/2': voltages(32),
  '7/1-0:52.24.0.255/2': voltages(52),
  '7/1-0:72.24.0.255/2': voltages(72),
  '7/0-0:94.44.10.3/2': { every: WEEK, row: (slot) => [0x8f26, `e00000${noise(slot, 14, 16) % 2 ? '02' : '01'}090100`] },
};

/** Logs that show what the device itself has noted. */
const DEVICE_LOGS: Readonly<Record<CosemKey, LogName>> = {
  '7/0-0:99.98.0.255/2': 'event',
  '7/0-0:99.98.1.255/2': 'security',
  '7/0-0:99.98.4.255/2': 'power',
};

/** Whether an attribute is the buffer of a log. */
export function isLog(key: CosemKey): boolean {
  return HISTORIES[key] !== undefined;
}

/** The device's log that a buffer shows, if it shows one. */
export function deviceLogOf(key: CosemKey): LogName | undefined {
  return DEVICE_LOGS[key];
}

/** What a log is read from. */
export interface LogSource {
  readonly store: CosemStore;
  readonly logs: Readonly<Record<LogName, EventLog>>;
  /** The device's own time. */
  readonly at: Millis;
}

interface RowShape {
  readonly type: ValueType;
  readonly layout: NonNullable<ReturnType<typeof attributeOf>>['layout'];
  readonly capacity: number;
  readonly elements: Elements;
  readonly of: RowType;
}

function shapeOf(store: CosemStore, key: CosemKey): RowShape | undefined {
  const member = attributeOf(key);
  const buffer = store.get(key);
  const type = member?.type;
  if (!buffer || typeof type !== 'object' || !('rows' in type)) return undefined;
  const of = buffer.extras?.of ?? 'null-data';
  const fields = typeof type.rows === 'object' && 'structure' in type.rows ? type.rows.structure.length : 0;
  const twin = typeof of === 'object' && 'structure' in of && of.structure.length === fields;
  return {
    type: type.rows,
    layout: member?.layout?.of,
    capacity: type.max ?? Number.POSITIVE_INFINITY,
    elements: twin ? 'twin' : 'single',
    of,
  };
}

const rowOf = (shape: RowShape, fields: readonly Plain[]): Element =>
  build(shape.type, fields, { layout: shape.layout, path: 'row', elements: shape.elements });

/** Seconds since 2000 of a row: its first field. */
const timeOf = (row: Element): number => Number(row.children[0]?.value ?? 0);

const inside = (range: TimeRange, seconds: number): boolean => seconds >= range.from && seconds <= range.to;

/** Made-up rows up to `end` within a range, oldest first; never more than the log holds. */
function historyRows(key: CosemKey, shape: RowShape, range: TimeRange, end: number): Element[] {
  const history = HISTORIES[key];
  if (!history) return [];
  const newest = Math.floor(end / history.every);
  const first = Math.max(newest - shape.capacity + 1, Math.ceil(range.from / history.every), 0);
  const last = Math.min(newest, Math.floor(range.to / history.every));
  const rows: Element[] = [];
  for (let slot = first; slot <= last; slot++) rows.push(rowOf(shape, [slot * history.every, ...history.row(slot)]));
  return rows;
}

/** What the device has noted itself, as rows. */
function notedRows(source: LogSource, key: CosemKey, shape: RowShape): Element[] {
  const log = DEVICE_LOGS[key];
  if (log === undefined) return [];
  return source.logs[log].entries.map(({ at, code, data }) => {
    const information = log === 'event' ? [hexOf(data)] : log === 'power' ? [numberOf(data)] : [];
    return rowOf(shape, [toSeconds2000(at), code, ...information]);
  });
}

const hexOf = (data: Uint8Array | undefined): string =>
  Array.from(data ?? [], (octet) => octet.toString(16).padStart(2, '0')).join('');

const numberOf = (data: Uint8Array | undefined): number =>
  (data ?? new Uint8Array(0)).subarray(0, 4).reduce((sum, octet) => sum * 256 + octet, 0);

/**
 * The rows of a log within a range, oldest first: stored ones where there are any, else made-up history, and what the device has
 * noted since. Not more rows than the log holds; the newest stay.
 */
function rowsOf(source: LogSource, key: CosemKey, shape: RowShape, range: TimeRange): readonly Element[] {
  const noted = notedRows(source, key, shape);
  const own = source.store.own(key);
  const end = Math.min(toSeconds2000(source.at), noted[0] ? timeOf(noted[0]) - 1 : Number.POSITIVE_INFINITY);
  const before = own ? own.children : historyRows(key, shape, noted.length > 0 ? ALL_TIME : range, end);
  const all = [...before, ...noted];
  return all.slice(Math.max(0, all.length - shape.capacity)).filter((row) => inside(range, timeOf(row)));
}

/** The buffer of a log, restricted to a range; undefined when the device has no such log. */
export function readLog(source: LogSource, key: CosemKey, range: TimeRange = ALL_TIME): Element | undefined {
  const shape = shapeOf(source.store, key);
  const buffer = source.store.get(key);
  if (!shape || !buffer) return undefined;
  return withRows(buffer, rowsOf(source, key, shape, range));
}

const withRows = (buffer: Element, rows: readonly Element[]): Element =>
  new Element(buffer.name, buffer.type, rows, buffer.meta, buffer.named, buffer.extras);

/** Empties a log. What the device itself noted goes too, where the log shows it. */
export function clearLog(source: LogSource, key: CosemKey): void {
  const buffer = source.store.get(key);
  if (buffer) source.store.set(key, withRows(buffer, []));
  const log = DEVICE_LOGS[key];
  if (log) source.logs[log].clear();
}

/** Adds a row, time first, to a log that the device does not keep elsewhere; the oldest gives way when it is full. */
export function appendRow(source: LogSource, key: CosemKey, fields: readonly Plain[]): void {
  const shape = shapeOf(source.store, key);
  const buffer = source.store.get(key);
  if (!shape || !buffer) return;
  const rows = [...rowsOf(source, key, shape, ALL_TIME), rowOf(shape, fields)];
  source.store.set(key, withRows(buffer, rows.slice(Math.max(0, rows.length - shape.capacity))));
}
