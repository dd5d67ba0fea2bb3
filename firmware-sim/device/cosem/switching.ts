import { type Millis, toSeconds2000 } from '../../kernel/time.ts';
import { type Access, DONE, type Outcome, RESULT, refusedWith } from './access.ts';
import { namedMoment } from './activations.ts';
import { AUXILIARY_LOG, isPresent, longestPeriod, type Order, OUTCOME, orderOf, type Period, setLevel } from './auxiliary.ts';
import { resetBlockCounters } from './block-counters.ts';
import { appendRow } from './logs.ts';
import { octetsOf } from './numbers.ts';
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

/** Carries an order out at once: the state of the controller shows it, and the log of auxiliary controllers notes it. */
export function carryOut({ store, source }: Access, { n, direction, level }: Order, selector: number): void {
  if (level !== undefined) setLevel(store, n, direction, level);
  appendRow(source, AUXILIARY_LOG, [toSeconds2000(source.at), selector, OUTCOME.done, NO_HAN_COMMAND]);
}

const NO_HAN_COMMAND = 0;
const MINUTE_MS: Millis = 60_000;

/** Start (1) and end (2) of a setting, or in place of one of them a duration in minutes (structures of ECS47, ECS47a). */
function settingPeriod({ store, source: { at } }: Access, { n, level }: Order): Period {
  const [start, end] = [1, 2].map((part) => store.get(`1/0-0:94.44.${116 + n}.${part}/2`));
  const minutes = (level === 0 ? end : start)?.value;
  if (typeof minutes === 'number') return { from: at, to: at + minutes * MINUTE_MS };
  const [from, to] = [namedMoment(octetsOf(start)), namedMoment(octetsOf(end))];
  return from === undefined || to === undefined ? longestPeriod(at) : { from, to };
}

/** Tells an auxiliary controller what to do: on, off, a level, or back to its calendar (structures of ECS47, ECS47a). */
export function runAuxiliaryScript(access: Access): Outcome {
  const { store, device, now, effects } = access;
  const selector = selectorOf(access);
  const order = orderOf(selector);
  if (!order || !isPresent(store, order.n)) return refusedWith(RESULT.otherReason);
  const control = device.life?.auxiliary;
  if (control) control.command(order, selector, settingPeriod(access, order), now, effects);
  else carryOut(access, order, selector);
  return DONE;
}
