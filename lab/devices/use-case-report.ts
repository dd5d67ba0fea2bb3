import { ALERT_ROWS } from '../../firmware-sim/device/alert-table.ts';
import { CATALOGUE, type UseCaseRow } from '../../firmware-sim/gbcs/catalogue.ts';
import { REMOTE_PARTY_ROLES } from '../../firmware-sim/gbcs/key-provider.ts';
import { DEVICE_TYPES } from './device-types.ts';
import { deviceProfileOf } from './kinds.ts';
import { OWN_TESTS, REFERENCE_PAIRS } from './use-case-evidence.ts';

/** What is known of one use case and what hanbench does about it. */
export interface UseCaseReport {
  readonly row: UseCaseRow;
  /** Devices that execute the command or may send the alert. */
  readonly devices: readonly string[];
  readonly roles: readonly string[];
  readonly implemented: string;
  readonly verified: string;
}

const ROLE_NAMES = new Map<number, string>(Object.entries(REMOTE_PARTY_ROLES).map(([name, number]) => [number, name]));

/** Alerts that report how a future-dated command went, sent by the rows that execute such commands (GBCS 9.2.2.7). */
const OUTCOME_ALERTS: readonly number[] = [0x00ca, 0x00cb, 0x00cc, 0x00cd, 0x0124];

const TABLED_ALERTS = new Set(
  [...ALERT_ROWS.values()].flatMap(({ messageCode }) => (messageCode ? Object.values(messageCode) : [])),
);

const NOT_IMPLEMENTED = 'not implemented';

const HOW: Readonly<Record<UseCaseRow['payload'], string>> = {
  DLMS: 'access list over COSEM objects',
  GBZ: 'rules of ZCL commands over clusters',
  'ASN.1': 'handler of its structure',
  'HAN-only': NOT_IMPLEMENTED,
};

/** Use cases of the home area network, which no remote party commands, as far as there is something behind them. */
const AT_HOME: Readonly<Record<string, string>> = {
  CS05a: 'image store of the hub',
  CS05b: 'image store of the hub and image client of a device',
  CS05c: 'image store of the hub and its CCS08',
  HECS01: 'what the meter asks is logged and the switch reports at the meter, without the radio messages',
  PECS01: 'action of a PPMID at the meter, without its radio message',
  PECS02: 'action of a PPMID at the meter, without its radio message',
  PECS03: 'action of a PPMID at the meter, without its radio message',
};

function executedBy(row: UseCaseRow): readonly string[] {
  return DEVICE_TYPES.filter((type) => row.command.some((code) => deviceProfileOf(type).useCases.has(code)));
}

function implementedHow(row: UseCaseRow, executed: readonly string[]): string {
  if (executed.length > 0) return HOW[row.payload];
  const atHome = AT_HOME[row.code];
  if (atHome) return atHome;
  if (row.command.length > 0) return NOT_IMPLEMENTED;
  if (row.alert.some((code) => OUTCOME_ALERTS.includes(code))) return 'outcome of future-dated commands';
  return row.alert.some((code) => TABLED_ALERTS.has(code)) ? 'row of the alert table' : NOT_IMPLEMENTED;
}

function verifiedAgainst(row: UseCaseRow, implemented: string): string {
  if (implemented === NOT_IMPLEMENTED) return '-';
  if (REFERENCE_PAIRS.has(row.code)) return 'RTDS 4.5.0 pairs';
  return OWN_TESTS.has(row.code) ? 'own tests' : '-';
}

/** What hanbench does about one use case. */
export function reportOf(row: UseCaseRow): UseCaseReport {
  const executed = executedBy(row);
  const implemented = implementedHow(row, executed);
  return {
    row,
    devices: executed.length > 0 ? executed : row.devices,
    roles: row.roles.map((number) => ROLE_NAMES.get(number) ?? String(number)),
    implemented,
    verified: verifiedAgainst(row, implemented),
  };
}

const cell = (text: string): string => text.replaceAll('|', '\\|');

function markdownRow({ row, devices, roles, implemented, verified }: UseCaseReport): string {
  const cells = [
    row.code,
    row.title,
    devices.join(' '),
    row.payload,
    row.category ?? '',
    roles.join(', '),
    implemented,
    verified,
  ];
  return `| ${cells.map(cell).join(' | ')} |`;
}

/** The text of `docs/use-cases.md`. */
export function useCaseDocument(): string {
  const reports = CATALOGUE.map(reportOf);
  const count = (wanted: (report: UseCaseReport) => boolean): number => reports.filter(wanted).length;
  const done = count(({ implemented }) => implemented !== NOT_IMPLEMENTED);
  const reference = count(({ verified }) => verified === 'RTDS 4.5.0 pairs');
  return [
    '# Use cases',
    '',
    'Made by `hanbench catalogue --markdown`; a test keeps it so. Every use case hanbench knows, variants included.',
    '',
    '* **Devices**: those that execute the command here; of an alert, those that send it by GBCS.',
    '* **Implemented**: by what. A row with an interpreter needs no code of its own; a handler is a named function.',
    '* **Verified against**: `RTDS 4.5.0 pairs` where the payload of every successful reference response is the same, octet for octet,',
    '  once the device has taken over the values of that response; `own tests` where only tests of this repository execute it.',
    '',
    `${reports.length} rows, ${done} implemented, ${reference} of them verified against reference pairs.`,
    '',
    '| use case | title | devices | kind | category | roles | implemented | verified against |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...reports.map(markdownRow),
    '',
  ].join('\n');
}
