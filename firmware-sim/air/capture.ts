import { ByteWriter } from '../kernel/byte-writer.ts';
import { type Bytes, concat, fromAscii, toHex } from '../kernel/bytes.ts';
import type { AirFrame } from './air.ts';
import { lqiOf } from './links.ts';

/** Link types of captures (tcpdump.org): frames with their check sequence, or behind a header that tells channel and strength as well. */
export const LINK_TYPE = { withFcs: 195, tap: 283 } as const;
export type LinkType = (typeof LINK_TYPE)[keyof typeof LINK_TYPE];

/** Blocks and options of pcapng (IETF draft-ietf-opsawg-pcapng). */
const BLOCK = { section: 0x0a0d0d0a, interface: 1, packet: 6 } as const;
const OPTION = { end: 0, comment: 1, interfaceName: 2, application: 4, resolution: 9 } as const;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const SNAP_LENGTH = 0xffff;
/** Timestamps count microseconds: ten to the minus six. */
const MICROSECONDS = 6;

const padding = (length: number): number => (4 - (length % 4)) % 4;

function block(type: number, body: Bytes): Bytes {
  const length = body.length + 12;
  const writer = new ByteWriter(length).uintLe(type, 4).uintLe(length, 4).bytes(body);
  return writer.uintLe(length, 4).finish();
}

function option(code: number, value: Bytes): Bytes {
  const writer = new ByteWriter(8 + value.length).uintLe(code, 2).uintLe(value.length, 2).bytes(value);
  return writer.bytes(new Uint8Array(padding(value.length))).finish();
}

const END: Bytes = option(OPTION.end, new Uint8Array(0));

/** What a capture file begins with: a section, and one interface of a link type. */
export function captureHeader(linkType: LinkType, name: string): Bytes {
  const section = new ByteWriter(64).uintLe(BYTE_ORDER_MAGIC, 4).uintLe(1, 2).uintLe(0, 2).bytes(new Uint8Array(8).fill(0xff));
  section.bytes(option(OPTION.application, fromAscii('hanbench'))).bytes(END);
  const face = new ByteWriter(64).uintLe(linkType, 2).uintLe(0, 2).uintLe(SNAP_LENGTH, 4);
  face
    .bytes(option(OPTION.interfaceName, fromAscii(name)))
    .bytes(option(OPTION.resolution, Uint8Array.of(MICROSECONDS)))
    .bytes(END);
  return concat(block(BLOCK.section, section.finish()), block(BLOCK.interface, face.finish()));
}

/** TAP header fields (IEEE 802.15.4 TAP): check sequence present, strength, channel and page, link quality. */
const TAP = { fcs: 0, strength: 1, channel: 3, quality: 10 } as const;
const FCS_16_BIT = 1;

function tapHeader({ rssiDbm, channel, page }: AirFrame): Bytes {
  const strength = new Uint8Array(4);
  new DataView(strength.buffer).setFloat32(0, rssiDbm, true);
  const fields: readonly (readonly [number, Bytes])[] = [
    [TAP.fcs, Uint8Array.of(FCS_16_BIT)],
    [TAP.strength, strength],
    [TAP.channel, Uint8Array.of(channel & 0xff, channel >> 8, page)],
    [TAP.quality, Uint8Array.of(lqiOf(rssiDbm))],
  ];
  const body = concat(...fields.map(([type, value]) => option(type, value)));
  return concat(
    new ByteWriter(4)
      .u8(0)
      .u8(0)
      .uintLe(4 + body.length, 2)
      .finish(),
    body,
  );
}

/** A frame as a packet of a capture, with its time in virtual microseconds since 1970. */
export function capturePacket(frame: AirFrame, linkType: LinkType): Bytes {
  const data = linkType === LINK_TYPE.tap ? concat(tapHeader(frame), frame.psdu) : frame.psdu;
  const micros = Math.round(frame.at * 1000);
  const writer = new ByteWriter(data.length + 40).uintLe(0, 4);
  writer.uintLe(Math.floor(micros / 0x1_0000_0000), 4).uintLe(micros % 0x1_0000_0000, 4);
  writer
    .uintLe(data.length, 4)
    .uintLe(data.length, 4)
    .bytes(data)
    .bytes(new Uint8Array(padding(data.length)));
  return block(BLOCK.packet, writer.finish());
}

/** A key with the words that say what it is for. */
export interface CaptureKey {
  readonly key: Bytes;
  readonly label: string;
}

/** A `zigbee_pc_keys` file for Wireshark: keys of tests only. */
export function captureKeys(keys: readonly CaptureKey[]): string {
  const lines = keys.map(
    ({ key, label }) => `"${toHex(key).replace(/(..)(?=.)/g, '$1:')}","Normal","${label.replaceAll('"', "'")}"`,
  );
  return `# Keys of a test run, for Wireshark (zigbee_pc_keys)\n${lines.join('\n')}\n`;
}
