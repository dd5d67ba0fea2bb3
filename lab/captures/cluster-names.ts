import { CLUSTER_NAMES, GENERAL_COMMAND_NAMES, zclCommand } from '../../firmware-sim/dictionary/zcl-tables.ts';
import { CLUSTER } from '../../firmware-sim/zigbee/se/endpoints.ts';
import type { ZclFrame } from '../../firmware-sim/zigbee/zcl-frame.ts';
import { hex8, hex16 } from './shown-frame.ts';

/** Clusters of the home network that no GBCS message addresses (ZigBee 07-5356, ZCL). */
const HOME_CLUSTERS: ReadonlyMap<number, string> = new Map([
  [CLUSTER.time, 'Time'],
  [CLUSTER.ota, 'OTA Upgrade'],
  [CLUSTER.keepAlive, 'Keep-Alive'],
  [CLUSTER.subGhz, 'Sub-GHz'],
  [CLUSTER.keyEstablishment, 'Key Establishment'],
]);

/** General commands beyond those of GBCS messages (ZCL table 2-3). */
const HOME_GENERAL: ReadonlyMap<number, string> = new Map([
  [0x05, 'Write Attributes No Response'],
  [0x06, 'Configure Reporting'],
  [0x07, 'Configure Reporting Response'],
  [0x0a, 'Report Attributes'],
  [0x0c, 'Discover Attributes'],
  [0x0d, 'Discover Attributes Response'],
]);

/** Commands to the server, and to the client, in order of their numbers. */
const HOME_COMMANDS: ReadonlyMap<number, readonly [toServer: readonly string[], toClient: readonly string[]]> = new Map([
  [
    CLUSTER.tunnelling,
    [
      ['Request Tunnel', 'Close Tunnel', 'Transfer Data', 'Transfer Data Error'],
      ['Request Tunnel Response', 'Transfer Data', 'Transfer Data Error', '', '', '', 'Tunnel Closure Notification'],
    ],
  ],
  [
    CLUSTER.keyEstablishment,
    [
      ['Initiate Request', 'Ephemeral Data Request', 'Confirm Key Request', 'Terminate'],
      ['Initiate Response', 'Ephemeral Data Response', 'Confirm Key Response', 'Terminate'],
    ],
  ],
  [
    CLUSTER.ota,
    [
      ['', 'Query Next Image Request', '', 'Image Block Request', 'Image Page Request', '', 'Upgrade End Request'],
      ['Image Notify', '', 'Query Next Image Response', '', '', 'Image Block Response', '', 'Upgrade End Response'],
    ],
  ],
]);

export function clusterName(cluster: number): string {
  return HOME_CLUSTERS.get(cluster) ?? CLUSTER_NAMES[cluster] ?? `cluster ${hex16(cluster)}`;
}

export function commandName(cluster: number, { clusterSpecific, command, toClient }: ZclFrame): string {
  const named = clusterSpecific
    ? (HOME_COMMANDS.get(cluster)?.[toClient ? 1 : 0][command] ?? zclCommand(cluster, command, toClient)?.name)
    : (HOME_GENERAL.get(command) ?? GENERAL_COMMAND_NAMES[command]);
  return named || `command ${hex8(command)}`;
}
