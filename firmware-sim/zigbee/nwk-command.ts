import { ByteReader } from '../kernel/byte-reader.ts';
import { ByteWriter } from '../kernel/byte-writer.ts';
import type { Bytes } from '../kernel/bytes.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import { type Capability, capabilityOctet, capabilityOf } from './mac-command.ts';
import { bits, readEui, type ShortAddress, writeEui } from './wire.ts';

/** Command identifiers of the network layer (ZigBee 05-3474 3.4). */
const COMMAND = {
  routeRequest: 1,
  routeReply: 2,
  networkStatus: 3,
  leave: 4,
  routeRecord: 5,
  rejoinRequest: 6,
  rejoinResponse: 7,
  linkStatus: 8,
  timeoutRequest: 11,
  timeoutResponse: 12,
} as const;

/** A neighbour in a link status: its address and what it costs to hear it and to be heard. */
export interface LinkCost {
  readonly neighbour: ShortAddress;
  readonly incoming: number;
  readonly outgoing: number;
}

export type NwkCommand =
  | {
      readonly kind: 'route-request';
      readonly id: number;
      readonly destination: ShortAddress;
      readonly cost: number;
      readonly manyToOne: boolean;
      readonly destinationEui?: Eui64;
    }
  | {
      readonly kind: 'route-reply';
      readonly id: number;
      readonly originator: ShortAddress;
      readonly responder: ShortAddress;
      readonly cost: number;
      readonly originatorEui?: Eui64;
      readonly responderEui?: Eui64;
    }
  | { readonly kind: 'network-status'; readonly status: number; readonly destination: ShortAddress }
  | { readonly kind: 'leave'; readonly request: boolean; readonly rejoin: boolean; readonly removeChildren: boolean }
  | { readonly kind: 'route-record'; readonly relays: readonly ShortAddress[] }
  | { readonly kind: 'rejoin-request'; readonly capability: Capability }
  | { readonly kind: 'rejoin-response'; readonly address: ShortAddress; readonly status: number }
  | { readonly kind: 'link-status'; readonly links: readonly LinkCost[] }
  /** How long an end device may be silent: 2^n minutes for n > 0, 10 s for 0 (ZigBee 05-3474 table 3-43). */
  | { readonly kind: 'timeout-request'; readonly timeout: number }
  | { readonly kind: 'timeout-response'; readonly status: number; readonly parentInformation: number };

/** First and last frame of a link status: one frame holds all of a star's neighbours. */
const WHOLE_LIST = 0x60;
const MANY_TO_ONE = 0x08;
const WITH_EUI = 0x20;

function encodeLeave(command: Extract<NwkCommand, { kind: 'leave' }>): number {
  return (command.rejoin ? 0x20 : 0) | (command.request ? 0x40 : 0) | (command.removeChildren ? 0x80 : 0);
}

export function encodeNwkCommand(command: NwkCommand): Bytes {
  const writer = new ByteWriter(32);
  switch (command.kind) {
    case 'route-request': {
      const { destinationEui: eui, manyToOne, id, destination, cost } = command;
      writer.u8(COMMAND.routeRequest).u8((manyToOne ? MANY_TO_ONE : 0) | (eui === undefined ? 0 : WITH_EUI));
      writer.u8(id).uintLe(destination, 2).u8(cost);
      return (eui === undefined ? writer : writeEui(writer, eui)).finish();
    }
    case 'route-reply': {
      const { originatorEui, responderEui, id, originator, responder, cost } = command;
      const options = (originatorEui === undefined ? 0 : 0x10) | (responderEui === undefined ? 0 : 0x20);
      writer.u8(COMMAND.routeReply).u8(options).u8(id).uintLe(originator, 2).uintLe(responder, 2).u8(cost);
      if (originatorEui !== undefined) writeEui(writer, originatorEui);
      if (responderEui !== undefined) writeEui(writer, responderEui);
      return writer.finish();
    }
    case 'network-status':
      return writer.u8(COMMAND.networkStatus).u8(command.status).uintLe(command.destination, 2).finish();
    case 'leave':
      return writer.u8(COMMAND.leave).u8(encodeLeave(command)).finish();
    case 'route-record':
      writer.u8(COMMAND.routeRecord).u8(command.relays.length);
      for (const relay of command.relays) writer.uintLe(relay, 2);
      return writer.finish();
    case 'rejoin-request':
      return writer.u8(COMMAND.rejoinRequest).u8(capabilityOctet(command.capability)).finish();
    case 'rejoin-response':
      return writer.u8(COMMAND.rejoinResponse).uintLe(command.address, 2).u8(command.status).finish();
    case 'link-status':
      writer.u8(COMMAND.linkStatus).u8(WHOLE_LIST | command.links.length);
      for (const { neighbour, incoming, outgoing } of command.links) writer.uintLe(neighbour, 2).u8(incoming | (outgoing << 4));
      return writer.finish();
    case 'timeout-request':
      return writer.u8(COMMAND.timeoutRequest).u8(command.timeout).u8(0).finish();
    case 'timeout-response':
      return writer.u8(COMMAND.timeoutResponse).u8(command.status).u8(command.parentInformation).finish();
  }
}

function decodeRouteRequest(reader: ByteReader): NwkCommand {
  const options = reader.u8();
  const [id, destination, cost] = [reader.u8(), reader.uintLe(2), reader.u8()];
  const eui = (options & WITH_EUI) !== 0 ? { destinationEui: readEui(reader) } : {};
  return { kind: 'route-request', id, destination, cost, manyToOne: bits(options, 3, 2) !== 0, ...eui };
}

function decodeRouteReply(reader: ByteReader): NwkCommand {
  const options = reader.u8();
  const [id, originator, responder, cost] = [reader.u8(), reader.uintLe(2), reader.uintLe(2), reader.u8()];
  return {
    kind: 'route-reply',
    id,
    originator,
    responder,
    cost,
    ...((options & 0x10) !== 0 && { originatorEui: readEui(reader) }),
    ...((options & 0x20) !== 0 && { responderEui: readEui(reader) }),
  };
}

function decodeLinkStatus(reader: ByteReader): NwkCommand {
  const count = reader.u8() & 0x1f;
  const links = Array.from({ length: count }, (): LinkCost => {
    const [neighbour, cost] = [reader.uintLe(2), reader.u8()];
    return { neighbour, incoming: bits(cost, 0, 3), outgoing: bits(cost, 4, 3) };
  });
  return { kind: 'link-status', links };
}

/** Reads a network command; undefined for one this stack does not know. @throws ProtocolFault when it is cut short */
export function decodeNwkCommand(payload: Bytes): NwkCommand | undefined {
  const reader = new ByteReader(payload);
  switch (reader.u8()) {
    case COMMAND.routeRequest:
      return decodeRouteRequest(reader);
    case COMMAND.routeReply:
      return decodeRouteReply(reader);
    case COMMAND.networkStatus:
      return { kind: 'network-status', status: reader.u8(), destination: reader.uintLe(2) };
    case COMMAND.leave: {
      const options = reader.u8();
      const bit = (at: number): boolean => bits(options, at, 1) === 1;
      return { kind: 'leave', rejoin: bit(5), request: bit(6), removeChildren: bit(7) };
    }
    case COMMAND.routeRecord: {
      const count = reader.u8();
      return { kind: 'route-record', relays: Array.from({ length: count }, () => reader.uintLe(2)) };
    }
    case COMMAND.rejoinRequest:
      return { kind: 'rejoin-request', capability: capabilityOf(reader.u8()) };
    case COMMAND.rejoinResponse:
      return { kind: 'rejoin-response', address: reader.uintLe(2), status: reader.u8() };
    case COMMAND.linkStatus:
      return decodeLinkStatus(reader);
    case COMMAND.timeoutRequest:
      return { kind: 'timeout-request', timeout: reader.u8() };
    case COMMAND.timeoutResponse:
      return { kind: 'timeout-response', status: reader.u8(), parentInformation: reader.u8() };
    default:
      return undefined;
  }
}
