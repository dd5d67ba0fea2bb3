import type { Bytes } from '../kernel/bytes.ts';
import { ProtocolFault } from '../kernel/errors.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import { type RandomSource, randomFor } from '../kernel/random.ts';
import type { Scheduler } from '../kernel/scheduler.ts';
import type { Millis } from '../kernel/time.ts';
import { ackFrame, decodeMacFrame, type MacFrame } from '../zigbee/mac-frame.ts';
import type { RadioCommand, RadioEvent, RadioSettings } from '../zigbee/radio-port.ts';
import { arrivals, LinkTable, lqiOf } from './links.ts';

/** A frame as it crosses the air, for captures. */
export interface AirFrame {
  readonly at: Millis;
  readonly from: Eui64;
  readonly channel: number;
  readonly page: number;
  readonly rssiDbm: number;
  readonly psdu: Bytes;
}

/** Timing of O-QPSK at 2.4 GHz in milliseconds (IEEE 802.15.4 6.4, 7.5). */
const OCTET_MS = 0.032;
/** Preamble, delimiter and length. */
const HEADER_OCTETS = 6;
const TURNAROUND_MS = 0.192;
const BACKOFF_MS = 0.32;
const ACK_WAIT_MS = 0.864;
/** Largest backoff exponent of a first attempt (macMinBE), most attempts to find the channel free, most retries. */
const BACKOFF_EXPONENT = 3;
const BACKOFFS_MAX = 4;
const RETRIES_MAX = 3;

const airtime = (octets: number): Millis => round((octets + HEADER_OCTETS) * OCTET_MS);
/** Times on the air are whole microseconds. */
const round = (ms: Millis): Millis => Math.round(ms * 1000) / 1000;

export interface AirOptions {
  readonly scheduler: Scheduler;
  readonly seed: number | string;
  readonly links?: LinkTable;
  /** Sees every frame on the air, acknowledgements too. */
  readonly tap?: (frame: AirFrame) => void;
}

/** A radio on the virtual air. */
export interface AirRadio {
  command(command: RadioCommand): void;
}

interface Transmission {
  readonly ticket: number;
  readonly psdu: Bytes;
  readonly frame: MacFrame | undefined;
  attempts: number;
  backoffs: number;
}

/**
 * The virtual medium: radios on channels and pages, a carrier that is sensed, acknowledgements and retries as radios make them, and
 * links that lose, delay and repeat frames. Seeded: the same calls give the same frames at the same microseconds.
 */
export class Air {
  readonly links: LinkTable;
  readonly #scheduler: Scheduler;
  readonly #random: RandomSource;
  readonly #tap: ((frame: AirFrame) => void) | undefined;
  readonly #radios = new Map<Eui64, Radio>();
  readonly #busyUntil = new Map<number, Millis>();

  constructor({ scheduler, seed, links, tap }: AirOptions) {
    this.links = links ?? new LinkTable();
    this.#scheduler = scheduler;
    this.#random = randomFor(seed, 'air');
    this.#tap = tap;
  }

  /** Puts a radio on the air. `event` hears of everything at its time; it may give commands at once. */
  attach(eui: Eui64, event: (event: RadioEvent) => void): AirRadio {
    const radio = new Radio(eui, this, event);
    this.#radios.set(eui, radio);
    return radio;
  }

  detach(eui: Eui64): void {
    this.#radios.get(eui)?.silence();
    this.#radios.delete(eui);
  }

  get now(): Millis {
    return this.#scheduler.now;
  }

  after(delay: Millis, run: () => void): void {
    this.#scheduler.at(round(this.#scheduler.now + delay), run);
  }

  /** A random backoff of a carrier sense attempt. */
  backoff(attempt: number): Millis {
    const exponent = Math.min(BACKOFF_EXPONENT + attempt, BACKOFF_EXPONENT + 2);
    return this.#random.below(1 << exponent) * BACKOFF_MS;
  }

  isBusy({ channel, page }: RadioSettings): boolean {
    return (this.#busyUntil.get(page * 256 + channel) ?? 0) > this.#scheduler.now;
  }

  /** Puts a frame on the air. @returns when it ends */
  emit(from: Radio, psdu: Bytes, frame: MacFrame | undefined): Millis {
    const { channel, page } = from.settings;
    const start = this.#scheduler.now;
    const end = round(start + airtime(psdu.length));
    this.#busyUntil.set(page * 256 + channel, end);
    this.#tap?.({ at: start, from: from.eui, channel, page, rssiDbm: this.links.get(from.eui, from.eui).rssiDbm, psdu });
    for (const radio of this.#radios.values()) {
      if (radio === from || radio.settings.channel !== channel || radio.settings.page !== page) continue;
      const quality = this.links.get(from.eui, radio.eui);
      for (const delay of arrivals(quality, this.#random)) {
        this.#scheduler.at(round(end + delay), () => radio.arrive(psdu, frame, quality.rssiDbm));
      }
    }
    return end;
  }
}

/** One radio: it senses the carrier, sends, waits for the acknowledgement, sends again, filters addresses and acknowledges. */
class Radio implements AirRadio {
  readonly eui: Eui64;
  settings: RadioSettings;
  readonly #air: Air;
  readonly #event: (event: RadioEvent) => void;
  readonly #pending = new Set<number | Eui64>();
  #receiving = false;
  #current: Transmission | undefined;
  #awaited: { readonly sequence: number; readonly done: (pending: boolean) => void } | undefined;
  #silent = false;

  constructor(eui: Eui64, air: Air, event: (event: RadioEvent) => void) {
    this.eui = eui;
    this.#air = air;
    this.#event = event;
    this.settings = { channel: 0, page: 0, pan: 0xffff, short: 0xffff, extended: eui, promiscuous: false };
  }

  silence(): void {
    this.#silent = true;
    this.#current = undefined;
    this.#awaited = undefined;
  }

  command(command: RadioCommand): void {
    switch (command.kind) {
      case 'configure':
        this.settings = command.settings;
        return;
      case 'receive':
        this.#receiving = command.on;
        return;
      case 'pending':
        if (command.waiting) this.#pending.add(command.address);
        else this.#pending.delete(command.address);
        return;
      case 'transmit':
        this.#current = { ticket: command.ticket, psdu: command.psdu, frame: frameOf(command.psdu), attempts: 0, backoffs: 0 };
        this.#sense(this.#current);
        return;
    }
  }

  #sense(transmission: Transmission): void {
    this.#air.after(this.#air.backoff(transmission.backoffs), () => {
      if (this.#silent || this.#current !== transmission) return;
      if (!this.#air.isBusy(this.settings)) return this.#send(transmission);
      transmission.backoffs++;
      if (transmission.backoffs > BACKOFFS_MAX) this.#finish(transmission, 'channel-busy', false);
      else this.#sense(transmission);
    });
  }

  #send(transmission: Transmission): void {
    const { psdu, frame } = transmission;
    const end = this.#air.emit(this, psdu, frame);
    const acknowledged = frame?.ackRequest === true;
    const wait = end - this.#air.now + (acknowledged ? ACK_WAIT_MS : 0);
    if (acknowledged)
      this.#awaited = { sequence: frame.sequence, done: (pending) => this.#finish(transmission, 'sent', pending) };
    this.#air.after(wait, () => {
      if (this.#silent || this.#current !== transmission) return;
      if (!acknowledged) return this.#finish(transmission, 'sent', false);
      this.#awaited = undefined;
      transmission.attempts++;
      transmission.backoffs = 0;
      if (transmission.attempts > RETRIES_MAX) this.#finish(transmission, 'no-ack', false);
      else this.#sense(transmission);
    });
  }

  #finish(transmission: Transmission, outcome: 'sent' | 'no-ack' | 'channel-busy', pending: boolean): void {
    this.#current = undefined;
    this.#awaited = undefined;
    this.#event({ kind: 'transmitted', ticket: transmission.ticket, outcome, pending });
  }

  /** A frame has arrived whole. */
  arrive(psdu: Bytes, frame: MacFrame | undefined, rssiDbm: number): void {
    if (this.#silent || !frame) return;
    if (frame.type === 'ack') {
      if (this.#awaited?.sequence === frame.sequence) this.#awaited.done(frame.pending);
      return;
    }
    if (!this.#receiving || (!this.settings.promiscuous && !this.#isForUs(frame))) return;
    if (frame.ackRequest && !this.settings.promiscuous) this.#acknowledge(frame);
    this.#event({ kind: 'received', psdu, rssiDbm, lqi: lqiOf(rssiDbm) });
  }

  #isForUs({ destination, type, source }: MacFrame): boolean {
    const { pan, short, extended } = this.settings;
    if (!destination) return type === 'beacon' || (source !== undefined && source.pan === pan);
    if (destination.pan !== pan && destination.pan !== 0xffff && pan !== 0xffff) return false;
    if ('extended' in destination) return destination.extended === extended;
    return destination.short === 0xffff || (destination.short === short && short < 0xfffe);
  }

  #acknowledge({ sequence, source, type, payload }: MacFrame): void {
    const isPoll = type === 'command' && payload[0] === DATA_REQUEST;
    const asker = source && ('short' in source ? source.short : source.extended);
    const pending = isPoll && asker !== undefined && this.#pending.has(asker);
    const psdu = ackFrame(sequence, pending);
    this.#air.after(TURNAROUND_MS, () => {
      if (!this.#silent) this.#air.emit(this, psdu, frameOf(psdu));
    });
  }
}

const DATA_REQUEST = 4;

/** What a radio makes of octets; undefined for what no receiver would take. */
function frameOf(psdu: Bytes): MacFrame | undefined {
  try {
    return decodeMacFrame(psdu);
  } catch (error) {
    if (error instanceof ProtocolFault) return undefined;
    throw error;
  }
}
