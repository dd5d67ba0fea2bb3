import { numberIn, numbersIn } from './plain.ts';
import { deviceSeconds, type Publication, type ZclCall, type ZclRules } from './rule.ts';
import { ZCL_STATUS } from './status.ts';
import type { ZclStateName, ZclStore } from './store.ts';

/** Metering cluster attributes (ZSE D.3; GBCS GCS21a, GCS21m, GCS33). */
const METERING = 0x0702;
const SUPPLY_STATUS = 0x0014;
const TAMPER_STATE = 0x0607;
const DEPLETION_STATE = 0x0608;
/** Supply Status: off, off and armed, on. */
const SUPPLY = { off: 0, armed: 1, on: 2 } as const;
/** Supply states that a command leaves as they are (GBCS GCS24). */
const UNCHANGED = 3;

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
const SUPPLY_ANSWER = 0x0c;

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

/** Closes the valve, or arms one that is closed; an open valve stays open (GBCS GCS32, GCS39). */
function changeSupply({ store, request }: ZclCall): number {
  const proposed = numberIn(request, 'Proposed Supply Status');
  if (proposed === SUPPLY.off) store.change(METERING, SUPPLY_STATUS, SUPPLY.off);
  else if (proposed !== SUPPLY.armed) return ZCL_STATUS.invalidField;
  else if (store.number(METERING, SUPPLY_STATUS) === SUPPLY.off) store.change(METERING, SUPPLY_STATUS, SUPPLY.armed);
  return ZCL_STATUS.success;
}

function supplyAnswer({ store, request }: ZclCall): Publication {
  const record = {
    'Provider ID': numberIn(request, 'Provider ID'),
    'Issuer Event ID': numberIn(request, 'Issuer Event ID'),
    'Implementation Date/Time': numberIn(request, 'Implementation Date/Time'),
    'Supply Status': store.number(METERING, SUPPLY_STATUS),
  };
  return { command: SUPPLY_ANSWER, records: [record] };
}

function setSupplyStatus({ store, request }: ZclCall): number {
  const set = (attribute: number, field: string): void => {
    const value = numberIn(request, field);
    if (value !== UNCHANGED) store.change(METERING, attribute, value);
  };
  set(TAMPER_STATE, 'SupplyTamper State');
  set(DEPLETION_STATE, 'SupplyDepletion State');
  store.setRecords('supply.uncontrolledFlow', [{ state: numberIn(request, 'SupplyUncontrolled FlowState') }]);
  return ZCL_STATUS.success;
}

/** Attributes of the uncontrolled flow test by the field that sets them (GBCS GCS24, GCS24a). */
const FLOW_FIELDS: readonly (readonly [number, string])[] = [
  [0x0b10, 'Uncontrolled Flow Threshold'],
  [0x0b11, 'Unit of Measure'],
  [0x0b12, 'Multiplier'],
  [0x0b13, 'Divisor'],
  [0x0b14, 'Stabilisation Period'],
  [0x0b15, 'Measurement Period'],
];

function setFlowThreshold({ store, request }: ZclCall): number {
  for (const [attribute, field] of FLOW_FIELDS) store.change(METERING, attribute, numberIn(request, field));
  return ZCL_STATUS.success;
}

/** Metering cluster, to the meter (GBCS GCS17, GCS18, GCS24, GCS31, GCS32, GCS39, GCS61). */
export const METERING_COMMANDS: ZclRules = {
  '0702/07': {
    answer: startSampling,
    refusal: () => ({ command: SAMPLING_STARTED, records: [{ 'Sample ID': NOT_STARTED }] }),
  },
  '0702/08': { answer: readSamples },
  '0702/0b': { apply: changeSupply, answer: supplyAnswer },
  '0702/0d': { apply: setSupplyStatus },
  '0702/0e': { apply: setFlowThreshold },
};

/** True when the valve is open. */
export function isSupplyOn(store: ZclStore): boolean {
  return store.number(METERING, SUPPLY_STATUS) === SUPPLY.on;
}
