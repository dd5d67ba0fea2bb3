import { fromSeconds2000, type Millis, toSeconds2000 } from '../../kernel/time.ts';
import type { NonDisablement } from '../payment/watching.ts';
import { calendarEntry, calendarEntryUntil } from './calendar.ts';
import type { ZclStore } from './store.ts';

/** Entry of a non-disablement calendar at which a period starts; 0 stops it (GBCS GCS05). */
const START = 1;

/** The non-disablement calendar of a gas meter. */
export function zclNonDisablement(store: ZclStore): NonDisablement {
  return {
    isActive: (local: Millis) => calendarEntry(store, 'nonDisablement', toSeconds2000(local)) === START,
    next: (local: Millis) => fromSeconds2000(calendarEntryUntil(store, 'nonDisablement', toSeconds2000(local))),
  };
}
