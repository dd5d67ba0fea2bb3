import type { Element } from '../../codec/element.ts';
import { dlms } from '../../gbcs/dlms-apdu.ts';
import { NO_BYTES } from '../../kernel/bytes.ts';
import type { PendingContext } from '../use-case.ts';
import { type Access, DONE, type Outcome, RESULT, refusedWith } from './access.ts';
import { namedMoment } from './activations.ts';
import { fieldsAlert } from './alert-content.ts';
import { isPresent, levelOf, longestPeriod, type Order, orderOf, setLevel } from './auxiliary.ts';
import { octetsOf } from './numbers.ts';
import type { CosemStore } from './store.ts';
import { carryOut, selectorOf } from './switching.ts';

/** Limit of a proportional controller set; over (GBCS table 16.2). */
const LIMIT_SET = 0x8f86;
const LIMIT_OVER = 0x8f87;

/** Under what the end of a controller's limit waits in the future-dated queue. */
const LIMIT_END = /^ECS47e ([12][1-5])$/;

/** High nibble of the octet by which alerts name a controller and direction (GBCS ECS101; RTDS 4.5.0 ECS102). */
const DIRECTION_NIBBLE = { outputState: 0x10, inputState: 0x20 } as const;

type Controller = Pick<Order, 'n' | 'direction'>;

const controller = ({ n, direction }: Controller): number => DIRECTION_NIBBLE[direction] + n;

/** Level before the limit, to which a controller of a device without a life goes back. */
const beforeKey = ({ n, direction }: Controller): string => `1/0-0:94.44.0.3${n}/${direction}-before-limit`;

/** Start (3) or end (4) of a limit's period (structures of ECS47e). */
const periodOf = (store: CosemStore, n: number, part: 3 | 4): Element =>
  dlms('octet-string', octetsOf(store.get(`1/0-0:94.44.${116 + n}.${part}/2`)));

/** Lets a limit take effect. @returns the level that comes of it */
function limitLevel(access: Access, order: Order & { readonly level: number }, selector: number): number {
  const { store, device, source, now, effects } = access;
  const control = device.life?.auxiliary;
  if (control) {
    const [from, to] = ([3, 4] as const).map((part) => namedMoment(octetsOf(periodOf(store, order.n, part))));
    const period = from === undefined || to === undefined ? longestPeriod(source.at) : { from, to };
    return control.limit(order, selector, period, now, effects);
  }
  const before = levelOf(store, order.n, order.direction);
  const level = Math.min(order.level, before);
  carryOut(access, { ...order, level }, selector);
  store.set(beforeKey(order), dlms('unsigned', before));
  return level;
}

/**
 * Limits the level of a proportional controller: what is above the limit comes down to it, until the period is over. The
 * originator is told now (ECS101) and then (ECS102).
 */
export function runLimitScript(access: Access): Outcome {
  const { store, device, command, now, effects } = access;
  const selector = selectorOf(access);
  const order = orderOf(selector);
  if (!order || order.level === undefined || !isPresent(store, order.n)) return refusedWith(RESULT.otherReason);
  const level = limitLevel(access, { ...order, level: order.level }, selector);
  const fields = [
    dlms('unsigned', controller(order)),
    periodOf(store, order.n, 3),
    periodOf(store, order.n, 4),
    dlms('unsigned', level),
  ];
  const { originator, originatorCounter, messageCode } = command.header;
  effects.push(
    ...device.alert(
      LIMIT_SET,
      now,
      fieldsAlert(LIMIT_SET, () => fields),
      { to: originator },
    ),
  );
  const end = namedMoment(octetsOf(fields[2]));
  const useCase = `ECS47e ${controller(order).toString(16)}`;
  if (end === undefined) device.futureDated.cancel(useCase);
  else
    device.futureDated.put({
      useCase,
      messageCode,
      role: command.role,
      at: end,
      originator,
      originatorCounter,
      payload: NO_BYTES,
    });
  return DONE;
}

/** A controller of a device without a life goes back to where it was. */
function levelBefore(store: CosemStore, { n, direction }: Controller): number {
  const level = Number(store.get(beforeKey({ n, direction }))?.value ?? levelOf(store, n, direction));
  setLevel(store, n, direction, level);
  store.forget(beforeKey({ n, direction }));
  return level;
}

/** Ends a limit whose period is over; false when the pending command is something else. */
export function endLimit({ device, pending, now, effects }: PendingContext): boolean {
  const [, octet] = LIMIT_END.exec(pending.useCase) ?? [];
  const { cosem: store } = device;
  if (octet === undefined || !store) return false;
  const direction = octet.startsWith('1') ? 'outputState' : 'inputState';
  const order: Controller = { n: Number(octet.slice(1)), direction };
  const level = device.life?.auxiliary?.unlimit(order.n, direction, now, effects) ?? levelBefore(store, order);
  const fields = [dlms('unsigned', controller(order)), dlms('unsigned', level)];
  effects.push(
    ...device.alert(
      LIMIT_OVER,
      now,
      fieldsAlert(LIMIT_OVER, () => fields),
      { to: pending.originator },
    ),
  );
  return true;
}
