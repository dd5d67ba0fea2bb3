import { ALERT_ROWS, type AlertRow } from './alert-table.ts';

/** Alert and event codes this software raises (GBCS table 16.2; titles from there in own words). */
export const ALERT = {
  clockAdjusted: 0x8145,
  clockOutsideTolerance: 0x81c6,
  billingDataLog: 0x8f0a,
  clockNotAdjusted: 0x8f0c,
  deviceLogChanged: 0x8f12,
  firmwareFailedAtPowerOn: 0x8f1b,
  firmwareVerificationFailed: 0x8f1c,
  contentIntegrityFailed: 0x8f1e,
  notAuthorisedForCommand: 0x8f30,
  supplyRestoredShort: 0x8f35,
  supplyRestoredLong: 0x8f36,
  trustedSourceAuthenticationFailed: 0x8f3d,
  unauthorisedAccess: 0x8f3e,
  firmwareVersionChanged: 0x8f43,
  signingKeyNotReplaced: 0x8f4c,
  signingKeyReplaced: 0x8f4d,
  agreementKeyNotReplaced: 0x8f4e,
  agreementKeyReplaced: 0x8f4f,
  otherAuthenticationFailure: 0x8f53,
  supplyInterrupted: 0x8f57,
  unusualNumbers: 0x8f60,
  futureDatedDone: 0x8f66,
  futureDatedFailed: 0x8f67,
  credentialsUpdated: 0x8f70,
  firmwareVerified: 0x8f72,
  commandNotSupported: 0x8f85,
  firmwareTransferred: 0x8f8a,
  firmwareNotTransferred: 0x8f89,
  ppmidFirmwareActivated: 0x8f8b,
  gasDeviceLogBackedUp: 0x8071,
} as const;

/** How a code is reported; undefined for a number that is no alert or event code. */
export function alertRow(code: number): AlertRow | undefined {
  return ALERT_ROWS.get(code);
}

/** `0x8F72`. */
export function alertText(code: number): string {
  return `0x${code.toString(16).toUpperCase().padStart(4, '0')}`;
}
