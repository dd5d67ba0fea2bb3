import type { Bytes } from '../kernel/bytes.ts';
import { ProtocolFault } from '../kernel/errors.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import type { RandomSource } from '../kernel/random.ts';
import type { Millis } from '../kernel/time.ts';
import type { ApsIndication, ApsOutput } from './aps.ts';
import { DeviceSide, type DeviceStep } from './device-side.ts';
import type { HanFormation, HanLink, HanMessage, HanOutput, HanRequest } from './han-link.ts';
import { HubSide } from './hub-side.ts';
import type { LinkKeys } from './link-keys.ts';
import type { MacOutput } from './mac.ts';
import type { Capability } from './mac-command.ts';
import type { Membership, NodeState } from './node-state.ts';
import type { RadioEvent } from './radio-port.ts';
import { Stack } from './stack.ts';
import { COORDINATOR, type ShortAddress } from './wire.ts';
import { Zdo } from './zdo.ts';
import {
  DEVICE_ANNOUNCE,
  decodeZdo,
  type NodeDescriptor,
  type SimpleDescriptor,
  ZDO_ENDPOINT,
  ZDP_PROFILE,
  ZDP_STATUS,
  type ZdoMessage,
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

/** A ZigBee PRO node with Smart Energy security on a raw radio: coordinator and trust centre, router, or end device. */
export class ZigBeeNode implements HanLink {
  readonly eui: Eui64;
  readonly #type: NodeDescriptor['type'];
  readonly #stack: Stack;
  readonly #zdo: Zdo;
  readonly #hub: HubSide;
  readonly #device: DeviceSide;
  /** Tickets of requests by those of the application layer. */
  readonly #tickets = new Map<number, number>();
  #endpoints: readonly SimpleDescriptor[];

  constructor({ eui, type, sleepy = false, endpoints, manufacturer, random, state }: NodeOptions) {
    this.eui = eui;
    this.#type = type;
    this.#endpoints = endpoints;
    const capability: Capability = { router: type !== 'end-device', mainsPowered: !sleepy, rxOnWhenIdle: !sleepy };
    this.#stack = new Stack({
      eui,
      coordinator: type === 'coordinator',
      router: type === 'router',
      rxOnWhenIdle: !sleepy,
      sequences: [random.below(256), random.below(256), random.below(256)],
      ...(state && { state }),
    });
    this.#hub = new HubSide(this.#stack, random, state?.members);
    this.#device = new DeviceSide(this.#stack, capability, state?.membership);
    const { members } = this.#hub.trustCentre;
    this.#zdo = new Zdo({ eui, type, capability, manufacturer, endpoints: () => this.#endpoints, members }, state?.bindings);
  }

  get membership(): Membership | undefined {
    return this.#device.membership;
  }

  get keys(): LinkKeys {
    return this.#stack.keys;
  }

  get isUp(): boolean {
    return this.membership !== undefined && !this.#device.isRejoining;
  }

  get state(): NodeState {
    const { membership } = this;
    return {
      ...(membership && { membership }),
      nwk: this.#stack.nwk.state,
      linkKeys: this.#stack.keys.state,
      members: this.#hub.trustCentre.state,
      bindings: this.#zdo.bindings,
    };
  }

  /** What the node holds of what is under way or has been heard; all but `senders` is empty when nothing is. */
  get load(): { readonly frames: number; readonly messages: number; readonly tickets: number; readonly senders: number } {
    const { mac, nwk, aps } = this.#stack;
    const { underWay, senders } = nwk.load;
    return { frames: mac.load + underWay, messages: aps.inFlight, tickets: this.#tickets.size, senders };
  }

  get deadline(): Millis | undefined {
    const { mac, aps } = this.#stack;
    const times = [mac.deadline, aps.deadline, this.#device.deadline, this.#hub.deadline];
    const set = times.filter((at): at is Millis => at !== undefined);
    return set.length === 0 ? undefined : Math.min(...set);
  }

  /** Goes on in the network of the state it was made with; the radio is told where to listen. */
  resume(now: Millis): HanOutput[] {
    const { membership } = this;
    if (!membership) return [];
    const { channel, page, pan, address, parent } = membership;
    this.#stack.mac.parent = parent;
    this.#announceBeacon(now);
    this.#hub.resume(now);
    const out = this.#mac(this.#stack.mac.configure({ channel, page, pan, short: address }), now);
    return this.#type === 'coordinator' ? out : [...out, ...this.#step(this.#device.resume(now), now)];
  }

  radio(event: RadioEvent, now: Millis): HanOutput[] {
    return this.#mac(this.#stack.mac.radio(event, now), now);
  }

  due(now: Millis): HanOutput[] {
    const out = this.#mac(this.#stack.mac.due(now), now);
    for (const step of this.#device.due(now)) out.push(...this.#step(step, now));
    out.push(...this.#look(this.#stack.aps.due(now), now));
    if (this.#hub.closeAdmissions(now)) this.#announceBeacon(now);
    return [...out, ...this.#look(this.#hub.due(now), now)];
  }

  request(request: HanRequest, now: Millis): HanOutput[] {
    switch (request.kind) {
      case 'form':
        return this.#form(request.network, now);
      case 'join':
        return this.#step(this.#device.join(request, now), now);
      case 'rejoin':
        return this.#step(this.#device.rejoin(now), now);
      case 'admit':
      case 'close-admission':
        if (request.kind === 'admit') this.#hub.trustCentre.admit(request.eui, request);
        else this.#hub.trustCentre.closeAdmission(request.eui);
        this.#announceBeacon(now);
        return [];
      case 'remove': {
        const out = this.#look(this.#hub.remove(request.eui, now), now);
        this.#announceBeacon(now);
        return out;
      }
      case 'leave':
        return this.#step(this.#device.leave(now), now);
      case 'send':
        return this.#send(request.ticket, request.message, request.acknowledged, now);
      case 'install-key':
        this.#stack.keys.install(request.peer, request.linkKey, 'established');
        return [];
      case 'describe':
        return this.#describe(request.peer, request.question, now);
      case 'endpoints':
        this.#endpoints = request.endpoints;
        return [];
      case 'poll-every':
        this.#device.pollEvery(request.periodMs, now);
        return [];
    }
  }

  /** Network address of a peer: the hub's is always 0. */
  #addressOf(peer: Eui64): ShortAddress | undefined {
    if (this.#type !== 'coordinator' && peer === this.membership?.trustCentre) return COORDINATOR;
    return this.#hub.trustCentre.members.get(peer)?.address ?? this.#stack.nwk.addressOf(peer);
  }

  #form({ channel, page, pan, extendedPan, networkKey }: HanFormation, now: Millis): HanOutput[] {
    this.#stack.nwk.key = { key: networkKey, sequence: 0 };
    const trustCentre = this.eui;
    this.#device.membership = { channel, page, pan, extendedPan, address: COORDINATOR, parent: COORDINATOR, trustCentre };
    return [...this.resume(now), { kind: 'up', trustCentre, rejoined: false }];
  }

  /** What beacon requests are answered with. Routers answer them, but all children are the coordinator's. */
  #announceBeacon(now: Millis): void {
    const { membership } = this;
    if (!membership || this.#type === 'end-device') return;
    const coordinator = this.#type === 'coordinator';
    const joining = coordinator && this.#hub.trustCentre.isOpen(now);
    this.#stack.mac.beacon = {
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
    this.#tickets.set(this.#stack.aps.send({ to, partner: peer, addressing, payload, security, acknowledged }, now, out), ticket);
    return this.#look(out, now);
  }

  #describe(peer: Eui64, question: ZdoMessage, now: Millis): HanOutput[] {
    const to = this.#addressOf(peer);
    if (to === undefined) return [];
    const message = 'address' in question ? { ...question, address: to } : question;
    return this.#look(this.#stack.zdo(to, this.#stack.nextTransaction(), message, now), now);
  }

  #mac(outputs: readonly MacOutput[], now: Millis): HanOutput[] {
    return this.#look(this.#stack.up(outputs, now), now);
  }

  #step({ below, events }: DeviceStep, now: Millis): HanOutput[] {
    const out = this.#look(below, now);
    if (events.some(({ kind }) => kind === 'up')) this.#announceBeacon(now);
    return [...out, ...events];
  }

  #look(outputs: readonly ApsOutput[], now: Millis): HanOutput[] {
    return outputs.flatMap((output) => this.#lookAt(output, now));
  }

  #lookAt(output: ApsOutput, now: Millis): HanOutput[] {
    switch (output.kind) {
      case 'radio':
        return [output];
      case 'scanned':
      case 'associated':
      case 'not-associated':
        return this.#step(this.#device.heard(output, now), now);
      case 'joining':
        return this.#type === 'coordinator' ? this.#look(this.#hub.joining(output.eui, output.capability, now), now) : [];
      case 'answered':
        return output.outcome === 'sent' ? this.#look(this.#hub.sendNetworkKey(output.eui, now), now) : [];
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
      case 'polled':
        return this.#type === 'coordinator' ? this.#look(this.#hub.polled(output.by, now), now) : [];
    }
  }

  #keyCommand({ command, key, partner, networkSecured }: Extract<ApsOutput, { kind: 'aps-command' }>, now: Millis): HanOutput[] {
    if (command.kind === 'transport-network-key') {
      const mine = command.destination === this.eui && partner !== undefined && partner === command.source;
      if (!mine || key !== 'key-transport' || networkSecured || !this.#device.wantsKey) return [];
      return this.#step(this.#device.keyReceived(command.key, command.sequence, command.source, now), now);
    }
    const sentAway = command.kind === 'remove-device' && command.device === this.eui && partner === this.membership?.trustCentre;
    return sentAway && key !== undefined ? this.#step(this.#device.leave(now), now) : [];
  }

  #networkCommand({ command, from, eui, secured }: Extract<ApsOutput, { kind: 'nwk-command' }>, now: Millis): HanOutput[] {
    const coordinator = this.#type === 'coordinator';
    switch (command.kind) {
      case 'leave':
        if (!secured) return [];
        if (command.request && (coordinator || from !== this.membership?.parent)) return [];
        if (command.request && command.rejoin) return this.#step(this.#device.rejoin(now), now);
        if (command.request) return [...this.#device.forget('removed')];
        return coordinator && eui !== undefined && this.#hub.trustCentre.remove(eui) ? [{ kind: 'device-left', eui }] : [];
      case 'rejoin-request':
        if (!coordinator || eui === undefined) return [];
        return this.#look(this.#hub.rejoining(eui, command.capability, secured, from, now), now);
      case 'rejoin-response':
        return this.#step(this.#device.rejoinAnswered(command, secured, now), now);
      case 'timeout-request':
        return secured && coordinator ? this.#look(this.#hub.timeoutAsked(from, command.timeout, now), now) : [];
      default:
        return [];
    }
  }

  #dataReceived(indication: Extract<ApsOutput, { kind: 'aps-data' }>['indication'], now: Millis): HanOutput[] {
    const { addressing, partner, payload, security, broadcast, lqi } = indication;
    // Who has been sent away still knows the network key, and is nobody here.
    if (this.#type === 'coordinator' && (partner === undefined || !this.#hub.trustCentre.members.has(partner))) return [];
    const out = partner === undefined ? [] : this.#present(partner, isAnnouncement(indication));
    if (addressing.destinationEndpoint === ZDO_ENDPOINT && addressing.profile === ZDP_PROFILE) {
      return [...out, ...this.#zdoReceived(indication, now)];
    }
    if (partner !== undefined)
      out.push({ kind: 'received', message: { ...addressing, peer: partner, payload, security }, broadcast, lqi });
    return out;
  }

  /**
   * A frame under the network key from a device whose key was on its way: it has arrived. One that was here before and announces itself
   * has started anew: what it kept only in memory is gone.
   */
  #present(eui: Eui64, announced: boolean): HanOutput[] {
    if (this.#type !== 'coordinator') return [];
    const known = announced && this.#hub.trustCentre.members.get(eui)?.present === true;
    if (!this.#hub.trustCentre.arrived(eui) && !known) return [];
    return [{ kind: 'device-joined', eui, rejoined: known || this.#stack.keys.origin(eui) === 'established' }];
  }

  #zdoReceived(
    { addressing: { cluster }, payload, from, partner, broadcast }: Extract<ApsOutput, { kind: 'aps-data' }>['indication'],
    now: Millis,
  ): HanOutput[] {
    const read = readZdo(cluster, payload);
    if (!read) return [];
    const { transaction, message } = read;
    const answer = (reply: ZdoMessage): HanOutput[] => this.#look(this.#stack.zdo(from, transaction, reply, now), now);
    if (message.kind === 'device-announce' || (message.kind === 'address-response' && message.status === ZDP_STATUS.success)) {
      this.#stack.nwk.learn(message.eui, message.address);
    }
    if (message.kind === 'leave-request' && message.eui === this.eui && from === COORDINATOR) {
      return [...answer({ kind: 'leave-response', status: ZDP_STATUS.success }), ...this.#step(this.#device.leave(now), now)];
    }
    if (isAnswer(cluster)) return partner === undefined ? [] : [{ kind: 'described', peer: partner, answer: message }];
    const reply = this.#zdo.answer(message, this.#stack.nwk.address);
    return reply && !(broadcast && 'status' in reply && reply.status !== ZDP_STATUS.success) ? answer(reply) : [];
  }
}

const isAnnouncement = ({ addressing: { cluster, profile } }: ApsIndication): boolean =>
  profile === ZDP_PROFILE && cluster === DEVICE_ANNOUNCE;

/** Answers of the device profile have the highest bit of their cluster set. */
const isAnswer = (cluster: number): boolean => (cluster & 0x8000) !== 0;

/** A message of the device profile; undefined for octets that are none. */
function readZdo(cluster: number, payload: Bytes): ReturnType<typeof decodeZdo> {
  try {
    return decodeZdo(cluster, payload);
  } catch (error) {
    if (error instanceof ProtocolFault) return undefined;
    throw error;
  }
}
