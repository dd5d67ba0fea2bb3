import type { Bytes } from '../kernel/bytes.ts';
import { ProtocolFault } from '../kernel/errors.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import type { Millis } from '../kernel/time.ts';
import {
  ASSOCIATION,
  type Beacon,
  type Capability,
  decodeBeacon,
  decodeMacCommand,
  encodeBeacon,
  encodeMacCommand,
} from './mac-command.ts';
import { decodeMacFrame, encodeMacFrame, type MacAddress, type MacFrame } from './mac-frame.ts';
import { IndirectQueue } from './mac-indirect.ts';
import type { RadioCommand, RadioEvent, RadioSettings, TransmitOutcome } from './radio-port.ts';
import { LastNumbers } from './recent.ts';
import { COORDINATOR, EXTENDED_ONLY, NO_ADDRESS, type ShortAddress } from './wire.ts';

/** Timing of the MAC layer in milliseconds (IEEE 802.15.4 7.4.2 at 2.4 GHz: a superframe slot is 15.36 ms). */
export const MAC_TIMING = {
  /** How long beacons are waited for on a channel: 9 x 15.36 ms, as ZigBee scans (exponent 3). */
  scanMs: 138.24,
  /** macResponseWaitTime: 32 x 15.36 ms. */
  responseWaitMs: 491.52,
  /** How long a polling node listens once it has been told that something waits. */
  listenMs: 1_000,
  /** macTransactionPersistenceTime: 500 x 15.36 ms. */
  persistenceMs: 7_680,
} as const;

/** How a frame that a layer above sent ended. */
export type SendOutcome = TransmitOutcome | 'expired';

/** A network that answered a scan. */
export interface FoundNetwork {
  readonly channel: number;
  readonly page: number;
  readonly pan: number;
  readonly parent: ShortAddress;
  readonly beacon: Beacon;
  readonly lqi: number;
}

/** What the MAC layer did, in order. */
export type MacOutput =
  | { readonly kind: 'radio'; readonly command: RadioCommand }
  | {
      readonly kind: 'data';
      readonly from: ShortAddress;
      readonly broadcast: boolean;
      readonly payload: Bytes;
      readonly lqi: number;
      readonly rssiDbm: number;
    }
  | { readonly kind: 'sent'; readonly ticket: number; readonly outcome: SendOutcome }
  | { readonly kind: 'scanned'; readonly networks: readonly FoundNetwork[] }
  | { readonly kind: 'associated'; readonly address: ShortAddress }
  | { readonly kind: 'not-associated'; readonly reason: 'no-answer' | 'denied' }
  /** Somebody wants to join here; `answerAssociation` says what becomes of it. Unanswered, nothing at all goes out. */
  | { readonly kind: 'joining'; readonly eui: Eui64; readonly capability: Capability }
  /** The association response was taken, or was not. */
  | { readonly kind: 'answered'; readonly eui: Eui64; readonly outcome: SendOutcome }
  | { readonly kind: 'polled'; readonly by: ShortAddress };

interface Outgoing {
  readonly ticket: number;
  readonly psdu: Bytes;
  readonly purpose: 'data' | 'poll' | 'scan' | 'associate' | 'beacon' | 'answer';
  /** Whom an association response is for. */
  readonly eui?: Eui64;
}

interface Scan {
  readonly channels: readonly { readonly channel: number; readonly page: number }[];
  readonly found: FoundNetwork[];
  at: number;
  until: Millis | undefined;
}

/** Frames that may wait for the radio; the oldest gives way. */
const QUEUE_MAX = 64;
/** Senders whose last sequence number is remembered, to tell a repeated frame. */
const DUPLICATES_OF = 64;

export interface MacOptions {
  readonly eui: Eui64;
  /** The receiver is always on; a node that sleeps asks its parent for what waits. */
  readonly rxOnWhenIdle: boolean;
  /** First sequence number. */
  readonly sequence: number;
}

/** The MAC layer of one node: beacons and scans, association, data, polling, what waits for children that sleep. */
export class Mac {
  readonly #options: MacOptions;
  readonly #indirect = new IndirectQueue();
  readonly #queue: Outgoing[] = [];
  readonly #lastSequences = new LastNumbers(DUPLICATES_OF);
  #settings: RadioSettings;
  #sequence: number;
  #ticket = 0;
  #sending: Outgoing | undefined;
  #scan: Scan | undefined;
  #associating: { readonly askAt: Millis | undefined; readonly until: Millis } | undefined;
  #listenUntil: Millis | undefined;
  #beacon: Beacon | undefined;
  #parent: ShortAddress = COORDINATOR;

  constructor(options: MacOptions) {
    this.#options = options;
    this.#sequence = options.sequence & 0xff;
    this.#settings = { channel: 11, page: 0, pan: 0xffff, short: NO_ADDRESS, extended: options.eui, promiscuous: false };
  }

  get settings(): RadioSettings {
    return this.#settings;
  }

  get deadline(): Millis | undefined {
    const times = [
      this.#scan?.until,
      this.#associating?.askAt ?? this.#associating?.until,
      this.#listenUntil,
      this.#indirect.deadline,
    ];
    const set = times.filter((at): at is Millis => at !== undefined);
    return set.length === 0 ? undefined : Math.min(...set);
  }

  /** Takes an address, channel and network. */
  configure(change: Partial<RadioSettings>): MacOutput[] {
    this.#settings = { ...this.#settings, ...change };
    const out: MacOutput[] = [{ kind: 'radio', command: { kind: 'configure', settings: this.#settings } }];
    if (this.#options.rxOnWhenIdle) out.push({ kind: 'radio', command: { kind: 'receive', on: true } });
    return out;
  }

  /** Answers beacon requests with this from now on; undefined: not at all. */
  set beacon(beacon: Beacon | undefined) {
    this.#beacon = beacon;
  }

  /** Looks for networks, channel by channel; ends with `scanned`. */
  scan(channels: Scan['channels'], now: Millis): MacOutput[] {
    this.#scan = { channels, found: [], at: -1, until: undefined };
    return this.#scanNext(now);
  }

  #scanNext(now: Millis): MacOutput[] {
    const scan = this.#scan;
    if (!scan) return [];
    scan.at++;
    const next = scan.channels[scan.at];
    if (!next) {
      this.#scan = undefined;
      return [...this.#receiver(false), { kind: 'scanned', networks: scan.found }];
    }
    scan.until = now + MAC_TIMING.scanMs;
    const out = [...this.configure({ ...next, pan: 0xffff }), ...this.#receiver(true)];
    const frame = this.#frame('command', encodeMacCommand({ kind: 'beacon-request' }), {
      ackRequest: false,
      destination: { pan: 0xffff, short: 0xffff },
    });
    return [...out, ...this.#enqueue(encodeMacFrame(frame), 'scan')];
  }

  /** Asks a network's node to be taken in; ends with `associated` or `not-associated`. */
  associate({ channel, page, pan, parent }: FoundNetwork, capability: Capability, now: Millis): MacOutput[] {
    const out = this.configure({ channel, page, pan, short: NO_ADDRESS });
    const frame = this.#frame('command', encodeMacCommand({ kind: 'association-request', capability }), {
      ackRequest: true,
      destination: { pan, short: parent },
      source: { pan: 0xffff, extended: this.#options.eui },
    });
    this.#parent = parent;
    this.#associating = { askAt: now + MAC_TIMING.responseWaitMs, until: now + 3 * MAC_TIMING.responseWaitMs };
    return [...out, ...this.#receiver(true), ...this.#enqueue(encodeMacFrame(frame), 'associate')];
  }

  /** Who is asked for waiting frames. */
  set parent(parent: ShortAddress) {
    this.#parent = parent;
  }

  /** Lets in whoever wanted to join, under an address, or turns it away. */
  answerAssociation(eui: Eui64, address: ShortAddress | undefined, now: Millis): MacOutput[] {
    const status = address === undefined ? ASSOCIATION.denied : ASSOCIATION.success;
    const payload = encodeMacCommand({ kind: 'association-response', address: address ?? NO_ADDRESS, status });
    const frame = this.#frame('command', payload, {
      ackRequest: true,
      destination: { pan: this.#settings.pan, extended: eui },
      source: { pan: this.#settings.pan, extended: this.#options.eui },
    });
    return this.#wait(eui, frame, this.#ticket++, now);
  }

  /**
   * Sends a payload of the network layer. To a child that sleeps it waits until it is asked for.
   * @returns its ticket, by which `sent` tells how it ended
   */
  send(to: ShortAddress, payload: Bytes, now: Millis, indirect: boolean, out: MacOutput[]): number {
    const { pan, short, extended } = this.#settings;
    const broadcast = to === 0xffff;
    const source: MacAddress = short === NO_ADDRESS || short === EXTENDED_ONLY ? { pan, extended } : { pan, short };
    const frame = this.#frame('data', payload, { ackRequest: !broadcast, destination: { pan, short: to }, source });
    const ticket = this.#ticket++;
    out.push(...(indirect ? this.#wait(to, frame, ticket, now) : this.#enqueue(encodeMacFrame(frame), 'data', ticket)));
    return ticket;
  }

  /** Asks the parent for what waits. */
  poll(now: Millis): MacOutput[] {
    const { pan, short, extended } = this.#settings;
    const source: MacAddress = short === NO_ADDRESS ? { pan, extended } : { pan, short };
    const frame = this.#frame('command', encodeMacCommand({ kind: 'data-request' }), {
      ackRequest: true,
      destination: { pan, short: this.#parent },
      source,
    });
    this.#listenUntil = now + MAC_TIMING.listenMs;
    return [...this.#receiver(true), ...this.#enqueue(encodeMacFrame(frame), 'poll')];
  }

  /** Drops what waits for a child that has gone. */
  forget(address: ShortAddress): MacOutput[] {
    return this.#indirect.forget(address).map(({ ticket }): MacOutput => ({ kind: 'sent', ticket, outcome: 'expired' }));
  }

  /** Takes what the radio says. Never throws for a peer's octets. */
  radio(event: RadioEvent, now: Millis): MacOutput[] {
    if (event.kind === 'reset') return this.#restart();
    if (event.kind === 'transmitted') return this.#transmitted(event.ticket, event.outcome, event.pending, now);
    try {
      const frame = decodeMacFrame(event.psdu);
      return this.#received(frame, event, now);
    } catch (error) {
      if (error instanceof ProtocolFault) return [];
      throw error;
    }
  }

  /** Does whatever is due. */
  due(now: Millis): MacOutput[] {
    const out: MacOutput[] = [];
    if (this.#scan?.until !== undefined && this.#scan.until <= now) out.push(...this.#scanNext(now));
    out.push(...this.#associationDue(now));
    if (this.#listenUntil !== undefined && this.#listenUntil <= now) {
      this.#listenUntil = undefined;
      out.push(...this.#receiver(false));
    }
    const { expired, emptied } = this.#indirect.expire(now);
    for (const { ticket } of expired) out.push({ kind: 'sent', ticket, outcome: 'expired' });
    for (const address of emptied) out.push(pendingOutput(address, false));
    return out;
  }

  #associationDue(now: Millis): MacOutput[] {
    const state = this.#associating;
    if (!state) return [];
    if (state.askAt !== undefined && state.askAt <= now) {
      this.#associating = { askAt: undefined, until: now + 2 * MAC_TIMING.responseWaitMs };
      return this.poll(now);
    }
    if (state.askAt !== undefined || state.until > now) return [];
    this.#associating = undefined;
    return [...this.#receiver(false), { kind: 'not-associated', reason: 'no-answer' }];
  }

  #restart(): MacOutput[] {
    const out = this.configure({});
    const unfinished = this.#sending;
    this.#sending = undefined;
    if (unfinished?.purpose === 'data') out.push({ kind: 'sent', ticket: unfinished.ticket, outcome: 'no-ack' });
    return [...out, ...this.#next()];
  }

  #frame(type: MacFrame['type'], payload: Bytes, rest: Pick<MacFrame, 'ackRequest' | 'destination' | 'source'>): MacFrame {
    const sequence = this.#sequence;
    this.#sequence = (sequence + 1) & 0xff;
    return { type, sequence, pending: false, payload, ...rest };
  }

  #wait(address: ShortAddress | Eui64, frame: MacFrame, ticket: number, now: Millis): MacOutput[] {
    const psdu = (pending: boolean): Bytes => encodeMacFrame({ ...frame, pending });
    const dropped = this.#indirect.put(address, { ticket, psdu, until: now + MAC_TIMING.persistenceMs });
    const out: MacOutput[] = dropped ? [{ kind: 'sent', ticket: dropped.ticket, outcome: 'expired' }] : [];
    return [...out, pendingOutput(address, true)];
  }

  #enqueue(psdu: Bytes, purpose: Outgoing['purpose'], ticket = this.#ticket++, rest: Pick<Outgoing, 'eui'> = {}): MacOutput[] {
    this.#queue.push({ ticket, psdu, purpose, ...rest });
    const dropped = this.#queue.length > QUEUE_MAX ? this.#queue.shift() : undefined;
    const out: MacOutput[] =
      dropped?.purpose === 'data' ? [{ kind: 'sent', ticket: dropped.ticket, outcome: 'channel-busy' }] : [];
    return [...out, ...this.#next()];
  }

  /** Frames that wait for the radio or for children that sleep. */
  get load(): number {
    return this.#queue.length + (this.#sending ? 1 : 0) + this.#indirect.size;
  }

  #next(): MacOutput[] {
    if (this.#sending) return [];
    const next = this.#queue.shift();
    if (!next) return [];
    this.#sending = next;
    return [{ kind: 'radio', command: { kind: 'transmit', ticket: next.ticket, psdu: next.psdu } }];
  }

  #transmitted(ticket: number, outcome: TransmitOutcome, pending: boolean, now: Millis): MacOutput[] {
    const done = this.#sending;
    if (done?.ticket !== ticket) return [];
    this.#sending = undefined;
    const out: MacOutput[] = done.purpose === 'data' ? [{ kind: 'sent', ticket, outcome }] : [];
    if (done.purpose === 'answer' && done.eui !== undefined) out.push({ kind: 'answered', eui: done.eui, outcome });
    if (done.purpose === 'poll') {
      const more = outcome === 'sent' && pending;
      this.#listenUntil = more ? now + MAC_TIMING.listenMs : undefined;
      if (!more && !this.#associating) out.push(...this.#receiver(false));
    }
    return [...out, ...this.#next()];
  }

  #receiver(on: boolean): MacOutput[] {
    return this.#options.rxOnWhenIdle ? [] : [{ kind: 'radio', command: { kind: 'receive', on } }];
  }

  #isRepeated({ source, sequence }: MacFrame): boolean {
    if (!source) return false;
    return this.#lastSequences.repeats('short' in source ? String(source.short) : source.extended, sequence);
  }

  #received(frame: MacFrame, event: Extract<RadioEvent, { kind: 'received' }>, now: Millis): MacOutput[] {
    if (frame.type === 'ack') return [];
    if (frame.type === 'beacon') return this.#beaconReceived(frame, event.lqi);
    const command = frame.type === 'command' ? decodeMacCommand(frame.payload) : undefined;
    // A beacon request has no source, and a repeated data request asks again.
    if (command?.kind === 'beacon-request') return this.#sendBeacon();
    if (command?.kind === 'data-request') return this.#deliver(frame);
    if (this.#isRepeated(frame)) return [];
    if (command?.kind === 'association-request' && frame.source && 'extended' in frame.source) {
      return [{ kind: 'joining', eui: frame.source.extended, capability: command.capability }];
    }
    if (command?.kind === 'association-response') return this.#associationAnswered(command.address, command.status);
    if (frame.type !== 'data' || !frame.source || !('short' in frame.source)) return [];
    const more = frame.pending && !this.#options.rxOnWhenIdle ? this.poll(now) : [];
    const broadcast = frame.destination !== undefined && 'short' in frame.destination && frame.destination.short === 0xffff;
    const { lqi, rssiDbm } = event;
    return [{ kind: 'data', from: frame.source.short, broadcast, payload: frame.payload.slice(), lqi, rssiDbm }, ...more];
  }

  #beaconReceived({ source, payload }: MacFrame, lqi: number): MacOutput[] {
    const scan = this.#scan;
    const place = scan?.channels[scan.at];
    if (!scan || !place || !source || !('short' in source)) return [];
    const beacon = decodeBeacon(payload);
    if (beacon) scan.found.push({ ...place, pan: source.pan, parent: source.short, beacon, lqi });
    return [];
  }

  #sendBeacon(): MacOutput[] {
    if (!this.#beacon) return [];
    const { pan, short } = this.#settings;
    const frame = this.#frame('beacon', encodeBeacon(this.#beacon), { ackRequest: false, source: { pan, short } });
    return this.#enqueue(encodeMacFrame(frame), 'beacon');
  }

  /** A child asks for what waits. */
  #deliver({ source }: MacFrame): MacOutput[] {
    if (!source) return [];
    const address = 'short' in source ? source.short : source.extended;
    const polled: MacOutput[] = 'short' in source ? [{ kind: 'polled', by: source.short }] : [];
    const taken = this.#indirect.take(address);
    if (!taken) return polled;
    const psdu = taken.frame.psdu(taken.more);
    const eui = typeof address === 'string' ? { eui: address } : {};
    const out = this.#enqueue(psdu, isData(psdu) ? 'data' : 'answer', taken.frame.ticket, eui);
    return [...polled, ...out, ...(taken.more ? [] : [pendingOutput(address, false)])];
  }

  #associationAnswered(address: ShortAddress, status: number): MacOutput[] {
    if (!this.#associating) return [];
    this.#associating = undefined;
    this.#listenUntil = undefined;
    if (status !== ASSOCIATION.success) return [...this.#receiver(false), { kind: 'not-associated', reason: 'denied' }];
    // The radio takes its address at once: the network key follows within milliseconds.
    return [...this.configure({ short: address }), { kind: 'associated', address }];
  }
}

const pendingOutput = (address: ShortAddress | Eui64, waiting: boolean): MacOutput => ({
  kind: 'radio',
  command: { kind: 'pending', address, waiting },
});

/** Type field of a frame control of 1: data. */
const isData = (psdu: Bytes): boolean => ((psdu[0] ?? 0) & 7) === 1;
