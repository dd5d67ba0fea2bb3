import { ByteReader } from '../kernel/byte-reader.ts';
import { ByteWriter } from '../kernel/byte-writer.ts';
import type { Bytes } from '../kernel/bytes.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import { readEui, type ShortAddress, writeEui } from './wire.ts';

/** Command identifiers (ZigBee 05-3474 4.4.10). */
const COMMAND = { transportKey: 5, updateDevice: 6, removeDevice: 7, switchKey: 9, tunnel: 14 } as const;

/** Types of key in a transport-key command (ZigBee 05-3474 table 4-9). */
const KEY_TYPE = { network: 1, link: 4 } as const;
const KEY_OCTETS = 16;

/** How a device came, as a router reports it (ZigBee 05-3474 table 4-15). */
export const UPDATE_STATUS = { securedRejoin: 0, unsecuredJoin: 1, left: 2, unsecuredRejoin: 3 } as const;

export type ApsCommand =
  | {
      readonly kind: 'transport-network-key';
      readonly key: Bytes;
      readonly sequence: number;
      readonly destination: Eui64;
      readonly source: Eui64;
    }
  | { readonly kind: 'transport-link-key'; readonly key: Bytes; readonly destination: Eui64; readonly source: Eui64 }
  | { readonly kind: 'update-device'; readonly device: Eui64; readonly address: ShortAddress; readonly status: number }
  | { readonly kind: 'remove-device'; readonly device: Eui64 }
  | { readonly kind: 'switch-key'; readonly sequence: number }
  /** A frame for a joining child that only its parent can reach: header and secured command as they are to be sent on. */
  | { readonly kind: 'tunnel'; readonly destination: Eui64; readonly frame: Bytes };

export function encodeApsCommand(command: ApsCommand): Bytes {
  const writer = new ByteWriter(40);
  switch (command.kind) {
    case 'transport-network-key':
      writer.u8(COMMAND.transportKey).u8(KEY_TYPE.network).bytes(command.key).u8(command.sequence);
      return writeEui(writeEui(writer, command.destination), command.source).finish();
    case 'transport-link-key':
      writer.u8(COMMAND.transportKey).u8(KEY_TYPE.link).bytes(command.key);
      return writeEui(writeEui(writer, command.destination), command.source).finish();
    case 'update-device':
      return writeEui(writer.u8(COMMAND.updateDevice), command.device).uintLe(command.address, 2).u8(command.status).finish();
    case 'remove-device':
      return writeEui(writer.u8(COMMAND.removeDevice), command.device).finish();
    case 'switch-key':
      return writer.u8(COMMAND.switchKey).u8(command.sequence).finish();
    case 'tunnel':
      return writeEui(writer.u8(COMMAND.tunnel), command.destination).bytes(command.frame).finish();
  }
}

function readTransportKey(reader: ByteReader): ApsCommand | undefined {
  const type = reader.u8();
  const key = reader.take(KEY_OCTETS).slice();
  if (type === KEY_TYPE.link) {
    return { kind: 'transport-link-key', key, destination: readEui(reader), source: readEui(reader) };
  }
  if (type !== KEY_TYPE.network) return undefined;
  return { kind: 'transport-network-key', key, sequence: reader.u8(), destination: readEui(reader), source: readEui(reader) };
}

/** Reads an APS command; undefined for one this stack does not know. @throws ProtocolFault when it is cut short */
export function decodeApsCommand(payload: Bytes): ApsCommand | undefined {
  const reader = new ByteReader(payload);
  switch (reader.u8()) {
    case COMMAND.transportKey:
      return readTransportKey(reader);
    case COMMAND.updateDevice:
      return { kind: 'update-device', device: readEui(reader), address: reader.uintLe(2), status: reader.u8() };
    case COMMAND.removeDevice:
      return { kind: 'remove-device', device: readEui(reader) };
    case COMMAND.switchKey:
      return { kind: 'switch-key', sequence: reader.u8() };
    case COMMAND.tunnel:
      return { kind: 'tunnel', destination: readEui(reader), frame: reader.rest().slice() };
    default:
      return undefined;
  }
}
