import { decodeDer } from '../../codec/der.ts';
import {
  ActivateFirmwareResponse,
  BackupGpfLogAlert,
  IssueCredentialsResponse,
  ReadCertificateResponse,
  ReadDeviceLogResponse,
  ReadFirmwareVersionResponse,
  UnjoinResponse,
} from '../../gbcs/asn1/structures.ts';
import { CATALOGUE } from '../../gbcs/catalogue.ts';
import { parseCertificate } from '../../gbcs/certificates/parse.ts';
import type { MessageHeader } from '../../gbcs/header.ts';
import { type Bytes, NO_BYTES } from '../../kernel/bytes.ts';
import { eui64At } from '../../kernel/eui64.ts';
import type { Device } from '../device.ts';
import { euiField } from '../eui-field.ts';
import { ACTIVATION_CODES } from '../firmware.ts';
import { cloneProvided, cloneUpdated } from '../security/credential-reports.ts';
import type { OwnUse } from '../security/own-keys.ts';
import { UNJOIN_RESULTS } from './join.ts';

/** Takes what a payload says about a device into that device. */
type Take = (device: Device, payload: Bytes, command: Bytes | undefined) => void;

const credentials: Take = (device, payload) => cloneProvided(device.reports, payload);
const replaced: Take = (device, payload) => cloneUpdated(device.reports, payload);

/** Message codes of the use cases that take a device out of another one's log (CS04AC, CS04B). */
const UNJOIN_CODES = CATALOGUE.filter(({ code }) => code.startsWith('CS04')).flatMap(({ command }) => command);

/** Responses a state can be taken from, by message code. */
const RESPONSES: ReadonlyMap<number, Take> = new Map<number, Take>([
  [0x0008, credentials],
  [0x011b, credentials],
  [0x000a, certificationRequestOf],
  [0x000c, certificateOf],
  [0x0012, activationOf],
  [0x0013, deviceLogOf],
  [0x0129, firmwareOf],
  ...UNJOIN_CODES.map((code): [number, Take] => [code, unjoinedOf]),
  ...[0x0100, 0x0101, 0x0102, 0x0103, 0x0104, 0x0105, 0x0106, 0x0107, 0x0108, 0x0109, 0x0125, 0x0126].map(
    (code): [number, Take] => [code, replaced],
  ),
]);

/** GCS62, the one alert that tells a whole state. */
const GPF_LOG_BACKUP = 0x00b2;

/**
 * Takes the state behind a captured ASN.1 response (or GCS62 alert) into a device: reports about credentials, certificates,
 * device log, firmware versions. Never counters, and never a key that something is authenticated with.
 * @param command payload of the command it answers, where it is known
 * @returns false for a message no state can be taken from
 * @throws ProtocolFault when the payload is not what its message code says
 */
export function loadManagementClone(
  device: Device,
  { cra, messageCode }: MessageHeader,
  payload: Bytes,
  command?: Bytes,
): boolean {
  if (cra === 'alert' && messageCode === GPF_LOG_BACKUP) {
    device.deviceLog.entries = decodeDer(BackupGpfLogAlert, payload).deviceLogEntries.map(entryOf);
    return true;
  }
  const take = cra === 'response' ? RESPONSES.get(messageCode) : undefined;
  take?.(device, payload, command);
  return take !== undefined;
}

const entryOf = ({ deviceId, deviceType }: { readonly deviceId: Bytes; readonly deviceType: number }) => ({
  eui: euiField(deviceId),
  type: deviceType,
});

/** Uses a certification request asks for, by the key usage among its requested extensions. */
const REQUESTED_USES: readonly (readonly [OwnUse, number])[] = [
  ['digitalSignature', 0x80],
  ['keyAgreement', 0x08],
];

/** keyUsage, critical, as an extension: `06 03 55 1d 0f 01 01 ff 04 04 03 02`, unused bits, bits. */
const KEY_USAGE_EXTENSION = Uint8Array.of(0x06, 0x03, 0x55, 0x1d, 0x0f, 0x01, 0x01, 0xff, 0x04, 0x04, 0x03, 0x02);

function certificationRequestOf(device: Device, payload: Bytes): void {
  if (!('certificationRequest' in decodeDer(IssueCredentialsResponse, payload))) return;
  const at = payload.findIndex((_, i) => KEY_USAGE_EXTENSION.every((octet, k) => payload[i + k] === octet));
  const bits = at < 0 ? undefined : payload[at + KEY_USAGE_EXTENSION.length + 1];
  const use = REQUESTED_USES.find(([, bit]) => bits === bit)?.[0];
  if (use) device.reports.putRequest(use, payload.slice());
}

/** A captured certificate is the device's own where the bench does not hold the key it would have to fit. */
function certificateOf(device: Device, payload: Bytes): void {
  if (!('certificate' in decodeDer(ReadCertificateResponse, payload))) return;
  const { eui, keyUsage, der } = parseCertificate(payload);
  const [usage] = keyUsage;
  if (eui !== device.eui || (usage !== 'digitalSignature' && usage !== 'keyAgreement')) return;
  if (!device.anchors.own.privateKey(usage)) device.anchors.own.install(usage, der.slice(), undefined);
}

/** An activation that succeeded had an image to run; one that failed tells what still runs and whether another image was there. */
function activationOf(device: Device, payload: Bytes): void {
  const { activateImage } = decodeDer(ActivateFirmwareResponse, payload) as { activateImage?: Activation };
  if (!activateImage) return;
  const { activateImageResponseCode: code, firmwareVersion } = activateImage;
  const version = versionOf(firmwareVersion);
  if (code === ACTIVATION_CODES.success) device.firmware.store({ version, hash: NO_BYTES, manufacturerImage: NO_BYTES });
  else {
    device.firmware.runs(version);
    const other = { version, hash: device.suite.sha256(NO_BYTES), manufacturerImage: NO_BYTES };
    if (code === ACTIVATION_CODES.hashMismatch) device.firmware.store(other);
    else device.firmware.discard();
  }
}

interface Activation {
  readonly activateImageResponseCode: number;
  readonly firmwareVersion: Bytes;
}

function versionOf(octets: Bytes): number {
  return octets.reduce((sum, octet) => sum * 256 + octet, 0) % 0x1_0000_0000;
}

function deviceLogOf(device: Device, payload: Bytes): void {
  const { deviceLogEntries } = decodeDer(ReadDeviceLogResponse, payload);
  if (deviceLogEntries) device.deviceLog.entries = deviceLogEntries.map(entryOf);
}

function firmwareOf(device: Device, payload: Bytes): void {
  const { firmwareVersion, responseCode } = decodeDer(ReadFirmwareVersionResponse, payload);
  if (responseCode === 0) device.firmware.runs(versionOf(firmwareVersion));
}

/** GBCS DeviceType of a type 2 device: a response says no more of the device that was in the log. */
const OTHER_DEVICE = 6;

/** OCTET STRING(8), which the command of CS04 is (GBCS annex 3). */
const EUI_HEAD = [0x04, 8];

/** A device that somebody could be told to leave was in the log before. */
function unjoinedOf(device: Device, payload: Bytes, command: Bytes | undefined): void {
  const left = decodeDer(UnjoinResponse, payload) === UNJOIN_RESULTS.success;
  if (!left || command?.length !== 10 || !EUI_HEAD.every((octet, i) => command[i] === octet)) return;
  const eui = eui64At(command, EUI_HEAD.length);
  if (!device.deviceLog.find(eui)) device.deviceLog.add({ eui, type: OTHER_DEVICE });
}
