import type { Millis } from '../../kernel/time.ts';
import { type Access, DONE, type Outcome } from './access.ts';
import { numberAt, withValue } from './numbers.ts';
import type { CosemStore } from './store.ts';

/** The offset and its limit in seconds, and a number from 1 to 10,000 fixed at manufacture (GBCS mapping table, ECS38, ECS26c). */
const OFFSET = '1/0-0:94.44.0.0/2';
export const OFFSET_LIMIT = '1/0-0:94.44.0.1/2';
const OFFSET_NUMBER = '1/0-0:94.44.0.2/2';
const NUMBER_MAX = 10_000;

const offsetSeconds = (number: number, limitSeconds: number): number => Math.round((number * limitSeconds) / NUMBER_MAX);

/** By how much a meter delays switches, so that not all meters switch at once: number × limit × 10⁻⁴ s, in whole seconds. */
export function randomisedOffsetMs(store: CosemStore): Millis {
  return offsetSeconds(numberAt(store, OFFSET_NUMBER), numberAt(store, OFFSET_LIMIT)) * 1_000;
}

/** Another limit makes another offset, which is read beside it (ECS38). */
export function limitOffset({ store, item }: Access): Outcome {
  const offset = store.get(OFFSET);
  if (offset) store.set(OFFSET, withValue(offset, offsetSeconds(numberAt(store, OFFSET_NUMBER), Number(item.data.value))));
  return DONE;
}
