import { numberIn, numbersIn } from './plain.ts';
import { deviceSeconds, type Publication, type ZclCall, type ZclRules } from './rule.ts';
import type { ZclStateName } from './store.ts';

/** Sample logs by SampleID (GBCS GCS17, GCS61, GCS18). */
const SAMPLE_LOGS: Readonly<Record<number, ZclStateName>> = { 0: 'samples.profile', 1: 'samples.daily', 2: 'samples.network' };
const NETWORK_LOG = 2;
/** SampleRequestInterval that stands for a day (GBCS GCS61). */
const DAY = 0xffff;
const DAY_SECONDS = 86_400;
/** Sample ID of a sampling that could not be started (GBCS GCS31). */
const NOT_STARTED = 0xffff;

const SAMPLING_STARTED = 0x0d;
const SAMPLED_DATA = 0x07;

/** Samples of a log from a time on, as many as asked for. */
function readSamples({ store, request }: ZclCall): Publication {
  const id = numberIn(request, 'SampleID');
  const name = SAMPLE_LOGS[id];
  const log = name && store.record(name);
  const none = { command: SAMPLED_DATA, records: [] };
  if (!log) return none;
  const [start, interval] = [numberIn(log, 'SampleStartTime'), numberIn(log, 'SampleRequestInterval')];
  const seconds = interval === DAY ? DAY_SECONDS : interval;
  const first = Math.max(0, Math.ceil((numberIn(request, 'EarliestSampleTime') - start) / seconds));
  const samples = numbersIn(log, 'Samples').slice(first, first + numberIn(request, 'NumberOfSamples'));
  if (samples.length === 0) return none;
  const record = {
    SampleID: id,
    SampleStartTime: start + first * seconds,
    SampleType: numberIn(request, 'SampleType'),
    SampleRequestInterval: interval,
    NumberOfSamples: samples.length,
    Samples: samples,
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
