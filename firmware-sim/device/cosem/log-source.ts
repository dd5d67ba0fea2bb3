import type { Millis } from '../../kernel/time.ts';
import type { Device } from '../device.ts';
import type { EventLog, LogName } from '../event-log.ts';
import type { CosemKey } from './key.ts';
import type { HistoryEnd } from './made-up-energy.ts';
import type { Row } from './row-form.ts';
import type { CosemStore } from './store.ts';

/** From and to in seconds since 2000, both inclusive (RTDS 4.5.0 ECS22a, ECS23). */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

export const ALL_TIME: TimeRange = { from: 0, to: 0xffff_ffff };

/** Rows of a log in order of time, that need not be there before they are asked for. */
export interface RowSource {
  /** How many there are. */
  readonly count: number;
  /** Earliest time of any; undefined where there is none. */
  readonly earliest?: number | undefined;
  /** Those within a range, the `skip` oldest of all left out. */
  rows(range: TimeRange, skip: number): readonly Row[];
}

/** What a read knows of the log it wants. */
export interface Reading {
  /** Whether its rows hold what is of a secondary element. */
  readonly twin: boolean;
  /** Now, by the device's own clock, in seconds since 2000. */
  readonly at: number;
}

/** Logs of a device that lives: what it captures as time passes. */
export interface CapturedLogs {
  /** What the made-up past leads up to; undefined while no time passes. */
  readonly begun: HistoryEnd | undefined;
  /** Rows of a log that follow from the load and are not kept one by one. */
  captured(key: CosemKey, reading: Reading): RowSource | undefined;
}

/** What a log is read from. */
export interface LogSource {
  readonly store: CosemStore;
  readonly logs: Readonly<Record<LogName, EventLog>>;
  /** The device's own time. */
  readonly at: Millis;
  /** Whose made-up past it is. */
  readonly name?: string;
  readonly captured?: CapturedLogs | undefined;
  /** Whether consumption of a day is that of both elements. Default true. */
  readonly secondaryInDays?: boolean;
}

/** What the logs of a device are read from. @param at the device's own time */
export function logSourceOf({ logs, eui: name, life, parameters }: Device, store: CosemStore, at: Millis): LogSource {
  return { store, logs, at, name, captured: life?.captured, secondaryInDays: parameters.dailyConsumptionSecondary };
}
