import { decodeAxdr } from '../../codec/axdr.ts';
import { encodeAxdr } from '../../codec/axdr-write.ts';
import { Element } from '../../codec/element.ts';
import { dlms } from '../../gbcs/dlms-apdu.ts';
import { ByteReader } from '../../kernel/byte-reader.ts';
import { ByteWriter } from '../../kernel/byte-writer.ts';
import { type CosemKey, namesOf } from './key.ts';
import { deviceLogOf, historyEndKey, Log } from './log.ts';
import { ALL_TIME, type LogSource, type TimeRange } from './log-source.ts';
import { withValue } from './numbers.ts';
import { packedBuffer, type Row, rowsOfBuffer } from './row-form.ts';
import { RowList } from './row-list.ts';
import type { Plain } from './value.ts';

const packed = ({ buffer, form }: Log, rows: readonly Row[]): Element => packedBuffer(buffer, form, rows);

/** The buffer of a log, restricted to a range, its rows in octets as they are sent; undefined when the device has no such log. */
export function packLog(source: LogSource, key: CosemKey, range: TimeRange = ALL_TIME): Element | undefined {
  const log = Log.of(source, key);
  return log && packed(log, log.rows(range));
}

/** The newest row of a log alone, in octets as it is sent; undefined when the device has no such log. */
export function packNewest(source: LogSource, key: CosemKey): Element | undefined {
  const log = Log.of(source, key);
  return log && packed(log, log.rows(ALL_TIME).slice(-1));
}

/** The same value with its rows taken apart. */
function unpacked(key: CosemKey, buffer: Element): Element {
  const octets = new ByteWriter();
  encodeAxdr(octets, buffer);
  return decodeAxdr(new ByteReader(octets.finish()), namesOf(key), key);
}

/** The buffer of a log, restricted to a range; undefined when the device has no such log. */
export function readLog(source: LogSource, key: CosemKey, range: TimeRange = ALL_TIME): Element | undefined {
  const buffer = packLog(source, key, range);
  return buffer && unpacked(key, buffer);
}

/** Empties a log. What the device itself noted goes too, where the log shows it. */
export function clearLog(source: LogSource, key: CosemKey): void {
  const buffer = source.store.form(key);
  if (buffer) source.store.set(key, withValue(buffer, []));
  const log = deviceLogOf(key);
  if (log) source.logs[log].clear();
}

/** Adds a row, time first, to a log that the device does not keep elsewhere; the oldest gives way when it is full. */
export function appendRow(source: LogSource, key: CosemKey, fields: readonly Plain[]): void {
  const log = Log.of(source, key);
  if (!log) return;
  const row = log.row(fields);
  if (log.form.numeric) {
    const rows = source.store.rows(key) ?? firstRows(log, Number(row[0]));
    rows.push(row);
    rows.trim(log.capacity);
  } else source.store.set(key, unpacked(key, packed(log, [...log.rows(ALL_TIME), row].slice(-log.capacity))));
}

/** The first row comes: behind those that were put there, or else behind a past that is made up and ends before it. */
function firstRows({ source: { store }, key, form, begin }: Log, before: number): RowList {
  const own = store.own(key);
  if (own) store.forget(historyEndKey(key));
  else store.set(historyEndKey(key), dlms('double-long-unsigned', Math.min(begin, before)));
  return store.keepRows(key, new RowList(form.of, own ? rowsOfBuffer(own) : []));
}

/** Whether a row with a time, in seconds since 2000, was put into a log or added to it; made-up ones do not count. */
export function hasRow({ store }: LogSource, key: CosemKey, time: number): boolean {
  const rows = store.rows(key)?.rows ?? rowsOfBuffer(store.own(key) ?? EMPTY);
  return rows.some(([at]) => at === time);
}

const EMPTY = new Element('', 'array', []);
