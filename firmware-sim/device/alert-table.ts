import { ALERT_NAMES } from '../dictionary/alert-names.ts';
import type { RemotePartyRole } from '../gbcs/key-provider.ts';
import type { LogName } from './event-log.ts';

/*
 * How alert and event codes are reported (GBCS table 16.2 as far as it is public: tables of meter makers, RTDS 4.5.0). 80xx are the
 * network operator's and 81xx the supplier's, non-critical and configurable; 8Fxx are critical and cannot be switched off.
 */

/** What codes that are reported alike have in common. */
interface Report {
  /** Roles that are told, as far as the device knows them; none: the code is only logged or shown. */
  readonly recipients: readonly RemotePartyRole[];
  /** Who is told by a device that knows none of the recipients, as a hub. Default: the Access Control Broker. */
  readonly instead?: readonly RemotePartyRole[];
  /** Message code by payload notation; the same number twice where GBCS has one for both. */
  readonly messageCode?: { readonly dlms: number; readonly gbz: number };
  readonly log?: LogName;
  /** Non-critical: MACed for its recipient in place of signed (SME.A.NC). */
  readonly maced?: boolean;
  /** Displays on the home area network are told too. */
  readonly home?: boolean;
  /** Its content is encrypted for the recipient. */
  readonly sensitive?: boolean;
}

/** How one code is reported. */
export interface AlertRow extends Report {
  readonly code: number;
  readonly title: string;
}

const message = (dlms: number, gbz = dlms): { readonly messageCode: { readonly dlms: number; readonly gbz: number } } => ({
  messageCode: { dlms, gbz },
});

/** Generic alerts have a code and a time only (RTDS 4.5.0 GCA-DLMS, GCA-ZigBee, GNCA-DLMS, GNCA-ZigBee). */
const GENERIC_CRITICAL = message(0x1000);
const GENERIC_NON_CRITICAL = message(0x1001);

const CRITICAL: Report = { recipients: ['supplier'], ...GENERIC_CRITICAL };
const SECURITY: Report = { ...CRITICAL, log: 'security' };
const NOTICE: Report = { recipients: ['supplier'], maced: true, ...GENERIC_NON_CRITICAL };
const EVENT: Report = { ...NOTICE, log: 'event' };
const POWER_QUALITY: Report = { recipients: ['networkOperator'], maced: true, log: 'power', ...GENERIC_NON_CRITICAL };
const RESTORED: Report = { recipients: ['networkOperator'], log: 'power', ...message(0x0067) };
/** Supplier and network operator want to know that somebody may have tampered; of a hub, the broker and the WAN provider do. */
const TAMPER: Report = {
  recipients: ['supplier', 'networkOperator'],
  instead: ['accessControlBroker', 'wanProvider'],
  log: 'security',
  ...GENERIC_CRITICAL,
};
const SUPPLY: Report = { recipients: ['supplier', 'networkOperator'], home: true, ...GENERIC_CRITICAL };
/** Of firmware; that of a hub is the WAN provider's. */
const FIRMWARE: Report = { recipients: ['supplier'], instead: ['wanProvider'], log: 'security' };
const HUB: Report = { recipients: ['accessControlBroker'], maced: true, ...GENERIC_NON_CRITICAL };
const TRANSFER: Report = { recipients: ['accessControlBroker'], ...message(0x0128) };
const LOGGED = (log: LogName): Report => ({ recipients: [], log });

const span = (from: number, to: number): readonly number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** Codes and how they are reported. A later line about a code takes the place of an earlier one. */
const REPORTS: readonly (readonly [codes: readonly number[], report: Report])[] = [
  [span(0x8002, 0x8016), POWER_QUALITY],
  [span(0x8020, 0x802f), POWER_QUALITY],
  [span(0x8085, 0x809c), POWER_QUALITY],
  [[0x8071], { recipients: ['accessControlBroker'], maced: true, ...message(0x00b2) }],
  [[0x810d, 0x8119], { ...NOTICE, home: true }],
  // 811A goes into the log of auxiliary controllers, which its organ keeps.
  [[0x810e, 0x811a, 0x81a2, 0x81a3], NOTICE],
  [[0x8145, 0x8154, 0x8155, 0x8161, 0x8162, 0x81c6], LOGGED('event')],
  [[0x8168], { ...LOGGED('event'), home: true }],
  [[0x8183, 0x8184, 0x819d, 0x819e], EVENT],
  [span(0x81a0, 0x81a1), EVENT],
  [[0x81a0], { ...EVENT, ...message(0x00f0, 0x00f2) }],
  [span(0x81a4, 0x81b6), EVENT],
  [span(0x81b9, 0x81c5), EVENT],
  [[0x81aa, 0x81ab, 0x81c4], { ...EVENT, home: true }],
  [[0x81b7, 0x81b8, 0x81bb], { ...NOTICE, log: 'power' }],
  [[0x8f01], { ...CRITICAL, log: 'event', home: true }],
  [[0x8f0a], { recipients: ['supplier'], sensitive: true, ...message(0x0061, 0x008b) }],
  [[0x8f0c, 0x8f1e, 0x8f30, 0x8f3d, 0x8f3e, 0x8f53, 0x8f60], SECURITY],
  [[0x8f0f, 0x8f69, 0x8f83], CRITICAL],
  [[0x8f12], { ...HUB, log: 'event', ...message(0x0018) }],
  [[0x8f1b], { ...FIRMWARE, ...GENERIC_CRITICAL }],
  [[0x8f1c, 0x8f72], { ...FIRMWARE, ...message(0x00ce, 0x00cf) }],
  [[0x8f1d, 0x8f1f, 0x8f82], { ...CRITICAL, log: 'event' }],
  [span(0x8f20, 0x8f2d), HUB],
  [[0x8f20], { ...HUB, ...message(0x0110) }],
  [[0x8f26], { ...HUB, ...message(0x0111) }],
  [[0x8f28], { ...HUB, ...message(0x0112) }],
  [[0x8f2a], { ...HUB, ...message(0x0113) }],
  [[0x8f2c], { ...HUB, ...message(0x0114) }],
  [[0x8f2d], { ...HUB, ...message(0x0115) }],
  [span(0x8f32, 0x8f34), SUPPLY],
  [span(0x8f35, 0x8f3c), RESTORED],
  [[0x8f3f, ...span(0x8f73, 0x8f78)], TAMPER],
  [[0x8f3f], { ...TAMPER, recipients: ['supplier'] }],
  [[0x8f43, 0x8f47, ...span(0x8f48, 0x8f4f), 0x8f51, 0x8f52, 0x8f5b, 0x8f63, 0x8f64, 0x8f70], LOGGED('security')],
  [span(0x8f57, 0x8f5a), LOGGED('power')],
  [[0x8f66, 0x8f67], { recipients: ['supplier'], ...message(0x00ca) }],
  [[0x8f84], { ...HUB, ...message(0x00d5) }],
  [[0x8f85], { recipients: ['supplier'], ...message(0x0120) }],
  [[0x8f86], { recipients: ['supplier'], ...message(0x0121) }],
  [[0x8f87], { recipients: ['supplier'], ...message(0x0122) }],
  [[0x8f88], { recipients: ['supplier'], ...message(0x0123) }],
  [[0x8f89, 0x8f8a], TRANSFER],
  [[0x8f8b], { recipients: ['accessControlBroker'], log: 'event', ...message(0x012b) }],
];

/** Titles that are shorter, or less in need of the table around them, than those of the dictionary. */
const TITLES: ReadonlyMap<number, string> = new Map([
  [0x8071, 'GPF device log backed up'],
  [0x810e, 'credit added locally'],
  [0x811a, 'auxiliary switch did not take the state it was told'],
  [0x81ab, 'emergency credit activated'],
  [0x8f0a, 'billing data log updated'],
  [0x8f0c, 'clock not adjusted: deviation beyond tolerance'],
  [0x8f12, 'device added to or removed from the hub device log'],
  [0x8f1b, 'stored firmware bad at power-on'],
  [0x8f1c, 'firmware verification failed'],
  [0x8f1e, 'command content or format check failed'],
  [0x8f28, 'sub GHz channel scan request assessed'],
  [0x8f2a, 'sub GHz configuration changed'],
  [0x8f30, 'source has no authority for the command'],
  [0x8f35, 'supply restored, outage under 3 minutes'],
  [0x8f36, 'supply restored, outage of 3 minutes or more'],
  [0x8f3d, 'trusted source authentication failed'],
  [0x8f3e, 'unauthorised communication access attempted'],
  [0x8f43, 'firmware version in execution changed'],
  [0x8f4c, 'own signing key not replaced'],
  [0x8f4d, 'own signing key replaced'],
  [0x8f4e, 'own agreement key not replaced'],
  [0x8f4f, 'own agreement key replaced'],
  [0x8f53, 'other authentication or authorisation failure'],
  [0x8f57, 'supply interrupted'],
  [0x8f60, 'unusual numbers of malformed messages'],
  [0x8f66, 'future-dated command done'],
  [0x8f67, 'future-dated command failed'],
  [0x8f70, 'security credentials updated'],
  [0x8f72, 'firmware verified'],
  [0x8f85, 'command not supported by device'],
  [0x8f86, 'level limit of a proportional controller set'],
  [0x8f87, 'level limit of a proportional controller over'],
  [0x8f89, 'firmware not transferred to the device'],
  [0x8f8a, 'firmware transferred to the device'],
  [0x8f8b, 'PPMID or HCALCS firmware activated'],
]);

function rowsOf([codes, report]: (typeof REPORTS)[number]): AlertRow[] {
  return codes.flatMap((code) => {
    const title = TITLES.get(code) ?? ALERT_NAMES.get(code);
    return title === undefined ? [] : [{ ...report, code, title }];
  });
}

/** Every alert and event by code. */
export const ALERT_ROWS: ReadonlyMap<number, AlertRow> = new Map(
  REPORTS.flatMap(rowsOf).map((row): [number, AlertRow] => [row.code, row]),
);
