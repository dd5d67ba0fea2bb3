import { assert, ProtocolFault } from '../kernel/errors.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import type { RandomSource } from '../kernel/random.ts';
import type { Millis } from '../kernel/time.ts';
import { Aps, type ApsOutput } from './aps.ts';
import type { HanLink, HanMessage, HanOutput, HanRequest } from './han-link.ts';
import { Joining } from './joining.ts';
import { LinkKeys } from './link-keys.ts';
import { Mac, type MacOutput } from './mac.ts';
import type { Capability } from './mac-command.ts';
import type { Membership, NodeState } from './node-state.ts';
import { Nwk, type NwkOutput } from './nwk.ts';
import type { NwkCommand } from './nwk-command.ts';
import type { RadioEvent } from './radio-port.ts';
import { TrustCentre } from './trust-centre.ts';
import { BROADCAST, COORDINATOR, NO_ADDRESS, type ShortAddress } from './wire.ts';
import { Zdo } from './zdo.ts';
import {
  decodeZdo,
  encodeZdo,
  type NodeDescriptor,
  type SimpleDescriptor,
  ZDO_ENDPOINT,
  ZDP_PROFILE,
  ZDP_STATUS,
  type ZdoMessage,
  zdoCluster,
} from './zdo-messages.ts';

export interface NodeOptions {
  readonly eui: Eui64;
  readonly type: NodeDescriptor['type'];
  /** A device whose receiver is off between its polls. */
  readonly sleepy?: boolean;
  readonly endpoints: readonly SimpleDescriptor[];
  readonly manufacturer: number;
  readonly random: RandomSource;
  /** What an earlier node kept. */
  readonly state?: NodeState;
}

/** How long a device that asked to come back waits for an answer. */
const REJOIN_WAIT_MS = 3_000;
const REJOIN_TRIES_MAX = 3;
/** A sleeping device asks so often while it waits for keys. */
const JOINING_POLL_MS = 500;
/** Status of a rejoin that is let in (ZigBee 05-3474 table 3-37). */
const REJOIN_ACCEPTED = 0;
const REJOIN_DENIED = 2;

interface Rejoin {
  readonly secured: boolean;
  readonly until: Millis;
  readonly tries: number;
}

/** A ZigBee PRO node with Smart Energy security on a raw radio: coordinator and trust centre, router, or end device. */
export class ZigBeeNode implements HanLink {
  readonly eui: Eui64;
  readonly keys: LinkKeys;
  readonly #options: NodeOptions;
  readonly #capability: Capability;
  readonly #mac: Mac;
  readonly #nwk: Nwk;
  readonly #aps: Aps;
  readonly #zdo: Zdo;
  readonly #joining: Joining;
  readonly #trustCentre: TrustCentre;
  readonly #tickets = new Map<number, number>();
  #endpoints: readonly SimpleDescriptor[];
  #membership: Membership | undefined;
  #rejoin: Rejoin | undefined;
  #pollEvery: Millis | undefined;
  #pollAt: Millis | undefined;
  #transaction = 0;

  constructor(options: NodeOptions) {
    const { eui, type, random, state } = options;
    this.eui = eui;
    this.#options = options;
    this.#endpoints = options.endpoints;
    const awake = options.sleepy !== true;
    this.#capability = { router: type !== 'end-device', mainsPowered: awake, rxOnWhenIdle: awake };
    this.keys = new LinkKeys(state?.linkKeys);
    this.#mac = new Mac({ eui, rxOnWhenIdle: awake, sequence: random.below(256) });
    this.#nwk = new Nwk(
      this.#mac,
      { eui, coordinator: type === 'coordinator', router: type === 'router', ...(state && { state: state.nwk }) },
      random.below(256),
    );
    this.#aps = new Aps({ nwk: this.#nwk, keys: this.keys, eui, counter: random.below(256) });
    this.#trustCentre = new TrustCentre(random, state?.members);
    const zdo = {
      eui,
      type,
      capability: this.#capability,
      manufacturer: options.manufacturer,
      endpoints: () => this.#endpoints,
      members: this.#trustCentre.members,
    };
    this.#zdo = new Zdo(zdo, state?.bindings);
    this.#joining = new Joining(this.#mac, this.#capability);
    this.#membership = state?.membership;
    for (const { address, capability } of this.#trustCentre.members.values())
      this.#aps.setSleepy(address, !capability.rxOnWhenIdle);
  }

  get membership(): Membership | undefined {
    return this.#membership;
  }

  get isUp(): boolean {
    return this.#membership !== undefined && this.#rejoin === undefined;
  }

  get state(): NodeState {
    return {
      ...(this.#membership && { membership: this.#membership }),
      nwk: this.#nwk.state,
      linkKeys: this.keys.state,
      members: this.#trustCentre.state,
      bindings: this.#zdo.bindings,
    };
  }

  get deadline(): Millis | undefined {
    const times = [
      this.#mac.deadline,
      this.#aps.deadline,
      this.#joining.deadline,
      this.#rejoin?.until,
      this.#pollAt,
      this.#trustCentre.deadline,
    ].filter((at): at is Millis => at !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Goes on in the network of the state it was made with; the radio is told where to listen. */
  resume(now: Millis): HanOutput[] {
    const membership = this.#membership;
    if (!membership) return [];
    const { channel, page, pan, address, parent } = membership;
    this.#mac.parent = parent;
    const out = this.#up(this.#mac.configure({ channel, page, pan, short: address }), now);
    this.#announceBeacon(now);
    return out;
  }

  radio(event: RadioEvent, now: Millis): HanOutput[] {
    return this.#up(this.#mac.radio(event, now), now);
  }

  due(now: Millis): HanOutput[] {
    const out = this.#up(this.#mac.due(now), now);
    const step = this.#joining.due(now);
    out.push(...this.#up(step.out, now), ...(step.failed ? this.#joinFailed() : []));
    out.push(...this.#applications(this.#aps.due(now), now));
    if (this.#pollAt !== undefined && this.#pollAt <= now) out.push(...this.#poll(now));
    if (this.#rejoin && this.#rejoin.until <= now) out.push(...this.#rejoinAgain(this.#rejoin, now));
    if (this.#trustCentre.expire(now)) this.#announceBeacon(now);
    for (const eui of this.#trustCentre.keysDue(now)) out.push(...this.#sendNetworkKey(eui, now));
    return out;
  }

  request(request: HanRequest, now: Millis): HanOutput[] {
    switch (request.kind) {
      case 'form':
        return this.#form(request.network, now);
      case 'join':
        this.keys.preconfigure(request.linkKey);
        this.#pollWhileJoining(now);
        return this.#up(this.#joining.start(request, now), now);
      case 'rejoin':
        return this.#membership ? this.#askToRejoin({ secured: true, until: now + REJOIN_WAIT_MS, tries: 1 }, now) : [];
      case 'admit': {
        const { eui, linkKey, origin, until } = request;
        this.#trustCentre.admit(eui, { linkKey, origin, until });
        this.#announceBeacon(now);
        return [];
      }
      case 'close-admission':
        this.#trustCentre.closeAdmission(request.eui);
        this.#announceBeacon(now);
        return [];
      case 'remove':
        return this.#remove(request.eui, now);
      case 'leave':
        return this.#leave(now);
      case 'send':
        return this.#send(request.ticket, request.message, request.acknowledged, now);
      case 'install-key':
        this.keys.install(request.peer, request.linkKey, 'established');
        return [];
      case 'describe':
        return this.#describe(request.peer, request.question, now);
      case 'endpoints':
        this.#endpoints = request.endpoints;
        return [];
      case 'poll-every':
        this.#pollEvery = request.periodMs;
        this.#pollAt = request.periodMs === undefined ? undefined : now;
        return [];
    }
  }

  /** Network address of a peer: the hub's is always known to be 0. */
  #addressOf(peer: Eui64): ShortAddress | undefined {
    if (peer === this.#membership?.trustCentre && this.#options.type !== 'coordinator') return COORDINATOR;
    return this.#trustCentre.members.get(peer)?.address ?? this.#nwk.addressOf(peer);
  }

  #form(
    { channel, page, pan, extendedPan, networkKey }: Extract<HanRequest, { kind: 'form' }>['network'],
    now: Millis,
  ): HanOutput[] {
    this.#nwk.key = { key: networkKey, sequence: 0 };
    this.#membership = { channel, page, pan, extendedPan, address: COORDINATOR, parent: COORDINATOR, trustCentre: this.eui };
    const out = this.#up(this.#mac.configure({ channel, page, pan, short: COORDINATOR }), now);
    this.#announceBeacon(now);
    return [...out, { kind: 'up', trustCentre: this.eui, rejoined: false }];
  }

  #announceBeacon(now: Millis): void {
    const membership = this.#membership;
    const { type } = this.#options;
    if (!membership || type === 'end-device') return;
    const coordinator = type === 'coordinator';
    const joining = coordinator && this.#trustCentre.isOpen(now);
    // Routers answer beacon requests, but all children are the coordinator's.
    this.#mac.beacon = {
      extendedPan: membership.extendedPan,
      joining,
      coordinator,
      routerCapacity: joining,
      endDeviceCapacity: joining,
      depth: coordinator ? 0 : 1,
      updateId: 0,
    };
  }

  #send(ticket: number, message: HanMessage, acknowledged: boolean, now: Millis): HanOutput[] {
    const { peer, payload, security, ...addressing } = message;
    const to = this.#addressOf(peer);
    if (to === undefined || !this.isUp) return [{ kind: 'sent', ticket, delivered: false }];
    const out: ApsOutput[] = [];
    const apsTicket = this.#aps.send({ to, partner: peer, addressing, payload, security, acknowledged }, now, out);
    this.#tickets.set(apsTicket, ticket);
    return this.#applications(out, now);
  }

  #sendZdo(to: ShortAddress, transaction: number, message: ZdoMessage, now: Millis): HanOutput[] {
    const addressing = {
      destinationEndpoint: ZDO_ENDPOINT,
      sourceEndpoint: ZDO_ENDPOINT,
      cluster: zdoCluster(message),
      profile: ZDP_PROFILE,
    };
    const out: ApsOutput[] = [];
    const payload = encodeZdo(transaction, message);
    this.#aps.send({ to, addressing, payload, security: 'network', acknowledged: false }, now, out);
    return this.#applications(out, now);
  }

  #describe(peer: Eui64, question: ZdoMessage, now: Millis): HanOutput[] {
    const to = this.#addressOf(peer);
    if (to === undefined) return [];
    this.#transaction = (this.#transaction + 1) & 0xff;
    return this.#sendZdo(to, this.#transaction, 'address' in question ? { ...question, address: to } : question, now);
  }

  #remove(eui: Eui64, now: Millis): HanOutput[] {
    const member = this.#trustCentre.remove(eui);
    const below: NwkOutput[] = [];
    if (member)
      this.#nwk.command(member.address, { kind: 'leave', request: true, rejoin: false, removeChildren: false }, now, below);
    const out = this.#network(below, now);
    this.keys.remove(eui);
    this.#announceBeacon(now);
    return out;
  }

  #leave(now: Millis): HanOutput[] {
    if (!this.#membership) return [];
    const below: NwkOutput[] = [];
    this.#nwk.command(
      BROADCAST.rxOnWhenIdle,
      { kind: 'leave', request: false, rejoin: false, removeChildren: false },
      now,
      below,
    );
    const out = this.#network(below, now);
    return [...out, ...this.#forgetNetwork('left')];
  }

  #forgetNetwork(reason: 'left' | 'removed'): HanOutput[] {
    const trustCentre = this.#membership?.trustCentre;
    this.#membership = undefined;
    this.#rejoin = undefined;
    this.#pollAt = undefined;
    this.#nwk.key = undefined;
    if (trustCentre !== undefined) this.keys.remove(trustCentre);
    return [{ kind: 'down', reason }];
  }

  #joinFailed(): HanOutput[] {
    this.keys.preconfigure(undefined);
    this.#pollAt = undefined;
    return [{ kind: 'down', reason: 'join-failed' }];
  }

  #pollWhileJoining(now: Millis): void {
    if (this.#options.sleepy) this.#pollAt = now + JOINING_POLL_MS;
  }

  #poll(now: Millis): HanOutput[] {
    const hurried = this.#joining.active || this.#rejoin !== undefined;
    const period = hurried ? JOINING_POLL_MS : this.#pollEvery;
    this.#pollAt = period === undefined ? undefined : now + period;
    // Before there is an address there is nobody to ask.
    return this.#mac.settings.short === NO_ADDRESS ? [] : this.#up(this.#mac.poll(now), now);
  }

  #askToRejoin(rejoin: Rejoin, now: Millis): HanOutput[] {
    this.#rejoin = rejoin;
    this.#pollWhileJoining(now);
    const below: NwkOutput[] = [];
    this.#nwk.command(COORDINATOR, { kind: 'rejoin-request', capability: this.#capability }, now, below, rejoin.secured);
    return this.#network(below, now);
  }

  /** A secured request that nobody answers is followed by unsecured ones: the network key may have changed. */
  #rejoinAgain({ tries }: Rejoin, now: Millis): HanOutput[] {
    if (tries < REJOIN_TRIES_MAX)
      return this.#askToRejoin({ secured: tries + 1 < REJOIN_TRIES_MAX, until: now + REJOIN_WAIT_MS, tries: tries + 1 }, now);
    this.#rejoin = undefined;
    return [{ kind: 'down', reason: 'join-failed' }];
  }

  /** Carries what the lowest layer did up through all of them. */
  #up(outputs: readonly MacOutput[], now: Millis): HanOutput[] {
    return outputs.flatMap((output): HanOutput[] => {
      if (output.kind === 'scanned' || output.kind === 'associated' || output.kind === 'not-associated') {
        const step = this.#joining.heard(output, now);
        return [...this.#up(step.out, now), ...(step.failed ? this.#joinFailed() : [])];
      }
      return this.#network(this.#nwk.up([output], now), now);
    });
  }

  #network(outputs: readonly NwkOutput[], now: Millis): HanOutput[] {
    return this.#applications(this.#aps.up(outputs, now), now);
  }

  #applications(outputs: readonly ApsOutput[], now: Millis): HanOutput[] {
    return outputs.flatMap((output) => this.#application(output, now));
  }

  #application(output: ApsOutput, now: Millis): HanOutput[] {
    switch (output.kind) {
      case 'radio':
        return [output];
      case 'joining':
        return this.#admit(output.eui, output.capability, now);
      case 'answered':
        return output.outcome === 'sent' ? this.#sendNetworkKey(output.eui, now) : [];
      case 'nwk-command':
        return this.#networkCommand(output, now);
      case 'aps-command':
        return this.#keyCommand(output, now);
      case 'aps-data':
        return this.#dataReceived(output.indication, now);
      case 'aps-sent': {
        const ticket = this.#tickets.get(output.ticket);
        this.#tickets.delete(output.ticket);
        return ticket === undefined ? [] : [{ kind: 'sent', ticket, delivered: output.delivered }];
      }
      default:
        return [];
    }
  }

  /** Only an admitted device is answered, before any key leaves the hub. */
  #admit(eui: Eui64, capability: Capability, now: Millis): HanOutput[] {
    const admission = this.#options.type === 'coordinator' ? this.#trustCentre.admission(eui, now) : undefined;
    if (!admission) return [];
    this.keys.install(eui, admission.linkKey, admission.origin);
    const address = this.#trustCentre.enter(eui, capability);
    this.#nwk.learn(eui, address);
    this.#aps.setSleepy(address, !capability.rxOnWhenIdle);
    return this.#up(this.#mac.answerAssociation(eui, address, now), now);
  }

  #sendNetworkKey(eui: Eui64, now: Millis): HanOutput[] {
    const member = this.#trustCentre.members.get(eui);
    const { key } = this.#nwk;
    if (!member || !key) return [];
    this.#trustCentre.keySent(eui, now);
    const out: ApsOutput[] = [];
    const command = {
      kind: 'transport-network-key',
      key: key.key,
      sequence: key.sequence,
      destination: eui,
      source: this.eui,
    } as const;
    this.#aps.command(member.address, eui, command, 'key-transport', now, out, false);
    return this.#applications(out, now);
  }

  #keyCommand({ command, key, partner, networkSecured }: Extract<ApsOutput, { kind: 'aps-command' }>, now: Millis): HanOutput[] {
    if (command.kind === 'transport-network-key') {
      const wanted = this.#joining.network !== undefined || this.#rejoin !== undefined;
      if (key !== 'key-transport' || networkSecured || command.destination !== this.eui || !wanted) return [];
      if (partner === undefined || partner !== command.source) return [];
      return this.#keyReceived(command.key, command.sequence, command.source, now);
    }
    if (command.kind === 'remove-device' && command.device === this.eui && partner === this.#membership?.trustCentre) {
      return this.#leave(now);
    }
    return [];
  }

  #keyReceived(key: Uint8Array, sequence: number, trustCentre: Eui64, now: Millis): HanOutput[] {
    const network = this.#joining.network;
    const { channel, page, pan, short } = this.#mac.settings;
    const rejoined = this.#rejoin !== undefined;
    const extendedPan = network?.beacon.extendedPan ?? this.#membership?.extendedPan;
    assert(extendedPan !== undefined, 'a key is waited for in a network that is known');
    this.#nwk.key = { key, sequence };
    const parent = network?.parent ?? this.#membership?.parent ?? COORDINATOR;
    this.#membership = { channel, page, pan, extendedPan, address: short, parent, trustCentre };
    this.#joining.stop();
    this.#rejoin = undefined;
    this.#nwk.learn(trustCentre, COORDINATOR);
    this.#announceBeacon(now);
    return [...this.#announce(now), { kind: 'up', trustCentre, rejoined }];
  }

  #announce(now: Millis): HanOutput[] {
    const { short } = this.#mac.settings;
    this.#transaction = (this.#transaction + 1) & 0xff;
    const message: ZdoMessage = { kind: 'device-announce', address: short, eui: this.eui, capability: this.#capability };
    return this.#sendZdo(BROADCAST.rxOnWhenIdle, this.#transaction, message, now);
  }

  #networkCommand({ command, from, eui, secured }: Extract<NwkOutput, { kind: 'nwk-command' }>, now: Millis): HanOutput[] {
    switch (command.kind) {
      case 'leave':
        return this.#leaveHeard(command, from, eui, secured);
      case 'rejoin-request':
        return eui === undefined ? [] : this.#rejoinAsked(command, eui, secured, now);
      case 'rejoin-response':
        return this.#rejoinAnswered(command, secured, now);
      case 'timeout-request':
        return this.#answerNetwork(from, { kind: 'timeout-response', status: 0, parentInformation: 1 }, now);
      default:
        return [];
    }
  }

  #answerNetwork(to: ShortAddress, command: NwkCommand, now: Millis): HanOutput[] {
    const below: NwkOutput[] = [];
    this.#nwk.command(to, command, now, below);
    return this.#network(below, now);
  }

  #leaveHeard(
    command: Extract<NwkCommand, { kind: 'leave' }>,
    from: ShortAddress,
    eui: Eui64 | undefined,
    secured: boolean,
  ): HanOutput[] {
    if (!secured) return [];
    if (command.request)
      return from === this.#membership?.parent && this.#options.type !== 'coordinator' ? this.#forgetNetwork('removed') : [];
    if (eui === undefined || this.#options.type !== 'coordinator' || !this.#trustCentre.members.has(eui)) return [];
    this.#trustCentre.remove(eui);
    return [{ kind: 'device-left', eui }];
  }

  /** A device of the network comes back. Without the network key it has to have a link key that key establishment agreed on. */
  #rejoinAsked(command: Extract<NwkCommand, { kind: 'rejoin-request' }>, eui: Eui64, secured: boolean, now: Millis): HanOutput[] {
    if (this.#options.type !== 'coordinator') return [];
    const origin = this.keys.origin(eui);
    const known =
      origin === 'established' || (secured && origin !== undefined) || this.#trustCentre.admission(eui, now) !== undefined;
    if (!known) return [];
    const address = this.#trustCentre.enter(eui, command.capability);
    this.#nwk.learn(eui, address);
    this.#aps.setSleepy(address, !command.capability.rxOnWhenIdle);
    const below: NwkOutput[] = [];
    this.#nwk.command(
      address,
      { kind: 'rejoin-response', address, status: known ? REJOIN_ACCEPTED : REJOIN_DENIED },
      now,
      below,
      secured,
    );
    const out = this.#network(below, now);
    if (!secured) out.push(...this.#sendNetworkKey(eui, now));
    return out;
  }

  #rejoinAnswered(command: Extract<NwkCommand, { kind: 'rejoin-response' }>, secured: boolean, now: Millis): HanOutput[] {
    const membership = this.#membership;
    if (!this.#rejoin || !membership || command.status !== REJOIN_ACCEPTED || secured !== this.#rejoin.secured) return [];
    const out = this.#up(this.#mac.configure({ short: command.address }), now);
    this.#membership = { ...membership, address: command.address };
    if (!secured) return out;
    this.#rejoin = undefined;
    return [...out, ...this.#announce(now), { kind: 'up', trustCentre: membership.trustCentre, rejoined: true }];
  }

  #dataReceived(indication: Extract<ApsOutput, { kind: 'aps-data' }>['indication'], now: Millis): HanOutput[] {
    const { addressing, from, partner, payload, security, broadcast, lqi } = indication;
    const present = partner !== undefined ? this.#present(partner) : [];
    if (addressing.destinationEndpoint === ZDO_ENDPOINT && addressing.profile === ZDP_PROFILE) {
      return [...present, ...this.#zdoReceived(addressing.cluster, payload, from, partner, broadcast, now)];
    }
    if (partner === undefined) return present;
    return [...present, { kind: 'received', message: { ...addressing, peer: partner, payload, security }, broadcast, lqi }];
  }

  /** A frame under the network key from a device whose key was on its way: it has arrived. */
  #present(eui: Eui64): HanOutput[] {
    return this.#options.type === 'coordinator' && this.#trustCentre.arrived(eui)
      ? [{ kind: 'device-joined', eui, rejoined: false }]
      : [];
  }

  #zdoReceived(
    cluster: number,
    payload: Uint8Array,
    from: ShortAddress,
    partner: Eui64 | undefined,
    broadcast: boolean,
    now: Millis,
  ): HanOutput[] {
    const read = readZdo(cluster, payload);
    if (!read) return [];
    const { transaction, message } = read;
    if (message.kind === 'device-announce') {
      this.#nwk.learn(message.eui, message.address);
      return [];
    }
    if (message.kind === 'address-response' && message.status === 0) this.#nwk.learn(message.eui, message.address);
    if (message.kind === 'leave-request' && message.eui === this.eui && from === COORDINATOR) {
      return [
        ...this.#sendZdo(from, transaction, { kind: 'leave-response', status: ZDP_STATUS.success }, now),
        ...this.#leave(now),
      ];
    }
    if ((cluster & 0x8000) !== 0) return partner === undefined ? [] : [{ kind: 'described', peer: partner, answer: message }];
    const answer = this.#zdo.answer(message, this.#nwk.address);
    return answer && !(broadcast && 'status' in answer && answer.status !== 0)
      ? this.#sendZdo(from, transaction, answer, now)
      : [];
  }
}

/** A message of the device profile; undefined for octets that are none. */
function readZdo(cluster: number, payload: Uint8Array): ReturnType<typeof decodeZdo> {
  try {
    return decodeZdo(cluster, payload);
  } catch (error) {
    if (error instanceof ProtocolFault) return undefined;
    throw error;
  }
}
