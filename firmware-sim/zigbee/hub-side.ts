import type { Eui64 } from '../kernel/eui64.ts';
import type { RandomSource } from '../kernel/random.ts';
import type { Millis } from '../kernel/time.ts';
import type { ApsOutput } from './aps.ts';
import { Children } from './children.ts';
import type { Capability } from './mac-command.ts';
import { Recent } from './recent.ts';
import type { Stack } from './stack.ts';
import { type Member, TrustCentre } from './trust-centre.ts';
import { NO_ADDRESS, type ShortAddress } from './wire.ts';

/** Status of a rejoin that is let in (ZigBee 05-3474 table 3-37). */
const REJOIN_ACCEPTED = 0;
/** What a parent can do for its children (ZigBee 05-3474 table 3-44): being asked for data keeps a child. */
const PARENT_INFORMATION = 1;

/** How long a child that is told to come back has to fetch that (macTransactionPersistenceTime); before it is told again. */
const TOLD_MS = 8_000;
const TOLD_MAX = 16;

/** What a coordinator does as trust centre: lets admitted devices in, sends them the network key, takes them back, sends them away. */
export class HubSide {
  readonly trustCentre: TrustCentre;
  readonly #stack: Stack;
  readonly #children = new Children();
  readonly #told = new Recent(TOLD_MAX, TOLD_MS);

  constructor(stack: Stack, random: RandomSource, members: Readonly<Record<string, Member>> = {}) {
    this.#stack = stack;
    this.trustCentre = new TrustCentre(random, members);
    for (const { address, capability } of this.trustCentre.members.values())
      stack.aps.setSleepy(address, !capability.rxOnWhenIdle);
  }

  get deadline(): Millis | undefined {
    const times = [this.trustCentre.deadline, this.#children.deadline].filter((at): at is Millis => at !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** After a restart all children are there, and have their whole time. */
  resume(now: Millis): void {
    for (const { address, capability } of this.trustCentre.members.values())
      if (!capability.rxOnWhenIdle) this.#children.enter(address, now);
  }

  /** A child asks for what waits. One that was silent for too long is no child any more: it is to come back. */
  polled(by: ShortAddress, now: Millis): ApsOutput[] {
    if (this.#children.has(by)) {
      this.#children.heard(by, now);
      return [];
    }
    const isMember = [...this.trustCentre.members.values()].some(({ address }) => address === by);
    if (!isMember || this.#told.has(String(by), now)) return [];
    this.#told.add(String(by), now);
    return this.#stack.networkCommand(by, { kind: 'leave', request: true, rejoin: true, removeChildren: false }, now);
  }

  /** A child asks to be allowed to be silent for so long. */
  timeoutAsked(from: ShortAddress, timeout: number, now: Millis): ApsOutput[] {
    const status = this.#children.ask(from, timeout, now);
    return this.#stack.networkCommand(from, { kind: 'timeout-response', status, parentInformation: PARENT_INFORMATION }, now);
  }

  /** Only an admitted device is answered, before any key leaves the hub. */
  joining(eui: Eui64, capability: Capability, now: Millis): ApsOutput[] {
    const admission = this.trustCentre.admission(eui, now);
    if (!admission) return [];
    this.#stack.keys.install(eui, admission.linkKey, admission.origin);
    const address = this.#enter(eui, capability, now);
    return this.#stack.up(this.#stack.mac.answerAssociation(eui, address, now), now);
  }

  #enter(eui: Eui64, capability: Capability, now: Millis, wanted?: ShortAddress): ShortAddress {
    const address = this.trustCentre.enter(eui, capability, wanted);
    this.#stack.nwk.learn(eui, address);
    this.#stack.aps.setSleepy(address, !capability.rxOnWhenIdle);
    if (!capability.rxOnWhenIdle) this.#children.enter(address, now);
    return address;
  }

  /** The network key, under the key that the device's link key stands for. */
  sendNetworkKey(eui: Eui64, now: Millis): ApsOutput[] {
    const member = this.trustCentre.members.get(eui);
    const { key } = this.#stack.nwk;
    if (!member || !key) return [];
    this.trustCentre.keySent(eui, now);
    const source = this.#stack.eui;
    const command = { kind: 'transport-network-key', key: key.key, sequence: key.sequence, destination: eui, source } as const;
    return this.#stack.keyCommand(member.address, eui, command, 'key-transport', now, false);
  }

  /** A device of the network comes back. Without the network key it has to have a link key that key establishment agreed on. */
  rejoining(eui: Eui64, capability: Capability, secured: boolean, from: ShortAddress, now: Millis): ApsOutput[] {
    const admission = this.trustCentre.admission(eui, now);
    if (admission && this.#stack.keys.origin(eui) === undefined)
      this.#stack.keys.install(eui, admission.linkKey, admission.origin);
    const origin = this.#stack.keys.origin(eui);
    if (origin !== 'established' && !(secured && origin !== undefined)) return [];
    const address = this.#enter(eui, capability, now, from);
    const answer = { kind: 'rejoin-response', address, status: REJOIN_ACCEPTED } as const;
    // Until it has the answer it listens under the address it asked with.
    const out = this.#stack.networkCommand(from === NO_ADDRESS ? address : from, answer, now, secured);
    return secured ? out : [...out, ...this.sendNetworkKey(eui, now)];
  }

  /** Sends a device away and forgets its keys. */
  remove(eui: Eui64, now: Millis): ApsOutput[] {
    const member = this.trustCentre.remove(eui);
    if (member) this.#children.remove(member.address);
    const leave = { kind: 'leave', request: true, rejoin: false, removeChildren: false } as const;
    const out = member ? this.#stack.networkCommand(member.address, leave, now) : [];
    this.#stack.keys.remove(eui);
    return out;
  }

  /** Admissions are over: of a device that never got as far as the network key nothing stays. @returns true when there were any */
  closeAdmissions(now: Millis): boolean {
    const over = this.trustCentre.expire(now);
    for (const eui of over) {
      const member = this.trustCentre.members.get(eui);
      if (!member || member.present || this.#stack.nwk.hasHeard(eui)) continue;
      this.trustCentre.remove(eui);
      this.#stack.nwk.forget(eui);
      this.#stack.keys.remove(eui);
    }
    return over.length > 0;
  }

  due(now: Millis): ApsOutput[] {
    for (const address of this.#children.expire(now)) this.trustCentre.silent(address);
    return this.trustCentre.keysDue(now).flatMap((eui) => this.sendNetworkKey(eui, now));
  }
}
