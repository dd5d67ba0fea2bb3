import { ByteReader } from '../kernel/byte-reader.ts';
import { ByteWriter } from '../kernel/byte-writer.ts';
import type { Bytes } from '../kernel/bytes.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import { readSecurityHeader, type SecurityHeader } from './security.ts';
import { bits, readEui, type ShortAddress, writeEui } from './wire.ts';

/** Header of a network frame (ZigBee 05-3474 3.3.1). */
export interface NwkHeader {
  readonly kind: 'data' | 'command';
  readonly destination: ShortAddress;
  readonly source: ShortAddress;
  readonly radius: number;
  readonly sequence: number;
  readonly destinationEui?: Eui64;
  readonly sourceEui?: Eui64;
  /** Nodes the frame is to pass, nearest to the destination first, and which of them is next. */
  readonly sourceRoute?: { readonly index: number; readonly relays: readonly ShortAddress[] };
  /** The frame is secured with the network key. */
  readonly secured: boolean;
}

/** A received frame: header, the octets before the auxiliary header, and what follows. */
export interface NwkFrame {
  readonly header: NwkHeader;
  readonly before: Bytes;
  readonly security: SecurityHeader | undefined;
  /** The payload, still hidden when the frame is secured. */
  readonly body: Bytes;
}

/** Protocol version 2 (ZigBee PRO). */
const PROTOCOL = 2;

/** Octets of a header, in front of auxiliary header and payload. */
export function encodeNwkHeader(header: NwkHeader): Bytes {
  const { kind, destination, source, radius, sequence, destinationEui, sourceEui, sourceRoute, secured } = header;
  const control =
    (kind === 'command' ? 1 : 0) |
    (PROTOCOL << 2) |
    (secured ? 0x0200 : 0) |
    (sourceRoute ? 0x0400 : 0) |
    (destinationEui === undefined ? 0 : 0x0800) |
    (sourceEui === undefined ? 0 : 0x1000);
  const writer = new ByteWriter(32).uintLe(control, 2).uintLe(destination, 2).uintLe(source, 2).u8(radius).u8(sequence);
  if (destinationEui !== undefined) writeEui(writer, destinationEui);
  if (sourceEui !== undefined) writeEui(writer, sourceEui);
  if (sourceRoute) {
    writer.u8(sourceRoute.relays.length).u8(sourceRoute.index);
    for (const relay of sourceRoute.relays) writer.uintLe(relay, 2);
  }
  return writer.finish();
}

/** @throws ProtocolFault `bad-frame` for another protocol, multicast or inter-PAN frames; `truncated` */
export function decodeNwkFrame(octets: Bytes): NwkFrame {
  const reader = new ByteReader(octets);
  const control = reader.uintLe(2);
  const type = bits(control, 0, 2);
  if (bits(control, 2, 4) !== PROTOCOL || type > 1) reader.fail('bad-frame', 'no network frame of ZigBee PRO', 0);
  if (bits(control, 8, 1) === 1) reader.fail('bad-frame', 'multicast', 0);
  const has = (bit: number): boolean => bits(control, bit, 1) === 1;
  const [destination, source] = [reader.uintLe(2), reader.uintLe(2)];
  const [radius, sequence] = [reader.u8(), reader.u8()];
  const destinationEui = has(11) ? readEui(reader) : undefined;
  const sourceEui = has(12) ? readEui(reader) : undefined;
  const sourceRoute = has(10) ? readSourceRoute(reader) : undefined;
  const before = octets.subarray(0, reader.at);
  const secured = has(9);
  const security = secured ? readSecurityHeader(reader) : undefined;
  const header: NwkHeader = {
    kind: type === 1 ? 'command' : 'data',
    destination,
    source,
    radius,
    sequence,
    secured,
    ...(destinationEui !== undefined && { destinationEui }),
    ...(sourceEui !== undefined && { sourceEui }),
    ...(sourceRoute && { sourceRoute }),
  };
  return { header, before, security, body: reader.rest() };
}

function readSourceRoute(reader: ByteReader): NonNullable<NwkHeader['sourceRoute']> {
  const [count, index] = [reader.u8(), reader.u8()];
  return { index, relays: Array.from({ length: count }, () => reader.uintLe(2)) };
}
