import { ByteReader } from '../kernel/byte-reader.ts';
import { ByteWriter } from '../kernel/byte-writer.ts';
import type { Bytes } from '../kernel/bytes.ts';
import { ProtocolFault } from '../kernel/errors.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import { bits, readEui, type ShortAddress, writeEui } from './wire.ts';

/** Most octets of a frame with its check sequence (IEEE 802.15.4 aMaxPHYPacketSize). */
export const FRAME_OCTETS_MAX = 127;
/** Octets of the frame check sequence. */
export const FCS_OCTETS = 2;

/** Frame types (IEEE 802.15.4 7.2.1.1.1). */
const TYPES = ['beacon', 'data', 'ack', 'command'] as const;
export type MacFrameType = (typeof TYPES)[number];

/** An address as a frame carries it, with the network it belongs to. */
export type MacAddress =
  | { readonly pan: number; readonly short: ShortAddress }
  | { readonly pan: number; readonly extended: Eui64 };

/** A frame without its check sequence. */
export interface MacFrame {
  readonly type: MacFrameType;
  readonly sequence: number;
  /** The receiver is to acknowledge it. */
  readonly ackRequest: boolean;
  /** More waits for the receiver. */
  readonly pending: boolean;
  readonly destination?: MacAddress;
  readonly source?: MacAddress;
  readonly payload: Bytes;
}

/** Addressing modes (IEEE 802.15.4 7.2.1.1.6). */
const MODE = { none: 0, short: 2, extended: 3 } as const;

const modeOf = (address: MacAddress | undefined): number =>
  address === undefined ? MODE.none : 'short' in address ? MODE.short : MODE.extended;

/** What each octet does to the check sequence: x^16 + x^12 + x^5 + 1, its bits in reverse. */
const REMAINDERS: Uint16Array = Uint16Array.from({ length: 256 }, (_, octet) => {
  let remainder = octet;
  for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ 0x8408 : remainder >>> 1;
  return remainder;
});

/** CRC-16 of ITU-T with the least significant bit first, as sent (IEEE 802.15.4 7.2.1.9). */
export function frameCheckSequence(octets: Bytes): number {
  let crc = 0;
  for (const octet of octets) crc = (crc >>> 8) ^ (REMAINDERS[(crc ^ octet) & 0xff] as number);
  return crc;
}

function writeAddress(writer: ByteWriter, address: MacAddress): void {
  if ('short' in address) writer.uintLe(address.short, 2);
  else writeEui(writer, address.extended);
}

/** Octets of a frame with its check sequence. */
export function encodeMacFrame(frame: MacFrame): Bytes {
  const { type, sequence, ackRequest, pending, destination, source, payload } = frame;
  const compressed = destination !== undefined && source !== undefined && destination.pan === source.pan;
  const control =
    TYPES.indexOf(type) |
    (pending ? 0x10 : 0) |
    (ackRequest ? 0x20 : 0) |
    (compressed ? 0x40 : 0) |
    (modeOf(destination) << 10) |
    (modeOf(source) << 14);
  const writer = new ByteWriter(FRAME_OCTETS_MAX).uintLe(control, 2).u8(sequence);
  if (destination) {
    writer.uintLe(destination.pan, 2);
    writeAddress(writer, destination);
  }
  if (source) {
    if (!compressed) writer.uintLe(source.pan, 2);
    writeAddress(writer, source);
  }
  const octets = writer.bytes(payload).finish();
  return new ByteWriter(octets.length + FCS_OCTETS).bytes(octets).uintLe(frameCheckSequence(octets), FCS_OCTETS).finish();
}

function readAddress(reader: ByteReader, mode: number, pan: number): MacAddress {
  return mode === MODE.short ? { pan, short: reader.uintLe(2) } : { pan, extended: readEui(reader) };
}

/** Destination and source of a frame. @throws ProtocolFault for addressing that ZigBee does not use */
function readAddresses(reader: ByteReader, control: number): Pick<MacFrame, 'destination' | 'source'> {
  const [toMode, fromMode] = [bits(control, 10, 2), bits(control, 14, 2)];
  if (toMode === 1 || fromMode === 1) reader.fail('bad-frame', 'reserved addressing mode');
  const compressed = bits(control, 6, 1) === 1;
  if (compressed && (toMode === MODE.none || fromMode === MODE.none))
    reader.fail('bad-frame', 'PAN compression needs both addresses');
  const toPan = toMode === MODE.none ? 0 : reader.uintLe(2);
  const destination = toMode === MODE.none ? undefined : readAddress(reader, toMode, toPan);
  if (fromMode === MODE.none) return { ...(destination && { destination }) };
  const source = readAddress(reader, fromMode, compressed ? toPan : reader.uintLe(2));
  return { ...(destination && { destination }), source };
}

/**
 * Reads a frame with its check sequence. ZigBee uses frame versions 0 and 1 without MAC security.
 * @throws ProtocolFault `bad-fcs`, `bad-frame`, `truncated`; the payload shares memory with the input
 */
export function decodeMacFrame(octets: Bytes): MacFrame {
  const end = octets.length - FCS_OCTETS;
  if (octets.length > FRAME_OCTETS_MAX) throw new ProtocolFault('bad-frame', `${octets.length} octets are more than a frame has`);
  const reader = new ByteReader(octets, 0, Math.max(0, end));
  const control = reader.uintLe(2);
  const sum = (octets[end] as number) | ((octets[end + 1] as number) << 8);
  if (frameCheckSequence(octets.subarray(0, end)) !== sum) reader.fail('bad-fcs', 'wrong frame check sequence', end);
  const type = TYPES[bits(control, 0, 3)];
  if (type === undefined) return reader.fail('bad-frame', 'reserved frame type', 0);
  if (bits(control, 3, 1) === 1 || bits(control, 12, 2) > 1) reader.fail('bad-frame', 'MAC security or a later frame version', 0);
  const sequence = reader.u8();
  const addresses = readAddresses(reader, control);
  return {
    type,
    sequence,
    pending: bits(control, 4, 1) === 1,
    ackRequest: bits(control, 5, 1) === 1,
    ...addresses,
    payload: reader.rest(),
  };
}

/** The acknowledgement of a frame. */
export function ackFrame(sequence: number, pending: boolean): Bytes {
  return encodeMacFrame({ type: 'ack', sequence, ackRequest: false, pending, payload: new Uint8Array(0) });
}
