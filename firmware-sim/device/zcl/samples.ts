import { assert } from '../../kernel/errors.ts';
import { madeUpSamples } from './made-up-gas.ts';
import { numberIn, numbersIn } from './plain.ts';
import { deviceSeconds, type Publication, type ZclCall, type ZclRules } from './rule.ts';
import { NO_DATA, type SampleSource } from './sample-source.ts';
import type { ZclRecord, ZclStore } from './store.ts';

/** SampleRequestInterval that stands for a day (GBCS GCS61). */
export const DAILY_INTERVAL = 0xffff;
const DAY_SECONDS = 86_400;

/** Entries of a profile data log and of a daily consumption log (SMETS 4.6.5.15; CHTS 4.6.3.7). */
export const PROFILE_ENTRIES = 19_056;
export const DAILY_ENTRIES = 731;

/** Logs of samples. */
export type SampleLogName = `samples.${'profile' | 'daily' | 'network'}`;

interface LogRow {
  readonly name: SampleLogName;
  readonly capacity: number;
}

/** Sample logs by SampleID (GBCS GCS17, GCS61, GCS18; SMETS 4.6.5.15, CHTS 4.6.3.7, SMETS 4.6.5.12). */
const SAMPLE_LOGS: Readonly<Record<number, LogRow>> = {
  0: { name: 'samples.profile', capacity: PROFILE_ENTRIES },
  1: { name: 'samples.daily', capacity: DAILY_ENTRIES },
  2: { name: 'samples.network', capacity: 41 },
};
const NETWORK_LOG = 2;

function rowOf(name: SampleLogName): LogRow {
  const row = Object.values(SAMPLE_LOGS).find((one) => one.name === name);
  assert(row, `${name} is a log of samples`);
  return row;
}
/** Sample ID of a sampling that could not be started (GBCS GCS31). */
const NOT_STARTED = 0xffff;

const SAMPLING_STARTED = 0x0d;
const SAMPLED_DATA = 0x07;

/** Samples that stand in a record. */
function recorded(record: ZclRecord): SampleSource {
  const declared = numberIn(record, 'SampleRequestInterval');
  const interval = declared === DAILY_INTERVAL ? DAY_SECONDS : declared;
  const first = numberIn(record, 'SampleStartTime');
  const values = numbersIn(record, 'Samples');
  return {
    interval,
    span: values.length === 0 ? undefined : { first, last: first + (values.length - 1) * interval },
    samples: (from, count) => Array.from({ length: count }, (_, i) => values[(from - first) / interval + i] ?? NO_DATA),
  };
}

/** What there was before a log was captured: put there, or made up until the meter was made. */
function earlier(record: ZclRecord, { capacity }: LogRow): SampleSource {
  const until = record['Made Up Until'];
  if (typeof until !== 'number') return recorded(record);
  return madeUpSamples(numberIn(record, 'SampleRequestInterval'), until, capacity);
}

/** Time of the last sample that was there before a log was captured, ZCL UTCTime. */
export function storedSamplesEnd(store: ZclStore, name: 'samples.profile' | 'samples.daily'): number | undefined {
  const record = store.record(name);
  return record && earlier(record, rowOf(name)).span?.last;
}

/** Samples that follow each other, the later ones first to be asked; what is missing between them has no data. */
function joined(before: SampleSource | undefined, after: SampleSource | undefined): SampleSource | undefined {
  const [old, young] = [before?.span, after?.span];
  if (!before || !old || !after || !young) return young ? after : before;
  const { interval } = after;
  if ((young.first - old.first) % interval !== 0 || old.first >= young.first) return after;
  const samples = (first: number, count: number): readonly number[] => {
    const older = Math.max(0, Math.min(count, (young.first - first) / interval));
    return [...before.samples(first, older), ...after.samples(first + older * interval, count - older)];
  };
  return { interval, span: { first: old.first, last: Math.max(old.last, young.last) }, samples };
}

/** Samples of a log: time of the first, seconds between two, and values. */
export interface Sampled {
  readonly first: number;
  readonly interval: number;
  readonly values: readonly number[];
}

/** The samples of a log from an earliest time on, so many at most; undefined when there are none. */
export function sampled(store: ZclStore, name: SampleLogName, earliest: number, wanted: number): Sampled | undefined {
  const row = rowOf(name);
  const record = store.record(row.name);
  const log = joined(record && earlier(record, row), store.sampleSource(row.name));
  if (!log?.span) return undefined;
  const { interval, span } = log;
  const oldest = Math.max(span.first, span.last - (row.capacity - 1) * interval);
  const first = oldest + Math.max(0, Math.ceil((earliest - oldest) / interval)) * interval;
  const count = Math.min(wanted, (span.last - first) / interval + 1);
  return count <= 0 ? undefined : { first, interval, values: log.samples(first, count) };
}

/** Samples of a log from a time on, as many as asked for. */
function readSamples({ store, request }: ZclCall): Publication {
  const id = numberIn(request, 'SampleID');
  const row = SAMPLE_LOGS[id];
  const [earliest, wanted] = [numberIn(request, 'EarliestSampleTime'), numberIn(request, 'NumberOfSamples')];
  const found = row && sampled(store, row.name, earliest, wanted);
  if (!found) return { command: SAMPLED_DATA, records: [] };
  const record = {
    SampleID: id,
    SampleStartTime: found.first,
    SampleType: numberIn(request, 'SampleType'),
    SampleRequestInterval: found.interval === DAY_SECONDS ? DAILY_INTERVAL : found.interval,
    NumberOfSamples: found.values.length,
    Samples: found.values,
  };
  return { command: SAMPLED_DATA, records: [record] };
}

/** The network data log starts afresh. */
function startSampling(call: ZclCall): Publication {
  const { store, request } = call;
  const asked = numberIn(request, 'StartSampling Time');
  const log = {
    SampleStartTime: asked === 0 ? deviceSeconds(call) : asked,
    SampleRequestInterval: numberIn(request, 'SampleRequest Interval'),
    'MaxNumber of Samples': numberIn(request, 'MaxNumber of Samples'),
    Samples: [],
  };
  store.setRecords('samples.network', [log]);
  return { command: SAMPLING_STARTED, records: [{ 'Sample ID': NETWORK_LOG }] };
}

/** Metering cluster, sampling (GBCS GCS17, GCS18, GCS31, GCS61). */
export const SAMPLING_COMMANDS: ZclRules = {
  '0702/07': {
    answer: startSampling,
    refusal: () => ({ command: SAMPLING_STARTED, records: [{ 'Sample ID': NOT_STARTED }] }),
  },
  '0702/08': { answer: readSamples },
};
