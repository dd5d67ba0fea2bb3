import { Element } from '../../codec/element.ts';
import { ZCL_TYPE_OF_CODE } from '../../codec/zcl.ts';
import type { Device } from '../device.ts';
import { versionOctets } from '../firmware.ts';
import { attributeFault } from './faults.ts';
import { ZCL_STATUS } from './status.ts';
import type { ZclAttribute, ZclStore } from './store.ts';

const CODE_OF_TYPE = new Map(Object.entries(ZCL_TYPE_OF_CODE).map(([code, type]): [string, number] => [type, Number(code)]));

/** CurrentMeterID, in which GBCS puts the firmware version (GBCS mapping table row 85; GCS38). */
export const FIRMWARE_VERSION = { cluster: 0x0702, attribute: 0x0206 } as const;

/** What an attribute reads as now. A proxy that has been told its meter's version has an attribute for it. */
export function attributeNow(device: Device, store: ZclStore, cluster: number, attribute: number): ZclAttribute | undefined {
  const held = store.attribute(cluster, attribute);
  if (held || cluster !== FIRMWARE_VERSION.cluster || attribute !== FIRMWARE_VERSION.attribute) return held;
  return { type: 'octstr', value: versionOctets(device.firmware.active.version) };
}

/** Fields of a Read Attributes Response, and the first status other than success. */
export interface AttributeRecords {
  readonly fields: readonly Element[];
  readonly status: number;
}

/** Reads attributes one by one; one that fails says so and the others are read all the same (ZCL 2.5.2). */
export function readAttributes(
  device: Device,
  store: ZclStore,
  cluster: number,
  identifiers: readonly number[],
): AttributeRecords {
  let first: number = ZCL_STATUS.success;
  const fields = identifiers.flatMap((identifier) => {
    const held = attributeNow(device, store, cluster, identifier);
    const code = held && CODE_OF_TYPE.get(held.type);
    const fault = attributeFault(device.faults, cluster, identifier);
    const status = fault !== ZCL_STATUS.success ? fault : code === undefined ? ZCL_STATUS.unsupportedAttribute : fault;
    if (first === ZCL_STATUS.success) first = status;
    const head = [new Element('attributeIdentifier', 'uint16', identifier), new Element('status', 'enum8', status)];
    if (status !== ZCL_STATUS.success || !held || code === undefined) return head;
    return [...head, new Element('attributeDataType', 'uint8', code), new Element('value', held.type, held.value)];
  });
  return { fields, status: first };
}
