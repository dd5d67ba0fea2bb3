import { ZclAccount } from './account.ts';
import { numberIn } from './plain.ts';
import { deviceSeconds, type Publication, type ZclCall, type ZclRules } from './rule.ts';
import type { SnapshotLog, ZclRecord, ZclStore } from './store.ts';

/** Entries a log holds: 31 daily reads, 12 billing snapshots (SMETS 4.6.5.7, 4.6.5.3). */
export const SNAPSHOT_CAPACITY: Readonly<Record<SnapshotLog, number>> = { daily: 31, billing: 12, change: 12 };

/** Snapshot causes (ZSE table D-45; GBCS GCS15b, GCS15c, GCS16a). */
export const CAUSE = {
  general: 0x0001,
  billing: 0x0002,
  tariff: 0x0008,
  supplier: 0x2000,
  mode: 0x4000,
} as const;

/** The log a Snapshot Cause mask asks for. */
function logOfCause(cause: number): SnapshotLog {
  if ((cause & CAUSE.general) !== 0) return 'daily';
  return (cause & CAUSE.billing) !== 0 ? 'billing' : 'change';
}

/** The snapshot at an offset among those of a log within a time span, both ends included, oldest first. */
function readSnapshot({ store, request }: ZclCall, family: 'snapshots' | 'prepaySnapshots', command: number): Publication {
  const [from, to] = [numberIn(request, 'Earliest Start Time'), numberIn(request, 'Latest End Time')];
  const log = logOfCause(numberIn(request, 'Snapshot Cause'));
  const all = store.records(`${family}.${log}`);
  const found = all.filter((one) => {
    const at = numberIn(one, 'Snapshot Time');
    return at >= from && at <= to;
  });
  const offset = numberIn(request, 'Snapshot Offset');
  const one = found[offset];
  if (!one) return { command, records: [] };
  // A cloned meter may count its slots in place of what it found (RTDS 4.5.0 GCS16a).
  const declared = found.length === all.length ? one['Total Snapshots Found'] : undefined;
  return { command, records: [{ 'Snapshot ID': offset, ...one, 'Total Snapshots Found': declared ?? found.length }] };
}

/** Metering and prepayment clusters, snapshot reads (GBCS GCS15b, GCS15c, GCS16a, GCS16b). */
export const SNAPSHOT_READS: ZclRules = {
  '0702/06': { answer: (call) => readSnapshot(call, 'snapshots', 0x06) },
  '0705/07': { answer: (call) => readSnapshot(call, 'prepaySnapshots', 0x01) },
};

/** The registers of a metering snapshot, of payload type 6 with four tiers and four blocks (GBCS GCS16a). */
export function meteringSnapshot(store: ZclStore, time: number, cause: number): ZclRecord {
  const registers = (ids: readonly number[]): number[] => ids.map((id) => store.number(0x0702, id));
  return {
    'Snapshot Time': time,
    'Command Index': 0,
    'Total Number of Commands': 1,
    'Snapshot Cause': cause,
    'Snapshot Payload Type': 6,
    'Current Summation': store.number(0x0702, 0x0000),
    'Number of Tiers in Use': 4,
    'Tier Summation': registers([0x0100, 0x0102, 0x0104, 0x0106]),
    'Number of Tiers and Block Thresholds in Use': 20,
    'Tier Block Summation': registers([0x0700, 0x0701, 0x0702, 0x0703]),
  };
}

/** The credit and debt registers of a prepayment snapshot, of payload type 0 (GBCS GCS16b). */
export function prepaymentSnapshot(store: ZclStore, time: number, cause: number): ZclRecord {
  return {
    'Snapshot Time': time,
    'Command Index': 0,
    'Total Number of Commands': 1,
    'Snapshot Cause': cause,
    'Snapshot Payload Type': 0,
    'Accumulated Debt': store.number(0x0705, 0x0005),
    'Type 1 Debt Remaining': store.number(0x0705, 0x0211),
    'Type 2 Debt Remaining': store.number(0x0705, 0x0221),
    'Type 3 Debt Remaining': store.number(0x0705, 0x0231),
    'Emergency Credit Remaining': store.number(0x0705, 0x0002),
    'Credit Remaining': store.number(0x0705, 0x0001),
  };
}

/**
 * Adds snapshots to a log; the oldest gives way when it is full. The daily log has balances in prepayment mode only (SMETS 4.6.5.14).
 */
export function takeSnapshots(store: ZclStore, log: SnapshotLog, time: number, cause: number): void {
  const add = (family: 'snapshots' | 'prepaySnapshots', record: ZclRecord): void => {
    const before = store.records(`${family}.${log}`).map(({ 'Total Snapshots Found': _, ...one }) => one);
    store.setRecords(`${family}.${log}`, [...before, record].slice(-SNAPSHOT_CAPACITY[log]));
  };
  add('snapshots', meteringSnapshot(store, time, cause));
  if (log !== 'daily' || new ZclAccount(store).prepayment) add('prepaySnapshots', prepaymentSnapshot(store, time, cause));
}

/** The snapshots a change of mode, supplier or tariff takes before it happens (GBCS 10.4.2.4). */
export function takeChangeSnapshot(call: ZclCall, cause: number): void {
  if (!call.copied) takeSnapshots(call.store, 'change', deviceSeconds(call), cause);
}
