import type { Bytes } from '../kernel/bytes.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import type { Millis } from '../kernel/time.ts';
import type { ApsAddressing } from './aps-frame.ts';
import type { LinkKeyOrigin } from './link-keys.ts';
import type { RadioCommand } from './radio-port.ts';
import type { SimpleDescriptor, ZdoMessage } from './zdo-messages.ts';

/** How far a message is secured: by the network key alone, or by the link key of its partner as well. */
export type HanSecurity = 'network' | 'link';

/** An application message between two endpoints, `peer` being the other side. */
export interface HanMessage extends ApsAddressing {
  readonly peer: Eui64;
  readonly payload: Bytes;
  readonly security: HanSecurity;
}

/** A network to form. Its extended PAN identifier is the hub's Entity Identifier (GBCS 10.1). */
export interface HanFormation {
  readonly channel: number;
  readonly page: number;
  readonly pan: number;
  readonly extendedPan: Eui64;
  readonly networkKey: Bytes;
}

/** What a device or hub asks of its home area network. */
export type HanRequest =
  | { readonly kind: 'form'; readonly network: HanFormation }
  /** Looks for a network and joins it with the link key of an install code; `extendedPan` names the only one that will do. */
  | {
      readonly kind: 'join';
      readonly linkKey: Bytes;
      readonly extendedPan?: Eui64;
      readonly channels: readonly { readonly channel: number; readonly page: number }[];
    }
  | { readonly kind: 'rejoin' }
  /** Lets a device in until a moment, under a link key. Only who has been admitted is answered at all. */
  | {
      readonly kind: 'admit';
      readonly eui: Eui64;
      readonly linkKey: Bytes;
      readonly origin: LinkKeyOrigin;
      readonly until: Millis;
    }
  | { readonly kind: 'close-admission'; readonly eui: Eui64 }
  /** Tells a device to leave and forgets its keys. */
  | { readonly kind: 'remove'; readonly eui: Eui64 }
  | { readonly kind: 'leave' }
  /** Ends with `sent` under the same ticket. */
  | { readonly kind: 'send'; readonly ticket: number; readonly message: HanMessage; readonly acknowledged: boolean }
  /** A link key that key establishment agreed on with a peer. */
  | { readonly kind: 'install-key'; readonly peer: Eui64; readonly linkKey: Bytes }
  /** Asks a peer about itself; what it says comes as `described`. */
  | { readonly kind: 'describe'; readonly peer: Eui64; readonly question: ZdoMessage }
  | { readonly kind: 'endpoints'; readonly endpoints: readonly SimpleDescriptor[] }
  /** How often a sleeping device asks its parent for what waits; undefined: it sleeps. */
  | { readonly kind: 'poll-every'; readonly periodMs: Millis | undefined };

/** What the network tells a device or hub, and what it asks of the radio. */
export type HanOutput =
  | { readonly kind: 'radio'; readonly command: RadioCommand }
  | { readonly kind: 'up'; readonly trustCentre: Eui64; readonly rejoined: boolean }
  | { readonly kind: 'down'; readonly reason: 'join-failed' | 'removed' | 'left' | 'radio-lost' }
  | { readonly kind: 'received'; readonly message: HanMessage; readonly broadcast: boolean; readonly lqi: number }
  | { readonly kind: 'sent'; readonly ticket: number; readonly delivered: boolean }
  /** To the hub: an admitted device has come, or has gone. */
  | { readonly kind: 'device-joined'; readonly eui: Eui64; readonly rejoined: boolean }
  | { readonly kind: 'device-left'; readonly eui: Eui64 }
  | { readonly kind: 'described'; readonly peer: Eui64; readonly answer: ZdoMessage };

/**
 * A home area network as devices and hub use it, at the level of application messages, so that another stack can stand in for this
 * one. Pure: requests and radio events go in, outputs and the next deadline come out.
 */
export interface HanLink {
  readonly deadline: Millis | undefined;
  request(request: HanRequest, now: Millis): HanOutput[];
  due(now: Millis): HanOutput[];
}
