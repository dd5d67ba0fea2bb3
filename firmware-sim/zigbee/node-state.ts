import type { Eui64 } from '../kernel/eui64.ts';
import type { LinkKeyState } from './link-keys.ts';
import type { NwkState } from './nwk.ts';
import type { Member } from './trust-centre.ts';
import type { ShortAddress } from './wire.ts';
import type { Binding } from './zdo-messages.ts';

/** Where a node is in its network. */
export interface Membership {
  readonly channel: number;
  readonly page: number;
  readonly pan: number;
  readonly extendedPan: Eui64;
  readonly address: ShortAddress;
  readonly parent: ShortAddress;
  readonly trustCentre: Eui64;
}

/** What a node keeps over a restart, as plain data. Counters in it are above whatever has been used. */
export interface NodeState {
  readonly membership?: Membership;
  readonly nwk: NwkState;
  readonly linkKeys: Readonly<Record<string, LinkKeyState>>;
  readonly members: Readonly<Record<string, Member>>;
  readonly bindings: readonly Binding[];
}
