import type { SimpleDescriptor } from '../zdo-messages.ts';
import { KEY_ESTABLISHMENT } from './key-establishment-messages.ts';
import { TUNNELLING } from './tunnel-messages.ts';

/** Application profile of Smart Energy (ZigBee 07-5356). */
export const SMART_ENERGY_PROFILE = 0x0109;

/** Clusters of a GB home (ZigBee 07-5356, ZCL). */
export const CLUSTER = {
  basic: 0x0000,
  time: 0x000a,
  ota: 0x0019,
  keepAlive: 0x0025,
  price: 0x0700,
  drlc: 0x0701,
  metering: 0x0702,
  messaging: 0x0703,
  tunnelling: TUNNELLING,
  prepayment: 0x0705,
  calendar: 0x0707,
  deviceManagement: 0x0708,
  events: 0x0709,
  subGhz: 0x070b,
  keyEstablishment: KEY_ESTABLISHMENT,
} as const;

/** Clusters that work without a link key (ZigBee 07-5356 table 5-12): all others are refused under the network key alone. */
const NETWORK_KEY_CLUSTERS: ReadonlySet<number> = new Set([CLUSTER.basic, CLUSTER.keyEstablishment]);

/** Whether a message on a cluster has to be secured with the link key. */
export function needsLinkKey(cluster: number): boolean {
  return !NETWORK_KEY_CLUSTERS.has(cluster);
}

/** Kinds of device on a home area network. */
export type HanDeviceKind = 'hub' | 'esme' | 'gsme' | 'ppmid' | 'ihd' | 'hcalcs';

const descriptor = (
  endpoint: number,
  device: number,
  servers: readonly number[],
  clients: readonly number[],
): SimpleDescriptor => ({
  endpoint,
  profile: SMART_ENERGY_PROFILE,
  device,
  version: 0,
  servers,
  clients,
});

const C = CLUSTER;
/** What displays read. */
const SHOWN = [C.metering, C.price, C.messaging, C.calendar, C.prepayment, C.deviceManagement];

/**
 * Endpoints of each kind with the clusters they serve and use (07-5356 device identifiers; GBCS table 7.4 as far as public, which the
 * exact lists stand on: docs/deviations.md). The gas proxy is an endpoint of the hub.
 */
export const ENDPOINTS: Readonly<Record<HanDeviceKind, readonly SimpleDescriptor[]>> = {
  hub: [
    descriptor(
      1,
      0x0508,
      [C.basic, C.time, C.keyEstablishment, C.tunnelling, C.ota, C.keepAlive, C.events],
      [C.keyEstablishment, C.tunnelling],
    ),
    descriptor(
      2,
      0x0500,
      [C.price, C.messaging, C.calendar, C.prepayment, C.deviceManagement, C.events],
      [C.metering, C.prepayment],
    ),
  ],
  esme: [
    descriptor(
      1,
      0x0501,
      [C.basic, C.keyEstablishment, C.tunnelling, C.metering, C.prepayment, C.events],
      [C.time, C.ota, C.keepAlive, C.tunnelling, C.keyEstablishment],
    ),
    descriptor(2, 0x0500, [C.price, C.messaging, C.calendar, C.deviceManagement], []),
  ],
  gsme: [
    descriptor(
      1,
      0x0501,
      [C.basic, C.keyEstablishment, C.metering, C.prepayment],
      [C.time, C.ota, C.keepAlive, C.tunnelling, C.keyEstablishment, C.price, C.calendar, C.messaging, C.deviceManagement],
    ),
  ],
  ppmid: [descriptor(1, 0x0502, [C.basic, C.keyEstablishment, C.tunnelling], [C.time, C.ota, C.keyEstablishment, ...SHOWN])],
  ihd: [descriptor(1, 0x0502, [C.basic, C.keyEstablishment], [C.time, C.keyEstablishment, ...SHOWN])],
  hcalcs: [descriptor(1, 0x0504, [C.basic, C.keyEstablishment, C.tunnelling], [C.drlc, C.time, C.ota, C.keyEstablishment])],
};

/** Whether a kind of device has a tunnel with the hub at all, and who asks for it: the hub, but for a gas meter that sleeps. */
export const TUNNEL_OPENER: Readonly<Record<HanDeviceKind, 'hub' | 'device' | undefined>> = {
  hub: undefined,
  esme: 'hub',
  gsme: 'device',
  ppmid: 'hub',
  ihd: undefined,
  hcalcs: 'hub',
};
