import type { ByteReader } from '../kernel/byte-reader.ts';
import { type Bytes, concat } from '../kernel/bytes.ts';

/** One DER element: where its content stands in the reader's array, and how its length was written. */
export interface Tlv {
  readonly tag: number;
  /** Offset of the tag octet. */
  readonly at: number;
  readonly start: number;
  readonly end: number;
  /** Octets the length took. More than `minimalLengthOctets` is BER, which 18 RTDS payloads use. */
  readonly lengthOctets: number;
}

/** Octets of the shortest length encoding. */
export function minimalLengthOctets(length: number): number {
  return length < 0x80 ? 1 : length < 0x100 ? 2 : length < 0x10000 ? 3 : length < 0x1000000 ? 4 : 5;
}

/**
 * Reads tag and length and moves the reader to the content (single-octet tags, definite lengths of up to 4 octets,
 * minimal or not). The content must end within the reader.
 * @throws ProtocolFault
 */
export function readTlvHeader(reader: ByteReader): Tlv {
  const at = reader.at;
  const tag = reader.u8();
  if ((tag & 0x1f) === 0x1f) reader.fail('bad-der', 'tag numbers above 30 are not used in GBCS', at);
  const first = reader.u8();
  let length = first;
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0 || count > 4) reader.fail('bad-der', `length form 0x${first.toString(16)} is not supported`, at + 1);
    length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + reader.u8();
  }
  const start = reader.at;
  if (start + length > reader.end) {
    reader.fail('truncated', `element of ${length} octets reaches past the end by ${start + length - reader.end}`, at);
  }
  return { tag, at, start, end: start + length, lengthOctets: start - at - 1 };
}

/** Tag and length octets; `lengthOctets` asks for a longer than minimal form (1 for short, n+1 for long). */
export function tlvHeader(tag: number, length: number, lengthOctets = 0): Bytes {
  const octets = Math.max(lengthOctets, minimalLengthOctets(length));
  if (octets === 1) return Uint8Array.of(tag, length);
  const out = new Uint8Array(1 + octets);
  out[0] = tag;
  out[1] = 0x80 | (octets - 1);
  let rest = length;
  for (let i = octets; i >= 2; i--) {
    out[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return out;
}

/** One element: tag, minimal length, and the concatenated parts as content. */
export function tlv(tag: number, ...parts: readonly Bytes[]): Bytes {
  let length = 0;
  for (const part of parts) length += part.length;
  return concat(tlvHeader(tag, length), ...parts);
}
