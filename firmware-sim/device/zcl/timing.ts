import { numberIn } from './plain.ts';
import type { StartField } from './rule.ts';
import type { ZclRecord } from './store.ts';

/** When a command is to take effect: at once, never (a cancellation), or at a time, seconds since 2000. */
export type Start = 'now' | 'cancel' | number;

/** Times that cancel; the second inside calendars and prices (RTDS 4.5.0 GCS01b, GCS05 CANCELLATION). */
const CANCEL: readonly number[] = [0xffff_ffff, 0xffff_fffe];

/**
 * When a command takes effect by the field that says so.
 * @param calendar start of the calendar the command belongs to
 */
export function startOf(
  starts: StartField | undefined,
  request: ZclRecord,
  fromDateTime: number | undefined,
  calendar: Start,
): Start {
  if (starts === undefined) return 'now';
  if (starts === 'calendar') return calendar;
  const at = starts === 'From-Date-Time' ? (fromDateTime ?? 0) : numberIn(request, starts);
  if (CANCEL.includes(at)) return 'cancel';
  return at === 0 ? 'now' : at;
}
