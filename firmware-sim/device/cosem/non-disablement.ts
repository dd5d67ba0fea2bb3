import type { Millis } from '../../kernel/time.ts';
import type { Device } from '../device.ts';
import type { NonDisablement } from '../payment/watching.ts';
import { objectsOf } from './objects.ts';
import { Schedule } from './schedule.ts';

/** Entries and special days of the non-disablement calendar (structures of ECS08a). */
const ENTRIES = '10/0-0:12.0.1.255/2';
const SPECIAL_DAYS = '11/0-0:11.0.2.255/2';
/** Selector of an entry that starts a period; 33 stops it. */
const START = 32;

/** The non-disablement calendar of an electricity meter: what its last switch says holds until the next. */
export function cosemNonDisablement(device: Device): NonDisablement {
  const schedule = (): Schedule => Schedule.of(objectsOf(device), ENTRIES, SPECIAL_DAYS);
  return {
    isActive: (local: Millis) => schedule().last(local)?.selector === START,
    next: (local: Millis) => schedule().next(local)?.at,
  };
}
