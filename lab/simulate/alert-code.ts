import { decodeDer } from '../../firmware-sim/codec/der.ts';
import { FirmwareActivationAlert } from '../../firmware-sim/gbcs/asn1/structures.ts';
import { DATA_NOTIFICATION_TAG, decodeDataNotification } from '../../firmware-sim/gbcs/dlms-apdu.ts';
import { decodeEnvelope } from '../../firmware-sim/gbcs/envelope.ts';
import { decodeGbzAlert, GBZ_PROFILE } from '../../firmware-sim/gbcs/gbz.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';

/** The code that an alert message of a device carries, in whichever notation. */
export function alertCodeOf(message: Bytes): number {
  const { header, payload } = decodeEnvelope(message);
  if (payload[0] === DATA_NOTIFICATION_TAG) {
    return Number(decodeDataNotification(payload, header.messageCode).body.children[0]?.value);
  }
  if (payload[0] === GBZ_PROFILE >> 8) return decodeGbzAlert(payload, header.messageCode).alertCode;
  return decodeDer(FirmwareActivationAlert, payload).alertCode;
}
