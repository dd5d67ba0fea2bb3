import type { Element } from '../../codec/element.ts';
import { type Millis, toSeconds2000 } from '../../kernel/time.ts';
import { namedMoment } from './activations.ts';
import type { CosemKey } from './key.ts';
import { ALL_TIME, type LogSource, type TimeRange } from './log-source.ts';
import { readLog } from './logs.ts';
import { octetsOf } from './numbers.ts';
import type { CosemStore } from './store.ts';

/** Date from which the household may see what was consumed (ECS12). */
const VISIBLE_SINCE: CosemKey = '1/0-0:94.44.3.2/2';

const HALF_HOUR = 1_800;
const DAY = 86_400;

/**
 * Logs of which a household sees only what belongs to its own tenancy (UC ECS12: profile, daily reads, prepayment reads, billing data,
 * daily consumption), and the seconds that a row looks back over: it is shown when all of them are in the tenancy.
 */
const RESTRICTED: Readonly<Record<CosemKey, number>> = {
  '7/0-0:98.1.0.255/2': 0,
  '7/0-0:98.1.1.255/2': 0,
  '7/0-0:98.1.2.255/2': 0,
  '7/0-0:98.1.4.255/2': 0,
  '7/0-0:98.1.5.255/2': 0,
  '7/0-0:98.1.8.255/2': 0,
  '7/0-0:98.1.9.255/2': 0,
  '7/0-0:98.1.10.255/2': 0,
  '7/0-0:99.1.0.255/2': HALF_HOUR,
  '7/0-0:99.1.1.255/2': HALF_HOUR,
  '7/0-0:99.1.2.255/2': HALF_HOUR,
  '7/0-0:99.1.3.255/2': DAY,
};

/**
 * From when on the present household may see what was consumed, by the device's own clock; undefined when there is no limit: no date has
 * been set, or one that is yet to come, which hides nothing until then.
 * @param at the device's own time
 */
export function visibleSince(store: CosemStore, at: Millis): Millis | undefined {
  const since = namedMoment(octetsOf(store.get(VISIBLE_SINCE)));
  return since === undefined || since > at ? undefined : since;
}

/**
 * The buffer of a log as displays in the home may have it; a supplier's reads are not limited so (ECS12). Undefined when the device has
 * no such log.
 */
export function readLogForHome(source: LogSource, key: CosemKey, range: TimeRange = ALL_TIME): Element | undefined {
  const since = visibleSince(source.store, source.at);
  const lookBack = RESTRICTED[key];
  if (since === undefined || lookBack === undefined) return readLog(source, key, range);
  return readLog(source, key, { from: Math.max(range.from, toSeconds2000(since) + lookBack), to: range.to });
}
