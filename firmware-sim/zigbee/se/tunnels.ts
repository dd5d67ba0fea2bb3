import { type Bytes, concat } from '../../kernel/bytes.ts';
import { ProtocolFault } from '../../kernel/errors.ts';
import type { Eui64 } from '../../kernel/eui64.ts';
import type { Millis } from '../../kernel/time.ts';
import { decodeTunnel, encodeTunnel, GBCS_TUNNEL, TRANSFER_ERROR, TUNNEL_STATUS, type TunnelMessage } from './tunnel-messages.ts';

/** What tunnels ask for and come to. */
export type TunnelOutput =
  | {
      readonly kind: 'send';
      readonly peer: Eui64;
      readonly toClient: boolean;
      readonly command: number;
      readonly payload: Bytes;
      /** Whether the message arrived comes back through `sent` under this number. */
      readonly ticket: number | undefined;
    }
  | { readonly kind: 'opened'; readonly peer: Eui64 }
  | { readonly kind: 'lost'; readonly peer: Eui64 }
  | { readonly kind: 'received'; readonly peer: Eui64; readonly data: Bytes }
  | { readonly kind: 'ended'; readonly peer: Eui64; readonly ticket: number; readonly delivered: boolean };

/** A tunnel that could not be had is asked for again after three minutes (GBCS 10.2.2). */
const RETRY_MS = 180_000;
/** How long the answer to a request is waited for. */
const ANSWER_WAIT_MS = 20_000;
/** Tunnels a server keeps: one for each device of a home network. */
const TUNNELS_MAX = 16;
const TUNNEL_IDS = 0x1_0000;

type ClientState =
  | { readonly name: 'asking'; readonly until: Millis }
  | { readonly name: 'resting'; readonly until: Millis }
  | { readonly name: 'open'; readonly tunnel: number; readonly octetsMax: number };

/** One end's tunnels, those it has asked for and those it has been asked for; at most one of each with a partner. */
export class Tunnels {
  readonly #asked = new Map<Eui64, ClientState>();
  readonly #served = new Map<Eui64, { readonly tunnel: number; readonly octetsMax: number }>();
  /** What went into a tunnel last, and what a partner without that tunnel could not take. */
  readonly #last = new Map<Eui64, Bytes>();
  readonly #refused = new Map<Eui64, Bytes>();
  #nextId = 0;

  get deadline(): Millis | undefined {
    let first: Millis | undefined;
    for (const state of this.#asked.values()) {
      if (state.name !== 'open' && (first === undefined || state.until < first)) first = state.until;
    }
    return first;
  }

  isOpen(peer: Eui64): boolean {
    return this.#asked.get(peer)?.name === 'open' || this.#served.has(peer);
  }

  /** Asks a partner's server for a tunnel, and again until there is one. */
  open(peer: Eui64, now: Millis): TunnelOutput[] {
    if (this.isOpen(peer)) return [];
    this.#asked.set(peer, { name: 'asking', until: now + ANSWER_WAIT_MS });
    const { protocol, manufacturer, flowControl, octetsMax } = GBCS_TUNNEL;
    return [message(peer, { kind: 'request', protocol, manufacturer, flowControl, octetsMax }, false)];
  }

  /** A partner has gone or started anew: its tunnels are no more. */
  forget(peer: Eui64): TunnelOutput[] {
    const open = this.isOpen(peer);
    this.#asked.delete(peer);
    this.#served.delete(peer);
    this.#last.delete(peer);
    return open ? [{ kind: 'lost', peer }] : [];
  }

  /** Octets kept of what went into tunnels, for the case that a partner did not know its tunnel any more. */
  get octetsKept(): number {
    return [...this.#last.values(), ...this.#refused.values()].reduce((sum, { length }) => sum + length, 0);
  }

  /** A partner will not come back: what was kept for it goes too. */
  release(peer: Eui64): TunnelOutput[] {
    this.#refused.delete(peer);
    return this.forget(peer);
  }

  /**
   * Sends data through the tunnel with a partner, whoever opened it.
   * @returns a refusal when there is none, or the data is more than the partner takes: it is never cut
   */
  send(peer: Eui64, data: Bytes, ticket: number): TunnelOutput {
    const asked = this.#asked.get(peer);
    const served = this.#served.get(peer);
    const tunnel = asked?.name === 'open' ? asked : served;
    if (!tunnel || data.length > Math.min(tunnel.octetsMax, GBCS_TUNNEL.octetsMax))
      return { kind: 'ended', peer, ticket, delivered: false };
    this.#last.set(peer, data);
    return message(peer, { kind: 'transfer', tunnel: tunnel.tunnel, data }, tunnel === served, ticket);
  }

  due(now: Millis): TunnelOutput[] {
    const out: TunnelOutput[] = [];
    for (const [peer, state] of [...this.#asked]) {
      if (state.name === 'open' || state.until > now) continue;
      if (state.name === 'asking') this.#asked.set(peer, { name: 'resting', until: now + RETRY_MS });
      else out.push(...this.open(peer, now));
    }
    return out;
  }

  /** Takes a command of the cluster from a partner. Never throws for its octets. */
  receive(peer: Eui64, toClient: boolean, command: number, payload: Bytes, now: Millis): TunnelOutput[] {
    const read = readTunnel(command, payload, toClient);
    if (!read) return [];
    switch (read.kind) {
      case 'request':
        return this.#requested(peer, read);
      case 'response':
        return this.#answered(peer, read, now);
      case 'close':
        return this.#served.get(peer)?.tunnel === read.tunnel ? this.forget(peer) : [];
      case 'closed':
        return this.#closed(peer, read.tunnel, now);
      case 'transfer':
        return this.#transferred(peer, read.tunnel, read.data, toClient);
      case 'transfer-error':
        return read.status === TRANSFER_ERROR.noSuchTunnel ? this.#unknownThere(peer, read.tunnel, now) : [];
    }
  }

  /** A partner asks for a tunnel. One that asks again has lost the one it had. */
  #requested(peer: Eui64, request: Extract<TunnelMessage, { kind: 'request' }>): TunnelOutput[] {
    const status = this.#statusOf(peer, request);
    const tunnel = status === TUNNEL_STATUS.success ? this.#nextId++ % TUNNEL_IDS : 0xffff;
    const answer = message(peer, { kind: 'response', tunnel, status, octetsMax: GBCS_TUNNEL.octetsMax }, true);
    if (status !== TUNNEL_STATUS.success) return [answer];
    this.#served.set(peer, { tunnel, octetsMax: request.octetsMax });
    return [answer, { kind: 'opened', peer }, ...this.#again(peer, tunnel, true)];
  }

  #statusOf(peer: Eui64, { protocol, manufacturer, flowControl }: Extract<TunnelMessage, { kind: 'request' }>): number {
    if (protocol !== GBCS_TUNNEL.protocol || manufacturer !== GBCS_TUNNEL.manufacturer) return TUNNEL_STATUS.protocolNotSupported;
    if (flowControl) return TUNNEL_STATUS.flowControlNotSupported;
    const others = this.#served.size - (this.#served.has(peer) ? 1 : 0);
    return others >= TUNNELS_MAX ? TUNNEL_STATUS.noMoreTunnels : TUNNEL_STATUS.success;
  }

  #answered(
    peer: Eui64,
    { tunnel, status, octetsMax }: Extract<TunnelMessage, { kind: 'response' }>,
    now: Millis,
  ): TunnelOutput[] {
    if (this.#asked.get(peer)?.name !== 'asking') return [];
    if (status !== TUNNEL_STATUS.success) {
      this.#asked.set(peer, { name: 'resting', until: now + RETRY_MS });
      return [];
    }
    this.#asked.set(peer, { name: 'open', tunnel, octetsMax });
    return [{ kind: 'opened', peer }, ...this.#again(peer, tunnel, false)];
  }

  /** A partner that has started anew does not know the tunnel: what went into it last goes through the next one. */
  #unknownThere(peer: Eui64, tunnel: number, now: Millis): TunnelOutput[] {
    const last = this.#last.get(peer);
    if (last) this.#refused.set(peer, last);
    this.#last.delete(peer);
    if (this.#served.get(peer)?.tunnel !== tunnel) return this.#closed(peer, tunnel, now);
    this.#served.delete(peer);
    return [{ kind: 'lost', peer }];
  }

  #again(peer: Eui64, tunnel: number, toClient: boolean): TunnelOutput[] {
    const data = this.#refused.get(peer);
    this.#refused.delete(peer);
    return data ? [message(peer, { kind: 'transfer', tunnel, data }, toClient)] : [];
  }

  /** The server has closed a tunnel of ours: another one is asked for. */
  #closed(peer: Eui64, tunnel: number, now: Millis): TunnelOutput[] {
    const state = this.#asked.get(peer);
    if (state?.name !== 'open' || state.tunnel !== tunnel) return [];
    this.#asked.delete(peer);
    return [{ kind: 'lost', peer }, ...this.open(peer, now)];
  }

  #transferred(peer: Eui64, tunnel: number, data: Bytes, toClient: boolean): TunnelOutput[] {
    const state = this.#asked.get(peer);
    const mine = toClient ? (state?.name === 'open' ? state.tunnel : undefined) : this.#served.get(peer)?.tunnel;
    const status =
      mine !== tunnel
        ? TRANSFER_ERROR.noSuchTunnel
        : data.length > GBCS_TUNNEL.octetsMax
          ? TRANSFER_ERROR.dataOverflow
          : undefined;
    if (status !== undefined) return [message(peer, { kind: 'transfer-error', tunnel, status }, !toClient)];
    return [{ kind: 'received', peer, data }];
  }
}

function message(peer: Eui64, content: TunnelMessage, toClient: boolean, ticket?: number): TunnelOutput {
  return { kind: 'send', peer, toClient, ...encodeTunnel(content, toClient), ticket };
}

function readTunnel(command: number, payload: Bytes, toClient: boolean): TunnelMessage | undefined {
  try {
    return decodeTunnel(command, payload, toClient);
  } catch (error) {
    if (error instanceof ProtocolFault) return undefined;
    throw error;
  }
}

/** First octet of what passes the tunnel of a gas meter (GBCS 10.2.2; public tunnel dissector). */
const GAS = { get: 0x01, answer: 0x02, put: 0x03 } as const;

/** What a gas meter and its hub say to each other in their tunnel: the meter sleeps, so it fetches its messages. */
export type GasTunnelMessage =
  | { readonly kind: 'get' }
  | { readonly kind: 'answer'; readonly remaining: number; readonly message: Bytes | undefined }
  | { readonly kind: 'put'; readonly message: Bytes };

export function encodeGasTunnel(content: GasTunnelMessage): Bytes {
  if (content.kind === 'get') return Uint8Array.of(GAS.get);
  if (content.kind === 'put') return concat(Uint8Array.of(GAS.put), content.message);
  return concat(Uint8Array.of(GAS.answer, content.remaining), content.message ?? new Uint8Array(0));
}

/** Undefined for octets that are none of the three. */
export function decodeGasTunnel(data: Bytes): GasTunnelMessage | undefined {
  const [first, second] = data;
  if (first === GAS.get && data.length === 1) return { kind: 'get' };
  if (first === GAS.put && data.length > 1) return { kind: 'put', message: data.subarray(1) };
  if (first !== GAS.answer || second === undefined) return undefined;
  return { kind: 'answer', remaining: second, message: data.length > 2 ? data.subarray(2) : undefined };
}
