import { earliest } from '../device/deadline.ts';
import type { HanFrame } from '../device/han-frame.ts';
import type { LifeParameters } from '../device/life/parameters.ts';
import { type Dispatch, Outbox } from '../device/outbox.ts';
import type { DeviceType } from '../device/security/cell-table.ts';
import { decodeEnvelope, decodeGbtBlock, isGbtBlock } from '../gbcs/envelope.ts';
import type { MessageHeader } from '../gbcs/header.ts';
import type { Bytes } from '../kernel/bytes.ts';
import { ProtocolFault } from '../kernel/errors.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import type { Millis } from '../kernel/time.ts';

/** A device of the home. A sleepy one fetches its messages, the others are sent theirs. */
export interface HubDevice {
  readonly eui: Eui64;
  readonly sleepy: boolean;
  /** Default: a gas meter when it is sleepy, else an electricity meter. */
  readonly type?: DeviceType;
  /** It is on the sub-GHz band and not on 2.4 GHz. */
  readonly subGhz?: boolean;
}

/** A message on its way from the network to a device of the home. */
export interface Carried {
  readonly header: MessageHeader;
  readonly message: Bytes;
}

/** A message the hub has given up, and why: nobody came for it in time, or there were too many. */
export interface Undelivered extends Carried {
  readonly device: Member;
  readonly reason: 'expired' | 'full';
}

interface Parked extends Carried {
  readonly until: Millis;
}

/** A device as the relay has it. */
export interface Member extends HubDevice {
  readonly type: DeviceType;
}

interface Place extends Member {
  readonly outbox: Outbox;
  parked: readonly Parked[];
}

/** Messages a hub keeps for one sleepy device before the oldest gives way; not published. */
export const PARKED_MAX = 32;

const MINUTE: Millis = 60_000;
const HOUR: Millis = 60 * MINUTE;

/**
 * The way of remote party messages to the devices of a home. What cannot be delivered in time, or no longer fits, is handed back so
 * that the hub can say so; it survives power cuts like the rest.
 */
export class Relay {
  readonly #parameters: LifeParameters;
  readonly #places = new Map<Eui64, Place>();

  constructor(devices: readonly HubDevice[], parameters: LifeParameters) {
    this.#parameters = parameters;
    for (const device of devices) this.add(device);
  }

  get members(): readonly Member[] {
    return [...this.#places.values()];
  }

  member(eui: Eui64): Member | undefined {
    return this.#places.get(eui);
  }

  /** A device is one of the home from now on. */
  add(device: HubDevice): void {
    const type = device.type ?? (device.sleepy ? 'GSME' : 'ESME');
    if (!this.#places.has(device.eui)) this.#places.set(device.eui, { ...device, type, outbox: new Outbox(), parked: [] });
  }

  /** When `expired` next has something to give up. */
  get deadline(): Millis | undefined {
    const ends = [...this.#places.values()].flatMap(({ outbox, parked }) => [outbox.deadline, parked[0]?.until]);
    return earliest(...ends);
  }

  /** Takes a message for a device that is one of the home; what no longer fits is handed back. */
  take(device: Member, carried: Carried, now: Millis): readonly Undelivered[] {
    const place = this.#places.get(device.eui);
    if (!place) return [];
    if (place.sleepy) return this.#park(place, carried, now);
    const until = now + this.#parameters.esmeDeliveryMinutes * MINUTE;
    const fits = place.outbox.put({ kind: 'tunnel', message: carried.message }, until);
    return fits ? [] : [{ ...carried, device: place, reason: 'full' }];
  }

  #park(place: Place, carried: Carried, now: Millis): readonly Undelivered[] {
    const parked = [...place.parked, { ...carried, until: now + this.#parameters.gsmeBufferHours * HOUR }];
    const over = parked.length > PARKED_MAX ? parked.slice(0, 1) : [];
    place.parked = parked.slice(over.length);
    return over.map(({ header, message }) => ({ header, message, device: place, reason: 'full' }));
  }

  /** What has waited too long. */
  expired(now: Millis): readonly Undelivered[] {
    return [...this.#places.values()].flatMap((place): Undelivered[] => {
      const late = place.parked.filter(({ until }) => until <= now);
      place.parked = place.parked.slice(late.length);
      const sent = place.outbox.expired(now).flatMap((frame) => messageIn(frame) ?? []);
      return [...late, ...sent].map(({ header, message }) => ({ header, message, device: place, reason: 'expired' }));
    });
  }

  /** A sleepy device asks for its next message; the answer goes the way of everything that has to arrive. */
  collect(device: Eui64, now: Millis): HanFrame | undefined {
    const place = this.#places.get(device);
    if (!place) return undefined;
    const [first, ...rest] = place.parked;
    const reply: HanFrame = { kind: 'tunnel-reply', message: first?.message, remaining: rest.length };
    if (!first) return reply;
    place.parked = rest;
    place.outbox.put(reply, now + this.#parameters.gsmeBufferHours * HOUR);
    return undefined;
  }

  /** The frame to send a device now. */
  next(device: Eui64): Dispatch | undefined {
    return this.#places.get(device)?.outbox.next();
  }

  /** The link says whether a frame arrived. */
  confirmed(device: Eui64, ticket: number, arrived: boolean): void {
    this.#places.get(device)?.outbox.confirmed(ticket, arrived);
  }

  /** The link to a device begins anew. */
  reset(device: Eui64): void {
    this.#places.get(device)?.outbox.reset();
  }
}

/** The message in octets from the network, whole or a block; undefined when it is neither. */
export function carriedIn(message: Bytes): Carried | undefined {
  try {
    const { header } = isGbtBlock(message) ? decodeGbtBlock(message) : decodeEnvelope(message);
    return { header, message };
  } catch (error) {
    if (error instanceof ProtocolFault) return undefined;
    throw error;
  }
}

const messageIn = (frame: HanFrame): Carried | undefined =>
  (frame.kind === 'tunnel' || frame.kind === 'tunnel-reply') && frame.message ? carriedIn(frame.message) : undefined;
