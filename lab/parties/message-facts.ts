import { decodeDer } from '../../firmware-sim/codec/der.ts';
import { momentOf } from '../../firmware-sim/device/activate-firmware.ts';
import { CANCEL_TIME } from '../../firmware-sim/device/future-dated.ts';
import {
  ActivateFirmwareCommand,
  ActivateFirmwareResponse,
  FirmwareActivationAlert,
} from '../../firmware-sim/gbcs/asn1/structures.ts';
import { identify } from '../../firmware-sim/gbcs/catalogue.ts';
import {
  ACCESS_REQUEST_TAG,
  ACCESS_RESPONSE_TAG,
  DATA_NOTIFICATION_TAG,
  decodeAccessResponse,
  decodeDataNotification,
} from '../../firmware-sim/gbcs/dlms-apdu.ts';
import { decodeGbz, decodeGbzAlert, GBZ_PROFILE } from '../../firmware-sim/gbcs/gbz.ts';
import type { MessageHeader } from '../../firmware-sim/gbcs/header.ts';
import { ByteReader } from '../../firmware-sim/kernel/byte-reader.ts';
import { type Bytes, toHex } from '../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault } from '../../firmware-sim/kernel/errors.ts';
import { fromCivil, type Millis } from '../../firmware-sim/kernel/time.ts';

/** Message codes of this job (GBCS mapping table; RTDS 4.5.0). */
export const CODE = {
  activateFirmware: 0x0012,
  readFirmwareDlms: 0x0059,
  supplyRestored: 0x0067,
  readFirmwareGbz: 0x0084,
  activationAlert: 0x00ca,
  receiptDlms: 0x00ce,
  receiptGbz: 0x00cf,
} as const;

const DLMS_TAGS: readonly (number | undefined)[] = [ACCESS_REQUEST_TAG, ACCESS_RESPONSE_TAG, DATA_NOTIFICATION_TAG];

/** The code of the use case a message belongs to, or the message code where the catalogue has none. */
export function useCaseName({ messageCode, cra }: MessageHeader, payload: Bytes): string {
  const kind = DLMS_TAGS.includes(payload[0]) ? 'DLMS' : payload[0] === GBZ_PROFILE >> 8 ? 'GBZ' : 'ASN.1';
  return identify(messageCode, cra, { payload: kind })?.useCase.code ?? `0x${messageCode.toString(16).padStart(4, '0')}`;
}

/** What a party reads out of a message, as far as this job needs it. Fields that a message does not have are undefined. */
export interface MessageFacts {
  readonly alertCode?: number;
  /** Image hash of a firmware receipt. */
  readonly imageHash?: string;
  /** Start and end of an interruption that ECS80 reports. */
  readonly outage?: { readonly interruptedAt: Millis; readonly restoredAt: Millis };
  readonly version?: number;
  /** CS06 outcome: 0 success, 1 no image held, 2 hash mismatch, 3 failure. */
  readonly activationCode?: number;
  /** CS06 was accepted for later. */
  readonly accepted?: true;
  /** A read failed. */
  readonly failed?: true;
}

const versionOf = (octets: Bytes): number => new ByteReader(octets).u32();

/** The moment of a COSEM date-time whose fields are all specified. @throws ProtocolFault */
function momentOfDateTime(octets: Bytes): Millis {
  const reader = new ByteReader(octets);
  const [year, month, day] = [reader.u16(), reader.u8(), reader.u8()];
  reader.u8();
  return fromCivil({ year, month, day, hour: reader.u8(), minute: reader.u8(), second: reader.u8() });
}

/** Reads a response or alert of this job. @throws ProtocolFault when it is not what its message code says */
export function factsOf(header: MessageHeader, payload: Bytes): MessageFacts {
  if (header.cra === 'alert') return alertFacts(header, payload);
  switch (header.messageCode) {
    case CODE.activateFirmware: {
      const response = decodeDer(ActivateFirmwareResponse, payload);
      if ('commandAccepted' in response) return { accepted: true };
      const { activateImageResponseCode, firmwareVersion } = response.activateImage;
      return { activationCode: activateImageResponseCode, version: versionOf(firmwareVersion) };
    }
    case CODE.readFirmwareDlms: {
      const value = decodeAccessResponse(payload).results[0]?.data.value;
      return value instanceof Uint8Array && value.length === 4 ? { version: versionOf(value) } : { failed: true };
    }
    case CODE.readFirmwareGbz:
      return gbzVersion(payload);
    default:
      return {};
  }
}

function alertFacts(header: MessageHeader, payload: Bytes): MessageFacts {
  if (header.messageCode === CODE.activationAlert) {
    const { alertCode, outcome } = decodeDer(FirmwareActivationAlert, payload);
    return { alertCode, activationCode: outcome.activateImageResponseCode, version: versionOf(outcome.firmwareVersion) };
  }
  if (header.messageCode === CODE.receiptGbz) {
    const alert = decodeGbzAlert(payload, header.messageCode);
    return { alertCode: alert.alertCode };
  }
  const fields = decodeDataNotification(payload, header.messageCode).body.children;
  const alertCode = Number(fields[0]?.value);
  const octets = fields.slice(2).map((field) => (field.value instanceof Uint8Array ? field.value : new Uint8Array(0)));
  const [first, second] = octets;
  if (header.messageCode === CODE.receiptDlms && first) return { alertCode, imageHash: toHex(first) };
  if (header.messageCode === CODE.supplyRestored && first && second) {
    return { alertCode, outage: { interruptedAt: momentOfDateTime(first), restoredAt: momentOfDateTime(second) } };
  }
  return { alertCode };
}

/** ZCL Read Attributes Response: identifier(2), status, type, then a length-prefixed octet string. */
function gbzVersion(payload: Bytes): MessageFacts {
  const component = decodeGbz(payload).components[0];
  const record = component?.fields[0]?.children ?? [];
  const value = record.at(-1)?.value;
  return value instanceof Uint8Array && value.length === 4 ? { version: versionOf(value) } : { failed: true };
}

/** What the DCC learns from a CS06 on its way: which image, and when it executes (undefined: at once, 'cancel'). */
export function activationOf(payload: Bytes): { readonly hash: Bytes; readonly executesAt: Millis | 'now' | 'cancelled' } {
  const { manufacturerImageHash: hash, executionDateTime } = decodeDer(ActivateFirmwareCommand, payload);
  if (executionDateTime === undefined) return { hash, executesAt: 'now' };
  return { hash, executesAt: executionDateTime === CANCEL_TIME ? 'cancelled' : momentOf(executionDateTime) };
}

/** Facts, or undefined for a payload that cannot be read. */
export function factsOrNone(header: MessageHeader, payload: Bytes): MessageFacts | undefined {
  try {
    return factsOf(header, payload);
  } catch (error) {
    if (error instanceof ProtocolFault) return undefined;
    throw error;
  }
}
