import { encodeDer } from '../../firmware-sim/codec/der.ts';
import { Element } from '../../firmware-sim/codec/element.ts';
import { generalizedTime } from '../../firmware-sim/device/clock.ts';
import { CANCEL_TIME } from '../../firmware-sim/device/future-dated.ts';
import { ActivateFirmwareCommand } from '../../firmware-sim/gbcs/asn1/structures.ts';
import { encodeAccessRequest, invokeIdOf, NULL_DATA } from '../../firmware-sim/gbcs/dlms-apdu.ts';
import { encodeGbz, GBZ_CONTROL } from '../../firmware-sim/gbcs/gbz.ts';
import { type Bytes, fromHex, NO_BYTES } from '../../firmware-sim/kernel/bytes.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import type { Millis } from '../../firmware-sim/kernel/time.ts';
import { CODE } from '../parties/message-facts.ts';
import type { CommandPlan } from '../parties/remote-party.ts';

/** Active firmware identifier 0-0:0.2.1.255 (GBCS mapping table row 85). */
const FIRMWARE_OBIS = fromHex('0000000201ff');
/** Metering cluster, CurrentMeterID (GBCS mapping table row 85). */
const METERING_CLUSTER = 0x0702;
const CURRENT_METER_ID = 0x0206;

/** CS06: activate the image of that hash, at once or at a time. */
export function activateFirmware(recipient: Eui64, manufacturerImageHash: Bytes, at?: Millis | 'cancel'): CommandPlan {
  const when = at === undefined ? {} : { executionDateTime: at === 'cancel' ? CANCEL_TIME : generalizedTime(at) };
  return {
    recipient,
    messageCode: CODE.activateFirmware,
    critical: true,
    payload: (originatorCounter) => encodeDer(ActivateFirmwareCommand, { manufacturerImageHash, originatorCounter, ...when }),
  };
}

/** Payload of ECS52: read the firmware version of an ESME or hub. */
export function readVersionPayload(counter: bigint): Bytes {
  const item = { operation: 'get' as const, classId: 1, obis: FIRMWARE_OBIS, member: 2, data: NULL_DATA };
  return encodeAccessRequest({ kind: 'dlms-access-request', invokeId: invokeIdOf(counter), dateTime: NO_BYTES, items: [item] });
}

/** ECS52 (SR11.2) for an ESME. */
export function readVersion(recipient: Eui64): CommandPlan {
  return { recipient, messageCode: CODE.readFirmwareDlms, critical: false, payload: readVersionPayload };
}

/** GCS38 (SR11.2) for a GSME. */
export function readGasVersion(recipient: Eui64): CommandPlan {
  const component = {
    control: GBZ_CONTROL.last,
    cluster: METERING_CLUSTER,
    fromDateTime: undefined,
    frameControl: 0,
    sequence: 0,
    command: 0,
    fields: [new Element('attributeIdentifier', 'uint16', CURRENT_METER_ID)],
    sealed: undefined,
  };
  const payload = encodeGbz({ kind: 'gbz', components: [component] });
  return { recipient, messageCode: CODE.readFirmwareGbz, critical: false, payload: () => payload };
}
