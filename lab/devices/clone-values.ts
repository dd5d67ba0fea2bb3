import { clonedLive, loadClone as loadCosem } from '../../firmware-sim/device/cosem/clone.ts';
import { FIRMWARE_VERSION } from '../../firmware-sim/device/cosem/reads.ts';
import type { Device } from '../../firmware-sim/device/device.ts';
import { loadManagementClone } from '../../firmware-sim/device/management/clone.ts';
import { clonedFirmware, loadClone as loadZcl } from '../../firmware-sim/device/zcl/clone.ts';
import { ACCESS_REQUEST_TAG, type AccessRequest, decodeAccessRequest } from '../../firmware-sim/gbcs/dlms-apdu.ts';
import { type Bytes, toBigInt } from '../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault } from '../../firmware-sim/kernel/errors.ts';
import type { Clone } from './clone.ts';

/** The access-request a clone answers; undefined for anything else. */
function requestIn(command: Bytes | undefined): AccessRequest | undefined {
  if (command?.[0] !== ACCESS_REQUEST_TAG) return undefined;
  try {
    return decodeAccessRequest(command);
  } catch (error) {
    if (error instanceof ProtocolFault) return undefined;
    throw error;
  }
}

/** A captured firmware version becomes that of the running image. */
function takeFirmwareVersion(device: Device, octets: unknown): void {
  if (!(octets instanceof Uint8Array) || octets.length !== 4) return;
  device.firmware.runs(Number(toBigInt(octets)));
}

/**
 * Puts the values of a captured response into a device's objects. Counters, trust anchors and keys stay, unless the response is a
 * report of credentials.
 * @param command payload of the command it answers, where it is known
 * @throws ProtocolFault when the payload is not what its message code says
 */
export function loadClone(device: Device, clone: Clone, command: Bytes | undefined): void {
  const { message, payload } = clone;
  if (device.cosem) {
    const request = requestIn(command);
    loadCosem(device.cosem, message, request);
    takeFirmwareVersion(device, clonedLive(message, request).get(FIRMWARE_VERSION)?.value);
  }
  if (device.zcl) {
    loadZcl(device.zcl, message);
    takeFirmwareVersion(device, clonedFirmware(message));
  }
  loadManagementClone(device, message.header, payload, command);
}
