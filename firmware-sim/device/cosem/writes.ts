import type { Element } from '../../codec/element.ts';
import { type Access, DONE, type Outcome, RESULT, refusedWith } from './access.ts';
import { isActivation, namedMoment } from './activations.ts';
import { PERIOD_MAX_MS } from './auxiliary.ts';
import { writeActivationTime } from './future.ts';
import { FORGETS } from './household.ts';
import type { CosemKey } from './key.ts';
import { withValue } from './numbers.ts';
import { limitOffset, OFFSET_LIMIT } from './randomised-offset.ts';

/** What writing an attribute does besides keeping the value. */
export type WriteEffect = (access: Access) => Outcome;

/** Octets of a mask of 256 bits. */
const MASK_OCTETS = 32;

/** Settings objects that the masks of ECS25x change (GBCS mapping table: ECS25a to ECS25b3 against ECS25r1, ECS25r2). */
const MASKED_SETTINGS: readonly (readonly [mask: string, settings: string])[] = [
  ...[11, 12, 13, 14].map((f) => [`1/0-30:97.98.${f}.255/2`, `1/0-30:97.98.${f + 4}.255/2`] as const),
  ...[11, 14].map((f) => [`1/0-33:97.98.${f}.255/2`, `1/0-33:97.98.${f + 4}.255/2`] as const),
];

/** Mask and action: settings whose mask bit is set take their action bit, the others stay. */
function applyMask(settingsKey: string): WriteEffect {
  return ({ store, item }) => {
    const octets = item.data.value;
    const settings = store.get(settingsKey);
    if (!(octets instanceof Uint8Array) || !(settings?.value instanceof Uint8Array)) return refusedWith(RESULT.otherReason);
    const next = settings.value.map((old, i) => {
      const mask = octets[i] ?? 0;
      return (old & ~mask) | ((octets[MASK_OCTETS + i] ?? 0) & mask);
    });
    store.set(settingsKey, withValue(settings, next));
    return DONE;
  };
}

const momentIn = (element: Element | undefined): number | undefined =>
  element?.value instanceof Uint8Array ? namedMoment(element.value) : undefined;

/** End of a setting period: after its start, by a day at most; a duration is not bound to a start (ECS47). */
function endOfPeriod(startKey: string): WriteEffect {
  return ({ store, item }) => {
    if (!(item.data.value instanceof Uint8Array)) return DONE;
    const start = momentIn(store.get(startKey));
    const end = momentIn(item.data);
    if (end === undefined) return refusedWith(RESULT.otherReason);
    if (start === undefined) return DONE;
    return end > start && end - start <= PERIOD_MAX_MS ? DONE : refusedWith(RESULT.otherReason);
  };
}

const PERIODS = [117, 118, 119, 120, 121].flatMap((e) =>
  [1, 3].map((f): [string, WriteEffect] => [`1/0-0:94.44.${e}.${f + 1}/2`, endOfPeriod(`1/0-0:94.44.${e}.${f}/2`)]),
);

/** What the household did about the value before is over. */
const forgets =
  (key: CosemKey): WriteEffect =>
  ({ store }) => {
    store.forget(key);
    return DONE;
  };

const EFFECTS: ReadonlyMap<string, WriteEffect> = new Map<string, WriteEffect>([
  ...MASKED_SETTINGS.map(([mask, settings]): [string, WriteEffect] => [mask, applyMask(settings)]),
  ...PERIODS,
  ...FORGETS.map(([written, forgotten]): [string, WriteEffect] => [written, forgets(forgotten)]),
  [OFFSET_LIMIT, limitOffset],
]);

/** Writes an attribute whose value has the right type. A write that is refused leaves the old value. */
export function writeAttribute(access: Access): Outcome {
  const { store, key, item, device } = access;
  const effect = EFFECTS.get(key) ?? device.profile.onWrite?.get(key);
  const outcome = isActivation(key) ? writeActivationTime(access) : (effect?.(access) ?? DONE);
  if (outcome.result === RESULT.success) store.set(key, item.data);
  return outcome;
}
