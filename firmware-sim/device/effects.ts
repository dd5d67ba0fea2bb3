import type { MessageHeader } from '../gbcs/header.ts';
import type { Bytes } from '../kernel/bytes.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import type { Millis } from '../kernel/time.ts';
import type { LogEntry, LogName } from './event-log.ts';
import type { GsmePush } from './gas-push.ts';
import type { HanFrame } from './han-frame.ts';
import type { SupplyCause, SupplyState } from './life/supply-switch.ts';
import type { LedgerEntry } from './payment/ledger.ts';

/** Why a received message was dropped without a response (GBCS 6.2.4). */
export type RejectReason =
  | 'malformed'
  | 'not-for-this-device'
  | 'unknown-originator'
  | 'role-not-allowed'
  | 'replayed-counter'
  | 'bad-mac'
  | 'bad-signature'
  | 'bad-payload';

/** Whether a message carries the signature or MAC it should; `no-key`: left out because the key for it is not held. */
export type Protection = 'signed' | 'no-key' | 'not-required';

/** What a device did besides changing its own state. A runtime carries these out; nothing here waits or answers. */
export type DeviceEffect =
  /** A GBCS message for the wide area network, protected as far as the keys go. */
  | {
      readonly kind: 'send';
      readonly message: Bytes;
      readonly header: MessageHeader;
      readonly responseSignature: Protection;
      readonly responseMac: Protection;
    }
  | { readonly kind: 'log'; readonly log: LogName; readonly entry: LogEntry }
  /** An event for displays on the home area network, with a sound where it is an alarm. */
  | { readonly kind: 'home-event'; readonly at: Millis; readonly code: number; readonly audible: boolean }
  | { readonly kind: 'ledger'; readonly entry: LedgerEntry }
  | {
      readonly kind: 'supply';
      readonly at: Millis;
      readonly from: SupplyState;
      readonly to: SupplyState;
      readonly cause: SupplyCause;
    }
  | {
      readonly kind: 'rejected';
      readonly reason: RejectReason;
      readonly detail: string;
      readonly header: MessageHeader | undefined;
    }
  /** A command passed every check and is executed now. */
  | { readonly kind: 'accepted'; readonly useCase: string; readonly header: MessageHeader }
  /** The device has committed to an image and goes down to start it. */
  | { readonly kind: 'activation-started'; readonly at: Millis; readonly fromVersion: number; readonly toVersion: number }
  | { readonly kind: 'activation-finished'; readonly at: Millis; readonly version: number; readonly succeeded: boolean };

/** Effects of a device that hangs on a hub: what it sends goes through the home area network. */
export type HanDeviceEffect =
  | Exclude<DeviceEffect, { kind: 'send' }>
  /** A frame for the hub; with a ticket, the link reports back whether it arrived. */
  | { readonly kind: 'han'; readonly frame: HanFrame; readonly ticket?: number }
  /** A GBCS message was put into the tunnel queue. */
  | { readonly kind: 'queued'; readonly message: Bytes; readonly header: MessageHeader }
  /** A gas meter tells its proxy in the hub what is new. */
  | { readonly kind: 'gas-push'; readonly push: GsmePush }
  /** The 12 V feed from an electricity meter to its hub. */
  | { readonly kind: 'feed'; readonly on: boolean }
  | { readonly kind: 'ota-progress'; readonly received: number; readonly total: number }
  | { readonly kind: 'device-state'; readonly device: Eui64; readonly state: string };
