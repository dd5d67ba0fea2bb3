import type { HubPowerOptions } from '../../firmware-sim/commshub/hub-power.ts';
import { LOG_CAPACITY } from '../../firmware-sim/device/event-log.ts';
import type { EsmeSnapshot } from '../../firmware-sim/esme/esme.ts';
import type { Millis } from '../../firmware-sim/kernel/time.ts';
import type { Interval } from '../premises/premises.ts';

/** Outages of this length and more are long ones: 0x8F36, and the point of a power outage alert (GBCS table 16.2; SEC). */
export const LONG_OUTAGE_MS: Millis = 180_000;

const lengthOf = ({ from, to }: Interval): Millis => (to ?? Number.POSITIVE_INFINITY) - from;

/** The shortest loss of feed after which the rule has a hub send its alert. */
export function firstAlertMs({ poaThresholdMs, poaComparator }: HubPowerOptions): Millis {
  return poaComparator === 'gt' ? poaThresholdMs + 1 : poaThresholdMs;
}

/**
 * The losses of the hub's feed after which a power outage alert is due, by the rule alone: long enough for the comparator,
 * and the hub lasts until then.
 */
export function alertsDue(feedLosses: readonly Interval[], rule: HubPowerOptions): readonly Interval[] {
  const firstMs = firstAlertMs(rule);
  return feedLosses.filter((loss) => lengthOf(loss) >= firstMs && rule.holdupMs >= firstMs);
}

/** Outages the meter notices: longer than it rides through. */
export function noticedOutages(mainsLosses: readonly Interval[], rideThroughMs: Millis): readonly Interval[] {
  return mainsLosses.filter((loss) => lengthOf(loss) > rideThroughMs);
}

/** True when two intervals have a moment in common. */
export function overlap(a: Interval, b: Interval): boolean {
  return a.from < (b.to ?? Number.POSITIVE_INFINITY) && b.from < (a.to ?? Number.POSITIVE_INFINITY);
}

export function isLong(loss: Interval): boolean {
  return lengthOf(loss) >= LONG_OUTAGE_MS;
}

/** Paths at which two snapshots differ, with both values. */
export function differences(
  before: unknown,
  after: unknown,
  path = '',
): { readonly path: string; readonly before: string; readonly after: string }[] {
  if (isRecord(before) && isRecord(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap((name) => differences(before[name], after[name], path ? `${path}.${name}` : name));
  }
  const [a, b] = [JSON.stringify(before) ?? '', JSON.stringify(after) ?? ''];
  return a === b ? [] : [{ path, before: a, after: b }];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What may differ after an activation: the version, its log entry, elapsed metering (GBCS CS06; scenario F14). */
export interface AllowedChanges {
  /** A future-dated activation reports with an alert, which takes one originator counter. */
  readonly alertRaised: boolean;
  /** Losses of mains that ended in between: each is one line of the power log. */
  readonly interruptions: number;
  /** What runs now; undefined when the activation failed, and the image still waits. */
  readonly installed: { readonly version: number; readonly hash: string } | undefined;
}

/** Log lines of an interrupted supply and of a changed version (GBCS table 16.2). */
const SUPPLY_INTERRUPTED = ' 8f57';
const VERSION_CHANGED = ' 8f43';

/** Differences between two snapshots of a meter that an activation does not explain, and what it should have changed and did not. */
export function unexplained(before: EsmeSnapshot, after: EsmeSnapshot, allowed: AllowedChanges): string[] {
  const { installed, interruptions, alertRaised } = allowed;
  const expected = {
    ...before,
    firmware: installed ? { active: installed.version.toString(16), hash: installed.hash, pending: '' } : before.firmware,
    originatorCounter: (BigInt(before.originatorCounter) + (alertRaised ? 1n : 0n)).toString(),
    registers: { ...before.registers, activeImportWh: after.registers.activeImportWh },
    logs: {
      ...before.logs,
      power: grownBy(before.logs.power, after.logs.power, SUPPLY_INTERRUPTED, interruptions),
      security: grownBy(before.logs.security, after.logs.security, VERSION_CHANGED, installed ? 1 : 0),
    },
  };
  return differences(expected, after).map(({ path, before: was, after: is }) => `${path}: ${was} was expected, ${is} found`);
}

/** A log as it should be with so many more entries of a code: the times are those found, and a full log has lost its oldest. */
function grownBy(before: readonly string[], after: readonly string[], code: string, count: number): readonly string[] {
  const lost = Math.max(before.length + count - LOG_CAPACITY, 0);
  const kept = before.slice(lost);
  const timeOf = (line: string | undefined): string => line?.split(' ')[0] ?? 'no entry';
  const added = Array.from({ length: count }, (_, i) => `${timeOf(after[kept.length + i])}${code}`);
  return [...kept, ...added];
}
