import type { Element } from '../../codec/element.ts';
import { dlms } from '../../gbcs/dlms-apdu.ts';
import { toSeconds2000 } from '../../kernel/time.ts';
import { type Access, DONE, type Outcome, RESULT, refusedWith } from './access.ts';
import { isActivation, namedMoment } from './activations.ts';
import { fieldsAlert } from './alert-content.ts';
import { writeActivationTime } from './future.ts';
import { FORGETS } from './household.ts';
import type { CosemKey } from './key.ts';
import { appendRow } from './logs.ts';
import { withValue } from './numbers.ts';
import { limitOffset, OFFSET_LIMIT } from './randomised-offset.ts';

/** What writing an attribute does besides keeping the value. */
type WriteEffect = (access: Access) => Outcome;

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

/** A setting period ends at most a day after its start (GBCS mapping table, ECS47a and ECS47e). */
const PERIOD_MAX_MS = 86_400_000;

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

const SCAN_LOG = '7/0-0:94.44.10.3/2';
/** Sub GHz Channel Scan initiated. */
const SCAN_INITIATED = 0x8f27;
/** Trigger of a scan: a remote command (codes of the hub's channel log). */
const BY_COMMAND = '090100';

/** Outcome of a scan request: trigger 0 is a command, outcome 0 stays on the channel (RTDS 4.5.0 DBCH08; inferred). */
const SCAN_ASSESSED = 0x8f28;
const CONFIGURATION_CHANGED = 0x8f2a;
const ZERO_OCTET = dlms('octet-string', new Uint8Array(1));

/** New sub-GHz settings are repeated in an alert (GBCS DBCH09). */
function reportConfiguration({ device, item, now, effects }: Access): Outcome {
  effects.push(
    ...device.alert(
      CONFIGURATION_CHANGED,
      now,
      fieldsAlert(CONFIGURATION_CHANGED, () => [item.data]),
    ),
  );
  return DONE;
}

/** A request for a scan of the sub-GHz channels is noted with the channel in use; its assessment is reported. */
function noteScan({ store, source, device, now, effects }: Access): Outcome {
  const channel = store.get('1/0-0:94.44.10.2/2')?.value;
  const mask = channel instanceof Uint8Array ? Array.from(channel, (octet) => octet.toString(16).padStart(2, '0')).join('') : '';
  appendRow(source, SCAN_LOG, [toSeconds2000(source.at), SCAN_INITIATED, mask.padEnd(8, '0') + BY_COMMAND]);
  const assessment = dlms('structure', [ZERO_OCTET, ZERO_OCTET]);
  effects.push(
    ...device.alert(
      SCAN_ASSESSED,
      now,
      fieldsAlert(SCAN_ASSESSED, () => [assessment]),
    ),
  );
  return DONE;
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
  ['1/0-0:94.44.10.0/2', reportConfiguration],
  ['1/0-0:94.44.10.1/2', noteScan],
]);

/** Writes an attribute whose value has the right type. A write that is refused leaves the old value. */
export function writeAttribute(access: Access): Outcome {
  const { store, key, item } = access;
  const outcome = isActivation(key) ? writeActivationTime(access) : (EFFECTS.get(key)?.(access) ?? DONE);
  if (outcome.result === RESULT.success) store.set(key, item.data);
  return outcome;
}
