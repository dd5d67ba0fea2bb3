import { ByteReader } from '../../kernel/byte-reader.ts';
import { ByteWriter } from '../../kernel/byte-writer.ts';
import type { Bytes } from '../../kernel/bytes.ts';

/** Tunnelling cluster (ZigBee 07-5356 D.6). */
export const TUNNELLING = 0x0704;

/** What GBCS has tunnels be: protocol GB-HGRP, no manufacturer's own, no flow control, messages of up to 1,500 octets (GBCS 10.2.2). */
export const GBCS_TUNNEL = { protocol: 6, manufacturer: 0xffff, flowControl: false, octetsMax: 1_500 } as const;

/** Statuses of a tunnel request (07-5356 table D-91). */
export const TUNNEL_STATUS = {
  success: 0,
  busy: 1,
  noMoreTunnels: 2,
  protocolNotSupported: 3,
  flowControlNotSupported: 4,
} as const;

/** Statuses of a transfer (07-5356 table D-93). */
export const TRANSFER_ERROR = { noSuchTunnel: 0, wrongDevice: 1, dataOverflow: 2 } as const;

/** Commands by direction (07-5356 D.6.2.4, D.6.2.5). */
const TO_SERVER = { request: 0, close: 1, transfer: 2, transferError: 3 } as const;
const TO_CLIENT = { response: 0, transfer: 1, transferError: 2, closed: 6 } as const;

export type TunnelMessage =
  | {
      readonly kind: 'request';
      readonly protocol: number;
      readonly manufacturer: number;
      readonly flowControl: boolean;
      readonly octetsMax: number;
    }
  | { readonly kind: 'response'; readonly tunnel: number; readonly status: number; readonly octetsMax: number }
  | { readonly kind: 'close' | 'closed'; readonly tunnel: number }
  | { readonly kind: 'transfer'; readonly tunnel: number; readonly data: Bytes }
  | { readonly kind: 'transfer-error'; readonly tunnel: number; readonly status: number };

/** Command number and payload of a message in one direction. */
export function encodeTunnel(message: TunnelMessage, toClient: boolean): { readonly command: number; readonly payload: Bytes } {
  const writer = new ByteWriter(8);
  switch (message.kind) {
    case 'request':
      writer
        .u8(message.protocol)
        .uintLe(message.manufacturer, 2)
        .u8(message.flowControl ? 1 : 0)
        .uintLe(message.octetsMax, 2);
      return { command: TO_SERVER.request, payload: writer.finish() };
    case 'response':
      writer.uintLe(message.tunnel, 2).u8(message.status).uintLe(message.octetsMax, 2);
      return { command: TO_CLIENT.response, payload: writer.finish() };
    case 'close':
      return { command: TO_SERVER.close, payload: writer.uintLe(message.tunnel, 2).finish() };
    case 'closed':
      return { command: TO_CLIENT.closed, payload: writer.uintLe(message.tunnel, 2).finish() };
    case 'transfer': {
      const payload = writer.uintLe(message.tunnel, 2).bytes(message.data).finish();
      return { command: toClient ? TO_CLIENT.transfer : TO_SERVER.transfer, payload };
    }
    case 'transfer-error': {
      const payload = writer.uintLe(message.tunnel, 2).u8(message.status).finish();
      return { command: toClient ? TO_CLIENT.transferError : TO_SERVER.transferError, payload };
    }
  }
}

function decodeToServer(command: number, reader: ByteReader): TunnelMessage | undefined {
  switch (command) {
    case TO_SERVER.request:
      return {
        kind: 'request',
        protocol: reader.u8(),
        manufacturer: reader.uintLe(2),
        flowControl: reader.u8() !== 0,
        octetsMax: reader.uintLe(2),
      };
    case TO_SERVER.close:
      return { kind: 'close', tunnel: reader.uintLe(2) };
    case TO_SERVER.transfer:
      return { kind: 'transfer', tunnel: reader.uintLe(2), data: reader.rest().slice() };
    case TO_SERVER.transferError:
      return { kind: 'transfer-error', tunnel: reader.uintLe(2), status: reader.u8() };
    default:
      return undefined;
  }
}

function decodeToClient(command: number, reader: ByteReader): TunnelMessage | undefined {
  switch (command) {
    case TO_CLIENT.response:
      return { kind: 'response', tunnel: reader.uintLe(2), status: reader.u8(), octetsMax: reader.uintLe(2) };
    case TO_CLIENT.transfer:
      return { kind: 'transfer', tunnel: reader.uintLe(2), data: reader.rest().slice() };
    case TO_CLIENT.transferError:
      return { kind: 'transfer-error', tunnel: reader.uintLe(2), status: reader.u8() };
    case TO_CLIENT.closed:
      return { kind: 'closed', tunnel: reader.uintLe(2) };
    default:
      return undefined;
  }
}

/** Reads a command of the cluster; undefined for one that GBCS does not use. @throws ProtocolFault when it is cut short */
export function decodeTunnel(command: number, payload: Bytes, toClient: boolean): TunnelMessage | undefined {
  const reader = new ByteReader(payload);
  return toClient ? decodeToClient(command, reader) : decodeToServer(command, reader);
}
