import type { Element } from '../codec/element.ts';
import {
  type AccessResult,
  decodeAccessRequest,
  dlms,
  encodeAccessResponse,
  NULL_DATA,
  plainOperation,
} from '../gbcs/dlms-apdu.ts';
import { NO_BYTES, toHex } from '../kernel/bytes.ts';
import type { Device } from './device.ts';
import { versionOctets } from './firmware.ts';
import type { ExecutionContext, ExecutionResult } from './use-case.ts';

/** Reads one COSEM attribute of a device. */
export type CosemRead = (device: Device) => Element;

/** Readable COSEM attributes by `class:obis-hex:attribute`. */
export type CosemObjects = ReadonlyMap<string, CosemRead>;

/** data-access-result of a read that is refused, as RTDS 4.5.0 error responses have it. */
const HARDWARE_FAULT = 1;

/** Active firmware identifier, 0-0:0.2.1.255 (GBCS mapping table row 85), 4 octets. */
export const FIRMWARE_VERSION_OBJECT = '1:0000000201ff:2';

/** What any DLMS device has. */
export const COMMON_COSEM_OBJECTS: CosemObjects = new Map([
  [FIRMWARE_VERSION_OBJECT, (device: Device) => dlms('octet-string', versionOctets(device.firmware.active.version))],
]);

/**
 * Executes a DLMS access-request of a use case over a device's objects: one result per access, in order, failed ones with
 * null data (GBCS 7.3.4; continue-on-error is always set).
 * @param allowed accesses the use case consists of, in the keys of `objects`
 * @throws ProtocolFault when the payload is no access-request
 */
export function accessCosemObjects(
  objects: CosemObjects,
  allowed: readonly string[],
): (context: ExecutionContext) => ExecutionResult {
  return ({ device, command }) => {
    const request = decodeAccessRequest(command.payload);
    const results = request.items.map((item): AccessResult => {
      const key = `${item.classId}:${toHex(item.obis)}:${item.member}`;
      const operation = plainOperation(item.operation);
      const read = operation === 'get' && allowed.includes(key) ? objects.get(key) : undefined;
      return read ? { operation, result: 0, data: read(device) } : { operation, result: HARDWARE_FAULT, data: NULL_DATA };
    });
    return encodeAccessResponse({ kind: 'dlms-access-response', invokeId: request.invokeId, dateTime: NO_BYTES, results });
  };
}
