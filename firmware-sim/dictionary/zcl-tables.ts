import { GBZ_TEMPLATES } from './data/gbz-templates.ts';
import { ZCL_ATTRIBUTES } from './data/zcl-attributes.ts';
import { ZCL_COMMANDS } from './data/zcl-commands.ts';
import type { GbzTemplate, ZclAttributeRow, ZclCommandRow } from './zcl.ts';

/** Clusters that GBCS messages address (ZSE, ZCL). */
export const CLUSTER_NAMES: Readonly<Record<number, string>> = {
  0: 'Basic',
  1792: 'Price',
  1793: 'Demand Response and Load Control',
  1794: 'Metering',
  1795: 'Messaging',
  1796: 'Tunneling',
  1797: 'Prepayment',
  1799: 'Calendar',
  1800: 'Device Management',
  1801: 'Events',
};

/** Commands every cluster has (ZCL 2.5). */
export const GENERAL_COMMAND_NAMES: Readonly<Record<number, string>> = {
  0: 'Read Attributes',
  1: 'Read Attributes Response',
  2: 'Write Attributes',
  4: 'Write Attributes Response',
  11: 'Default Response',
};

/** ZCL status codes (ZCL table 2-12). */
export const ZCL_STATUS_NAMES: Readonly<Record<string, string>> = {
  '0': 'SUCCESS',
  '1': 'FAILURE',
  '126': 'NOT_AUTHORIZED',
  '127': 'RESERVED_FIELD_NOT_ZERO',
  '128': 'MALFORMED_COMMAND',
  '129': 'UNSUP_CLUSTER_COMMAND',
  '130': 'UNSUP_GENERAL_COMMAND',
  '131': 'UNSUP_MANUF_CLUSTER_COMMAND',
  '132': 'UNSUP_MANUF_GENERAL_COMMAND',
  '133': 'INVALID_FIELD',
  '134': 'UNSUPPORTED_ATTRIBUTE',
  '135': 'INVALID_VALUE',
  '136': 'READ_ONLY',
  '137': 'INSUFFICIENT_SPACE',
  '138': 'DUPLICATE_EXISTS',
  '139': 'NOT_FOUND',
  '140': 'UNREPORTABLE_ATTRIBUTE',
  '141': 'INVALID_DATA_TYPE',
  '192': 'HARDWARE_FAILURE',
  '193': 'SOFTWARE_FAILURE',
};

const COMMANDS = new Map<number, ZclCommandRow>();
const commandKey = (cluster: number, command: number, toClient: boolean): number =>
  cluster * 512 + command * 2 + (toClient ? 1 : 0);
for (const row of ZCL_COMMANDS) COMMANDS.set(commandKey(row.cluster, row.command, row.toClient), row);

/** A cluster command by cluster, command and direction. */
export function zclCommand(cluster: number, command: number, toClient: boolean): ZclCommandRow | undefined {
  return COMMANDS.get(commandKey(cluster, command, toClient));
}

const ATTRIBUTES = new Map<number, ZclAttributeRow>();
for (const row of ZCL_ATTRIBUTES) ATTRIBUTES.set(row.cluster * 65_536 + row.attribute, row);

export function zclAttribute(cluster: number, attribute: number): ZclAttributeRow | undefined {
  return ATTRIBUTES.get(cluster * 65_536 + attribute);
}

const TEMPLATES = new Map(GBZ_TEMPLATES.map((row) => [row.useCase, row]));

/** What the GBZ messages of a use case are made of; undefined for one without GBZ commands. */
export function gbzTemplate(useCase: string): GbzTemplate | undefined {
  return TEMPLATES.get(useCase);
}
