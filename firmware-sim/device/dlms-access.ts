import type { Element } from '../codec/element.ts';
import { obisText } from '../dictionary/cosem-obis.ts';
import { useCaseByName } from '../gbcs/catalogue.ts';
import {
  type AccessResult,
  decodeAccessRequest,
  dlms,
  encodeAccessResponse,
  NULL_DATA,
  plainOperation,
} from '../gbcs/dlms-apdu.ts';
import { NO_BYTES } from '../kernel/bytes.ts';
import type { Device } from './device.ts';
import { versionOctets } from './firmware.ts';
import { type SupportedUseCase, supported } from './use-case.ts';

/** Reads one COSEM attribute of a device. */
export type CosemRead = (device: Device) => Element;

/** Readable COSEM attributes by `class:OBIS:attribute`, as in `1:0-0:0.2.1.255:2`. */
export type CosemObjects = ReadonlyMap<string, CosemRead>;

/** data-access-result of a read that is refused, as RTDS 4.5.0 error responses have it. */
const HARDWARE_FAULT = 1;

/** What any DLMS device has: the active firmware identifier, 4 octets (GBCS mapping table row 85). */
export const COMMON_COSEM_OBJECTS: CosemObjects = new Map([
  ['1:0-0:0.2.1.255:2', (device: Device) => dlms('octet-string', versionOctets(device.firmware.active.version))],
]);

/**
 * A use case of the catalogue that is one DLMS access-request, executed over a device's objects: one result per access, in order,
 * failed ones with null data (GBCS 7.3.4; continue-on-error is always set). Only accesses that the catalogue lists for the use case
 * are allowed. Execution throws ProtocolFault when the payload is no access-request.
 */
export function dlmsUseCase(name: string, objects: CosemObjects): SupportedUseCase {
  const lists = useCaseByName(name)?.access ?? [];
  const allowed = new Set(lists.flat().map(([operation, classId, obis, member]) => `${operation} ${classId}:${obis}:${member}`));
  return supported(name, ({ device, command }) => {
    const request = decodeAccessRequest(command.payload);
    const results = request.items.map((item): AccessResult => {
      const key = `${item.classId}:${obisText(item.obis)}:${item.member}`;
      const operation = plainOperation(item.operation);
      const read = operation === 'get' && allowed.has(`${item.operation} ${key}`) ? objects.get(key) : undefined;
      return read ? { operation, result: 0, data: read(device) } : { operation, result: HARDWARE_FAULT, data: NULL_DATA };
    });
    return encodeAccessResponse({ kind: 'dlms-access-response', invokeId: request.invokeId, dateTime: NO_BYTES, results });
  });
}
