import type { RemotePartyRole } from '../gbcs/key-provider.ts';
import type { LogName } from './event-log.ts';

/** Alert and event codes this software raises (GBCS table 16.2; titles from there in own words). */
export const ALERT = {
  firmwareFailedAtPowerOn: 0x8f1b,
  firmwareVerificationFailed: 0x8f1c,
  contentIntegrityFailed: 0x8f1e,
  notAuthorisedForCommand: 0x8f30,
  supplyRestoredShort: 0x8f35,
  supplyRestoredLong: 0x8f36,
  trustedSourceAuthenticationFailed: 0x8f3d,
  unauthorisedAccess: 0x8f3e,
  firmwareVersionChanged: 0x8f43,
  otherAuthenticationFailure: 0x8f53,
  supplyInterrupted: 0x8f57,
  futureDatedDone: 0x8f66,
  futureDatedFailed: 0x8f67,
  firmwareVerified: 0x8f72,
  commandNotSupported: 0x8f85,
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
}

/** Generic critical alert: code and time only (RTDS 4.5.0 GCA-DLMS, GCA-ZigBee). */
const GENERIC_CRITICAL = { dlms: 0x1000, gbz: 0x1000 };

const ROWS: readonly AlertRow[] = [
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
  {
    code: 0x8f53,
    title: 'other authentication or authorisation failure',
    recipient: 'supplier',
    messageCode: GENERIC_CRITICAL,
    log: 'security',
  },
  { code: 0x8f57, title: 'supply interrupted', log: 'power' },
  { code: 0x8f66, title: 'future-dated command done', recipient: 'supplier', messageCode: { dlms: 0x00ca, gbz: 0x00ca } },
  { code: 0x8f67, title: 'future-dated command failed', recipient: 'supplier', messageCode: { dlms: 0x00ca, gbz: 0x00ca } },
  {
    code: 0x8f72,
    title: 'firmware verified',
    recipient: 'supplier',
    messageCode: { dlms: 0x00ce, gbz: 0x00cf },
    log: 'security',
  },
  { code: 0x8f85, title: 'command not supported by device', recipient: 'supplier', messageCode: { dlms: 0x0120, gbz: 0x0120 } },
];

/** Every alert and event by code. */
export const ALERT_ROWS: ReadonlyMap<number, AlertRow> = new Map(ROWS.map((row) => [row.code, row]));

/** `0x8F72`. */
export function alertText(code: number): string {
  return `0x${code.toString(16).toUpperCase().padStart(4, '0')}`;
}
