import type { HubPowerOptions } from '../../firmware-sim/commshub/hub-power.ts';
import type { EsmeSnapshot } from '../../firmware-sim/esme/esme.ts';
import type { Millis } from '../../firmware-sim/kernel/time.ts';
import type { Interval } from '../premises/premises.ts';

/** Outages of this length and more are long ones: 0x8F36, and the point of a power outage alert (GBCS table 16.2; SEC). */
export const LONG_OUTAGE_MS: Millis = 180_000;

const lengthOf = ({ from, to }: Interval): Millis => (to ?? Number.POSITIVE_INFINITY) - from;

/**
 * The losses of the hub's feed after which a power outage alert is due, by the rule alone: long enough for the comparator,
 * and the hub lasts until then.
 */
export function alertsDue(feedLosses: readonly Interval[], rule: HubPowerOptions): readonly Interval[] {
  const { poaThresholdMs: threshold, poaComparator, holdupMs } = rule;
  const firstMs = poaComparator === 'gt' ? threshold + 1 : threshold;
  return feedLosses.filter((loss) => lengthOf(loss) >= firstMs && holdupMs >= firstMs);
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
  /** Mains failed in between, so that the power log has grown. */
  readonly outage: boolean;
}

/** Differences between two snapshots of a meter that an activation does not explain. */
export function unexplained(before: EsmeSnapshot, after: EsmeSnapshot, allowed: AllowedChanges): string[] {
  const out: string[] = [];
  for (const { path, before: was, after: is } of differences(before, after)) {
    if (path.startsWith('firmware.') || path === 'registers.activeImportWh') continue;
    if (path === 'logs.power' && allowed.outage) continue;
    if (
      path === 'originatorCounter' &&
      allowed.alertRaised &&
      BigInt(after.originatorCounter) === BigInt(before.originatorCounter) + 1n
    )
      continue;
    if (path === 'logs.security' && grewBy(before.logs.security, after.logs.security, ' 8f43')) continue;
    out.push(`${path}: ${was} is now ${is}`);
  }
  return out;
}

/** True when a log has got one entry, of that code (which shifts a full log by one). */
function grewBy(before: readonly string[], after: readonly string[], code: string): boolean {
  const kept = before.length === after.length ? before.slice(1) : before;
  return kept.every((line, i) => after[i] === line) && after.length === kept.length + 1 && (after.at(-1) ?? '').endsWith(code);
}
