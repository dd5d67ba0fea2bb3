import { Element } from '../../codec/element.ts';
import type { Bytes } from '../../kernel/bytes.ts';
import { ProtocolFault } from '../../kernel/errors.ts';
import { fromCivil, isCivil, type Millis } from '../../kernel/time.ts';
import { withValue } from './numbers.ts';
import type { CosemKey, CosemStore } from './store.ts';

/** One value that becomes active: where it waits, where it goes, and how it changes on the way. */
interface Copy {
  readonly from: CosemKey;
  readonly to: CosemKey;
  readonly change?: (passive: Element) => Element;
}

/** A block threshold that is not used (RTDS 4.5.0 ECS24). */
const UNUSED_THRESHOLD = 0xffff_ffff;
const THRESHOLDS = 3;

/** A read gives three thresholds whatever number was written (RTDS 4.5.0 ECS24). */
function threeThresholds(passive: Element): Element {
  const missing = Math.max(0, THRESHOLDS - passive.children.length);
  const filler = Array.from({ length: missing }, () => new Element('threshold', 'double-long-unsigned', UNUSED_THRESHOLD));
  return withValue(passive, [...passive.children, ...filler]);
}

/** Account status 2 is active, 1 new and inactive (Blue Book, class 111). */
const ACCOUNT_ACTIVE = 2;

function activeAccount(passive: Element): Element {
  const [mode, status] = passive.children;
  return mode && status ? withValue(passive, [mode, withValue(status, ACCOUNT_ACTIVE)]) : passive;
}

/** Thresholds stand in an array in the register monitor that reads them. */
const inArray = (value: Element): Element => new Element('thresholds', 'array', [value]);

const calendar = (obis: string): Copy[] =>
  [7, 8, 9].map((passive) => ({ from: `20/${obis}/${passive}`, to: `20/${obis}/${passive - 4}` }));

const passiveObject = (classId: number, rest: string): Copy => ({
  from: `${classId}/0-1:${rest}/2`,
  to: `${classId}/0-0:${rest}/2`,
});

const chargePrices = (obis: string): Copy => ({ from: `113/${obis}/6`, to: `113/${obis}/5` });

const setting = (obis: string, to?: CosemKey): Copy => ({ from: `9000/${obis}/4`, to: to ?? `9000/${obis}/2` });

/** Activation attributes and what they make active (GBCS mapping table and 9.2.2.7; structures of ECS01a to ECS46d). */
const ACTIVATIONS: ReadonlyMap<CosemKey, readonly Copy[]> = new Map<CosemKey, readonly Copy[]>([
  ['20/0-0:13.0.0.255/10', calendar('0-0:13.0.0.255')],
  ['20/0-0:13.0.1.255/10', calendar('0-0:13.0.1.255')],
  ['9000/0-0:94.44.128.29/6', [passiveObject(11, '11.0.0.255')]],
  ['9000/0-0:94.44.128.30/6', [passiveObject(11, '11.0.1.255')]],
  [
    '9000/0-0:63.1.1.255/6',
    [1, 2, 3, 4, 5, 6, 7, 8].map((column) => ({
      from: `21/0-0:16.1.1${column}.255/2`,
      to: `21/0-0:16.0.1${column}.255/2`,
      change: threeThresholds,
    })),
  ],
  ['9000/0-0:94.44.2.0/6', [setting('0-0:94.44.2.0')]],
  ['113/0-0:19.20.4.255/7', [chargePrices('0-0:19.20.4.255')]],
  ['113/0-0:19.20.0.255/7', [chargePrices('0-0:19.20.0.255')]],
  ['113/0-0:19.20.5.255/7', [chargePrices('0-0:19.20.5.255')]],
  [
    '111/0-1:19.0.0.255/13',
    [
      { from: '111/0-1:19.0.0.255/2', to: '111/0-0:19.0.0.255/2', change: activeAccount },
      { from: '111/0-1:19.0.0.255/11', to: '111/0-0:19.0.0.255/11' },
    ],
  ],
  ['9000/0-0:94.44.128.22/6', [{ ...setting('0-0:94.44.128.22', '21/0-0:16.0.1.255/2'), change: inArray }]],
  ['9000/0-0:94.44.2.10/6', [setting('0-0:94.44.2.10')]],
  ['9000/0-0:94.44.2.20/6', [setting('0-0:94.44.2.20')]],
  ['9000/0-0:94.44.128.9/6', [setting('0-0:94.44.128.9', '111/0-0:19.0.0.255/16')]],
  ['9000/0-0:94.44.128.12/6', [setting('0-0:94.44.128.12', '111/0-0:19.0.0.255/18')]],
  ['9000/0-0:94.44.128.13/6', [setting('0-0:94.44.128.13', '111/0-0:19.0.0.255/19')]],
  ['9000/0-0:94.44.128.2/6', [setting('0-0:94.44.128.2', '112/0-0:19.10.1.255/9')]],
  ['9000/0-0:94.44.128.3/6', [setting('0-0:94.44.128.3', '112/0-0:19.10.1.255/10')]],
  ['9000/0-0:94.44.128.28/6', [passiveObject(10, '12.0.1.255')]],
  ['9000/0-0:94.44.128.31/6', [passiveObject(11, '11.0.2.255')]],
  ['9000/0-0:94.44.0.3/6', [setting('0-0:94.44.0.3')]],
  ['9000/0-0:94.44.128.6/6', [setting('0-0:94.44.128.6', '71/0-0:17.0.0.255/6')]],
  ['9000/0-0:94.44.128.7/6', [setting('0-0:94.44.128.7', '71/0-0:17.0.0.255/4')]],
  ['9000/0-0:94.44.128.8/6', [setting('0-0:94.44.128.8', '71/0-0:17.0.0.255/7')]],
  ['9000/0-0:94.44.128.26/6', [passiveObject(10, '12.0.2.255')]],
  ['9000/0-0:94.44.128.35/6', [passiveObject(11, '11.0.3.255')]],
]);

/** Activations at which the billing data log takes a snapshot: payment mode, prices and block thresholds (structures of ECS20b). */
const SNAPSHOT_BEFORE: ReadonlySet<CosemKey> = new Set([
  '111/0-1:19.0.0.255/13',
  '113/0-0:19.20.0.255/7',
  '9000/0-0:63.1.1.255/6',
]);

/** Whether an attribute says when passive values become active. */
export function isActivation(key: CosemKey): boolean {
  return ACTIVATIONS.has(key);
}

/** Whether an activation changes what consumption costs, so that registers are noted first. */
export function wantsSnapshot(key: CosemKey): boolean {
  return SNAPSHOT_BEFORE.has(key);
}

/** Makes the passive values of an activation attribute active; what has never been written stays as it is. */
export function activate(store: CosemStore, key: CosemKey): void {
  for (const { from, to, change } of ACTIVATIONS.get(key) ?? []) {
    const passive = store.get(from);
    if (passive) store.set(to, change ? change(passive) : passive);
  }
}

/** When an activation attribute's value takes effect. */
export type ActivationTime = 'now' | 'never' | Millis;

const isFilled = (octets: Bytes, octet: number): boolean => octets.subarray(0, 9).every((one) => one === octet);

/**
 * Reads an activation time: 9 octets of zeros are now, of `ff` never, else a COSEM date-time in UTC (RTDS 4.5.0 ECS01a).
 * @throws ProtocolFault `bad-time`
 */
export function activationTime(octets: Bytes): ActivationTime {
  if (octets.length !== 12) throw new ProtocolFault('bad-time', `a date-time has 12 octets, not ${octets.length}`);
  if (isFilled(octets, 0)) return 'now';
  return isFilled(octets, 0xff) ? 'never' : momentOfDateTime(octets);
}

/** The moment that 12 octets of a COSEM date-time name, in UTC; undefined when they leave a field open. */
export function namedMoment(octets: Bytes): Millis | undefined {
  const [yearHigh = 0, yearLow = 0, month = 0, day = 0, , hour = 0, minute = 0, second = 0] = octets;
  const civil = { year: yearHigh * 256 + yearLow, month, day, hour, minute, second };
  return octets.length === 12 && isCivil(civil) ? fromCivil(civil) : undefined;
}

/** The moment that 12 octets of a COSEM date-time name, in UTC. @throws ProtocolFault `bad-time` when they leave a field open */
export function momentOfDateTime(octets: Bytes): Millis {
  const moment = namedMoment(octets);
  if (moment === undefined) throw new ProtocolFault('bad-time', 'date-time names no moment');
  return moment;
}
