import type { ClockStatus } from './clock.ts';
import type { SnapshotLog, ZclAttribute, ZclRecord } from './zcl/store.ts';

/*
 * What a gas meter tells its proxy in the hub, as values (behaviour of GBCS 10.4.2). The home area network carries it as reports of
 * attributes and as published logs; inside one process it is handed over as it is.
 */

/** Logs of a meter that its proxy has too. */
export type CopiedLog = `snapshots.${SnapshotLog}` | `prepaySnapshots.${SnapshotLog}` | 'log.topUps' | 'log.debts';

/** The time of a row in each of them, and how many rows they hold (SMETS 4.6.5.3, 4.6.5.7, 4.6.5.14). */
export const COPIED_LOGS: Readonly<Record<CopiedLog, { readonly time: string; readonly capacity: number }>> = {
  'snapshots.daily': { time: 'Snapshot Time', capacity: 31 },
  'snapshots.billing': { time: 'Snapshot Time', capacity: 12 },
  'snapshots.change': { time: 'Snapshot Time', capacity: 12 },
  'prepaySnapshots.daily': { time: 'Snapshot Time', capacity: 31 },
  'prepaySnapshots.billing': { time: 'Snapshot Time', capacity: 12 },
  'prepaySnapshots.change': { time: 'Snapshot Time', capacity: 12 },
  'log.topUps': { time: 'TopUp Time', capacity: 5 },
  'log.debts': { time: 'Collection Time', capacity: 10 },
};

export const COPIED_LOG_NAMES = Object.keys(COPIED_LOGS) as readonly CopiedLog[];

/** New rows by log, oldest first. */
export type LogRows = Readonly<Partial<Record<CopiedLog, readonly ZclRecord[]>>>;

/** What a meter notes at the end of a half hour of its clock (GBCS 10.4.2.8). */
export interface HalfHour {
  /** ZCL UTCTime. */
  readonly time: number;
  /** The consumption register, thousandths of a cubic metre. */
  readonly litres: number;
  /** Consumption and its cost since midnight: of the day that ends, at midnight. Wh and millipence. */
  readonly wattHours: number;
  readonly millipence: number;
}

/** What a meter pushes when it wakes. */
export interface GsmePush {
  /** One more than that of the push before. */
  readonly sequence: number;
  /** The meter's time, ZCL UTCTime, and how far it trusts it. */
  readonly meterTime: number;
  readonly clock: ClockStatus;
  /** Attributes by `cccc/aaaa`. */
  readonly attributes: Readonly<Record<string, ZclAttribute>>;
  /** Half hours that have ended since it woke before. */
  readonly halfHours: readonly HalfHour[];
  readonly logs: LogRows;
}

/** What a proxy has missed: GetSampledData, GetSnapshot and the like, all at once. */
export interface RefillRequest {
  /** Time of the first sample of the profile data log that it lacks. */
  readonly samplesFrom: number;
  /** Time of the newest row it has, by log. */
  readonly logsAfter: Readonly<Record<CopiedLog, number>>;
}

/** What a meter answers. */
export interface Refill {
  /** Samples from a time on, thousandths of a cubic metre; `NO_DATA` where the meter has none. */
  readonly samples: { readonly first: number; readonly values: readonly number[] } | undefined;
  readonly logs: LogRows;
}
