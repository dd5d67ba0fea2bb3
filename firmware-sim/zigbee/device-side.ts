import { aesMmo } from '../crypto/aes-mmo.ts';
import type { Bytes } from '../kernel/bytes.ts';
import { assert } from '../kernel/errors.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import type { Millis } from '../kernel/time.ts';
import type { ApsOutput } from './aps.ts';
import { DEFAULT_TIMEOUT } from './children.ts';
import type { HanOutput } from './han-link.ts';
import { Joining, type JoinOrder, type JoinStep } from './joining.ts';
import type { MacOutput } from './mac.ts';
import type { Capability } from './mac-command.ts';
import type { Membership } from './node-state.ts';
import type { NwkCommand } from './nwk-command.ts';
import type { Stack } from './stack.ts';
import { BROADCAST, COORDINATOR, NO_ADDRESS } from './wire.ts';

/** How long a device that asked to come back waits for an answer, and how often it asks. */
const REJOIN_WAIT_MS = 3_000;
const REJOIN_TRIES_MAX = 3;
/** A sleeping device asks so often while it waits for keys. */
const JOINING_POLL_MS = 500;
const REJOIN_ACCEPTED = 0;

interface Rejoin {
  readonly secured: boolean;
  readonly until: Millis;
  readonly tries: number;
}

/** What a step leads to: outputs of the layers below that are still to be looked at, and what the device is told. */
export interface DeviceStep {
  readonly below: readonly ApsOutput[];
  readonly events: readonly HanOutput[];
}

const below = (outputs: readonly ApsOutput[]): DeviceStep => ({ below: outputs, events: [] });
const NOTHING: DeviceStep = below([]);

/** What a device does in somebody else's network: joins it, asks for what waits, comes back, leaves. */
export class DeviceSide {
  readonly #stack: Stack;
  readonly #capability: Capability;
  readonly #joining: Joining;
  membership: Membership | undefined;
  #rejoin: Rejoin | undefined;
  #pollEvery: Millis | undefined;
  #pollAt: Millis | undefined;

  constructor(stack: Stack, capability: Capability, membership: Membership | undefined) {
    this.#stack = stack;
    this.#capability = capability;
    this.#joining = new Joining(stack.mac, capability);
    this.membership = membership;
  }

  get isRejoining(): boolean {
    return this.#rejoin !== undefined;
  }

  get deadline(): Millis | undefined {
    const times = [this.#joining.deadline, this.#rejoin?.until, this.#pollAt].filter((at): at is Millis => at !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  join(order: JoinOrder, now: Millis): DeviceStep {
    this.#stack.keys.preconfigure(order.linkKey);
    this.#pollWhileWaiting(now);
    return below(this.#stack.up(this.#joining.start(order, now), now));
  }

  /** What scan and association have come to. */
  heard(output: Extract<MacOutput, { kind: 'scanned' | 'associated' | 'not-associated' }>, now: Millis): DeviceStep {
    return this.#joinStep(this.#joining.heard(output, now), now);
  }

  #joinStep({ out, failed }: JoinStep, now: Millis): DeviceStep {
    if (!failed) return below(this.#stack.up(out, now));
    this.#stack.keys.preconfigure(undefined);
    this.#pollAt = undefined;
    return { below: [], events: [{ kind: 'down', reason: 'join-failed' }] };
  }

  due(now: Millis): readonly DeviceStep[] {
    const steps = [this.#joinStep(this.#joining.due(now), now)];
    if (this.#pollAt !== undefined && this.#pollAt <= now) steps.push(this.#poll(now));
    if (this.#rejoin && this.#rejoin.until <= now) steps.push(this.#rejoinAgain(this.#rejoin, now));
    return steps;
  }

  pollEvery(periodMs: Millis | undefined, now: Millis): void {
    this.#pollEvery = periodMs;
    this.#pollAt = periodMs === undefined ? undefined : now;
  }

  #pollWhileWaiting(now: Millis): void {
    if (!this.#capability.rxOnWhenIdle) this.#pollAt = now + JOINING_POLL_MS;
  }

  #poll(now: Millis): DeviceStep {
    const period = this.#joining.active || this.#rejoin ? JOINING_POLL_MS : this.#pollEvery;
    this.#pollAt = period === undefined ? undefined : now + period;
    // Before there is an address there is nobody to ask.
    return this.#stack.mac.settings.short === NO_ADDRESS ? NOTHING : below(this.#stack.up(this.#stack.mac.poll(now), now));
  }

  rejoin(now: Millis): DeviceStep {
    return this.membership ? this.#askToRejoin({ secured: true, until: now + REJOIN_WAIT_MS, tries: 1 }, now) : NOTHING;
  }

  #askToRejoin(rejoin: Rejoin, now: Millis): DeviceStep {
    this.#rejoin = rejoin;
    this.#pollWhileWaiting(now);
    const request: NwkCommand = { kind: 'rejoin-request', capability: this.#capability };
    return below(this.#stack.networkCommand(COORDINATOR, request, now, rejoin.secured));
  }

  /** A secured request that nobody answers is followed by an unsecured one: the network key may have changed. */
  #rejoinAgain({ tries }: Rejoin, now: Millis): DeviceStep {
    const next = tries + 1;
    if (next === REJOIN_TRIES_MAX) this.#expectAnotherHub();
    if (next <= REJOIN_TRIES_MAX) {
      return this.#askToRejoin({ secured: next < REJOIN_TRIES_MAX, until: now + REJOIN_WAIT_MS, tries: next }, now);
    }
    this.#rejoin = undefined;
    return { below: [], events: [{ kind: 'down', reason: 'join-failed' }] };
  }

  /** A hub that was put in the place of another knows the hashes of the link keys alone (exchange of a trust centre). */
  #expectAnotherHub(): void {
    const { keys } = this.#stack;
    const key = this.membership && keys.key(this.membership.trustCentre);
    if (key) keys.preconfigure(aesMmo(key), 'established');
  }

  rejoinAnswered(response: Extract<NwkCommand, { kind: 'rejoin-response' }>, secured: boolean, now: Millis): DeviceStep {
    const { membership } = this;
    if (!this.#rejoin || !membership || response.status !== REJOIN_ACCEPTED || secured !== this.#rejoin.secured) return NOTHING;
    const out = this.#stack.up(this.#stack.mac.configure({ short: response.address }), now);
    this.membership = { ...membership, address: response.address };
    if (!secured) return below(out);
    this.#rejoin = undefined;
    const events: HanOutput[] = [{ kind: 'up', trustCentre: membership.trustCentre, rejoined: true }];
    return { below: [...out, ...this.#announce(now), ...this.#askForTimeout(now)], events };
  }

  /** Whether a network key is waited for at all: one that comes unasked is not taken. */
  get wantsKey(): boolean {
    return this.#joining.network !== undefined || this.#rejoin !== undefined;
  }

  keyReceived(key: Bytes, sequence: number, trustCentre: Eui64, now: Millis): DeviceStep {
    const { network } = this.#joining;
    const before = this.membership?.trustCentre;
    if (before !== undefined && before !== trustCentre) this.#stack.keys.remove(before);
    this.#stack.keys.preconfigure(undefined);
    const { channel, page, pan, short: address } = this.#stack.mac.settings;
    const rejoined = this.#rejoin !== undefined;
    const extendedPan = network?.beacon.extendedPan ?? this.membership?.extendedPan;
    assert(extendedPan !== undefined, 'a key is waited for in a network that is known');
    const parent = network?.parent ?? this.membership?.parent ?? COORDINATOR;
    this.membership = { channel, page, pan, extendedPan, address, parent, trustCentre };
    this.#stack.nwk.key = { key, sequence };
    this.#stack.nwk.learn(trustCentre, COORDINATOR);
    this.#joining.stop();
    this.#rejoin = undefined;
    const out = [...this.#announce(now), ...this.#askForTimeout(now)];
    return { below: out, events: [{ kind: 'up', trustCentre, rejoined }] };
  }

  #announce(now: Millis): ApsOutput[] {
    const { eui, mac } = this.#stack;
    const announcement = { kind: 'device-announce', address: mac.settings.short, eui, capability: this.#capability } as const;
    return this.#stack.zdo(BROADCAST.rxOnWhenIdle, this.#stack.nextTransaction(), announcement, now);
  }

  /** A device that sleeps says how long it may be silent. */
  #askForTimeout(now: Millis): ApsOutput[] {
    if (this.#capability.rxOnWhenIdle) return [];
    return this.#stack.networkCommand(COORDINATOR, { kind: 'timeout-request', timeout: DEFAULT_TIMEOUT }, now);
  }

  /** Tells the others that it is here again, after it has started anew. */
  resume(now: Millis): DeviceStep {
    const { membership } = this;
    if (!membership) return NOTHING;
    return { below: this.#announce(now), events: [{ kind: 'up', trustCentre: membership.trustCentre, rejoined: true }] };
  }

  leave(now: Millis): DeviceStep {
    if (!this.membership) return NOTHING;
    const leave: NwkCommand = { kind: 'leave', request: false, rejoin: false, removeChildren: false };
    const out = this.#stack.networkCommand(BROADCAST.rxOnWhenIdle, leave, now);
    return { below: out, events: this.forget('left') };
  }

  /** The network and its keys are gone. */
  forget(reason: 'left' | 'removed'): readonly HanOutput[] {
    const trustCentre = this.membership?.trustCentre;
    this.membership = undefined;
    this.#rejoin = undefined;
    this.#pollAt = undefined;
    this.#stack.nwk.key = undefined;
    if (trustCentre !== undefined) this.#stack.keys.remove(trustCentre);
    return [{ kind: 'down', reason }];
  }
}
