import { Element } from '../codec/element.ts';
import { decodeGbz, encodeGbz, GBZ_CONTROL, GBZ_PROFILE, type GbzComponent } from '../gbcs/gbz.ts';
import { ProtocolFault } from '../kernel/errors.ts';
import type { Device } from './device.ts';
import { versionOctets } from './firmware.ts';
import type { ExecutionContext, ExecutionResult } from './use-case.ts';

/** Reads one ZCL attribute of a device: its data type's code and its value. */
export type ZclRead = (device: Device) => { readonly typeCode: number; readonly value: Element };

/** Readable ZCL attributes by `cluster:attribute` in hex. */
export type ZclAttributes = ReadonlyMap<string, ZclRead>;

/** ZCL data type octet string (ZCL 2.6.2). */
const OCTET_STRING = 0x41;
const READ_ATTRIBUTES = 0x00;
const READ_ATTRIBUTES_RESPONSE = 0x01;
const STATUS = { success: 0x00, failure: 0x01 } as const;
/** Frame control: general command, server to client (RTDS 4.5.0 GCS38). */
const FRAME_CONTROL_RESPONSE = 0x08;

/** Key of an attribute. */
export function zclKey(cluster: number, attribute: number): string {
  return `${cluster.toString(16)}:${attribute.toString(16)}`;
}

/** CurrentMeterID of the metering cluster, in which GBCS puts the firmware version (GBCS mapping table row 85). */
export const FIRMWARE_VERSION_ATTRIBUTE = zclKey(0x0702, 0x0206);

/** What any GBZ device has. */
export const COMMON_ZCL_ATTRIBUTES: ZclAttributes = new Map([
  [
    FIRMWARE_VERSION_ATTRIBUTE,
    (device: Device) => ({
      typeCode: OCTET_STRING,
      value: new Element('value', 'octstr', versionOctets(device.firmware.active.version)),
    }),
  ],
]);

/**
 * Executes a use case of ZCL Read Attributes commands over a device's attributes; one record per attribute, refused ones with
 * their status (GBCS 7.2.8, ZCL 2.5.2).
 * @throws ProtocolFault when the payload is not of that form
 */
export function readZclAttributes(
  attributes: ZclAttributes,
  allowed: readonly string[],
): (context: ExecutionContext) => ExecutionResult {
  return ({ device, command }) => {
    const { payload } = command;
    if (payload.length < 3 || payload[0] !== GBZ_PROFILE >> 8 || payload[1] !== (GBZ_PROFILE & 0xff)) {
      throw new ProtocolFault('bad-gbz', 'a GBZ payload starts with profile 0x0109');
    }
    const components = decodeGbz(payload).components.map((component) => answer(device, attributes, allowed, component));
    return encodeGbz({ kind: 'gbz', components });
  };
}

function answer(device: Device, attributes: ZclAttributes, allowed: readonly string[], asked: GbzComponent): GbzComponent {
  if (asked.command !== READ_ATTRIBUTES || (asked.frameControl & 3) !== 0 || asked.sealed) {
    throw new ProtocolFault('bad-gbz', 'Read Attributes expected');
  }
  const fields = asked.fields.flatMap((field): Element[] => {
    const identifier = Number(field.value);
    const key = zclKey(asked.cluster, identifier);
    const read = allowed.includes(key) ? attributes.get(key)?.(device) : undefined;
    const head = [new Element('attributeIdentifier', 'uint16', identifier)];
    if (!read) return [...head, new Element('status', 'enum8', STATUS.failure)];
    return [
      ...head,
      new Element('status', 'enum8', STATUS.success),
      new Element('attributeDataType', 'uint8', read.typeCode),
      read.value,
    ];
  });
  return {
    control: asked.control & GBZ_CONTROL.last,
    cluster: asked.cluster,
    fromDateTime: undefined,
    frameControl: FRAME_CONTROL_RESPONSE,
    sequence: asked.sequence,
    command: READ_ATTRIBUTES_RESPONSE,
    fields,
    sealed: undefined,
  };
}
