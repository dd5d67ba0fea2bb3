import { decodeDer, encodeDer } from '../../codec/der.ts';
import {
  BackupGpfLogAlert,
  EmptyCommand,
  FirmwareTransferAlert,
  PpmidFirmwareAlert,
  ReadDeviceLogResponse,
  ReadFirmwareVersionResponse,
  RestoreGpfLogCommand,
  RestoreGpfLogResponse,
} from '../../gbcs/asn1/structures.ts';
import type { Bytes } from '../../kernel/bytes.ts';
import { type Eui64, eui64Bytes } from '../../kernel/eui64.ts';
import type { Millis } from '../../kernel/time.ts';
import { ALERT } from '../alerts.ts';
import { generalizedTime } from '../clock.ts';
import type { Device } from '../device.ts';
import type { DeviceEffect } from '../effects.ts';
import { euiField } from '../eui-field.ts';
import { versionOctets } from '../firmware.ts';
import { type ExecutionContext, type SupportedUseCase, supported } from '../use-case.ts';
import type { DeviceLogEntry } from './device-log.ts';
import { JOIN_CODES } from './join.ts';

/** `readFailure` of CS07, and `failure` of CS08 and CS09 (GBCS annex 3). */
const FAILURE = 1;
const SUCCESS = 0;

const fieldsOf = ({ eui, type }: DeviceLogEntry) => ({ deviceId: eui64Bytes(eui), deviceType: type });

/** CS07: the devices this one may talk to. */
export const READ_DEVICE_LOG: SupportedUseCase = supported('CS07', ({ device, command }) => {
  decodeDer(EmptyCommand, command.payload);
  if (device.faults.has('CS07')) return encodeDer(ReadDeviceLogResponse, { responseCode: FAILURE });
  const deviceLogEntries = device.deviceLog.entries.map(fieldsOf);
  return encodeDer(ReadDeviceLogResponse, { responseCode: SUCCESS, deviceLogEntries });
});

/** CS08: the firmware a PPMID or HCALCS runs. */
export const READ_FIRMWARE: SupportedUseCase = supported('CS08', ({ device, command }) => {
  decodeDer(EmptyCommand, command.payload);
  const fault = device.faults.get('CS08');
  const firmwareVersion = versionOctets(fault === undefined ? device.firmware.active.version : 0);
  return encodeDer(ReadFirmwareVersionResponse, { firmwareVersion, responseCode: fault ?? SUCCESS });
});

/** GCS59: a new gas proxy gets back the log of the one it replaces. What it holds in the end is backed up (GCS62). */
export const RESTORE_GPF_LOG: SupportedUseCase = supported('GCS59', restoreLog);

function restoreLog({ device, command, now, effects }: ExecutionContext): Bytes {
  const { deviceLogEntries } = decodeDer(RestoreGpfLogCommand, command.payload);
  const entries = deviceLogEntries.map(({ deviceId, deviceType }) => ({ eui: euiField(deviceId), type: deviceType }));
  const before = device.deviceLog.entries;
  const restoreOutcome = entries.map((entry) => ({
    deviceLogEntry: fieldsOf(entry),
    joinResponseCode: restoreEntry(device, entry),
  }));
  if (device.deviceLog.entries !== before) effects.push(...backupGpfLog(device, now));
  return encodeDer(RestoreGpfLogResponse, { restoreOutcome });
}

function restoreEntry(device: Device, entry: DeviceLogEntry): number {
  const fault = device.faults.get('GCS59');
  if (fault !== undefined) return fault;
  const known = device.deviceLog.find(entry.eui);
  if (known && known.type !== entry.type) return JOIN_CODES.incompatibleEntry;
  if (!known && device.deviceLog.full) return JOIN_CODES.deviceLogFull;
  if (!known) device.deviceLog.add(entry);
  return JOIN_CODES.success;
}

/** GCS62: the gas proxy's log as it is now, to the broker, whenever it has changed. */
export function backupGpfLog(device: Device, now: Millis): DeviceEffect[] {
  const alertCode = ALERT.gasDeviceLogBackedUp;
  const backupDateTime = generalizedTime(device.localTime(now));
  const deviceLogEntries = device.deviceLog.entries.map(fieldsOf);
  return device.alert(alertCode, now, { asn1: encodeDer(BackupGpfLogAlert, { alertCode, backupDateTime, deviceLogEntries }) });
}

/** CS09: a PPMID or HCALCS has activated, or failed to activate, the firmware it was given. */
export function reportActivation(device: Device, succeeded: boolean, now: Millis): DeviceEffect[] {
  const alertCode = ALERT.ppmidFirmwareActivated;
  const asn1 = encodeDer(PpmidFirmwareAlert, {
    alertCode,
    dateTime: generalizedTime(device.localTime(now)),
    firmwareVersion: versionOctets(device.firmware.active.version),
    activateImageResponseCode: succeeded ? SUCCESS : FAILURE,
  });
  return device.alert(alertCode, now, { asn1 });
}

/**
 * CCS08: what became of an image the hub has passed on to a PPMID or HCALCS.
 * @param code 0 success, 1 image discarded, 2 hardware version mismatch, 3 transfer failure (GBCS annex 3)
 */
export function reportTransfer(device: Device, target: Eui64, version: number, code: number, now: Millis): DeviceEffect[] {
  const alertCode = code === SUCCESS ? ALERT.firmwareTransferred : ALERT.firmwareNotTransferred;
  const asn1 = encodeDer(FirmwareTransferAlert, {
    alertCode,
    dateTime: generalizedTime(device.localTime(now)),
    deviceId: eui64Bytes(target),
    firmwareVersion: versionOctets(version),
    responseCode: code,
  });
  return device.alert(alertCode, now, { asn1 });
}
