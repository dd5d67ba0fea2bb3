import type { Bytes } from '../kernel/bytes.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import type { ShortAddress } from './wire.ts';

/** Where a radio listens and what it answers to. */
export interface RadioSettings {
  readonly channel: number;
  /** Channel page: 0 is 2.4 GHz, 28 to 31 are the sub-GHz pages of GB. */
  readonly page: number;
  readonly pan: number;
  readonly short: ShortAddress;
  readonly extended: Eui64;
  /** Everything is received, whoever it is for; nothing is acknowledged. */
  readonly promiscuous: boolean;
}

/** Outcome of a transmission, retries included. */
export type TransmitOutcome = 'sent' | 'no-ack' | 'channel-busy';

/**
 * What a stack asks of its radio. The radio waits for a free channel, sends, waits for the acknowledgement where one is asked for,
 * sends again (IEEE 802.15.4 7.5), and acknowledges what it receives itself. One transmission at a time.
 */
export type RadioCommand =
  | { readonly kind: 'configure'; readonly settings: RadioSettings }
  /** The receiver of a node that sleeps is on only when it is told so. */
  | { readonly kind: 'receive'; readonly on: boolean }
  | { readonly kind: 'transmit'; readonly ticket: number; readonly psdu: Bytes }
  /** Whether a polling child is told that something waits for it. */
  | { readonly kind: 'pending'; readonly address: ShortAddress | Eui64; readonly waiting: boolean };

/** What a radio tells its stack. */
export type RadioEvent =
  /** A frame with a good check sequence (its two octets included), and how strong it was. */
  | { readonly kind: 'received'; readonly psdu: Bytes; readonly rssiDbm: number; readonly lqi: number }
  /** `pending`: the acknowledgement said that something waits. */
  | { readonly kind: 'transmitted'; readonly ticket: number; readonly outcome: TransmitOutcome; readonly pending: boolean }
  /** The radio has started anew and knows nothing of what it was told. */
  | { readonly kind: 'reset' };
