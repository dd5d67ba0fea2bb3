import { ByteReader } from '../kernel/byte-reader.ts';
import { ByteWriter } from '../kernel/byte-writer.ts';
import type { Bytes } from '../kernel/bytes.ts';

/** Header and payload of a ZigBee cluster library frame (ZCL 2.4). */
export interface ZclFrame {
  /** Of the cluster itself, else one that every cluster has. */
  readonly clusterSpecific: boolean;
  readonly toClient: boolean;
  readonly manufacturer?: number;
  readonly disableDefaultResponse: boolean;
  readonly sequence: number;
  readonly command: number;
  readonly payload: Bytes;
}

const FLAG = { clusterSpecific: 0x01, manufacturer: 0x04, toClient: 0x08, noDefaultResponse: 0x10 } as const;

export function encodeZclFrame(frame: ZclFrame): Bytes {
  const { clusterSpecific, toClient, manufacturer, disableDefaultResponse, sequence, command, payload } = frame;
  const control =
    (clusterSpecific ? FLAG.clusterSpecific : 0) |
    (manufacturer === undefined ? 0 : FLAG.manufacturer) |
    (toClient ? FLAG.toClient : 0) |
    (disableDefaultResponse ? FLAG.noDefaultResponse : 0);
  const writer = new ByteWriter(5 + payload.length).u8(control);
  if (manufacturer !== undefined) writer.uintLe(manufacturer, 2);
  return writer.u8(sequence).u8(command).bytes(payload).finish();
}

/** @throws ProtocolFault `truncated`, `bad-frame`; the payload shares memory with the input */
export function decodeZclFrame(octets: Bytes): ZclFrame {
  const reader = new ByteReader(octets);
  const control = reader.u8();
  if ((control & 0x03) > 1) reader.fail('bad-frame', 'reserved ZCL frame type', 0);
  const has = (flag: number): boolean => (control & flag) !== 0;
  const manufacturer = has(FLAG.manufacturer) ? { manufacturer: reader.uintLe(2) } : {};
  return {
    clusterSpecific: has(FLAG.clusterSpecific),
    toClient: has(FLAG.toClient),
    ...manufacturer,
    disableDefaultResponse: has(FLAG.noDefaultResponse),
    sequence: reader.u8(),
    command: reader.u8(),
    payload: reader.rest(),
  };
}
