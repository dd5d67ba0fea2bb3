import { dlms } from '../../gbcs/dlms-apdu.ts';
import { toSeconds2000 } from '../../kernel/time.ts';
import { type Access, DONE, type Outcome, RESULT, refusedWith } from './access.ts';
import { resetBlockCounters } from './block-counters.ts';
import { appendRow } from './logs.ts';
import { withValue } from './numbers.ts';
import type { CosemStore } from './store.ts';
import { CosemSupply } from './supply.ts';

/** What the selectors of the supply script table 0-0:10.0.106 do; true where the switch has done it (structures of ECS42 to ECS44). */
const SUPPLY_SCRIPTS: ReadonlyMap<number, (supply: CosemSupply, access: Access) => boolean> = new Map([
  [51, (supply: CosemSupply, { now, effects }: Access) => supply.enable('command', now, effects)],
  [
    52,
    (supply: CosemSupply, { now, effects }: Access) => {
      supply.disable('command', now, effects);
      return supply.supply === 'disabled';
    },
  ],
  [
    54,
    (supply: CosemSupply, { now, effects }: Access) => {
      supply.arm('command', now, effects);
      return true;
    },
  ],
]);

export const selectorOf = ({ item }: Access): number => Number(item.data.value);

/** Enables, disables or arms the supply. */
export function runSupplyScript(access: Access): Outcome {
  const script = SUPPLY_SCRIPTS.get(selectorOf(access));
  if (!script) return refusedWith(RESULT.otherReason);
  return script(new CosemSupply(access.device), access) ? DONE : refusedWith(RESULT.hardwareFault);
}

/** Selector that resets the counters of block tariffs (ECS05). */
const RESET_BLOCK_COUNTERS = 99;

/** Sets the block counters to 0 (ECS05). */
export function runTariffScript(access: Access): Outcome {
  if (selectorOf(access) !== RESET_BLOCK_COUNTERS) return refusedWith(RESULT.otherReason);
  return resetBlockCounters(access.store) ? DONE : refusedWith(RESULT.objectUndefined);
}

/** Log of what auxiliary controllers were told (ECS35f, ECS35g). */
const AUXILIARY_LOG = '7/0-17:99.98.2.255/2';
const OUTCOME_DONE = 1;
const NO_HAN_COMMAND = 0;

/** Actions of a selector's low octet for a controller that only switches (structures of ECS47). */
const SWITCH_ACTIONS: ReadonlyMap<number, boolean | 'calendar'> = new Map<number, boolean | 'calendar'>([
  [0x01, true],
  [0x02, false],
  [0x11, true],
  [0x12, false],
  [0x20, 'calendar'],
]);

/** Flag of a selector that sets the output or input level of a proportional controller. */
const DIRECTIONS: Readonly<Record<number, 'outputState' | 'inputState'>> = { 1: 'outputState', 2: 'inputState' };
const LEVEL_MAX = 100;
/** Added to a level in calendars (structures of ECS46d). */
const CALENDAR_FLAG = 0x80;

/** What a selector asks of controller `n`. */
export interface Order {
  readonly n: number;
  readonly direction: 'outputState' | 'inputState';
  /** Level in percent; undefined gives the controller back to its calendar. */
  readonly level: number | undefined;
}

export function orderOf(selector: number): Order | undefined {
  const n = (selector >> 8) & 0x0f;
  const low = selector & 0xff;
  const direction = DIRECTIONS[selector >> 12];
  if (n < 1 || n > 5) return undefined;
  if (direction) {
    const level = low & ~CALENDAR_FLAG;
    return level <= LEVEL_MAX ? { n, direction, level } : undefined;
  }
  const action = selector >> 12 === 0 ? SWITCH_ACTIONS.get(low) : undefined;
  if (action === undefined) return undefined;
  return { n, direction: 'outputState', level: action === 'calendar' ? undefined : action ? LEVEL_MAX : 0 };
}

/** A controller with an empty type is not there (structures of ECS61a). */
export function isPresent(store: CosemStore, n: number): boolean {
  const type = store.get(`1/0-0:94.44.0.2${n}/2`)?.value;
  return type instanceof Uint8Array && type.length > 0;
}

/** Level of one direction in the controller's state text; 0 when the text does not say. */
export function levelOf(store: CosemStore, n: number, direction: Order['direction']): number {
  const text = String(store.get(`1/0-0:94.44.0.3${n}/2`)?.value ?? '');
  return Number(new RegExp(`"${direction}": ?"?(\\d+)`).exec(text)?.[1] ?? 0);
}

/** One number inside the controller's state text, the others kept as they are (RTDS 4.5.0 ECS61e). */
export function setState(store: CosemStore, { n, direction, level }: Order): void {
  const key = `1/0-0:94.44.0.3${n}/2`;
  const element = store.get(key);
  if (!element || level === undefined) return;
  const text = String(element.value);
  const pattern = new RegExp(`("${direction}": ?"?)\\d+`);
  const next = pattern.test(text)
    ? text.replace(pattern, `$1${level}`)
    : `{"outputState": 0, "inputState": 0}`.replace(pattern, `$1${level}`);
  store.set(key, dlms(element.type, next, element.name));
}

/** Carries an order out: the state of the controller shows it, and the log of auxiliary controllers notes it. */
export function carryOut({ store, source }: Access, order: Order, selector: number): Outcome {
  setState(store, order);
  const key = `70/0-${order.n}:96.3.10.255/2`;
  const state = store.get(key);
  if (state && order.level !== undefined && order.direction === 'outputState') store.set(key, withValue(state, order.level > 0));
  appendRow(source, AUXILIARY_LOG, [toSeconds2000(source.at), selector, OUTCOME_DONE, NO_HAN_COMMAND]);
  return DONE;
}

/** Tells an auxiliary controller what to do: on, off, a level, or back to its calendar (structures of ECS47, ECS47a). */
export function runAuxiliaryScript(access: Access): Outcome {
  const selector = selectorOf(access);
  const order = orderOf(selector);
  if (!order || !isPresent(access.store, order.n)) return refusedWith(RESULT.otherReason);
  return carryOut(access, order, selector);
}
