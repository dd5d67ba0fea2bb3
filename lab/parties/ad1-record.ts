import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import type { Millis } from '../../firmware-sim/kernel/time.ts';

/**
 * What became of a power outage alert. `on-its-way` and `held` are not final: a run that ends with one of them
 * has lost an alert.
 */
export type Ad1Fate = 'on-its-way' | 'held' | 'delivered' | 'delivered-labelled' | 'delivered-delayed' | 'withheld';

/** The life of one AD1, from the hub's last gasp to the network operator. */
export interface Ad1Record {
  readonly hub: Eui64;
  readonly mpxn: string;
  /** When the hub's supply failed, by the hub. */
  readonly startedAt: Millis;
  /** When the hub sent it. */
  readonly raisedAt: Millis;
  /** When the DCC had it. */
  receivedAt?: Millis;
  heldUntil?: Millis;
  fate: Ad1Fate;
  label?: string;
  reason?: string;
  /** When the network operator had it. */
  deliveredAt?: Millis;
  withheldAt?: Millis;
}

/** SEC: a power outage alert should be with the network operator within 60 s after the three minutes (MP096). */
export const DELIVERY_EXPECTATION_MS: Millis = 60_000;

/** How long after the hub sent it the network operator had an alert. */
export function deliveryDelayMs(record: Ad1Record): Millis | undefined {
  return record.deliveredAt === undefined ? undefined : record.deliveredAt - record.raisedAt;
}

/** True once the network operator has it. */
export function isDelivered(record: Ad1Record): boolean {
  return record.deliveredAt !== undefined;
}
