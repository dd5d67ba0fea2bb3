import { Air, type AirFrame, type AirRadio } from '../../firmware-sim/air/air.ts';
import { LinkTable } from '../../firmware-sim/air/links.ts';
import { installCodeLinkKey } from '../../firmware-sim/crypto/aes-mmo.ts';
import { seededEntropy } from '../../firmware-sim/crypto/suite.ts';
import type { HanFrame } from '../../firmware-sim/device/han-frame.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { assert } from '../../firmware-sim/kernel/errors.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';
import type { Cancel, Scheduler } from '../../firmware-sim/kernel/scheduler.ts';
import type { Millis } from '../../firmware-sim/kernel/time.ts';
import { ZigBeeNode } from '../../firmware-sim/zigbee/node.ts';
import type { NodeState } from '../../firmware-sim/zigbee/node-state.ts';
import { ENDPOINTS, type HanDeviceKind, TUNNEL_OPENER } from '../../firmware-sim/zigbee/se/endpoints.ts';
import type { EstablishmentCredentials } from '../../firmware-sim/zigbee/se/key-establishment.ts';
import { Station, type StationOutput } from '../../firmware-sim/zigbee/se/station.ts';
import { TestAuthority } from '../../firmware-sim/zigbee/se/test-authority.ts';
import { decodeGasTunnel, encodeGasTunnel } from '../../firmware-sim/zigbee/se/tunnels.ts';
import { type HanEnd, type HanLink, InProcessLink, type InProcessLinkOptions } from './han-link.ts';
import type { Journal } from './journal.ts';

/** A device of the network. */
export interface ZigbeeHanDevice {
  readonly eui: Eui64;
  readonly kind: HanDeviceKind;
}

export interface ZigbeeHanOptions {
  readonly scheduler: Scheduler;
  readonly seed: string;
  readonly hub: Eui64;
  readonly devices: readonly ZigbeeHanDevice[];
  readonly journal: Journal;
  /** Sees every frame on the air. */
  readonly tap?: (frame: AirFrame) => void;
  /** What carries frames that have no place on the air yet, and whose `loses` holds for both. */
  readonly direct?: Partial<InProcessLinkOptions>;
}

/** A key of the network and what it is for. */
export interface HanKey {
  readonly key: Bytes;
  readonly label: string;
}

/** Channel of a home's network: 11 to 26 are there, and those of the GB recommendation are as good as any. */
const CHANNEL = 15;
const CHANNELS = [11, 14, 15, 19, 20, 24, 25].map((channel) => ({ channel, page: 0 }));
const MANUFACTURER = 0x1234;
/** How long devices may take to join (join_timeout of CCS01). */
const JOIN_WINDOW_MS: Millis = 600_000;
/** After a sleeping device has been active it asks for what waits so often, for so long. */
const ATTENTIVE_POLL_MS: Millis = 500;
const ATTENTIVE_MS: Millis = 15_000;
/** How long a sender waits before it takes a message for lost that has no tunnel to go through. */
const NO_TUNNEL_WAIT_MS: Millis = 2_000;
/** What an application takes to look at a message: by then its stack has acknowledged it, even if it is the last before a restart. */
const APPLICATION_MS: Millis = 50;

/** One end of the network: its station, which is gone while its radio is off, and what it kept. */
interface Member {
  readonly eui: Eui64;
  readonly kind: HanDeviceKind;
  readonly credentials: readonly EstablishmentCredentials[];
  readonly waiting: Map<number, (arrived: boolean) => void>;
  end: HanEnd | undefined;
  node: ZigBeeNode | undefined;
  station: Station | undefined;
  radio: AirRadio | undefined;
  kept: { readonly node: NodeState; readonly secured: readonly Eui64[] } | undefined;
  cancel: Cancel | undefined;
  drowsy: Cancel | undefined;
}

/**
 * The home area network on the virtual air: devices join with install codes, agree on link keys, and GBCS messages go through tunnels
 * as fragmented, secured frames. Images go the direct way.
 */
export class ZigbeeHan implements HanLink {
  readonly #options: ZigbeeHanOptions;
  readonly #scheduler: Scheduler;
  readonly #air: Air;
  readonly #direct: InProcessLink;
  readonly #members: ReadonlyMap<Eui64, Member>;
  readonly #networkKey: Bytes;
  #ticket = 0;

  constructor(options: ZigbeeHanOptions) {
    const { scheduler, seed, hub, devices, tap, direct } = options;
    this.#options = options;
    this.#scheduler = scheduler;
    this.#air = new Air({ scheduler, seed: `${seed} air`, links: new LinkTable(), ...(tap && { tap }) });
    this.#direct = new InProcessLink(scheduler, direct);
    this.#networkKey = randomFor(seed, 'zigbee network key').bytes(16);
    const authority = new TestAuthority(seed);
    const all = [{ eui: hub, kind: 'hub' as const }, ...devices];
    this.#members = new Map(all.map(({ eui, kind }) => [eui, newMember(eui, kind, authority)]));
    this.#form();
  }

  /** Keys of the run, for whoever is to read its captures. */
  get keys(): readonly HanKey[] {
    const hub = this.#member(this.#options.hub);
    const links = hub.node?.keys ?? undefined;
    const established = (links?.partners ?? []).flatMap((eui): HanKey[] => {
      const key = links?.key(eui);
      return key ? [{ key, label: `link key of ${eui}` }] : [];
    });
    const install = this.#options.devices.map(({ eui }) => ({ key: this.#installKey(eui), label: `install code of ${eui}` }));
    return [{ key: this.#networkKey, label: 'network key' }, ...install, ...established];
  }

  attach(eui: Eui64, end: HanEnd): void {
    this.#direct.attach(eui, end);
    this.#member(eui).end = end;
  }

  /** An end's radio goes off; what it keeps over a restart stays. */
  silenced(eui: Eui64): void {
    this.#direct.silenced(eui);
    const member = this.#member(eui);
    if (!member.node || !member.station) return;
    member.kept = { node: member.node.state, secured: member.station.secured };
    member.cancel?.();
    member.drowsy?.();
    this.#air.detach(eui);
    member.node = undefined;
    member.station = undefined;
    for (const done of member.waiting.values()) this.#onTheMillisecond(() => done(false));
    member.waiting.clear();
  }

  /** An end's radio is on again. */
  woken(eui: Eui64): void {
    const member = this.#member(eui);
    if (member.station) return;
    const { station, node } = this.#switchOn(member);
    this.#do(member, station.han(node.resume(this.#scheduler.now), this.#scheduler.now));
    if (member.kind === 'hub') for (const peer of station.secured) this.#openTunnel(member, peer);
  }

  send(from: Eui64, to: Eui64, frame: HanFrame, done?: (arrived: boolean) => void): void {
    const data = tunnelData(frame, this.#member(from).kind, this.#member(to).kind);
    if (!data) this.#direct.send(from, to, frame, done);
    else this.#sendThroughTunnel(this.#member(from), to, frame, data, done ?? (() => undefined));
  }

  #sendThroughTunnel(member: Member, to: Eui64, frame: HanFrame, data: Bytes, done: (arrived: boolean) => void): void {
    const { station } = member;
    if (!station?.isTunnelOpen(to) || this.#options.direct?.loses?.(frame) === true) {
      this.#scheduler.after(NO_TUNNEL_WAIT_MS, () => done(false));
      return;
    }
    const ticket = this.#ticket++;
    member.waiting.set(ticket, done);
    this.#stayAwake(member);
    this.#do(member, station.sendThroughTunnel(to, data, ticket, this.#scheduler.now));
  }

  #member(eui: Eui64): Member {
    const member = this.#members.get(eui);
    assert(member, `${eui} is a device of the network`);
    return member;
  }

  #installKey(eui: Eui64): Bytes {
    return installCodeLinkKey(randomFor(this.#options.seed, `install code ${eui}`).bytes(16));
  }

  /** The hub forms the network and lets the devices in; they join. */
  #form(): void {
    const { hub, devices, seed } = this.#options;
    const { now } = this.#scheduler;
    const member = this.#member(hub);
    const pan = 1 + randomFor(seed, 'pan').below(0xfffd);
    const { station } = this.#switchOn(member);
    const network = { channel: CHANNEL, page: 0, pan, extendedPan: hub, networkKey: this.#networkKey };
    this.#do(member, station.request({ kind: 'form', network }, now));
    for (const { eui } of devices) {
      const linkKey = this.#installKey(eui);
      this.#do(
        member,
        station.request({ kind: 'admit', eui, linkKey, origin: 'install-code', until: now + JOIN_WINDOW_MS }, now),
      );
      this.#join(this.#member(eui), linkKey);
    }
  }

  #join(member: Member, linkKey: Bytes): void {
    const { station } = this.#switchOn(member);
    this.#stayAwake(member);
    const order = { kind: 'join', linkKey, extendedPan: this.#options.hub, channels: CHANNELS } as const;
    this.#do(member, station.request(order, this.#scheduler.now));
  }

  #switchOn(member: Member): { readonly station: Station; readonly node: ZigBeeNode } {
    const { eui, kind, credentials, kept } = member;
    const random = randomFor(this.#options.seed, `zigbee node ${eui} ${this.#scheduler.now}`);
    const sleepy = kind === 'gsme';
    const type = kind === 'hub' ? 'coordinator' : sleepy ? 'end-device' : 'router';
    const state = kept && { state: kept.node };
    const node = new ZigBeeNode({ eui, type, sleepy, endpoints: ENDPOINTS[kind], manufacturer: MANUFACTURER, random, ...state });
    const entropy = seededEntropy(this.#options.seed, `zigbee ephemeral ${eui} ${this.#scheduler.now}`);
    const station = new Station({ link: node, eui, kind, credentials, entropy, sequence: random.below(256) }, kept?.secured);
    member.node = node;
    member.station = station;
    member.radio = this.#air.attach(eui, (event) => {
      const { now } = this.#scheduler;
      this.#do(member, station.han(node.radio(event, now), now));
    });
    return { station, node };
  }

  /** A sleeping device that has something to do asks for what waits, for a while. */
  #stayAwake(member: Member): void {
    if (member.kind !== 'gsme' || !member.station) return;
    member.drowsy?.();
    const poll = (periodMs: Millis | undefined): void => {
      const { station } = member;
      if (station) this.#do(member, station.request({ kind: 'poll-every', periodMs }, this.#scheduler.now));
    };
    member.drowsy = this.#scheduler.after(ATTENTIVE_MS, () => poll(undefined));
    poll(ATTENTIVE_POLL_MS);
  }

  #do(member: Member, outputs: readonly StationOutput[]): void {
    for (const output of outputs) this.#carryOut(member, output);
    this.#reschedule(member);
  }

  #reschedule(member: Member): void {
    member.cancel?.();
    const deadline = member.station?.deadline;
    member.cancel =
      deadline === undefined
        ? undefined
        : this.#scheduler.at(deadline, () => {
            if (member.station) this.#do(member, member.station.due(this.#scheduler.now));
          });
  }

  #carryOut(member: Member, output: StationOutput): void {
    switch (output.kind) {
      case 'radio':
        member.radio?.command(output.command);
        return;
      case 'joined':
        this.#note(member, output.rejoined ? 'is back in the home area network' : 'has joined the home area network');
        return;
      case 'secured':
        if (member.kind === 'hub') this.#openTunnel(member, output.peer);
        else this.#note(member, 'has agreed on a link key with the hub');
        return;
      case 'not-secured':
        this.#note(member, `has not agreed on a link key with ${output.peer} (status ${output.status})`);
        return;
      case 'member':
        if (output.present && member.station?.secured.includes(output.eui)) this.#openTunnel(member, output.eui);
        return;
      case 'tunnel':
        if (member.kind === 'hub' && output.open) this.#note(this.#member(output.peer), 'has its tunnel');
        return;
      case 'sent': {
        const done = member.waiting.get(output.ticket);
        member.waiting.delete(output.ticket);
        if (done) this.#onTheMillisecond(() => done(output.delivered));
        return;
      }
      case 'message':
        this.#stayAwake(member);
        this.#received(member, output.peer, output.data);
        return;
      default:
        return;
    }
  }

  #openTunnel(hub: Member, peer: Eui64): void {
    const device = this.#members.get(peer);
    if (!device || !hub.station || TUNNEL_OPENER[device.kind] !== 'hub') return;
    this.#do(hub, hub.station.openTunnel(peer, this.#scheduler.now));
  }

  #received(member: Member, from: Eui64, data: Bytes): void {
    const frame = tunnelFrame(data, this.#member(from).kind, member.kind);
    if (!frame) return;
    const { station } = member;
    this.#onTheMillisecond(() => {
      if (member.station === station && member.end?.listening()) member.end.receive(from, frame);
    }, APPLICATION_MS);
  }

  /** Devices live in whole milliseconds; the air knows microseconds. */
  #onTheMillisecond(run: () => void, later: Millis = 0): void {
    this.#scheduler.at(Math.ceil(this.#scheduler.now) + later, run);
  }

  #note(member: Member, text: string): void {
    this.#options.journal({ at: Math.ceil(this.#scheduler.now), actor: actorOf(member.kind), kind: 'han', text });
  }
}

const actorOf = (kind: HanDeviceKind): string => kind;

function newMember(eui: Eui64, kind: HanDeviceKind, authority: TestAuthority): Member {
  return {
    eui,
    kind,
    credentials: [authority.issue(eui, 2)],
    waiting: new Map(),
    end: undefined,
    node: undefined,
    station: undefined,
    radio: undefined,
    kept: undefined,
    cancel: undefined,
    drowsy: undefined,
  };
}

/** What of a frame goes through a tunnel; undefined for a frame that does not. A gas meter's tunnel has words of its own. */
function tunnelData(frame: HanFrame, from: HanDeviceKind, to: HanDeviceKind): Bytes | undefined {
  const gas = from === 'gsme' || to === 'gsme';
  switch (frame.kind) {
    case 'tunnel':
      return gas ? encodeGasTunnel({ kind: 'put', message: frame.message }) : frame.message;
    case 'tunnel-get':
      return encodeGasTunnel({ kind: 'get' });
    case 'tunnel-reply':
      return encodeGasTunnel({ kind: 'answer', remaining: frame.remaining, message: frame.message });
    default:
      return undefined;
  }
}

/** Inverse of `tunnelData`; undefined for octets that are no frame of the tunnel. */
function tunnelFrame(data: Bytes, from: HanDeviceKind, to: HanDeviceKind): HanFrame | undefined {
  if (from !== 'gsme' && to !== 'gsme') return { kind: 'tunnel', message: data };
  const content = decodeGasTunnel(data);
  if (content?.kind === 'get') return { kind: 'tunnel-get' };
  if (content?.kind === 'put') return { kind: 'tunnel', message: content.message };
  return content && { kind: 'tunnel-reply', message: content.message, remaining: content.remaining };
}
