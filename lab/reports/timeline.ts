import { type Millis, toIso } from '../../firmware-sim/kernel/time.ts';
import type { Json } from '../operations/operation.ts';
import { type Ad1Record, DELIVERY_EXPECTATION_MS, deliveryDelayMs, isDelivered } from '../parties/ad1-record.ts';
import type { JournalEvent } from '../premises/journal.ts';

/** `2030-01-15T09:00:00.250Z`. */
export function isoMillis(at: Millis): string {
  return toIso(at).replace('Z', `.${String(at - Math.floor(at / 1000) * 1000).padStart(3, '0')}Z`);
}

/** What became of an alert, as plain data. */
export function ad1Json(record: Ad1Record): { readonly [field: string]: Json } {
  const delay = deliveryDelayMs(record);
  return {
    hub: record.hub,
    mpxn: record.mpxn,
    startDateTime: isoMillis(record.startedAt),
    raisedAt: isoMillis(record.raisedAt),
    fate: record.fate,
    reachedNetworkOperator: isDelivered(record),
    label: record.label ?? null,
    reason: record.reason ?? null,
    delayed: record.fate === 'delivered-delayed',
    deliveredAt: record.deliveredAt === undefined ? null : isoMillis(record.deliveredAt),
    delaySeconds: delay === undefined ? null : delay / 1000,
    within60Seconds: delay === undefined ? null : delay <= DELIVERY_EXPECTATION_MS,
  };
}

/** The events of a run as `timeline.json` holds them: `{t, seconds, actor, kind, text, ...}`, in order of time. */
export function timelineJson(events: readonly JournalEvent[], startedAt: Millis): readonly Json[] {
  return events.map(({ at, actor, kind, text, detail, ad1 }) => ({
    t: isoMillis(at),
    seconds: (at - startedAt) / 1000,
    actor,
    kind,
    text,
    ...detail,
    ...(ad1 && ad1Json(ad1)),
  }));
}

const ACTOR_COLUMNS = 16;

/** Prints events as lines for people; the date stands in a line of its own whenever it changes. */
export class TimelineText {
  #date = '';

  lines({ at, actor, text }: JournalEvent): string[] {
    const [date = '', time = ''] = isoMillis(at).replace('Z', '').split('T');
    const line = `${time}  ${actor.padEnd(ACTOR_COLUMNS)}  ${text}`;
    if (date === this.#date) return [line];
    this.#date = date;
    return [date, line];
  }
}
