import type { ObjectFaults } from '../setup.ts';
import { ZCL_STATUS } from './status.ts';
import { attributeKey, commandKey } from './store.ts';

const NORMALISED = new WeakMap<ObjectFaults, ReadonlyMap<string, number>>();

/** Keys may be written `0x0705/0x02` or `0705/02`, in either case. */
function normalised(faults: ObjectFaults): ReadonlyMap<string, number> {
  let found = NORMALISED.get(faults);
  if (!found) {
    found = new Map([...faults].map(([key, status]) => [key.toLowerCase().replaceAll('0x', ''), status]));
    NORMALISED.set(faults, found);
  }
  return found;
}

/** The status reading an attribute (`0702/0014`) fails with under `object-fault`; success where it does not. */
export function attributeFault(faults: ObjectFaults, cluster: number, attribute: number): number {
  return normalised(faults).get(attributeKey(cluster, attribute)) ?? ZCL_STATUS.success;
}

/**
 * The status a command fails with under `object-fault`: every time (`0705/02`) or at one occurrence in a message (`0705/02#2`).
 * @param occurrence 1 for the first command of its kind in the message
 */
export function commandFault(faults: ObjectFaults, cluster: number, command: number, occurrence: number): number {
  const map = normalised(faults);
  const key = commandKey(cluster, command);
  return map.get(`${key}#${occurrence}`) ?? map.get(key) ?? ZCL_STATUS.success;
}
