import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault } from '../../firmware-sim/kernel/errors.ts';
import type { Millis } from '../../firmware-sim/kernel/time.ts';
import { isPcapng, pcapngRecords } from './pcapng-reader.ts';

/** A packet of a capture file. */
export interface CaptureRecord {
  /** Since 1970, with its microseconds; undefined for packets without a time. */
  readonly at: Millis | undefined;
  readonly linkType: number;
  readonly octets: Bytes;
  /** Where its octets begin in the file. */
  readonly offset: number;
}

/** Classic files: their first four octets, and how many ticks a second has (IETF draft-ietf-opsawg-pcap). */
const MAGIC: ReadonlyMap<number, number> = new Map([
  [0xa1b2c3d4, 1_000_000],
  [0xa1b23c4d, 1_000_000_000],
]);
const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const LINK_TYPE_AT = 20;
/** The upper bits of the link type field say how long frame check sequences are. */
const LINK_TYPE_MASK = 0x0fff_ffff;

/**
 * Packets of a pcapng or classic pcap file of either octet order.
 * @throws ProtocolFault with its offset: `bad-capture`, `truncated`
 */
export function captureRecords(file: Bytes): readonly CaptureRecord[] {
  return isPcapng(file) ? pcapngRecords(file) : classicRecords(file);
}

function classicRecords(file: Bytes): CaptureRecord[] {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const little = file.length >= 4 && MAGIC.has(view.getUint32(0, true));
  const ticks = file.length >= 4 ? MAGIC.get(view.getUint32(0, little)) : undefined;
  if (ticks === undefined) throw new ProtocolFault('bad-capture', 'neither a pcapng nor a pcap file', 0);
  if (file.length < FILE_HEADER) throw new ProtocolFault('truncated', 'the file ends in its header', file.length);
  const linkType = view.getUint32(LINK_TYPE_AT, little) & LINK_TYPE_MASK;
  const records: CaptureRecord[] = [];
  for (let at = FILE_HEADER; at < file.length; ) {
    const length = at + RECORD_HEADER <= file.length ? view.getUint32(at + 8, little) : 0;
    const offset = at + RECORD_HEADER;
    if (offset + length > file.length) throw new ProtocolFault('truncated', 'the file ends in a packet', at);
    const seconds = view.getUint32(at, little);
    const micros = Math.round((view.getUint32(at + 4, little) * 1_000_000) / ticks);
    records.push({ at: seconds * 1000 + micros / 1000, linkType, octets: file.subarray(offset, offset + length), offset });
    at = offset + length;
  }
  return records;
}
