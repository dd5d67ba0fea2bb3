import type { Entropy } from '../../crypto/suite.ts';
import type { Bytes } from '../../kernel/bytes.ts';
import { ProtocolFault } from '../../kernel/errors.ts';
import type { Eui64 } from '../../kernel/eui64.ts';
import type { Millis } from '../../kernel/time.ts';
import type { HanLink, HanMessage, HanOutput, HanRequest } from '../han-link.ts';
import type { RadioCommand } from '../radio-port.ts';
import { decodeZclFrame, encodeZclFrame, type ZclFrame } from '../zcl-frame.ts';
import { CLUSTER, type HanDeviceKind, needsLinkKey, SMART_ENERGY_PROFILE } from './endpoints.ts';
import { type EstablishmentCredentials, type EstablishmentOutput, KeyEstablishment } from './key-establishment.ts';
import { TransferQueue } from './transfer-queue.ts';
import { type TunnelOutput, Tunnels } from './tunnels.ts';

/** What a station tells the device it belongs to. */
export type StationOutput =
  | { readonly kind: 'radio'; readonly command: RadioCommand }
  /** In the network, but without a link key of its own yet. */
  | { readonly kind: 'joined'; readonly hub: Eui64; readonly rejoined: boolean }
  | { readonly kind: 'down'; readonly reason: Extract<HanOutput, { kind: 'down' }>['reason'] }
  /** A link key with the peer has been agreed on. */
  | { readonly kind: 'secured'; readonly peer: Eui64; readonly linkKey: Bytes }
  | { readonly kind: 'not-secured'; readonly peer: Eui64; readonly status: number; readonly bySelf: boolean }
  /** To the hub: an admitted device has come, or gone. */
  | { readonly kind: 'member'; readonly eui: Eui64; readonly present: boolean }
  /** The tunnel with a peer is there, or is no more. */
  | { readonly kind: 'tunnel'; readonly peer: Eui64; readonly open: boolean }
  | { readonly kind: 'message'; readonly peer: Eui64; readonly data: Bytes }
  | { readonly kind: 'sent'; readonly ticket: number; readonly delivered: boolean }
  /** A command of another cluster. */
  | {
      readonly kind: 'cluster';
      readonly peer: Eui64;
      readonly cluster: number;
      readonly endpoint: number;
      readonly frame: ZclFrame;
      readonly lqi: number;
    };

export interface StationOptions {
  readonly link: HanLink;
  readonly eui: Eui64;
  readonly kind: HanDeviceKind;
  readonly credentials: readonly EstablishmentCredentials[];
  readonly entropy: Entropy;
  /** First ZCL sequence number. */
  readonly sequence: number;
}

/** How long an answer to the question which endpoint serves a cluster is waited for; then endpoint 1 is taken. */
const MATCH_WAIT_MS = 6_000;
/** After a failed key establishment the next attempt waits. */
const ESTABLISH_AGAIN_MS = 30_000;
const FIRST_ENDPOINT = 1;
const DEFAULT_RESPONSE = 0x0b;
/** ZCL statuses (ZCL table 2-12). */
const NOT_AUTHORIZED = 0x7e;

/** What waits for the endpoint of a peer's cluster to be known. */
interface Search {
  readonly until: Millis;
  readonly waiting: (() => StationOutput[])[];
}

/** Clusters of peers whose endpoints are remembered, and what may wait for one of them to be found. */
const ENDPOINTS_MAX = 64;
const SEARCHES_MAX = 32;
const WAITING_MAX = 8;

/** One end of a Smart Energy home network: joins or forms it, agrees on link keys, keeps tunnels, and lets nothing pass unsecured. */
export class Station {
  readonly #options: StationOptions;
  readonly #establishment: KeyEstablishment;
  readonly #tunnels = new Tunnels();
  readonly #transfers = new TransferQueue();
  readonly #endpoints = new Map<string, number>();
  readonly #searches = new Map<string, Search>();
  /** Tickets of the tunnel by those of the link. */
  readonly #tickets = new Map<number, { readonly peer: Eui64; readonly ticket: number }>();
  readonly #secured = new Set<Eui64>();
  #again: { readonly peer: Eui64; readonly at: Millis } | undefined;
  #sequence: number;
  #linkTicket = 0;

  constructor(options: StationOptions, secured: readonly Eui64[] = []) {
    this.#options = options;
    this.#sequence = options.sequence & 0xff;
    this.#establishment = new KeyEstablishment(options);
    for (const peer of secured) this.#secured.add(peer);
  }

  get eui(): Eui64 {
    return this.#options.eui;
  }

  /** What the station holds of what is under way; all but `endpoints` is empty when nothing is. */
  get load(): { readonly searches: number; readonly tickets: number; readonly exchanges: number; readonly endpoints: number } {
    const exchanges = this.#establishment.exchanges;
    return { searches: this.#searches.size, tickets: this.#tickets.size, exchanges, endpoints: this.#endpoints.size };
  }

  /** Peers a link key has been agreed on with. */
  get secured(): readonly Eui64[] {
    return [...this.#secured];
  }

  get deadline(): Millis | undefined {
    const searches = [...this.#searches.values()].map(({ until }) => until);
    const times = [
      this.#options.link.deadline,
      this.#establishment.deadline,
      this.#tunnels.deadline,
      this.#again?.at,
      ...searches,
    ];
    const set = times.filter((at): at is Millis => at !== undefined);
    return set.length === 0 ? undefined : Math.min(...set);
  }

  /** Hands a request to the network and takes what comes of it. */
  request(request: HanRequest, now: Millis): StationOutput[] {
    const lost = request.kind === 'remove' ? this.#forget(request.eui, now) : [];
    return [...lost, ...this.han(this.#options.link.request(request, now), now)];
  }

  due(now: Millis): StationOutput[] {
    const out = this.han(this.#options.link.due(now), now);
    out.push(...this.#established(this.#establishment.due(now), now), ...this.#tunnelled(this.#tunnels.due(now), now));
    for (const [key, { until, waiting }] of [...this.#searches]) {
      if (until <= now) out.push(...this.#found(key, FIRST_ENDPOINT, waiting));
    }
    if (this.#again && this.#again.at <= now) {
      const { peer } = this.#again;
      this.#again = undefined;
      out.push(...this.#establish(peer, now));
    }
    return out;
  }

  /** Opens the tunnel with a peer, and keeps it open. */
  openTunnel(peer: Eui64, now: Millis): StationOutput[] {
    return this.#withEndpoint(peer, CLUSTER.tunnelling, now, () => this.#tunnelled(this.#tunnels.open(peer, now), now));
  }

  isTunnelOpen(peer: Eui64): boolean {
    return this.#tunnels.isOpen(peer);
  }

  /** Sends data through the tunnel; ends with `sent` under the ticket. */
  sendThroughTunnel(peer: Eui64, data: Bytes, ticket: number, now: Millis): StationOutput[] {
    const turn = this.#transfers.offer(peer, { data, ticket });
    if (turn === 'refused') return [{ kind: 'sent', ticket, delivered: false }];
    return turn === 'now' ? this.#tunnelled([this.#tunnels.send(peer, data, ticket)], now) : [];
  }

  /** A transfer has ended: its sender hears of it, and the next one goes. */
  #transferEnded(peer: Eui64, ticket: number, delivered: boolean, now: Millis): StationOutput[] {
    const next = this.#transfers.ended(peer, ticket);
    const out: StationOutput[] = [{ kind: 'sent', ticket, delivered }];
    return next ? [...out, ...this.#tunnelled([this.#tunnels.send(peer, next.data, next.ticket)], now)] : out;
  }

  /** Sends a command of a cluster, under the link key where the cluster wants it. */
  sendCommand(
    peer: Eui64,
    cluster: number,
    frame: Omit<ZclFrame, 'sequence'> & { readonly sequence?: number },
    ticket: number | undefined,
    now: Millis,
    endpoint = this.#endpoints.get(`${peer} ${cluster}`) ?? FIRST_ENDPOINT,
  ): StationOutput[] {
    const sequence = frame.sequence ?? this.#nextSequence();
    const message: HanMessage = {
      peer,
      destinationEndpoint: endpoint,
      sourceEndpoint: FIRST_ENDPOINT,
      cluster,
      profile: SMART_ENERGY_PROFILE,
      payload: encodeZclFrame({ ...frame, sequence }),
      security: needsLinkKey(cluster) ? 'link' : 'network',
    };
    const linkTicket = this.#linkTicket++;
    if (ticket !== undefined) this.#tickets.set(linkTicket, { peer, ticket });
    return this.han(this.#options.link.request({ kind: 'send', ticket: linkTicket, message, acknowledged: true }, now), now);
  }

  #nextSequence(): number {
    const sequence = this.#sequence;
    this.#sequence = (sequence + 1) & 0xff;
    return sequence;
  }

  /** Takes what the network tells. Never throws for a peer's octets. */
  han(outputs: readonly HanOutput[], now: Millis): StationOutput[] {
    return outputs.flatMap((output) => this.#heard(output, now));
  }

  #heard(output: HanOutput, now: Millis): StationOutput[] {
    switch (output.kind) {
      case 'radio':
        return [output];
      case 'up':
        return this.#up(output.trustCentre, output.rejoined, now);
      case 'down':
        return [...this.secured.flatMap((peer) => this.#forget(peer, now)), { kind: 'down', reason: output.reason }];
      case 'device-joined':
        // A device that starts anew has no tunnel any more.
        return [...this.#tunnelled(this.#tunnels.forget(output.eui), now), { kind: 'member', eui: output.eui, present: true }];
      case 'device-left':
        return [...this.#forget(output.eui, now), { kind: 'member', eui: output.eui, present: false }];
      case 'sent': {
        const waiting = this.#tickets.get(output.ticket);
        this.#tickets.delete(output.ticket);
        return waiting ? this.#transferEnded(waiting.peer, waiting.ticket, output.delivered, now) : [];
      }
      case 'described':
        return this.#described(output);
      case 'received':
        return this.#received(output.message, output.lqi, now);
    }
  }

  #forget(peer: Eui64, now: Millis): StationOutput[] {
    this.#secured.delete(peer);
    this.#establishment.abandon(peer);
    return this.#tunnelled(this.#tunnels.release(peer), now);
  }

  /** In the network: without a link key of its own a device agrees on one with the hub first. */
  #up(hub: Eui64, rejoined: boolean, now: Millis): StationOutput[] {
    const out: StationOutput[] = [{ kind: 'joined', hub, rejoined }];
    if (this.#options.kind === 'hub') return out;
    if (this.#secured.has(hub)) return [...out, ...this.#afterSecured(hub, now)];
    return [...out, ...this.#establish(hub, now)];
  }

  #establish(peer: Eui64, now: Millis): StationOutput[] {
    return this.#withEndpoint(peer, CLUSTER.keyEstablishment, now, () =>
      this.#established(this.#establishment.start(peer, now), now),
    );
  }

  /** Does something once the endpoint that serves a peer's cluster is known; asks the peer for it where it is not. */
  #withEndpoint(peer: Eui64, cluster: number, now: Millis, then: () => StationOutput[]): StationOutput[] {
    const key = `${peer} ${cluster}`;
    if (this.#endpoints.has(key)) return then();
    const search = this.#searches.get(key);
    if (search && search.waiting.length < WAITING_MAX) search.waiting.push(then);
    if (search || this.#searches.size >= SEARCHES_MAX) return [];
    this.#searches.set(key, { until: now + MATCH_WAIT_MS, waiting: [then] });
    const question = {
      kind: 'match-descriptor-request',
      address: 0,
      profile: SMART_ENERGY_PROFILE,
      servers: [cluster],
      clients: [],
    } as const;
    return this.han(this.#options.link.request({ kind: 'describe', peer, question }, now), now);
  }

  #described({ peer, answer }: Extract<HanOutput, { kind: 'described' }>): StationOutput[] {
    if (answer.kind !== 'match-descriptor-response') return [];
    const [endpoint] = answer.endpoints;
    // Answers do not repeat the question: they come in the order of the questions.
    const entry = [...this.#searches].find(([key]) => key.startsWith(`${peer} `));
    return entry ? this.#found(entry[0], endpoint ?? FIRST_ENDPOINT, entry[1].waiting) : [];
  }

  #found(key: string, endpoint: number, waiting: readonly (() => StationOutput[])[]): StationOutput[] {
    this.#searches.delete(key);
    this.#remember(key, endpoint);
    return waiting.flatMap((then) => then());
  }

  #remember(key: string, endpoint: number): void {
    this.#endpoints.set(key, endpoint);
    const [oldest] = this.#endpoints.keys();
    if (this.#endpoints.size > ENDPOINTS_MAX && oldest !== undefined) this.#endpoints.delete(oldest);
  }

  #received(message: HanMessage, lqi: number, now: Millis): StationOutput[] {
    const { peer, cluster, profile, destinationEndpoint, sourceEndpoint, security, payload } = message;
    if (profile !== SMART_ENERGY_PROFILE) return [];
    const frame = readZcl(payload);
    if (!frame) return [];
    if (security === 'network' && needsLinkKey(cluster)) return this.#refuse(peer, cluster, sourceEndpoint, frame, now);
    if (cluster === CLUSTER.keyEstablishment && frame.clusterSpecific) {
      this.#remember(`${peer} ${cluster}`, sourceEndpoint);
      return this.#established(this.#establishment.receive(peer, frame.toClient, frame.command, frame.payload, now), now);
    }
    if (cluster === CLUSTER.tunnelling && frame.clusterSpecific) {
      this.#remember(`${peer} ${cluster}`, sourceEndpoint);
      return this.#tunnelled(this.#tunnels.receive(peer, frame.toClient, frame.command, frame.payload, now), now);
    }
    return [
      { kind: 'cluster', peer, cluster, endpoint: destinationEndpoint, frame: { ...frame, payload: frame.payload.slice() }, lqi },
    ];
  }

  /** A request that is not secured with the link key is not looked at; a peer that wants to know is told so. */
  #refuse(peer: Eui64, cluster: number, endpoint: number, frame: ZclFrame, now: Millis): StationOutput[] {
    if (!frame.clusterSpecific && frame.command === DEFAULT_RESPONSE) return [];
    const answer: HanMessage = {
      peer,
      destinationEndpoint: endpoint,
      sourceEndpoint: FIRST_ENDPOINT,
      cluster,
      profile: SMART_ENERGY_PROFILE,
      payload: encodeZclFrame({
        clusterSpecific: false,
        toClient: !frame.toClient,
        disableDefaultResponse: true,
        sequence: frame.sequence,
        command: DEFAULT_RESPONSE,
        payload: Uint8Array.of(frame.command, NOT_AUTHORIZED),
      }),
      security: 'network',
    };
    return this.han(
      this.#options.link.request({ kind: 'send', ticket: this.#linkTicket++, message: answer, acknowledged: false }, now),
      now,
    );
  }

  #established(outputs: readonly EstablishmentOutput[], now: Millis): StationOutput[] {
    return outputs.flatMap((output): StationOutput[] => {
      if (output.kind === 'send') {
        const { peer, toClient, command, payload } = output;
        const frame = { clusterSpecific: true, toClient, disableDefaultResponse: true, command, payload };
        return this.sendCommand(peer, CLUSTER.keyEstablishment, frame, undefined, now);
      }
      if (output.kind === 'failed') {
        if (this.#options.kind !== 'hub') this.#again = { peer: output.peer, at: now + ESTABLISH_AGAIN_MS };
        return [{ kind: 'not-secured', peer: output.peer, status: output.status, bySelf: output.bySelf }];
      }
      const { peer, linkKey } = output;
      this.#secured.add(peer);
      const installed = this.han(this.#options.link.request({ kind: 'install-key', peer, linkKey }, now), now);
      return [...installed, { kind: 'secured', peer, linkKey }, ...this.#afterSecured(peer, now)];
    });
  }

  /** A gas meter asks for its tunnel itself; the others are asked by the hub, which knows what they are. */
  #afterSecured(peer: Eui64, now: Millis): StationOutput[] {
    return this.#options.kind === 'gsme' ? this.openTunnel(peer, now) : [];
  }

  #tunnelled(outputs: readonly TunnelOutput[], now: Millis): StationOutput[] {
    return outputs.flatMap((output) => this.#tunnelOutput(output, now));
  }

  #tunnelOutput(output: TunnelOutput, now: Millis): StationOutput[] {
    switch (output.kind) {
      case 'send': {
        const { peer, toClient, command, payload, ticket } = output;
        const frame = { clusterSpecific: true, toClient, disableDefaultResponse: true, command, payload };
        return this.sendCommand(peer, CLUSTER.tunnelling, frame, ticket, now);
      }
      case 'opened':
        return [{ kind: 'tunnel', peer: output.peer, open: true }];
      case 'lost': {
        const dropped = this.#transfers.drop(output.peer);
        return [
          { kind: 'tunnel', peer: output.peer, open: false },
          ...dropped.map(({ ticket }): StationOutput => ({ kind: 'sent', ticket, delivered: false })),
        ];
      }
      case 'received':
        return [{ kind: 'message', peer: output.peer, data: output.data }];
      case 'ended':
        return this.#transferEnded(output.peer, output.ticket, output.delivered, now);
    }
  }
}

function readZcl(payload: Bytes): ZclFrame | undefined {
  try {
    return decodeZclFrame(payload);
  } catch (error) {
    if (error instanceof ProtocolFault) return undefined;
    throw error;
  }
}
