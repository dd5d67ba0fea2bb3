import type { SupplyState } from '../life/supply-switch.ts';
import { numberIn } from './plain.ts';
import type { Publication, ZclCall, ZclRules } from './rule.ts';
import { ZCL_STATUS } from './status.ts';
import type { ZclStore } from './store.ts';

/** Metering cluster attributes of the valve (ZSE D.3; GBCS GCS21a, GCS21m, GCS33). */
const METERING = 0x0702;
const SUPPLY_STATUS = 0x0014;
const TAMPER_STATE = 0x0607;
const DEPLETION_STATE = 0x0608;
/** Supply states that a command leaves as they are (GBCS GCS24), and that a tamper or depletion does. */
const UNCHANGED = 3;
const LOCKED = 0;

const SUPPLY_ANSWER = 0x0c;

/** Supply Status by the state it stands for: off, off and armed, on. */
const STATUS: Readonly<Record<SupplyState, number>> = { disabled: 0, armed: 1, enabled: 2 };
const STATES: readonly SupplyState[] = ['disabled', 'armed', 'enabled'];

/** The state of a gas meter's valve. */
export function supplyState(store: ZclStore): SupplyState {
  return STATES[store.number(METERING, SUPPLY_STATUS)] ?? 'disabled';
}

export function setSupplyState(store: ZclStore, state: SupplyState): void {
  store.change(METERING, SUPPLY_STATUS, STATUS[state]);
}

/** True when the valve was closed in a way that only the supplier undoes (SMETS 4.5.3.10; 0x81BE). */
export function isSupplyLocked(store: ZclStore): boolean {
  return store.records('supply.lock').length > 0;
}

export function lockSupply(store: ZclStore, locked: boolean): void {
  if (locked !== isSupplyLocked(store)) store.setRecords('supply.lock', locked ? [{ Locked: true }] : []);
}

/** What a tamper or an empty battery does to supply: true when it locks (GBCS GCS24: 0 locked, 3 unchanged). */
export function locksSupply(store: ZclStore, on: 'tamper' | 'depletion'): boolean {
  return store.number(METERING, on === 'tamper' ? TAMPER_STATE : DEPLETION_STATE) === LOCKED;
}

/** Closes the valve, or arms one that is closed; an open valve stays open (GBCS GCS32, GCS39). */
function changeSupply({ device, store, request }: ZclCall): number {
  const proposed = numberIn(request, 'Proposed Supply Status');
  if (proposed === STATUS.disabled) {
    setSupplyState(store, 'disabled');
    if (device.parameters.remoteDisableLocks) lockSupply(store, true);
  } else if (proposed !== STATUS.armed) return ZCL_STATUS.invalidField;
  else if (supplyState(store) === 'disabled') {
    setSupplyState(store, 'armed');
    lockSupply(store, false);
  }
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

/** How a gas meter tests for uncontrolled flow when its valve opens (SMETS 4.6.4.33). */
export interface FlowTest {
  /** Flow it may not exceed, as a fraction of units of 0.0001 m³ an hour. */
  readonly threshold: { readonly flow: number; readonly divisor: number };
  readonly stabilisationMs: number;
  readonly measurementMs: number;
}

/** The test as it is set up; undefined without a measurement period. */
export function flowTest(store: ZclStore): FlowTest | undefined {
  const [threshold = 0, , multiplier = 0, divisor = 0, stabilisation = 0, measurement = 0] = FLOW_FIELDS.map(([attribute]) =>
    store.number(METERING, attribute),
  );
  if (measurement === 0 || divisor === 0) return undefined;
  return {
    threshold: { flow: threshold * multiplier * 10_000, divisor },
    stabilisationMs: stabilisation * 100,
    measurementMs: measurement * 1000,
  };
}

/** Metering cluster, to the valve (GBCS GCS24, GCS24a, GCS32, GCS39). */
export const SUPPLY_COMMANDS: ZclRules = {
  '0702/0b': { apply: changeSupply, answer: supplyAnswer },
  '0702/0d': { apply: setSupplyStatus },
  '0702/0e': { apply: setFlowThreshold },
};
