import type { Eui64 } from '../kernel/eui64.ts';
import type { Millis } from '../kernel/time.ts';
import { Aps, type ApsOutput } from './aps.ts';
import type { ApsCommand } from './aps-command.ts';
import { LinkKeys } from './link-keys.ts';
import { Mac, type MacOutput } from './mac.ts';
import type { NodeState } from './node-state.ts';
import { Nwk, type NwkOutput } from './nwk.ts';
import type { NwkCommand } from './nwk-command.ts';
import type { KeyKind } from './security.ts';
import type { ShortAddress } from './wire.ts';
import { encodeZdo, ZDO_ENDPOINT, ZDP_PROFILE, type ZdoMessage, zdoCluster } from './zdo-messages.ts';

export interface StackOptions {
  readonly eui: Eui64;
  readonly coordinator: boolean;
  readonly router: boolean;
  readonly rxOnWhenIdle: boolean;
  /** First sequence numbers of the three layers. */
  readonly sequences: readonly [mac: number, nwk: number, aps: number];
  readonly state?: NodeState;
}

/** The layers of a node, one on the other: what goes in at one end comes out at the other. */
export class Stack {
  readonly eui: Eui64;
  readonly keys: LinkKeys;
  readonly mac: Mac;
  readonly nwk: Nwk;
  readonly aps: Aps;
  #transaction = 0;

  constructor({ eui, coordinator, router, rxOnWhenIdle, sequences, state }: StackOptions) {
    const [macSequence, nwkSequence, counter] = sequences;
    this.eui = eui;
    this.keys = new LinkKeys(state?.linkKeys);
    this.mac = new Mac({ eui, rxOnWhenIdle, sequence: macSequence });
    this.nwk = new Nwk(this.mac, { eui, coordinator, router, ...(state && { state: state.nwk }) }, nwkSequence);
    this.aps = new Aps({ nwk: this.nwk, keys: this.keys, eui, counter });
  }

  /** Carries what the MAC layer did up through the others. */
  up(outputs: readonly MacOutput[], now: Millis): ApsOutput[] {
    return this.aps.up(this.nwk.up(outputs, now), now);
  }

  networkCommand(to: ShortAddress, command: NwkCommand, now: Millis, secured = true): ApsOutput[] {
    const below: NwkOutput[] = [];
    this.nwk.command(to, command, now, below, secured);
    return this.aps.up(below, now);
  }

  /** A key command under a key derived from the partner's link key; to a device without the network key in clear below that. */
  keyCommand(
    to: ShortAddress,
    partner: Eui64,
    command: ApsCommand,
    key: KeyKind,
    now: Millis,
    networkSecured: boolean,
  ): ApsOutput[] {
    const out: ApsOutput[] = [];
    this.aps.command(to, partner, command, key, now, out, networkSecured);
    return out;
  }

  /** Number of the next question of the device profile. */
  nextTransaction(): number {
    this.#transaction = (this.#transaction + 1) & 0xff;
    return this.#transaction;
  }

  zdo(to: ShortAddress, transaction: number, message: ZdoMessage, now: Millis): ApsOutput[] {
    const out: ApsOutput[] = [];
    const cluster = zdoCluster(message);
    const addressing = { destinationEndpoint: ZDO_ENDPOINT, sourceEndpoint: ZDO_ENDPOINT, cluster, profile: ZDP_PROFILE };
    const payload = encodeZdo(transaction, message);
    this.aps.send({ to, addressing, payload, security: 'network', acknowledged: false }, now, out);
    return out;
  }
}
