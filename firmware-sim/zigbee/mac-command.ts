import { ByteReader } from '../kernel/byte-reader.ts';
import { ByteWriter } from '../kernel/byte-writer.ts';
import type { Bytes } from '../kernel/bytes.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import { bits, readEui, type ShortAddress, writeEui } from './wire.ts';

/** Command identifiers (IEEE 802.15.4 7.3). */
const COMMAND = { associationRequest: 1, associationResponse: 2, disassociation: 3, dataRequest: 4, beaconRequest: 7 } as const;

/** What a node is (ZigBee 05-3474 table 3-53; the octet of an association request). */
export interface Capability {
  readonly router: boolean;
  readonly mainsPowered: boolean;
  readonly rxOnWhenIdle: boolean;
}

/** Association statuses (IEEE 802.15.4 7.3.2.3). */
export const ASSOCIATION = { success: 0, atCapacity: 1, denied: 2 } as const;

export type MacCommand =
  | { readonly kind: 'association-request'; readonly capability: Capability }
  | { readonly kind: 'association-response'; readonly address: ShortAddress; readonly status: number }
  | { readonly kind: 'disassociation'; readonly reason: number }
  | { readonly kind: 'data-request' }
  | { readonly kind: 'beacon-request' };

const ALLOCATE_ADDRESS = 0x80;

/** Octet of a capability: bit 1 router, 2 mains, 3 receiver on, 7 an address is wanted. */
export function capabilityOctet({ router, mainsPowered, rxOnWhenIdle }: Capability): number {
  return (router ? 0x02 : 0) | (mainsPowered ? 0x04 : 0) | (rxOnWhenIdle ? 0x08 : 0) | ALLOCATE_ADDRESS;
}

export function capabilityOf(octet: number): Capability {
  return { router: bits(octet, 1, 1) === 1, mainsPowered: bits(octet, 2, 1) === 1, rxOnWhenIdle: bits(octet, 3, 1) === 1 };
}

export function encodeMacCommand(command: MacCommand): Bytes {
  const writer = new ByteWriter(8);
  switch (command.kind) {
    case 'association-request':
      return writer.u8(COMMAND.associationRequest).u8(capabilityOctet(command.capability)).finish();
    case 'association-response':
      return writer.u8(COMMAND.associationResponse).uintLe(command.address, 2).u8(command.status).finish();
    case 'disassociation':
      return writer.u8(COMMAND.disassociation).u8(command.reason).finish();
    case 'data-request':
      return writer.u8(COMMAND.dataRequest).finish();
    case 'beacon-request':
      return writer.u8(COMMAND.beaconRequest).finish();
  }
}

/** Reads a MAC command; undefined for one that ZigBee does not need. @throws ProtocolFault when it is cut short */
export function decodeMacCommand(payload: Bytes): MacCommand | undefined {
  const reader = new ByteReader(payload);
  switch (reader.u8()) {
    case COMMAND.associationRequest:
      return { kind: 'association-request', capability: capabilityOf(reader.u8()) };
    case COMMAND.associationResponse:
      return { kind: 'association-response', address: reader.uintLe(2), status: reader.u8() };
    case COMMAND.disassociation:
      return { kind: 'disassociation', reason: reader.u8() };
    case COMMAND.dataRequest:
      return { kind: 'data-request' };
    case COMMAND.beaconRequest:
      return { kind: 'beacon-request' };
    default:
      return undefined;
  }
}

/** What a beacon tells somebody who looks for a network. */
export interface Beacon {
  readonly extendedPan: Eui64;
  /** The network takes devices in at present. */
  readonly joining: boolean;
  readonly coordinator: boolean;
  readonly routerCapacity: boolean;
  readonly endDeviceCapacity: boolean;
  readonly depth: number;
  readonly updateId: number;
}

/** Superframe specification of a network without superframes: both orders and the final slot are 15 (IEEE 802.15.4 7.2.2.1.2). */
const NO_SUPERFRAME = 0x0fff;
/** Stack profile 2 (PRO) and protocol version 2 (ZigBee 05-3474 3.6.7). */
const PRO = 0x22;
const NO_OFFSET = 0xff_ffff;

export function encodeBeacon(beacon: Beacon): Bytes {
  const superframe = NO_SUPERFRAME | (beacon.coordinator ? 0x4000 : 0) | (beacon.joining ? 0x8000 : 0);
  const capacity = (beacon.routerCapacity ? 0x04 : 0) | (beacon.depth << 3) | (beacon.endDeviceCapacity ? 0x80 : 0);
  const writer = new ByteWriter(19).uintLe(superframe, 2).u8(0).u8(0).u8(0).u8(PRO).u8(capacity);
  return writeEui(writer, beacon.extendedPan).uintLe(NO_OFFSET, 3).u8(beacon.updateId).finish();
}

/** Reads the payload of a beacon frame; undefined when it is of another stack. @throws ProtocolFault when it is cut short */
export function decodeBeacon(payload: Bytes): Beacon | undefined {
  const reader = new ByteReader(payload);
  const superframe = reader.uintLe(2);
  const [gts, addresses, protocol, profile] = [reader.u8(), reader.u8(), reader.u8(), reader.u8()];
  if (gts !== 0 || addresses !== 0 || protocol !== 0 || profile !== PRO) return undefined;
  const capacity = reader.u8();
  const extendedPan = readEui(reader);
  reader.take(3);
  return {
    extendedPan,
    joining: bits(superframe, 15, 1) === 1,
    coordinator: bits(superframe, 14, 1) === 1,
    routerCapacity: bits(capacity, 2, 1) === 1,
    endDeviceCapacity: bits(capacity, 7, 1) === 1,
    depth: bits(capacity, 3, 4),
    updateId: reader.u8(),
  };
}
