import { dlmsDateTime } from '../clock.ts';
import { type Access, DONE, type Outcome, RESULT, refusedWith } from './access.ts';
import { adjustToPresetTime, presetTime } from './clock-methods.ts';
import { backupNetwork, registerDevice, restoreNetwork, unregisterDevice } from './hub.ts';
import type { CosemKey } from './key.ts';
import { runLimitScript } from './limits.ts';
import { deviceLogOf } from './log.ts';
import { clearLog } from './logs.ts';
import { withValue } from './numbers.ts';
import {
  activateEmergencyCredit,
  activateRate,
  adjustBalance,
  adjustDebt,
  resetEmergencyCredit,
  setAccumulatedDebt,
  setBalance,
} from './payment.ts';
import { getProtectedAttributes } from './protected-read.ts';
import { runAuxiliaryScript, runSupplyScript, runTariffScript } from './switching.ts';
import { topUp } from './top-up.ts';

/** What a method does. Its argument has the declared type already. */
type Method = (access: Access) => Outcome;

const sibling = (key: CosemKey, attribute: number): CosemKey => `${key.slice(0, key.lastIndexOf('/'))}/${attribute}`;

/** Attribute that holds a register's value (Blue Book, classes 3 and 4). */
const VALUE = 2;
/** Attribute that says when a demand register's value was captured. */
const CAPTURE_TIME = 5;

function reset({ store, key }: Access): Outcome {
  const value = store.get(sibling(key, VALUE));
  if (!value) return refusedWith(RESULT.objectUndefined);
  store.set(sibling(key, VALUE), withValue(value, 0));
  return DONE;
}

/** Reset times of the demand registers (GBCS mapping table, ECS18a and ECS18b). */
const DEMAND_RESET_TIMES: Readonly<Record<CosemKey, CosemKey>> = {
  '4/1-0:1.6.0.255/1': '1/0-0:94.44.5.1/2',
  '4/1-0:1.6.1.255/1': '1/0-0:94.44.5.0/2',
  '4/1-0:2.6.0.255/1': '1/0-0:94.44.5.2/2',
};

function resetDemand(access: Access): Outcome {
  const { store, key, source } = access;
  const outcome = reset(access);
  for (const time of [sibling(key, CAPTURE_TIME), DEMAND_RESET_TIMES[key]]) {
    const element = time === undefined ? undefined : store.get(time);
    if (time !== undefined && element) store.set(time, withValue(element, dlmsDateTime(source.at)));
  }
  return outcome;
}

/** Event log cleared (GBCS table 16.2). */
const LOG_CLEARED = 0x8f52;

function clear({ key, source, device, effects }: Access): Outcome {
  const buffer = sibling(key, VALUE);
  clearLog(source, buffer);
  if (deviceLogOf(buffer) === 'event') device.log('security', { at: source.at, code: LOG_CLEARED }, effects);
  return DONE;
}

/** Methods by class and number, and by object where objects of a class differ. */
const METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['3/1', reset],
  ['4/1', resetDemand],
  ['7/1', clear],
  ['8/4', adjustToPresetTime],
  ['8/5', presetTime],
  ['9/0-0:10.0.100.255/1', runTariffScript],
  ['9/0-0:10.0.103.255/1', runAuxiliaryScript],
  ['9/0-0:10.0.106.255/1', runSupplyScript],
  ['9/0-0:10.0.107.255/1', runLimitScript],
  ['30/1', getProtectedAttributes],
  ['104/1', registerDevice],
  ['104/2', unregisterDevice],
  ['104/4', backupNetwork],
  ['104/5', restoreNetwork],
  ['112/0-0:19.10.0.255/1', adjustBalance],
  ['112/0-0:19.10.0.255/2', setBalance],
  ['112/0-0:19.10.1.255/2', resetEmergencyCredit],
  ['112/0-0:19.10.1.255/3', activateEmergencyCredit],
  ['112/0-0:19.10.2.255/2', setAccumulatedDebt],
  ['113/2', activateRate],
  ['113/4', adjustDebt],
  ['115/1', topUp],
]);

/** Executes a method of an object. */
export function invoke(access: Access): Outcome {
  const { classId, member } = access.item;
  const method = METHODS.get(access.key) ?? METHODS.get(`${classId}/${member}`);
  return method ? method(access) : refusedWith(RESULT.objectUndefined);
}
