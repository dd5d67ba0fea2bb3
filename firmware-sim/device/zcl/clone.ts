import type { Element } from '../../codec/element.ts';
import { useCasesOf } from '../../gbcs/catalogue.ts';
import type { GbzComponent } from '../../gbcs/gbz.ts';
import type { WholeMessage } from '../../gbcs/message.ts';
import type { Bytes } from '../../kernel/bytes.ts';
import { fromCivil, toSeconds2000 } from '../../kernel/time.ts';
import { DEFAULT_PARAMETERS } from '../life/parameters.ts';
import { splitTopUp } from '../payment/top-up.ts';
import { ZclAccount } from './account.ts';
import { DEFAULT_TIME } from './defaults.ts';
import { entriesIn, numberIn, recordOf } from './plain.ts';
import { FIRMWARE_VERSION } from './read-attributes.ts';
import { ZCL_STATUS } from './status.ts';
import type { SnapshotLog, ZclRecord, ZclStateName, ZclStore } from './store.ts';

const GENERAL = { attributes: 0x01, defaultResponse: 0x0b } as const;

/** Log that a use case reads snapshots from, by the cause it asks for (GBCS GCS15b, GCS15c, GCS16a, GCS16b). */
const SNAPSHOT_LOGS: Readonly<Record<string, SnapshotLog>> = {
  GCS15b: 'change',
  GCS15c: 'billing',
  GCS16a: 'daily',
  GCS16b: 'daily',
};

/** Calendar that a use case reads (GBCS GCS21b, GCS21f). */
const CALENDARS: Readonly<Record<string, 'tariff' | 'nonDisablement'>> = { GCS21b: 'nonDisablement', GCS21f: 'tariff' };

/** Sample log that a use case reads (GBCS GCS17, GCS18, GCS61). */
const SAMPLE_LOGS: Readonly<Record<string, ZclStateName>> = {
  GCS17: 'samples.profile',
  GCS18: 'samples.network',
  GCS61: 'samples.daily',
};

interface Cloning {
  readonly store: ZclStore;
  readonly useCase: string;
  /** When the response was made, ZCL UTCTime. */
  readonly at: number;
}

/** Seconds since 2000 of a header's COSEM date-time; of the default time where there is none. */
function secondsOf(dateTime: Bytes | undefined): number {
  if (!dateTime) return toSeconds2000(DEFAULT_TIME);
  const [high = 0, low = 0, month = 1, day = 1, , hour = 0, minute = 0, second = 0] = dateTime;
  return toSeconds2000(fromCivil({ year: high * 256 + low, month, day, hour, minute, second }));
}

/** The state behind a read command by `cluster/command`: what publishes it, what its absence empties. */
const READ_STATE: Readonly<Record<string, (useCase: string) => ZclStateName | undefined>> = {
  '1792/0': () => 'tariff.currentPrice',
  '1792/11': () => 'billing.period',
  '1794/6': (useCase) => prefixed('snapshots', SNAPSHOT_LOGS[useCase]),
  '1794/8': (useCase) => SAMPLE_LOGS[useCase],
  '1797/7': (useCase) => prefixed('prepaySnapshots', SNAPSHOT_LOGS[useCase]),
  '1797/8': () => 'log.topUps',
  '1797/10': () => 'log.debts',
  '1799/1': (useCase) => calendarPart(useCase, 'days'),
  '1799/2': (useCase) => calendarPart(useCase, 'weeks'),
  '1799/3': (useCase) => calendarPart(useCase, 'seasons'),
  '1799/4': (useCase) => calendarPart(useCase, 'specialDays'),
  '1800/5': () => 'events.configuration',
  '1801/0': (useCase) => (useCase === 'CS10b' ? 'log.security' : 'log.event'),
};

/** The read command that a published command answers, where their numbers differ. */
const READ_OF_PUBLISHED: Readonly<Record<string, string>> = {
  '1792/9': '1792/11',
  '1794/7': '1794/8',
  '1797/1': '1797/7',
  '1797/5': '1797/8',
  '1797/6': '1797/10',
  '1800/4': '1800/5',
  '1801/1': '1801/0',
};

function prefixed(family: 'snapshots' | 'prepaySnapshots', log: SnapshotLog | undefined): ZclStateName | undefined {
  return log && `${family}.${log}`;
}

function calendarPart(useCase: string, part: 'days' | 'weeks' | 'seasons' | 'specialDays'): ZclStateName | undefined {
  const kind = CALENDARS[useCase];
  return kind && `${kind}.${part}`;
}

/** List field that holds a log's rows, for state that keeps rows and not the command around them. */
const ROWS: Readonly<Partial<Record<ZclStateName, string>>> = {
  'log.topUps': 'Top Up Payload',
  'log.debts': 'Debt Payload',
  'log.event': 'Log Payload',
  'log.security': 'Log Payload',
  'events.configuration': 'Event Configuration Payload',
};

/** What answers an action and says something of the state it leaves. */
const ACTION_ANSWERS: Readonly<Record<string, (cloning: Cloning, record: ZclRecord) => void>> = {
  // SupplyStatusResponse
  '1794/12': ({ store }, record) => store.change(0x0702, 0x0014, numberIn(record, 'Supply Status')),
  // ChangePaymentModeResponse
  '1797/2': ({ store }, record) => {
    store.setRecords('payment.friendlyCredit', [
      {
        'Friendly Credit': numberIn(record, 'Friendly Credit'),
        'Friendly Credit Calendar ID': numberIn(record, 'Friendly Credit Calendar ID'),
      },
    ]);
    store.change(0x0705, 0x0010, numberIn(record, 'Emergency Credit Limit'));
    store.change(0x0705, 0x0011, numberIn(record, 'Emergency Credit Threshold'));
  },
  // ConsumerTopUpResponse: the balance from which the top-up leads to the one it reports.
  '1797/3': ({ store, at }, record) => {
    if (numberIn(record, 'Result Type') !== 0) return;
    const value = numberIn(record, 'Top Up Value');
    const account = new ZclAccount(store);
    const { balance } = splitTopUp(account, value, at, DEFAULT_PARAMETERS);
    account.setBalance('meterBalance', numberIn(record, 'Credit Remaining') - balance);
  },
};

/**
 * Loads what a captured response tells of a meter into a store: attributes that were read, calendars, logs, snapshots and samples
 * that were published, and what the answer to an action says. What was not found becomes empty. Counters and credentials stay.
 * @param message a response, decoded, its encrypted parts opened
 */
export function loadClone(store: ZclStore, message: WholeMessage): void {
  const { payload, header } = message;
  if (payload.kind !== 'gbz' || header.cra !== 'response') return;
  const useCase = useCasesOf(header.messageCode, 'response').find((row) => row.payload === 'GBZ')?.code ?? '';
  const cloning: Cloning = { store, useCase, at: secondsOf(header.dateTime) };
  loadClockStatus(store, message);
  const published = new Map<ZclStateName, ZclRecord[]>();
  for (const component of payload.components) loadComponent(cloning, component, published);
  for (const [name, records] of published) store.setRecords(name, records);
  if (useCase === 'GCS21f') loadScheme(store);
}

const isFirmwareVersion = (cluster: number, attribute: number): boolean =>
  cluster === FIRMWARE_VERSION.cluster && attribute === FIRMWARE_VERSION.attribute;

/** The firmware version a captured response (GCS38) reports, 4 octets; it belongs to the device's firmware, not to the store. */
export function clonedFirmware({ payload, header }: WholeMessage): Bytes | undefined {
  if (payload.kind !== 'gbz' || header.cra !== 'response') return undefined;
  const reads = payload.components.filter((one) => (one.frameControl & 3) === 0 && one.command === GENERAL.attributes);
  for (const { cluster, fields } of reads) {
    const found = fields.find((field) => isFirmwareVersion(cluster, Number(field.children[0]?.value)));
    const value = found?.children[3]?.value;
    if (value instanceof Uint8Array) return value;
  }
  return undefined;
}

/** A gas proxy that relays its meter's time says so in the header (RTDS 4.5.0 GCS13a RELIABLE_GSME). */
function loadClockStatus(store: ZclStore, { header }: WholeMessage): void {
  const status = header.dateTime?.at(-1);
  if (status === 0 || status === 4) store.setRecords('clock.header', [{ relayed: status === 4 }]);
}

function loadComponent(cloning: Cloning, component: GbzComponent, published: Map<ZclStateName, ZclRecord[]>): void {
  const { cluster, command, frameControl } = component;
  const fields = component.sealed ? (component.sealed.fields ?? []) : component.fields;
  if (fields.length === 0) return;
  if ((frameControl & 3) === 0) {
    if (command === GENERAL.attributes) loadAttributes(cloning, cluster, fields);
    else if (command === GENERAL.defaultResponse) loadAbsence(cloning, cluster, fields, published);
    return;
  }
  const key = `${cluster}/${command}`;
  const record = recordOf(fields);
  const action = ACTION_ANSWERS[key];
  if (action) action(cloning, record);
  else loadPublished(READ_STATE[READ_OF_PUBLISHED[key] ?? key]?.(cloning.useCase), record, published);
}

function loadPublished(name: ZclStateName | undefined, record: ZclRecord, published: Map<ZclStateName, ZclRecord[]>): void {
  if (!name) return;
  const list = ROWS[name];
  const rows = list === undefined ? [record] : entriesIn(record, list);
  published.set(name, [...(published.get(name) ?? []), ...rows]);
}

/** NOT_FOUND: there is nothing of what was asked for, beside what other components published. */
function loadAbsence(
  { useCase }: Cloning,
  cluster: number,
  fields: readonly Element[],
  published: Map<ZclStateName, ZclRecord[]>,
): void {
  const record = recordOf(fields);
  if (record.status !== ZCL_STATUS.notFound) return;
  const name = READ_STATE[`${cluster}/${numberIn(record, 'commandIdentifier')}`]?.(useCase);
  if (name && !published.has(name)) published.set(name, []);
}

function loadAttributes({ store }: Cloning, cluster: number, fields: readonly Element[]): void {
  for (const field of fields) {
    const [identifier, status, , value] = field.children;
    if (!identifier || !value || status?.value !== ZCL_STATUS.success) continue;
    const attribute = Number(identifier.value);
    const held = value.value as Exclude<Element['value'], readonly Element[] | null>;
    // The version read is always that of the image that runs.
    if (isFirmwareVersion(cluster, attribute)) continue;
    store.setAttribute(cluster, attribute, { type: value.type, value: held });
  }
}

/** A current price with a tier comes from a tariff with tiers, one without from blocks. */
function loadScheme(store: ZclStore): void {
  const price = store.record('tariff.currentPrice');
  if (!price) return;
  const tier = numberIn(price, 'Price Trailing Digit & Price Tier') & 0x0f;
  store.setRecords('tariff.information', [{ 'Tariff Type / Charging Scheme': tier > 0 ? 0x00 : 0x10 }]);
}
