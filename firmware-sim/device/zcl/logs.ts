import { toSeconds2000 } from '../../kernel/time.ts';
import type { LogEntry } from '../event-log.ts';
import { LOG_CAPACITY } from '../event-log.ts';
import { raise } from './events.ts';
import { numberIn } from './plain.ts';
import type { Publication, ZclCall, ZclRules } from './rule.ts';
import type { ZclRecord } from './store.ts';

/** Log ID: general event log, security event log, a gas proxy's copy of its meter's log (GBCS CS10a, CS10b, CS11). */
const LOG_ID = { general: 3, security: 4, gasMeter: 6 } as const;
const LOG_ID_MASK = 0x0f;
/** ClearedEventsLogs: bit 3 for the general log (GBCS CS11). */
const GENERAL_CLEARED = 0x08;
/** Event log cleared, a security event (GBCS table 16.2). */
const LOG_WAS_CLEARED = 0x8f52;

const EVENT_LOG = 0x01;
const LOG_CLEARED = 0x02;
const NO_DATA = new Uint8Array(0);

/** Rows that were there from the start or were cloned, and what the device has logged since; the newest of a full log. */
function rowsOf({ store, device }: ZclCall, log: 'event' | 'security'): readonly ZclRecord[] {
  const id = log === 'security' ? LOG_ID.security : LOG_ID.general;
  const own = device.logs[log].entries.map((entry) => rowOf(entry, id));
  return [...store.records(`log.${log}`), ...own].slice(-LOG_CAPACITY);
}

function rowOf({ at, code, data }: LogEntry, id: number): ZclRecord {
  return { 'Log ID': id, 'Event ID': code, 'Event Time': toSeconds2000(at), 'Event Data': data ?? NO_DATA };
}

/** Entries of a log within a time span, both ends included, of one event or of all, from an offset on. */
function readEventLog(call: ZclCall): Publication {
  const { request } = call;
  const id = numberIn(request, 'Event Control / Log ID') & LOG_ID_MASK;
  const [from, to] = [numberIn(request, 'Start Time'), numberIn(request, 'End Time')];
  const event = numberIn(request, 'Event ID');
  const found = rowsOf(call, id === LOG_ID.security ? 'security' : 'event').filter((row) => {
    const at = numberIn(row, 'Event Time');
    return at >= from && at <= to && (event === 0 || row['Event ID'] === event);
  });
  const offset = numberIn(request, 'Event Offset');
  const wanted = numberIn(request, 'Number of Events');
  const rows = found.slice(offset, wanted === 0 ? undefined : offset + wanted);
  if (rows.length === 0) return { command: EVENT_LOG, records: [] };
  const record = {
    'Total Number of Events': found.length,
    'Command Index': 0,
    'Total Number of Commands': 1,
    'Number of Events / Log Payload Control': 0,
    'Log Payload': rows,
  };
  return { command: EVENT_LOG, records: [record] };
}

const cleared = (logs: number): Publication => ({ command: LOG_CLEARED, records: [{ ClearedEventsLogs: logs }] });

/** Only the general log can be cleared (GBCS CS11). */
function clearEventLog(call: ZclCall): Publication {
  const { store, device, request } = call;
  const id = numberIn(request, 'Log ID');
  if (id !== LOG_ID.general && id !== LOG_ID.gasMeter) return cleared(0);
  store.setRecords('log.event', []);
  device.logs.event.clear();
  raise(call, LOG_WAS_CLEARED);
  return cleared(GENERAL_CLEARED);
}

/** Rows of a log between the component's From-Date-Time and an end, both included: the newest that are asked for. */
function between(call: ZclCall, name: 'log.topUps' | 'log.debts', time: string, wanted: number): readonly ZclRecord[] {
  const [from, to] = [call.fromDateTime ?? 0, numberIn(call.request, 'Latest End Time')];
  const found = call.store.records(name).filter((row) => {
    const at = numberIn(row, time);
    return at >= from && at <= to;
  });
  return wanted === 0 ? found : found.slice(-wanted);
}

function published(command: number, list: string, rows: readonly ZclRecord[]): Publication {
  if (rows.length === 0) return { command, records: [] };
  return { command, records: [{ 'Command Index': 0, 'Total Number of Commands': 1, [list]: rows }] };
}

/** Events cluster (GBCS CS10a, CS10b, CS11). */
export const EVENT_COMMANDS: ZclRules = {
  '0709/00': { answer: readEventLog },
  '0709/01': { answer: clearEventLog, refusal: () => cleared(0) },
};

/** Billing data logs of the prepayment cluster (GBCS GCS15d, GCS15e). */
export const PREPAYMENT_LOG_READS: ZclRules = {
  '0705/08': {
    answer: (call) =>
      published(0x05, 'Top Up Payload', between(call, 'log.topUps', 'TopUp Time', numberIn(call.request, 'Number of Records'))),
  },
  '0705/0a': {
    answer: (call) => {
      const type = numberIn(call.request, 'Debt Type');
      const rows = between(call, 'log.debts', 'Collection Time', numberIn(call.request, 'Number of Debts'));
      return published(
        0x06,
        'Debt Payload',
        rows.filter((row) => row['Debt Type'] === type),
      );
    },
  },
};
