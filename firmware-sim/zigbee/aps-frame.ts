import { ByteReader } from '../kernel/byte-reader.ts';
import { ByteWriter } from '../kernel/byte-writer.ts';
import type { Bytes } from '../kernel/bytes.ts';
import { readSecurityHeader, type SecurityHeader } from './security.ts';
import { bits } from './wire.ts';

/** Where an application frame comes from and goes to. */
export interface ApsAddressing {
  readonly destinationEndpoint: number;
  readonly sourceEndpoint: number;
  readonly cluster: number;
  readonly profile: number;
}

/** Place of a frame in a fragmented message, and which blocks an acknowledgement confirms. */
export interface ApsFragment {
  /** The first block says how many there are, a later one which it is. */
  readonly place: 'first' | 'later';
  readonly number: number;
  /** Of an acknowledgement: a bit for each block of the window. */
  readonly received?: number;
}

/** Header of a frame of the application support sub-layer (ZigBee 05-3474 2.2.5). */
export type ApsHeader =
  | {
      readonly kind: 'data' | 'ack';
      readonly broadcast: boolean;
      readonly ackRequest: boolean;
      readonly addressing: ApsAddressing;
      readonly counter: number;
      readonly fragment?: ApsFragment;
      readonly secured: boolean;
    }
  | { readonly kind: 'command'; readonly counter: number; readonly secured: boolean; readonly ackRequest: boolean }
  /** Acknowledgement of a command, which has no addressing. */
  | { readonly kind: 'command-ack'; readonly counter: number; readonly secured: boolean };

/** A received frame; see `NwkFrame`. */
export interface ApsFrame {
  readonly header: ApsHeader;
  readonly before: Bytes;
  readonly security: SecurityHeader | undefined;
  readonly body: Bytes;
}

const TYPE = { data: 0, command: 1, ack: 2 } as const;
const DELIVERY_BROADCAST = 2;
const FLAG = { ackFormat: 0x10, secured: 0x20, ackRequest: 0x40, extended: 0x80 } as const;
const FRAGMENTATION = { first: 1, later: 2 } as const;

/** Octets of a header, in front of auxiliary header and payload. */
export function encodeApsHeader(header: ApsHeader): Bytes {
  const writer = new ByteWriter(12);
  const secured = header.secured ? FLAG.secured : 0;
  if (header.kind === 'command') {
    return writer
      .u8(TYPE.command | secured | (header.ackRequest ? FLAG.ackRequest : 0))
      .u8(header.counter)
      .finish();
  }
  if (header.kind === 'command-ack')
    return writer
      .u8(TYPE.ack | FLAG.ackFormat | secured)
      .u8(header.counter)
      .finish();
  const { kind, broadcast, ackRequest, addressing, counter, fragment } = header;
  const control = TYPE[kind] | (broadcast ? DELIVERY_BROADCAST << 2 : 0) | secured;
  writer.u8(control | (ackRequest ? FLAG.ackRequest : 0) | (fragment ? FLAG.extended : 0));
  writer.u8(addressing.destinationEndpoint).uintLe(addressing.cluster, 2).uintLe(addressing.profile, 2);
  writer.u8(addressing.sourceEndpoint).u8(counter);
  if (fragment) {
    writer.u8(FRAGMENTATION[fragment.place]).u8(fragment.number);
    if (kind === 'ack') writer.u8(fragment.received ?? 0);
  }
  return writer.finish();
}

function readFragment(reader: ByteReader, isAck: boolean): ApsFragment | undefined {
  const place = bits(reader.u8(), 0, 2);
  if (place === 0) return undefined;
  if (place === 3) reader.fail('bad-frame', 'reserved fragmentation');
  const number = reader.u8();
  return {
    place: place === FRAGMENTATION.first ? 'first' : 'later',
    number,
    ...(isAck && { received: reader.u8() }),
  };
}

function readHeader(reader: ByteReader): ApsHeader {
  const control = reader.u8();
  const type = bits(control, 0, 2);
  const has = (flag: number): boolean => (control & flag) !== 0;
  const secured = has(FLAG.secured);
  if (type === TYPE.command) return { kind: 'command', counter: reader.u8(), secured, ackRequest: has(FLAG.ackRequest) };
  if (type === TYPE.ack && has(FLAG.ackFormat)) return { kind: 'command-ack', counter: reader.u8(), secured };
  const delivery = bits(control, 2, 2);
  if (type === 3 || (delivery !== 0 && delivery !== DELIVERY_BROADCAST)) reader.fail('bad-frame', 'inter-PAN or group frame', 0);
  const destinationEndpoint = reader.u8();
  const [cluster, profile] = [reader.uintLe(2), reader.uintLe(2)];
  const [sourceEndpoint, counter] = [reader.u8(), reader.u8()];
  const fragment = has(FLAG.extended) ? readFragment(reader, type === TYPE.ack) : undefined;
  return {
    kind: type === TYPE.ack ? 'ack' : 'data',
    broadcast: delivery === DELIVERY_BROADCAST,
    ackRequest: has(FLAG.ackRequest),
    addressing: { destinationEndpoint, sourceEndpoint, cluster, profile },
    counter,
    secured,
    ...(fragment && { fragment }),
  };
}

/** @throws ProtocolFault `bad-frame`, `truncated` */
export function decodeApsFrame(octets: Bytes): ApsFrame {
  const reader = new ByteReader(octets);
  const header = readHeader(reader);
  const before = octets.subarray(0, reader.at);
  const security = header.secured ? readSecurityHeader(reader) : undefined;
  return { header, before, security, body: reader.rest() };
}
