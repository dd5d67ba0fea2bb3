import { type Bytes, concat } from '../kernel/bytes.ts';
import { ProtocolFault } from '../kernel/errors.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import type { Millis } from '../kernel/time.ts';
import { type ApsCommand, decodeApsCommand, encodeApsCommand } from './aps-command.ts';
import { blocksOf, Reassembly } from './aps-fragments.ts';
import {
  type ApsAddressing,
  type ApsFragment,
  type ApsFrame,
  type ApsHeader,
  decodeApsFrame,
  encodeApsHeader,
} from './aps-frame.ts';
import type { LinkKeys } from './link-keys.ts';
import type { Nwk, NwkOutput } from './nwk.ts';
import { Recent } from './recent.ts';
import { type KeyKind, type SecurityHeader, secure, unsecure } from './security.ts';
import { isBroadcast, type ShortAddress } from './wire.ts';

/** How an application message is secured: with the network key alone, or with the link key of its partner as well. */
export type ApsSecurity = 'network' | 'link';

/** An application message to be sent. */
export interface ApsRequest {
  readonly to: ShortAddress;
  /** The partner; a link key needs one. */
  readonly partner?: Eui64;
  readonly addressing: ApsAddressing;
  readonly payload: Bytes;
  readonly security: ApsSecurity;
  readonly acknowledged: boolean;
}

/** An application message that arrived. */
export interface ApsIndication {
  readonly from: ShortAddress;
  readonly partner: Eui64 | undefined;
  readonly addressing: ApsAddressing;
  readonly payload: Bytes;
  readonly security: ApsSecurity;
  readonly broadcast: boolean;
  readonly lqi: number;
}

export type ApsOutput =
  | Exclude<NwkOutput, { kind: 'nwk-data' | 'nwk-sent' }>
  | { readonly kind: 'aps-data'; readonly indication: ApsIndication }
  | {
      readonly kind: 'aps-command';
      readonly from: ShortAddress;
      readonly partner: Eui64 | undefined;
      readonly command: ApsCommand;
      /** Key that secured the command itself; undefined: the network key alone, or nothing. */
      readonly key: KeyKind | undefined;
      readonly networkSecured: boolean;
    }
  | { readonly kind: 'aps-sent'; readonly ticket: number; readonly delivered: boolean };

/** Octets of application payload in one frame under the network key alone (MAC 11, network 8 + 18, application header 8 of 127). */
const PAYLOAD_MAX = 82;
/** A link key takes an auxiliary header of 5 octets and a code of 4, a fragment an extended header of 2. */
const LINK_OCTETS = 9;
const FRAGMENT_OCTETS = 2;
/** apscAckWaitDuration for a star, and further attempts (apscMaxFrameRetries). A sleeping partner takes as long as it sleeps. */
const ACK_WAIT_MS = 1_600;
const SLEEPY_ACK_WAIT_MS = 8_000;
const RETRIES_MAX = 3;
/** Blocks that go out before an acknowledgement is waited for (apsMaxWindowSize). */
export const WINDOW = 3;
/** Messages that may be under way at a time; another one is refused. */
const OUTGOING_MAX = 64;
/** Message counters remembered of partners, fewer than there are, and for longer than a sender to a sleeping partner tries. */
const DUPLICATES_MAX = 128;
const DUPLICATES_MS = (RETRIES_MAX + 2) * SLEEPY_ACK_WAIT_MS;

interface Outgoing {
  readonly ticket: number;
  readonly request: ApsRequest;
  readonly counter: number;
  readonly blocks: readonly Bytes[];
  /** First block of the window, and which of its blocks have been confirmed. */
  window: number;
  confirmed: number;
  retries: number;
  at: Millis;
}

export interface ApsOptions {
  readonly nwk: Nwk;
  readonly keys: LinkKeys;
  readonly eui: Eui64;
  /** First message counter. */
  readonly counter: number;
}

/** The application support sub-layer: acknowledgements, fragments, link-key security, key commands (ZigBee 05-3474 chapter 2, 4.4). */
export class Aps {
  readonly #options: ApsOptions;
  readonly #outgoing = new Map<number, Outgoing>();
  readonly #reassembly = new Reassembly(WINDOW);
  readonly #seen = new Recent(DUPLICATES_MAX, DUPLICATES_MS);
  #counter: number;
  #ticket = 0;
  #sleepy = new Set<ShortAddress>();

  constructor(options: ApsOptions) {
    this.#options = options;
    this.#counter = options.counter & 0xff;
  }

  get deadline(): Millis | undefined {
    let first = this.#reassembly.deadline;
    for (const { at } of this.#outgoing.values()) if (first === undefined || at < first) first = at;
    return first;
  }

  /** Whether a partner sleeps, so that its acknowledgements take longer. */
  setSleepy(address: ShortAddress, sleepy: boolean): void {
    if (sleepy) this.#sleepy.add(address);
    else this.#sleepy.delete(address);
    this.#options.nwk.setSleepy(address, sleepy);
  }

  /** Messages in flight and in pieces, for tests of what is released. */
  get inFlight(): number {
    return this.#outgoing.size + this.#reassembly.size;
  }

  /** Sends a message, in blocks where it is too long for a frame. Ends with `aps-sent`. */
  send(request: ApsRequest, now: Millis, out: ApsOutput[]): number {
    const ticket = this.#ticket++;
    const counter = this.#nextCounter();
    const room = PAYLOAD_MAX - (request.security === 'link' ? LINK_OCTETS : 0);
    const whole = request.payload.length <= room;
    const acknowledged = (request.acknowledged || !whole) && !isBroadcast(request.to);
    const blocks = whole ? [request.payload] : blocksOf(request.payload, room - FRAGMENT_OCTETS);
    const entry: Outgoing = {
      ticket,
      request: { ...request, acknowledged },
      counter,
      blocks,
      window: 0,
      confirmed: 0,
      retries: 0,
      at: now + this.#wait(request.to),
    };
    const sent = this.#outgoing.size < OUTGOING_MAX && this.#transmitWindow(entry, now, out);
    if (!sent) out.push({ kind: 'aps-sent', ticket, delivered: false });
    else if (acknowledged) this.#outgoing.set(ticket, entry);
    else out.push({ kind: 'aps-sent', ticket, delivered: true });
    return ticket;
  }

  #nextCounter(): number {
    const counter = this.#counter;
    this.#counter = (counter + 1) & 0xff;
    return counter;
  }

  #wait(to: ShortAddress): Millis {
    return this.#sleepy.has(to) ? SLEEPY_ACK_WAIT_MS : ACK_WAIT_MS;
  }

  /** Sends a key command, under a key derived from the partner's link key where one is named. */
  command(
    to: ShortAddress,
    partner: Eui64,
    command: ApsCommand,
    key: KeyKind | undefined,
    now: Millis,
    out: ApsOutput[],
    networkSecured = true,
  ): boolean {
    const header: ApsHeader = { kind: 'command', counter: this.#nextCounter(), secured: key !== undefined, ackRequest: false };
    const octets = this.#protect(header, encodeApsCommand(command), key, partner, true);
    if (!octets) return false;
    return this.#down(to, octets, now, out, networkSecured);
  }

  /** A secured key command as octets, for a parent to pass on. */
  sealedCommand(partner: Eui64, command: ApsCommand, key: KeyKind): Bytes | undefined {
    const header: ApsHeader = { kind: 'command', counter: this.#nextCounter(), secured: true, ackRequest: false };
    return this.#protect(header, encodeApsCommand(command), key, partner, true);
  }

  #protect(
    header: ApsHeader,
    payload: Bytes,
    key: KeyKind | undefined,
    partner: Eui64 | undefined,
    named: boolean,
  ): Bytes | undefined {
    const before = encodeApsHeader(header);
    if (key === undefined) return concat(before, payload);
    const { keys, eui } = this.#options;
    const secret = partner && keys.keyFor(partner, key);
    const frameCounter = partner && keys.nextCounter(partner);
    if (!secret || frameCounter === undefined) return undefined;
    const security: SecurityHeader = { key, frameCounter, ...(named && { source: eui }) };
    return concat(before, secure(secret, security, eui, before, payload));
  }

  #down(to: ShortAddress, octets: Bytes, now: Millis, out: ApsOutput[], secured = true): boolean {
    const below: NwkOutput[] = [];
    const ticket = this.#options.nwk.send(to, octets, now, below, { secured });
    out.push(...this.up(below, now));
    return ticket !== undefined;
  }

  /** Sends what of the window has not been confirmed. */
  #transmitWindow(entry: Outgoing, now: Millis, out: ApsOutput[]): boolean {
    const { request, counter, blocks, window, confirmed } = entry;
    let sent = true;
    for (let i = window; i < Math.min(window + WINDOW, blocks.length); i++) {
      if (confirmed & (1 << (i - window))) continue;
      const fragment: ApsFragment | undefined =
        blocks.length === 1 ? undefined : i === 0 ? { place: 'first', number: blocks.length } : { place: 'later', number: i };
      const header: ApsHeader = {
        kind: 'data',
        broadcast: isBroadcast(request.to),
        ackRequest: request.acknowledged,
        addressing: request.addressing,
        counter,
        secured: request.security === 'link',
        ...(fragment && { fragment }),
      };
      const key = request.security === 'link' ? 'link' : undefined;
      const octets = this.#protect(header, blocks[i] as Bytes, key, request.partner, false);
      sent = octets !== undefined && this.#down(request.to, octets, now, out) && sent;
    }
    return sent;
  }

  /** Sends again what was not confirmed in time, and gives up in the end. */
  due(now: Millis): ApsOutput[] {
    this.#reassembly.expire(now);
    const out: ApsOutput[] = [];
    for (const entry of [...this.#outgoing.values()]) {
      if (entry.at > now) continue;
      entry.retries++;
      if (entry.retries > RETRIES_MAX) {
        this.#outgoing.delete(entry.ticket);
        out.push({ kind: 'aps-sent', ticket: entry.ticket, delivered: false });
        continue;
      }
      entry.at = now + this.#wait(entry.request.to);
      this.#transmitWindow(entry, now, out);
    }
    return out;
  }

  /** Takes what the network layer did. Never throws for a peer's octets. */
  up(outputs: readonly NwkOutput[], now: Millis): ApsOutput[] {
    return outputs.flatMap((output): ApsOutput[] => {
      if (output.kind === 'nwk-sent') return [];
      return output.kind === 'nwk-data' ? this.#received(output, now) : [output];
    });
  }

  #received(data: Extract<NwkOutput, { kind: 'nwk-data' }>, now: Millis): ApsOutput[] {
    try {
      return this.#take(decodeApsFrame(data.payload), data, now);
    } catch (error) {
      if (error instanceof ProtocolFault) return [];
      throw error;
    }
  }

  #take(frame: ApsFrame, data: Extract<NwkOutput, { kind: 'nwk-data' }>, now: Millis): ApsOutput[] {
    const { header } = frame;
    const opened = this.#open(frame, data.eui);
    if (!opened) return [];
    const partner = opened.partner;
    if (header.kind === 'command-ack') return [];
    if (header.kind === 'command') {
      const command = decodeApsCommand(opened.payload);
      if (!command) return [];
      return [{ kind: 'aps-command', from: data.from, partner, command, key: opened.key, networkSecured: data.secured }];
    }
    // Application data in clear comes from nobody who has joined.
    if (!data.secured) return [];
    if (header.kind === 'ack') return this.#confirmed(header, data.from, now);
    return this.#dataReceived(header, opened, data, now);
  }

  #open(
    { header, before, security, body }: ApsFrame,
    sender: Eui64 | undefined,
  ): { payload: Bytes; key: KeyKind | undefined; partner: Eui64 | undefined } | undefined {
    if (!header.secured || !security) return { payload: body, key: undefined, partner: sender };
    const partner = security.source ?? sender;
    const { keys } = this.#options;
    const secret = partner && keys.keyFor(partner, security.key);
    if (!partner || !secret || !keys.isFresh(partner, security.frameCounter)) return undefined;
    const payload = unsecure(secret, security, partner, before, body);
    if (!payload) return undefined;
    keys.record(partner, security.frameCounter);
    return { payload, key: security.key, partner };
  }

  #dataReceived(
    header: Extract<ApsHeader, { kind: 'data' | 'ack' }>,
    { payload, key, partner }: { payload: Bytes; key: KeyKind | undefined; partner: Eui64 | undefined },
    { from, broadcast, lqi }: Extract<NwkOutput, { kind: 'nwk-data' }>,
    now: Millis,
  ): ApsOutput[] {
    const security: ApsSecurity = key === 'link' ? 'link' : 'network';
    const { addressing, fragment, counter } = header;
    const message = `${from} ${counter} ${addressing.cluster} ${addressing.destinationEndpoint}`;
    const out: ApsOutput[] = [];
    const repeated = this.#seen.has(message, now);
    const taken = fragment && !repeated ? this.#reassembly.take(message, fragment, payload.slice(), now) : undefined;
    if (header.ackRequest && !broadcast)
      this.#acknowledge(
        header,
        from,
        partner,
        security,
        taken?.ack ?? (fragment && repeated ? doneAck(fragment) : undefined),
        now,
        out,
      );
    const whole = fragment ? taken?.message : payload.slice();
    if (repeated || !whole) return out;
    this.#seen.add(message, now);
    out.push({ kind: 'aps-data', indication: { from, partner, addressing, payload: whole, security, broadcast, lqi } });
    return out;
  }

  #acknowledge(
    header: Extract<ApsHeader, { kind: 'data' | 'ack' }>,
    to: ShortAddress,
    partner: Eui64 | undefined,
    security: ApsSecurity,
    fragment: ApsFragment | undefined,
    now: Millis,
    out: ApsOutput[],
  ): void {
    if (header.fragment && !fragment) return;
    const { destinationEndpoint, sourceEndpoint, cluster, profile } = header.addressing;
    const ack: ApsHeader = {
      kind: 'ack',
      broadcast: false,
      ackRequest: false,
      addressing: { destinationEndpoint: sourceEndpoint, sourceEndpoint: destinationEndpoint, cluster, profile },
      counter: header.counter,
      secured: security === 'link',
      ...(fragment && { fragment }),
    };
    const octets = this.#protect(ack, new Uint8Array(0), security === 'link' ? 'link' : undefined, partner, false);
    if (octets) this.#down(to, octets, now, out);
  }

  #confirmed(
    { counter, addressing, fragment }: Extract<ApsHeader, { kind: 'data' | 'ack' }>,
    from: ShortAddress,
    now: Millis,
  ): ApsOutput[] {
    for (const entry of this.#outgoing.values()) {
      const { request } = entry;
      const mine = entry.counter === counter && request.to === from && request.addressing.cluster === addressing.cluster;
      if (!mine) continue;
      if (entry.blocks.length === 1) return this.#done(entry);
      return fragment ? this.#windowConfirmed(entry, fragment, now) : [];
    }
    return [];
  }

  #done({ ticket }: Outgoing): ApsOutput[] {
    this.#outgoing.delete(ticket);
    return [{ kind: 'aps-sent', ticket, delivered: true }];
  }

  #windowConfirmed(entry: Outgoing, { number, received = 0 }: ApsFragment, now: Millis): ApsOutput[] {
    if (number !== entry.window) return [];
    const size = Math.min(WINDOW, entry.blocks.length - entry.window);
    entry.confirmed |= received & ((1 << size) - 1);
    entry.at = now + this.#wait(entry.request.to);
    const out: ApsOutput[] = [];
    if (entry.confirmed === (1 << size) - 1) {
      if (entry.window + size >= entry.blocks.length) return this.#done(entry);
      entry.window += size;
      entry.confirmed = 0;
      entry.retries = 0;
    }
    this.#transmitWindow(entry, now, out);
    return out;
  }
}

/** A block of a message that is there already: all of its window has arrived. */
function doneAck({ place, number }: ApsFragment): ApsFragment {
  const index = place === 'first' ? 0 : number;
  const first = index - (index % WINDOW);
  return { place: first === 0 ? 'first' : 'later', number: first, received: (1 << WINDOW) - 1 };
}
