import { LINK_TYPE } from '../../firmware-sim/air/capture.ts';
import { ByteReader } from '../../firmware-sim/kernel/byte-reader.ts';
import { ByteWriter } from '../../firmware-sim/kernel/byte-writer.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault } from '../../firmware-sim/kernel/errors.ts';
import { FCS_OCTETS, frameCheckSequence } from '../../firmware-sim/zigbee/mac-frame.ts';
import type { CaptureRecord } from './capture-reader.ts';

/** Frames captured without their check sequence (tcpdump.org). */
const LINK_TYPE_WITHOUT_FCS = 230;

/** A frame as its radio took it, and what the capture says of how. */
export interface RadioFrame {
  /** Octets with a check sequence; made here where the capture has none. */
  readonly psdu: Bytes;
  readonly channel?: number;
  readonly page?: number;
  readonly rssiDbm?: number;
}

/** Fields of a TAP header (IEEE 802.15.4 TAP), and kinds of check sequence. */
const TAP = { fcs: 0, strength: 1, channel: 3 } as const;
const FCS_KIND = { none: 0, sixteenBit: 1 } as const;

/** @throws ProtocolFault `unsupported-link-type`, `bad-capture`, `truncated`, with the offset in the file */
export function radioFrame({ linkType, octets, offset }: CaptureRecord): RadioFrame {
  switch (linkType) {
    case LINK_TYPE.withFcs:
      return { psdu: octets };
    case LINK_TYPE_WITHOUT_FCS:
      return { psdu: withCheckSequence(octets) };
    case LINK_TYPE.tap:
      return tapFrame(octets, offset);
    default:
      throw new ProtocolFault('unsupported-link-type', `link type ${linkType}; 195, 230 and 283 are IEEE 802.15.4`, offset);
  }
}

function withCheckSequence(octets: Bytes): Bytes {
  return new ByteWriter(octets.length + FCS_OCTETS).bytes(octets).uintLe(frameCheckSequence(octets), FCS_OCTETS).finish();
}

function tapFrame(octets: Bytes, offset: number): RadioFrame {
  try {
    return readTap(new ByteReader(octets));
  } catch (error) {
    throw error instanceof ProtocolFault ? error.shifted(offset) : error;
  }
}

function readTap(reader: ByteReader): RadioFrame {
  if (reader.u8() !== 0) reader.fail('bad-capture', 'another version of the TAP header', 0);
  reader.u8();
  const end = reader.uintLe(2);
  let fcs: number = FCS_KIND.none;
  let place: Pick<RadioFrame, 'channel' | 'page'> = {};
  let strength: Pick<RadioFrame, 'rssiDbm'> = {};
  while (reader.at + 4 <= end) {
    const [type, length] = [reader.uintLe(2), reader.uintLe(2)];
    const value = reader.take(length);
    reader.take((4 - (length % 4)) % 4);
    const view = new DataView(value.buffer, value.byteOffset, value.length);
    if (type === TAP.fcs && length >= 1) fcs = view.getUint8(0);
    if (type === TAP.strength && length === 4) strength = { rssiDbm: Math.round(view.getFloat32(0, true)) };
    if (type === TAP.channel && length === 3) place = { channel: view.getUint16(0, true), page: view.getUint8(2) };
  }
  reader.at = Math.min(end, reader.end);
  if (fcs > FCS_KIND.sixteenBit) reader.fail('bad-capture', 'a check sequence of another length than 2 octets');
  const rest = reader.rest();
  return { psdu: fcs === FCS_KIND.none ? withCheckSequence(rest) : rest, ...place, ...strength };
}
