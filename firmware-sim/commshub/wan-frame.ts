import type { Bytes } from '../kernel/bytes.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import type { Millis } from '../kernel/time.ts';

/** What the hub's WAN port carries, as values: the SM WAN's own protocol is not public. */
export type WanDownFrame =
  | { readonly kind: 'gbcs'; readonly message: Bytes }
  /** Is the hub there? */
  | { readonly kind: 'status-request' }
  /** The time of the network, right when it arrives. */
  | { readonly kind: 'network-time'; readonly utc: Millis }
  | { readonly kind: 'image-offer'; readonly transfer: number; readonly target: Eui64; readonly totalOctets: number }
  | { readonly kind: 'image-chunk'; readonly transfer: number; readonly offset: number; readonly data: Bytes };

export type WanUpFrame =
  | { readonly kind: 'gbcs'; readonly message: Bytes }
  /** AD1: the hub's last gasp. The DCC adds the MPxN from its inventory. */
  | { readonly kind: 'power-outage'; readonly hub: Eui64; readonly startedAt: Millis }
  /** The hub is on the network (again). */
  | { readonly kind: 'registered'; readonly hub: Eui64 }
  /** The answer to a status request. */
  | { readonly kind: 'status'; readonly hub: Eui64 }
  /** What time is it? */
  | { readonly kind: 'time-request'; readonly hub: Eui64 }
  /** How far a transfer has come; the sender goes on from `nextOffset`, also after an interruption. */
  | { readonly kind: 'image-progress'; readonly transfer: number; readonly nextOffset: number }
  | { readonly kind: 'image-result'; readonly transfer: number; readonly stored: boolean; readonly detail: string };
