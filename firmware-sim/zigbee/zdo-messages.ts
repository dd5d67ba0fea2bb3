import { ByteReader } from '../kernel/byte-reader.ts';
import { ByteWriter } from '../kernel/byte-writer.ts';
import type { Bytes } from '../kernel/bytes.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import { type Capability, capabilityOctet, capabilityOf } from './mac-command.ts';
import { readEui, type ShortAddress, writeEui } from './wire.ts';

/** Profile and endpoint of the device profile (ZigBee 05-3474 2.4). */
export const ZDP_PROFILE = 0x0000;
export const ZDO_ENDPOINT = 0;
/** Responses are requests with this bit set. */
const RESPONSE = 0x8000;

/** Cluster identifiers of the device profile (ZigBee 05-3474 2.4.2). */
const CLUSTER = {
  networkAddress: 0x0000,
  extendedAddress: 0x0001,
  nodeDescriptor: 0x0002,
  simpleDescriptor: 0x0004,
  activeEndpoints: 0x0005,
  matchDescriptor: 0x0006,
  deviceAnnounce: 0x0013,
  bind: 0x0021,
  unbind: 0x0022,
  leave: 0x0034,
} as const;

/** Statuses of the device profile (ZigBee 05-3474 table 2-138). */
export const ZDP_STATUS = {
  success: 0x00,
  notSupported: 0x84,
  deviceNotFound: 0x81,
  invalidEndpoint: 0x82,
  notActive: 0x83,
  tableFull: 0x8c,
  noEntry: 0x88,
} as const;

/** An endpoint: what it is, and the clusters it serves and uses. */
export interface SimpleDescriptor {
  readonly endpoint: number;
  readonly profile: number;
  readonly device: number;
  readonly version: number;
  readonly servers: readonly number[];
  readonly clients: readonly number[];
}

/** Where a cluster of an endpoint sends what it reports. */
export interface Binding {
  readonly source: Eui64;
  readonly sourceEndpoint: number;
  readonly cluster: number;
  readonly destination: Eui64;
  readonly destinationEndpoint: number;
}

/** A node descriptor as far as it differs between nodes. */
export interface NodeDescriptor {
  readonly type: 'coordinator' | 'router' | 'end-device';
  readonly capability: Capability;
  readonly manufacturer: number;
}

export type ZdoMessage =
  | { readonly kind: 'network-address-request'; readonly eui: Eui64 }
  | { readonly kind: 'extended-address-request'; readonly address: ShortAddress }
  | {
      readonly kind: 'address-response';
      readonly extended: boolean;
      readonly status: number;
      readonly eui: Eui64;
      readonly address: ShortAddress;
    }
  | { readonly kind: 'node-descriptor-request'; readonly address: ShortAddress }
  | {
      readonly kind: 'node-descriptor-response';
      readonly status: number;
      readonly address: ShortAddress;
      readonly descriptor?: NodeDescriptor;
    }
  | { readonly kind: 'simple-descriptor-request'; readonly address: ShortAddress; readonly endpoint: number }
  | {
      readonly kind: 'simple-descriptor-response';
      readonly status: number;
      readonly address: ShortAddress;
      readonly descriptor?: SimpleDescriptor;
    }
  | { readonly kind: 'active-endpoints-request'; readonly address: ShortAddress }
  | {
      readonly kind: 'active-endpoints-response';
      readonly status: number;
      readonly address: ShortAddress;
      readonly endpoints: readonly number[];
    }
  | {
      readonly kind: 'match-descriptor-request';
      readonly address: ShortAddress;
      readonly profile: number;
      readonly servers: readonly number[];
      readonly clients: readonly number[];
    }
  | {
      readonly kind: 'match-descriptor-response';
      readonly status: number;
      readonly address: ShortAddress;
      readonly endpoints: readonly number[];
    }
  | { readonly kind: 'device-announce'; readonly address: ShortAddress; readonly eui: Eui64; readonly capability: Capability }
  | { readonly kind: 'bind-request' | 'unbind-request'; readonly binding: Binding }
  | { readonly kind: 'bind-response' | 'unbind-response' | 'leave-response'; readonly status: number }
  | { readonly kind: 'leave-request'; readonly eui: Eui64; readonly rejoin: boolean };

/** Cluster of the announcement of a device. */
export const DEVICE_ANNOUNCE = CLUSTER.deviceAnnounce;

type Kind = ZdoMessage['kind'];

/** Cluster of each message. */
const CLUSTERS: Readonly<Record<Exclude<Kind, 'address-response'>, number>> = {
  'network-address-request': CLUSTER.networkAddress,
  'extended-address-request': CLUSTER.extendedAddress,
  'node-descriptor-request': CLUSTER.nodeDescriptor,
  'node-descriptor-response': CLUSTER.nodeDescriptor | RESPONSE,
  'simple-descriptor-request': CLUSTER.simpleDescriptor,
  'simple-descriptor-response': CLUSTER.simpleDescriptor | RESPONSE,
  'active-endpoints-request': CLUSTER.activeEndpoints,
  'active-endpoints-response': CLUSTER.activeEndpoints | RESPONSE,
  'match-descriptor-request': CLUSTER.matchDescriptor,
  'match-descriptor-response': CLUSTER.matchDescriptor | RESPONSE,
  'device-announce': CLUSTER.deviceAnnounce,
  'bind-request': CLUSTER.bind,
  'unbind-request': CLUSTER.unbind,
  'bind-response': CLUSTER.bind | RESPONSE,
  'unbind-response': CLUSTER.unbind | RESPONSE,
  'leave-request': CLUSTER.leave,
  'leave-response': CLUSTER.leave | RESPONSE,
};

export function zdoCluster(message: ZdoMessage): number {
  if (message.kind !== 'address-response') return CLUSTERS[message.kind];
  return (message.extended ? CLUSTER.extendedAddress : CLUSTER.networkAddress) | RESPONSE;
}

const NODE_TYPES = ['coordinator', 'router', 'end-device'] as const;
/** 2.4 GHz band in the second octet; buffer of 82 octets, transfers of 1,500 (ZigBee 05-3474 2.3.2.3). */
const BAND_2400 = 0x40;
const BUFFER_OCTETS = 82;
const TRANSFER_OCTETS = 1_500;
/** Primary trust centre, and stack revision 21, in the server mask. */
const PRIMARY_TRUST_CENTRE = 0x0001;
const REVISION_21 = 21 << 9;

function writeNodeDescriptor(writer: ByteWriter, { type, capability, manufacturer }: NodeDescriptor): void {
  writer.u8(NODE_TYPES.indexOf(type)).u8(BAND_2400).u8(capabilityOctet(capability)).uintLe(manufacturer, 2);
  writer.u8(BUFFER_OCTETS).uintLe(TRANSFER_OCTETS, 2);
  writer
    .uintLe((type === 'coordinator' ? PRIMARY_TRUST_CENTRE : 0) | REVISION_21, 2)
    .uintLe(TRANSFER_OCTETS, 2)
    .u8(0);
}

function readNodeDescriptor(reader: ByteReader): NodeDescriptor {
  const type = NODE_TYPES[reader.u8() & 7] ?? 'end-device';
  reader.u8();
  const capability = capabilityOf(reader.u8());
  const manufacturer = reader.uintLe(2);
  reader.take(8);
  return { type, capability, manufacturer };
}

function writeClusters(writer: ByteWriter, clusters: readonly number[]): void {
  writer.u8(clusters.length);
  for (const cluster of clusters) writer.uintLe(cluster, 2);
}

const readClusters = (reader: ByteReader): number[] => Array.from({ length: reader.u8() }, () => reader.uintLe(2));

function writeSimpleDescriptor(writer: ByteWriter, descriptor: SimpleDescriptor): void {
  const { endpoint, profile, device, version, servers, clients } = descriptor;
  writer.u8(8 + 2 * (servers.length + clients.length));
  writer.u8(endpoint).uintLe(profile, 2).uintLe(device, 2).u8(version);
  writeClusters(writer, servers);
  writeClusters(writer, clients);
}

function readSimpleDescriptor(reader: ByteReader): SimpleDescriptor {
  reader.u8();
  const [endpoint, profile, device] = [reader.u8(), reader.uintLe(2), reader.uintLe(2)];
  return { endpoint, profile, device, version: reader.u8() & 0x0f, servers: readClusters(reader), clients: readClusters(reader) };
}

function writeBinding(writer: ByteWriter, binding: Binding): void {
  writeEui(writer, binding.source).u8(binding.sourceEndpoint).uintLe(binding.cluster, 2).u8(3);
  writeEui(writer, binding.destination).u8(binding.destinationEndpoint);
}

function readBinding(reader: ByteReader): Binding | undefined {
  const [source, sourceEndpoint, cluster] = [readEui(reader), reader.u8(), reader.uintLe(2)];
  if (reader.u8() !== 3) return undefined;
  return { source, sourceEndpoint, cluster, destination: readEui(reader), destinationEndpoint: reader.u8() };
}

const LEAVE_REJOIN = 0x80;

function writeBody(writer: ByteWriter, message: ZdoMessage): void {
  switch (message.kind) {
    case 'network-address-request':
      writeEui(writer, message.eui).u8(0).u8(0);
      return;
    case 'extended-address-request':
      writer.uintLe(message.address, 2).u8(0).u8(0);
      return;
    case 'address-response':
      writeEui(writer.u8(message.status), message.eui).uintLe(message.address, 2);
      return;
    case 'node-descriptor-request':
    case 'active-endpoints-request':
      writer.uintLe(message.address, 2);
      return;
    case 'node-descriptor-response':
      writer.u8(message.status).uintLe(message.address, 2);
      if (message.descriptor) writeNodeDescriptor(writer, message.descriptor);
      return;
    case 'simple-descriptor-request':
      writer.uintLe(message.address, 2).u8(message.endpoint);
      return;
    case 'simple-descriptor-response':
      writer.u8(message.status).uintLe(message.address, 2);
      if (message.descriptor) writeSimpleDescriptor(writer, message.descriptor);
      else writer.u8(0);
      return;
    case 'active-endpoints-response':
    case 'match-descriptor-response':
      writer.u8(message.status).uintLe(message.address, 2).u8(message.endpoints.length).bytes(Uint8Array.from(message.endpoints));
      return;
    case 'match-descriptor-request':
      writer.uintLe(message.address, 2).uintLe(message.profile, 2);
      writeClusters(writer, message.servers);
      writeClusters(writer, message.clients);
      return;
    case 'device-announce':
      writeEui(writer.uintLe(message.address, 2), message.eui).u8(capabilityOctet(message.capability));
      return;
    case 'bind-request':
    case 'unbind-request':
      writeBinding(writer, message.binding);
      return;
    case 'leave-request':
      writeEui(writer, message.eui).u8(message.rejoin ? LEAVE_REJOIN : 0);
      return;
    default:
      writer.u8(message.status);
  }
}

/** Octets of a message after its transaction number. */
export function encodeZdo(transaction: number, message: ZdoMessage): Bytes {
  const writer = new ByteWriter(80).u8(transaction);
  writeBody(writer, message);
  return writer.finish();
}

type Reading = (reader: ByteReader) => ZdoMessage | undefined;

const descriptorResponse = (reader: ByteReader) => ({ status: reader.u8(), address: reader.uintLe(2) });
const endpointsOf = (reader: ByteReader) => ({ ...descriptorResponse(reader), endpoints: [...reader.take(reader.u8())] });
const binding =
  (kind: 'bind-request' | 'unbind-request'): Reading =>
  (reader) => {
    const read = readBinding(reader);
    return read && { kind, binding: read };
  };
const addressResponse =
  (extended: boolean): Reading =>
  (reader) => ({ kind: 'address-response', extended, status: reader.u8(), eui: readEui(reader), address: reader.uintLe(2) });

const READINGS: ReadonlyMap<number, Reading> = new Map<number, Reading>([
  [CLUSTER.networkAddress, (reader) => ({ kind: 'network-address-request', eui: readEui(reader) })],
  [CLUSTER.extendedAddress, (reader) => ({ kind: 'extended-address-request', address: reader.uintLe(2) })],
  [CLUSTER.networkAddress | RESPONSE, addressResponse(false)],
  [CLUSTER.extendedAddress | RESPONSE, addressResponse(true)],
  [CLUSTER.nodeDescriptor, (reader) => ({ kind: 'node-descriptor-request', address: reader.uintLe(2) })],
  [
    CLUSTER.nodeDescriptor | RESPONSE,
    (reader) => {
      const head = descriptorResponse(reader);
      return { kind: 'node-descriptor-response', ...head, ...(head.status === 0 && { descriptor: readNodeDescriptor(reader) }) };
    },
  ],
  [
    CLUSTER.simpleDescriptor,
    (reader) => ({ kind: 'simple-descriptor-request', address: reader.uintLe(2), endpoint: reader.u8() }),
  ],
  [
    CLUSTER.simpleDescriptor | RESPONSE,
    (reader) => {
      const head = descriptorResponse(reader);
      return {
        kind: 'simple-descriptor-response',
        ...head,
        ...(head.status === 0 && { descriptor: readSimpleDescriptor(reader) }),
      };
    },
  ],
  [CLUSTER.activeEndpoints, (reader) => ({ kind: 'active-endpoints-request', address: reader.uintLe(2) })],
  [CLUSTER.activeEndpoints | RESPONSE, (reader) => ({ kind: 'active-endpoints-response', ...endpointsOf(reader) })],
  [
    CLUSTER.matchDescriptor,
    (reader) => ({
      kind: 'match-descriptor-request',
      address: reader.uintLe(2),
      profile: reader.uintLe(2),
      servers: readClusters(reader),
      clients: readClusters(reader),
    }),
  ],
  [CLUSTER.matchDescriptor | RESPONSE, (reader) => ({ kind: 'match-descriptor-response', ...endpointsOf(reader) })],
  [
    CLUSTER.deviceAnnounce,
    (reader) => ({
      kind: 'device-announce',
      address: reader.uintLe(2),
      eui: readEui(reader),
      capability: capabilityOf(reader.u8()),
    }),
  ],
  [CLUSTER.bind, binding('bind-request')],
  [CLUSTER.unbind, binding('unbind-request')],
  [CLUSTER.bind | RESPONSE, (reader) => ({ kind: 'bind-response', status: reader.u8() })],
  [CLUSTER.unbind | RESPONSE, (reader) => ({ kind: 'unbind-response', status: reader.u8() })],
  [CLUSTER.leave, (reader) => ({ kind: 'leave-request', eui: readEui(reader), rejoin: (reader.u8() & LEAVE_REJOIN) !== 0 })],
  [CLUSTER.leave | RESPONSE, (reader) => ({ kind: 'leave-response', status: reader.u8() })],
]);

/** Reads a message of the device profile; undefined for one this stack does not know. @throws ProtocolFault when it is cut short */
export function decodeZdo(
  cluster: number,
  payload: Bytes,
): { readonly transaction: number; readonly message: ZdoMessage } | undefined {
  const reader = new ByteReader(payload);
  const transaction = reader.u8();
  const message = READINGS.get(cluster)?.(reader);
  return message && { transaction, message };
}
