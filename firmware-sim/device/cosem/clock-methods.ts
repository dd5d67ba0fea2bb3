import { setTime } from '../management/set-time.ts';
import { type Access, DONE, type Outcome, RESULT, refusedWith } from './access.ts';
import { namedMoment } from './activations.ts';
import { octetsOf } from './numbers.ts';

/** Validity interval that preset_adjusting_time leaves for adjust_to_preset_time (Blue Book, class 8). */
const INTERVAL_START = '8/0-0:1.0.0.255/validity-start';
const INTERVAL_END = '8/0-0:1.0.0.255/validity-end';

/**
 * preset_adjusting_time: the time itself is left open, the interval says between which moments the hub's time has to lie
 * (RTDS 4.5.0 ECS70).
 */
export function presetTime({ store, item }: Access): Outcome {
  const [, start, end] = item.data.children;
  const [from, to] = [namedMoment(octetsOf(start)), namedMoment(octetsOf(end))];
  if (!start || !end || from === undefined || to === undefined || to < from) return refusedWith(RESULT.otherReason);
  store.set(INTERVAL_START, start);
  store.set(INTERVAL_END, end);
  return DONE;
}

/**
 * adjust_to_preset_time: takes the hub's time when it lies in the preset interval, ends included (GBCS 9.1, ECS70).
 */
export function adjustToPresetTime({ device, store, now, effects }: Access): Outcome {
  const from = namedMoment(octetsOf(store.get(INTERVAL_START)));
  const to = namedMoment(octetsOf(store.get(INTERVAL_END)));
  if (from === undefined || to === undefined) return refusedWith(RESULT.otherReason);
  setTime(device, from, to, now, effects);
  return DONE;
}
