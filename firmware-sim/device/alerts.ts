import { ALERT_NAMES } from '../dictionary/alert-names.ts';
import type { RemotePartyRole } from '../gbcs/key-provider.ts';
import type { LogName } from './event-log.ts';

/** Alert and event codes this software raises (GBCS table 16.2; titles from there in own words). */
export const ALERT = {
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

/** How a code is reported: to which role, under which message code, and into which log. */
export interface AlertRow {
  readonly code: number;
  readonly title: string;
  /** Absent for events that are only logged. */
  readonly recipient?: RemotePartyRole;
  /** Message code by payload notation; the same number twice where GBCS has one for both. */
  readonly messageCode?: { readonly dlms: number; readonly gbz: number };
  readonly log?: LogName;
  /** Non-critical: MACed for its recipient in place of signed (SME.A.NC). */
  readonly maced?: boolean;
}

/** Generic critical alert: code and time only (RTDS 4.5.0 GCA-DLMS, GCA-ZigBee). */
const GENERIC_CRITICAL = { dlms: 0x1000, gbz: 0x1000 };

/** Generic non-critical alert (RTDS 4.5.0 GNCA-DLMS, GNCA-ZigBee). */
const GENERIC_NON_CRITICAL = { dlms: 0x1001, gbz: 0x1001 };

const ROWS: readonly AlertRow[] = [
  {
    code: 0x8071,
    title: 'GPF device log backed up',
    recipient: 'accessControlBroker',
    messageCode: { dlms: 0x00b2, gbz: 0x00b2 },
    maced: true,
  },
  {
    code: 0x810e,
    title: 'credit added locally',
    recipient: 'supplier',
    messageCode: GENERIC_NON_CRITICAL,
    log: 'event',
    maced: true,
  },
  {
    code: 0x81ab,
    title: 'emergency credit activated',
    recipient: 'supplier',
    messageCode: GENERIC_NON_CRITICAL,
    log: 'event',
    maced: true,
  },
  {
    code: 0x8f0a,
    title: 'billing data log updated',
    recipient: 'supplier',
    messageCode: { dlms: 0x0061, gbz: 0x008b },
  },
  {
    code: 0x8f0c,
    title: 'clock not adjusted: deviation beyond tolerance',
    recipient: 'supplier',
    messageCode: GENERIC_CRITICAL,
    log: 'event',
  },
  {
    code: 0x8f12,
    title: 'device added to or removed from the hub device log',
    recipient: 'accessControlBroker',
    messageCode: { dlms: 0x0018, gbz: 0x0018 },
    log: 'event',
    maced: true,
  },
  {
    code: 0x8f1b,
    title: 'stored firmware bad at power-on',
    recipient: 'supplier',
    messageCode: GENERIC_CRITICAL,
    log: 'security',
  },
  {
    code: 0x8f1c,
    title: 'firmware verification failed',
    recipient: 'supplier',
    messageCode: { dlms: 0x00ce, gbz: 0x00cf },
    log: 'security',
  },
  {
    code: 0x8f1e,
    title: 'command content or format check failed',
    recipient: 'supplier',
    messageCode: GENERIC_CRITICAL,
    log: 'security',
  },
  {
    code: 0x8f30,
    title: 'source has no authority for the command',
    recipient: 'supplier',
    messageCode: GENERIC_CRITICAL,
    log: 'security',
  },
  {
    code: 0x8f35,
    title: 'supply restored, outage under 3 minutes',
    recipient: 'networkOperator',
    messageCode: { dlms: 0x0067, gbz: 0x0067 },
    log: 'power',
  },
  {
    code: 0x8f36,
    title: 'supply restored, outage of 3 minutes or more',
    recipient: 'networkOperator',
    messageCode: { dlms: 0x0067, gbz: 0x0067 },
    log: 'power',
  },
  {
    code: 0x8f3d,
    title: 'trusted source authentication failed',
    recipient: 'supplier',
    messageCode: GENERIC_CRITICAL,
    log: 'security',
  },
  {
    code: 0x8f3e,
    title: 'unauthorised communication access attempted',
    recipient: 'supplier',
    messageCode: GENERIC_CRITICAL,
    log: 'security',
  },
  { code: 0x8f43, title: 'firmware version in execution changed', log: 'security' },
  { code: 0x8f4c, title: 'own signing key not replaced', log: 'security' },
  { code: 0x8f4d, title: 'own signing key replaced', log: 'security' },
  { code: 0x8f4e, title: 'own agreement key not replaced', log: 'security' },
  { code: 0x8f4f, title: 'own agreement key replaced', log: 'security' },
  {
    code: 0x8f53,
    title: 'other authentication or authorisation failure',
    recipient: 'supplier',
    messageCode: GENERIC_CRITICAL,
    log: 'security',
  },
  { code: 0x8f57, title: 'supply interrupted', log: 'power' },
  {
    code: 0x8f60,
    title: 'unusual numbers of malformed messages',
    recipient: 'supplier',
    messageCode: GENERIC_CRITICAL,
    log: 'security',
  },
  { code: 0x8f66, title: 'future-dated command done', recipient: 'supplier', messageCode: { dlms: 0x00ca, gbz: 0x00ca } },
  { code: 0x8f67, title: 'future-dated command failed', recipient: 'supplier', messageCode: { dlms: 0x00ca, gbz: 0x00ca } },
  { code: 0x8f70, title: 'security credentials updated', log: 'security' },
  {
    code: 0x8f72,
    title: 'firmware verified',
    recipient: 'supplier',
    messageCode: { dlms: 0x00ce, gbz: 0x00cf },
    log: 'security',
  },
  {
    code: 0x8f28,
    title: 'sub GHz channel scan request assessed',
    recipient: 'accessControlBroker',
    messageCode: { dlms: 0x0112, gbz: 0x0112 },
    maced: true,
  },
  {
    code: 0x8f2a,
    title: 'sub GHz configuration changed',
    recipient: 'accessControlBroker',
    messageCode: { dlms: 0x0113, gbz: 0x0113 },
    maced: true,
  },
  {
    code: 0x8f86,
    title: 'level limit of a proportional controller set',
    recipient: 'supplier',
    messageCode: { dlms: 0x0121, gbz: 0x0121 },
  },
  {
    code: 0x8f87,
    title: 'level limit of a proportional controller over',
    recipient: 'supplier',
    messageCode: { dlms: 0x0122, gbz: 0x0122 },
  },
  { code: 0x8f85, title: 'command not supported by device', recipient: 'supplier', messageCode: { dlms: 0x0120, gbz: 0x0120 } },
  {
    code: 0x8f89,
    title: 'firmware not transferred to the device',
    recipient: 'accessControlBroker',
    messageCode: { dlms: 0x0128, gbz: 0x0128 },
  },
  {
    code: 0x8f8a,
    title: 'firmware transferred to the device',
    recipient: 'accessControlBroker',
    messageCode: { dlms: 0x0128, gbz: 0x0128 },
  },
  {
    code: 0x8f8b,
    title: 'PPMID or HCALCS firmware activated',
    recipient: 'accessControlBroker',
    messageCode: { dlms: 0x012b, gbz: 0x012b },
    log: 'event',
  },
];

/** Every alert and event by code. */
export const ALERT_ROWS: ReadonlyMap<number, AlertRow> = new Map(ROWS.map((row) => [row.code, row]));

const OPERATOR_FAMILY = 0x80;
const SUPPLIER_FAMILY = 0x81;
const CRITICAL_FAMILY = 0x8f;

/**
 * How a code is reported: by its row, or for a code that GBCS names and no row is about, by its family. 80xx goes to the network
 * operator and 81xx to the supplier, both non-critical; 8Fxx is critical and the supplier's (GBCS 16.2 as far as public).
 * @returns undefined for a number that is no alert or event code
 */
export function alertRow(code: number): AlertRow | undefined {
  const row = ALERT_ROWS.get(code);
  if (row) return row;
  const title = ALERT_NAMES.get(code);
  if (title === undefined) return undefined;
  const family = code >> 8;
  if (family === CRITICAL_FAMILY) return { code, title, recipient: 'supplier', messageCode: GENERIC_CRITICAL, log: 'event' };
  if (family !== OPERATOR_FAMILY && family !== SUPPLIER_FAMILY) return { code, title, log: 'event' };
  const recipient: RemotePartyRole = family === OPERATOR_FAMILY ? 'networkOperator' : 'supplier';
  return { code, title, recipient, messageCode: GENERIC_NON_CRITICAL, log: 'event', maced: true };
}

/** `0x8F72`. */
export function alertText(code: number): string {
  return `0x${code.toString(16).toUpperCase().padStart(4, '0')}`;
}
