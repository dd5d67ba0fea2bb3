import { type Bytes, concat, equalBytes } from '../kernel/bytes.ts';
import { ProtocolFault } from '../kernel/errors.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import type { Millis } from '../kernel/time.ts';
import { IncomingCounters, OutgoingCounter } from './frame-counters.ts';
import type { Mac, MacOutput, SendOutcome } from './mac.ts';
import { decodeNwkCommand, encodeNwkCommand, type NwkCommand } from './nwk-command.ts';
import { decodeNwkFrame, encodeNwkHeader, type NwkFrame, type NwkHeader } from './nwk-frame.ts';
import { Recent } from './recent.ts';
import { secure, unsecure } from './security.ts';
import { BROADCAST, COORDINATOR, isBroadcast, NO_ADDRESS, type ShortAddress } from './wire.ts';

/** A network key and its sequence number. */
export interface NetworkKey {
  readonly key: Bytes;
  readonly sequence: number;
}

/** What the network layer keeps over a restart. */
export interface NwkState {
  readonly key?: NetworkKey;
  readonly outgoing: number;
  readonly incoming: Readonly<Record<string, number>>;
  readonly addresses: Readonly<Record<string, ShortAddress>>;
}

/** What the network layer tells the one above it. */
export type NwkOutput =
  | Extract<MacOutput, { kind: 'radio' | 'scanned' | 'associated' | 'not-associated' | 'joining' | 'answered' | 'polled' }>
  | {
      readonly kind: 'nwk-data';
      readonly from: ShortAddress;
      /** The sender, where its address is known; a secured frame always tells. */
      readonly eui: Eui64 | undefined;
      readonly broadcast: boolean;
      readonly secured: boolean;
      readonly payload: Bytes;
      /** Quality of the last hop. */
      readonly lqi: number;
    }
  | {
      readonly kind: 'nwk-command';
      readonly from: ShortAddress;
      readonly eui: Eui64 | undefined;
      readonly secured: boolean;
      readonly command: NwkCommand;
    }
  | { readonly kind: 'nwk-sent'; readonly ticket: number; readonly outcome: SendOutcome };

/** Hops a frame may take (twice the maximum depth of ZigBee PRO). */
const RADIUS = 30;
/** How long a broadcast is remembered (nwkNetworkBroadcastDeliveryTime). */
const BROADCAST_MEMORY_MS = 9_000;
const BROADCASTS_MAX = 64;
/** Addresses remembered; those of children and of the trust centre are among them. */
const ADDRESSES_MAX = 64;

export interface NwkOptions {
  readonly eui: Eui64;
  readonly coordinator: boolean;
  /** Repeats broadcasts of others and answers route requests. */
  readonly router: boolean;
  readonly state?: NwkState;
}

/**
 * The network layer of a star with routers in it: the coordinator reaches everybody in one hop and passes frames between the others
 * (ZigBee 05-3474 chapter 3). Security with the network key, replay protection, broadcasts, addresses.
 */
export class Nwk {
  readonly #mac: Mac;
  readonly #options: NwkOptions;
  readonly #outgoing: OutgoingCounter;
  readonly #incoming: IncomingCounters;
  readonly #addresses = new Map<Eui64, ShortAddress>();
  readonly #sleepy = new Set<ShortAddress>();
  readonly #heard = new Recent(BROADCASTS_MAX, BROADCAST_MEMORY_MS);
  readonly #waiting = new Map<number, number>();
  #key: NetworkKey | undefined;
  #sequence: number;
  #ticket = 0;

  constructor(mac: Mac, options: NwkOptions, sequence: number) {
    this.#mac = mac;
    this.#options = options;
    this.#sequence = sequence & 0xff;
    this.#key = options.state?.key;
    this.#outgoing = new OutgoingCounter(options.state?.outgoing);
    this.#incoming = new IncomingCounters(options.state?.incoming);
    for (const [eui, address] of Object.entries(options.state?.addresses ?? {})) this.#addresses.set(eui as Eui64, address);
  }

  get key(): NetworkKey | undefined {
    return this.#key;
  }

  /** A new key starts with counters of its own for the others; this node's go on. */
  set key(key: NetworkKey | undefined) {
    const same = key !== undefined && this.#key !== undefined && equalBytes(key.key, this.#key.key);
    if (!same || key.sequence !== this.#key?.sequence) this.#incoming.clear();
    this.#key = key;
  }

  get address(): ShortAddress {
    return this.#mac.settings.short;
  }

  get state(): NwkState {
    return {
      ...(this.#key && { key: this.#key }),
      outgoing: this.#outgoing.stored,
      incoming: this.#incoming.stored,
      addresses: Object.fromEntries(this.#addresses),
    };
  }

  /** Frames whose end is not known yet, and senders whose counters are kept. */
  get load(): { readonly underWay: number; readonly senders: number } {
    return { underWay: this.#waiting.size, senders: this.#incoming.size };
  }

  /** Whether a node has ever sent a frame under the network key. */
  hasHeard(eui: Eui64): boolean {
    return this.#incoming.has(eui);
  }

  addressOf(eui: Eui64): ShortAddress | undefined {
    return this.#addresses.get(eui);
  }

  euiOf(address: ShortAddress): Eui64 | undefined {
    for (const [eui, known] of this.#addresses) if (known === address) return eui;
    return undefined;
  }

  /** Notes who has an address. An address belongs to one node: whoever had it before loses it. */
  learn(eui: Eui64, address: ShortAddress): void {
    if (address === NO_ADDRESS || this.#addresses.get(eui) === address) return;
    const before = this.euiOf(address);
    if (before !== undefined) this.#addresses.delete(before);
    this.#addresses.set(eui, address);
    const [oldest] = this.#addresses.keys();
    if (this.#addresses.size > ADDRESSES_MAX && oldest !== undefined && oldest !== eui) this.#addresses.delete(oldest);
  }

  /** A child that sleeps is sent nothing: its frames wait. */
  setSleepy(address: ShortAddress, sleepy: boolean): void {
    if (sleepy) this.#sleepy.add(address);
    else this.#sleepy.delete(address);
  }

  forget(eui: Eui64): NwkOutput[] {
    const address = this.#addresses.get(eui);
    this.#addresses.delete(eui);
    this.#incoming.forget(eui);
    if (address === undefined) return [];
    this.#sleepy.delete(address);
    return this.up(this.#mac.forget(address), 0);
  }

  /**
   * Sends a payload, secured with the network key unless it is for a node that has none yet.
   * @returns its ticket, or undefined when the key is used up or there is none
   */
  send(
    to: ShortAddress,
    payload: Bytes,
    now: Millis,
    out: NwkOutput[],
    options: { readonly secured?: boolean } = {},
  ): number | undefined {
    return this.#transmit('data', to, payload, now, out, options.secured ?? true);
  }

  command(to: ShortAddress, command: NwkCommand, now: Millis, out: NwkOutput[], secured = true): number | undefined {
    return this.#transmit('command', to, encodeNwkCommand(command), now, out, secured);
  }

  #transmit(
    kind: NwkHeader['kind'],
    to: ShortAddress,
    payload: Bytes,
    now: Millis,
    out: NwkOutput[],
    secured: boolean,
  ): number | undefined {
    const sequence = this.#sequence;
    this.#sequence = (sequence + 1) & 0xff;
    // Network commands say who sends them (ZigBee 05-3474 3.4).
    const sourceEui = kind === 'command' ? { sourceEui: this.#options.eui } : {};
    const header: NwkHeader = { kind, destination: to, source: this.address, radius: RADIUS, sequence, secured, ...sourceEui };
    const octets = this.#protect(header, payload);
    if (!octets) return undefined;
    if (isBroadcast(to)) this.#heard.add(`${this.address} ${sequence}`, now);
    return this.#pass(to, octets, now, out);
  }

  #protect(header: NwkHeader, payload: Bytes): Bytes | undefined {
    const before = encodeNwkHeader(header);
    if (!header.secured) return concat(before, payload);
    const frameCounter = this.#key && this.#outgoing.take();
    if (!this.#key || frameCounter === undefined) return undefined;
    const { eui } = this.#options;
    const security = { key: 'network', frameCounter, source: eui, keySequence: this.#key.sequence } as const;
    return concat(before, secure(this.#key.key, security, eui, before, payload));
  }

  /** Next hop: in a star the coordinator sends to everybody, everybody else to the coordinator. Broadcasts wait for sleepers too. */
  #pass(to: ShortAddress, octets: Bytes, now: Millis, out: NwkOutput[]): number {
    const ticket = this.#ticket++;
    const send = (hop: ShortAddress, indirect: boolean): number => {
      const macOut: MacOutput[] = [];
      const macTicket = this.#mac.send(hop, octets, now, indirect, macOut);
      out.push(...this.up(macOut, now));
      return macTicket;
    };
    if (isBroadcast(to)) {
      // Those that sleep get the broadcasts for all nodes one by one.
      if (to === BROADCAST.all) for (const child of this.#sleepy) send(child, true);
      this.#waiting.set(send(0xffff, false), ticket);
      return ticket;
    }
    const hop = this.#options.coordinator ? to : COORDINATOR;
    this.#waiting.set(send(hop, this.#sleepy.has(hop)), ticket);
    return ticket;
  }

  /** Takes what the MAC layer did. Never throws for a peer's octets. */
  up(outputs: readonly MacOutput[], now: Millis): NwkOutput[] {
    return outputs.flatMap((output): NwkOutput[] => {
      if (output.kind === 'data') return this.#received(output, now);
      if (output.kind !== 'sent') return [output];
      const ticket = this.#waiting.get(output.ticket);
      this.#waiting.delete(output.ticket);
      return ticket === undefined ? [] : [{ kind: 'nwk-sent', ticket, outcome: output.outcome }];
    });
  }

  #received({ from, payload, lqi }: Extract<MacOutput, { kind: 'data' }>, now: Millis): NwkOutput[] {
    try {
      return this.#take(decodeNwkFrame(payload), from, lqi, now);
    } catch (error) {
      if (error instanceof ProtocolFault) return [];
      throw error;
    }
  }

  #take(frame: NwkFrame, hop: ShortAddress, lqi: number, now: Millis): NwkOutput[] {
    const { header } = frame;
    if (header.source === this.address && this.address !== NO_ADDRESS) return [];
    const broadcast = isBroadcast(header.destination);
    const mine = header.destination === this.address || broadcast;
    const opened = this.#open(frame, hop);
    if (!opened) return [];
    if (broadcast && this.#isRepeated(header, now)) return [];
    const relayed = this.#relay(header, opened.payload, now, mine, broadcast);
    if (!mine) return relayed;
    if (opened.origin !== undefined && header.source === hop) this.learn(opened.origin, header.source);
    if (header.sourceEui !== undefined && header.secured) this.learn(header.sourceEui, header.source);
    const eui = this.euiOf(header.source) ?? header.sourceEui;
    const from = header.source;
    if (header.kind === 'data') {
      return [...relayed, { kind: 'nwk-data', from, eui, broadcast, secured: header.secured, payload: opened.payload, lqi }];
    }
    const command = decodeNwkCommand(opened.payload);
    if (!command) return relayed;
    if (command.kind === 'route-request') return [...relayed, ...this.#answerRoute(command, from, hop, now)];
    return [...relayed, { kind: 'nwk-command', from, eui, secured: header.secured, command }];
  }

  /** The payload in clear, and who secured it; undefined for a frame that is not believed. */
  #open(
    { header, before, security, body }: NwkFrame,
    hop: ShortAddress,
  ): { payload: Bytes; origin: Eui64 | undefined } | undefined {
    if (!header.secured) {
      // Without security only what brings a key or asks to come back: the layers above look at it closely.
      return { payload: body.slice(), origin: undefined };
    }
    const source = security?.source ?? this.euiOf(hop);
    const known = security?.key === 'network' && this.#key !== undefined && security.keySequence === this.#key.sequence;
    // What this node has secured itself comes back only from somebody who replays it.
    if (!security || !known || source === undefined || source === this.#options.eui || !this.#key) return undefined;
    if (!this.#incoming.isFresh(source, security.frameCounter)) return undefined;
    const payload = unsecure(this.#key.key, security, source, before, body);
    if (!payload) return undefined;
    this.#incoming.record(source, security.frameCounter);
    return { payload, origin: source };
  }

  #isRepeated({ source, sequence }: NwkHeader, now: Millis): boolean {
    const key = `${source} ${sequence}`;
    if (this.#heard.has(key, now)) return true;
    this.#heard.add(key, now);
    return false;
  }

  /** The coordinator passes frames between its children; routers repeat broadcasts, and pass what a source route leads through them. */
  #relay(header: NwkHeader, payload: Bytes, now: Millis, mine: boolean, broadcast: boolean): NwkOutput[] {
    const { coordinator, router } = this.#options;
    if (header.radius <= 1 || !header.secured || !(coordinator || router)) return [];
    const out: NwkOutput[] = [];
    const next: NwkHeader = { ...header, radius: header.radius - 1 };
    if (broadcast) {
      const octets = this.#protect(next, payload);
      if (octets) this.#pass(header.destination, octets, now, out);
    } else if (!mine && coordinator && this.euiOf(header.destination) !== undefined) {
      const { sourceRoute: _done, ...direct } = next;
      const octets = this.#protect(direct, payload);
      if (octets) this.#pass(header.destination, octets, now, out);
    }
    return out;
  }

  #answerRoute(
    request: Extract<NwkCommand, { kind: 'route-request' }>,
    from: ShortAddress,
    hop: ShortAddress,
    now: Millis,
  ): NwkOutput[] {
    if (request.manyToOne || request.destination !== this.address) return [];
    const out: NwkOutput[] = [];
    const reply: NwkCommand = {
      kind: 'route-reply',
      id: request.id,
      originator: from,
      responder: this.address,
      cost: request.cost,
    };
    const octets = this.#protect(
      {
        kind: 'command',
        destination: hop,
        source: this.address,
        radius: RADIUS,
        sequence: this.#sequence++ & 0xff,
        secured: true,
        sourceEui: this.#options.eui,
      },
      encodeNwkCommand(reply),
    );
    if (octets) this.#pass(hop, octets, now, out);
    return out;
  }
}
