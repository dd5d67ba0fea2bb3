import { dlms } from '../../gbcs/dlms-apdu.ts';
import type { Millis } from '../../kernel/time.ts';
import type { DeviceEffect } from '../effects.ts';
import type { CosemKey } from './key.ts';
import { octetsOf, withValue } from './numbers.ts';
import type { CosemStore } from './store.ts';

/** Log of what auxiliary controllers were told (ECS35f, ECS35g): time, number and action, outcome, HAN command. */
export const AUXILIARY_LOG: CosemKey = '7/0-17:99.98.2.255/2';

/** Outcomes in that log; not known is what a controller on the home area network was sent (structures of ECS35f). */
export const OUTCOME = { unknown: 0, done: 1, failed: 2 } as const;

/** Numbers of the controllers an electricity meter may have (SMETS 5.26). */
export const CONTROLLERS: readonly number[] = [1, 2, 3, 4, 5];

/** Actions of a selector's low octet for a controller that only switches (structures of ECS47). */
const SWITCH_ACTIONS: ReadonlyMap<number, boolean | 'calendar'> = new Map<number, boolean | 'calendar'>([
  [0x01, true],
  [0x02, false],
  [0x11, true],
  [0x12, false],
  [0x20, 'calendar'],
]);

/** What of a controller has a level: what it puts out, or what it takes in. */
export type Direction = 'outputState' | 'inputState';

/** Flag of a selector that sets the output or input level of a proportional controller. */
const DIRECTIONS: Readonly<Record<number, Direction>> = { 1: 'outputState', 2: 'inputState' };
export const LEVEL_MAX = 100;
/** Added to a level in calendars (structures of ECS46d). */
const CALENDAR_FLAG = 0x80;
/** Gives a controller back to its calendar; in the log, a message from a controller on the home area network (structures of ECS47). */
const REVERT = 0x20;
const FROM_CONTROLLER = 0x00;

export const revertSelector = (n: number): number => n * 256 + REVERT;
export const reportSelector = (n: number): number => n * 256 + FROM_CONTROLLER;

/** What a selector asks of controller `n`. */
export interface Order {
  readonly n: number;
  readonly direction: Direction;
  /** Level in percent; undefined gives the controller back to its calendar. */
  readonly level: number | undefined;
}

export function orderOf(selector: number): Order | undefined {
  const n = (selector >> 8) & 0x0f;
  const low = selector & 0xff;
  const direction = DIRECTIONS[selector >> 12];
  if (!CONTROLLERS.includes(n)) return undefined;
  if (direction) {
    const level = low & ~CALENDAR_FLAG;
    return level <= LEVEL_MAX ? { n, direction, level } : undefined;
  }
  const action = selector >> 12 === 0 ? SWITCH_ACTIONS.get(low) : undefined;
  if (action === undefined) return undefined;
  return { n, direction: 'outputState', level: action === 'calendar' ? undefined : action ? LEVEL_MAX : 0 };
}

/** What a controller is: not there, a switch in the meter or on the home area network, or proportional (structures of ECS61a). */
export type ControllerKind = 'none' | 'switch' | 'home-switch' | 'proportional';

/** Octets of an identifier on the home area network; all zeros: the switch is in the meter. */
const IDENTIFIER_OCTETS = 8;

export function kindOf(store: CosemStore, n: number): ControllerKind {
  const type = octetsOf(store.get(`1/0-0:94.44.0.2${n}/2`));
  if (type.length === 0) return 'none';
  if (type.length < IDENTIFIER_OCTETS) return 'proportional';
  return type.some((octet) => octet !== 0) ? 'home-switch' : 'switch';
}

export function isPresent(store: CosemStore, n: number): boolean {
  return kindOf(store, n) !== 'none';
}

/** Where the state text of a controller says a level. */
const LEVEL: Readonly<Record<Direction, RegExp>> = {
  outputState: /("outputState": ?"?)(\d+)/,
  inputState: /("inputState": ?"?)(\d+)/,
};

/** Level of one direction in the controller's state text; 0 when the text does not say. */
export function levelOf(store: CosemStore, n: number, direction: Direction): number {
  const text = String(store.get(`1/0-0:94.44.0.3${n}/2`)?.value ?? '');
  return Number(LEVEL[direction].exec(text)?.[2] ?? 0);
}

/** One number inside the controller's state text, the others kept as they are (RTDS 4.5.0 ECS61e); a switch shows its state too. */
export function setLevel(store: CosemStore, n: number, direction: Direction, level: number): void {
  const key = `1/0-0:94.44.0.3${n}/2`;
  const element = store.get(key);
  if (element) {
    const text = String(element.value);
    const pattern = LEVEL[direction];
    const whole = pattern.test(text) ? text : '{"outputState": 0, "inputState": 0}';
    store.set(key, dlms(element.type, whole.replace(pattern, `$1${level}`), element.name));
  }
  const switchKey = `70/0-${n}:96.3.10.255/2`;
  const state = store.get(switchKey);
  if (state && direction === 'outputState') store.set(switchKey, withValue(state, level > 0));
}

/** From when to when something holds, in the device's own time; the end is not part of it. */
export interface Period {
  readonly from: Millis;
  readonly to: Millis;
}

/** A period lasts a day at most (GBCS mapping table, ECS47a and ECS47e); one that says nothing of its end lasts as long. */
export const PERIOD_MAX_MS: Millis = 86_400_000;

export const longestPeriod = (from: Millis): Period => ({ from, to: from + PERIOD_MAX_MS });

/** Whoever controls auxiliary controllers as time passes. A device without a life carries orders out at once and for good. */
export interface AuxiliaryControl {
  /** The supplier commands a level for a time, or gives a controller back to its calendar. */
  command(order: Order, selector: number, period: Period, now: Millis, effects: DeviceEffect[]): void;
  /** No more than a level for a time. @returns the level that comes of it, as things stand now */
  limit(
    order: Order & { readonly level: number },
    selector: number,
    period: Period,
    now: Millis,
    effects: DeviceEffect[],
  ): number;
  /** A limit is over. @returns the level that comes of it */
  unlimit(n: number, direction: Direction, now: Millis, effects: DeviceEffect[]): number;
}
