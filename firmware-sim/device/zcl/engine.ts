import type { GbzTemplateCommand, ZclField } from '../../dictionary/zcl.ts';
import { gbzTemplate, zclCommand } from '../../dictionary/zcl-tables.ts';
import { decodeGbz, GBZ_CONTROL, GBZ_PROFILE, type GbzComponent } from '../../gbcs/gbz.ts';
import type { Bytes } from '../../kernel/bytes.ts';
import { assert, ProtocolFault } from '../../kernel/errors.ts';
import { commandFault } from './faults.ts';
import { elementsOf, isWhole, recordOf } from './plain.ts';
import { readAttributes } from './read-attributes.ts';
import { type Answer, defaultResponse, isClusterSpecific, isToClient, type Outcome } from './respond.ts';
import type { Publication, ZclCall, ZclRule } from './rule.ts';
import { zclRule } from './rules.ts';
import { ZCL_STATUS } from './status.ts';
import { commandKey, type ZclStore } from './store.ts';
import { type Start, startOf } from './timing.ts';

const READ_ATTRIBUTES = 0x00;
const READ_ATTRIBUTES_RESPONSE = 0x01;
/** Command identifier in the Default Response to a command after the one that failed (RTDS 4.5.0 GCS04 ERROR). */
const NOT_EXECUTED = 0xff;

const isFailure = (status: number): boolean => status !== ZCL_STATUS.success && status !== ZCL_STATUS.notFound;

/** Components of a use case's command, checked against its template. @throws ProtocolFault `bad-gbz` */
export function componentsOf(useCase: string, payload: Bytes): readonly GbzComponent[] {
  if (payload.length < 3 || payload[0] !== GBZ_PROFILE >> 8 || payload[1] !== (GBZ_PROFILE & 0xff)) {
    throw new ProtocolFault('bad-gbz', 'a GBZ payload starts with profile 0x0109', 0, 'GBCS 7.2.10');
  }
  const { components } = decodeGbz(payload);
  const rows = gbzTemplate(useCase)?.commands ?? [];
  for (const [i, component] of components.entries()) {
    const last = (component.control & GBZ_CONTROL.last) !== 0;
    const sound = rows.some((row) => conforms(component, row)) && last === (i === components.length - 1);
    if (sound) continue;
    const key = commandKey(component.cluster, component.command);
    throw new ProtocolFault('bad-gbz', `component ${i} (${key}) is none of ${useCase}`, 0, 'GBCS 7.2.10');
  }
  return components;
}

/** A component is what its template says: a whole command, or a read of attributes the use case is for. */
function conforms(component: GbzComponent, row: GbzTemplateCommand): boolean {
  const { cluster, command, frameControl, sealed, fields } = component;
  if (row.cluster !== cluster || row.command !== command || row.frameControl !== frameControl || sealed) return false;
  if (isClusterSpecific(component)) return isWhole(schemaOf(component), fields);
  return fields.every((field) => row.attributes?.includes(Number(field.value)) === true);
}

function schemaOf({ cluster, command, frameControl }: GbzComponent): readonly ZclField[] {
  return zclCommand(cluster, command, isToClient({ frameControl }))?.fields ?? [];
}

/** A message's execution: what its components share. */
export interface Run extends Omit<ZclCall, 'request' | 'fromDateTime'> {
  readonly futureDatable: boolean;
}

/** The store of a device whose rows are those of this engine. */
export function storeOf(device: ZclCall['device']): ZclStore {
  const { zcl } = device;
  assert(zcl, `${device.eui} executes ZCL commands and has a store`);
  return zcl;
}

/** The cluster command of a component as its rule gets it. */
export function callOf(run: Run, component: GbzComponent): ZclCall {
  return { ...run, request: recordOf(component.fields), fromDateTime: component.fromDateTime };
}

/** The rule of a component's cluster command. @throws ProtocolFault where there is none */
export function ruleOf(component: GbzComponent): ZclRule {
  const rule = zclRule(component.cluster, component.command, isToClient(component));
  if (rule) return rule;
  throw new ProtocolFault('bad-gbz', `${commandKey(component.cluster, component.command)} is no command of this device`);
}

/** When each component takes effect; only future-datable use cases have any choice. */
export function startsOf(run: Pick<Run, 'futureDatable'>, components: readonly GbzComponent[]): readonly Start[] {
  let calendar: Start = 'now';
  return components.map((component) => {
    if (!run.futureDatable || !isClusterSpecific(component)) return 'now';
    const { starts } = ruleOf(component);
    const start = startOf(starts, recordOf(component.fields), component.fromDateTime, calendar);
    if (starts === 'Start Time') calendar = start;
    return start;
  });
}

/**
 * Executes components in order; after the first failure nothing more is executed (RTDS 4.5.0 GCS04 ERROR).
 * @param starts when each takes effect; now where it is not said
 */
export function runComponents(run: Run, components: readonly GbzComponent[], starts: readonly Start[]): readonly Outcome[] {
  const occurrences = new Map<string, number>();
  let failed = false;
  return components.map((component, i) => {
    if (failed) return { asked: component, answers: [defaultResponse(NOT_EXECUTED, ZCL_STATUS.failure)], failed };
    const key = commandKey(component.cluster, component.command);
    const occurrence = (occurrences.get(key) ?? 0) + 1;
    occurrences.set(key, occurrence);
    const outcome = isClusterSpecific(component)
      ? runCommand(run, component, starts[i] ?? 'now', occurrence)
      : runRead(run, component);
    failed = outcome.failed;
    return outcome;
  });
}

function runRead(run: Run, component: GbzComponent): Outcome {
  if (component.command !== READ_ATTRIBUTES) throw new ProtocolFault('bad-gbz', 'Read Attributes expected');
  const identifiers = component.fields.map((field) => Number(field.value));
  const { fields, status } = readAttributes(run.device, run.store, component.cluster, identifiers);
  return {
    asked: component,
    answers: [{ command: READ_ATTRIBUTES_RESPONSE, clusterSpecific: false, fields }],
    failed: isFailure(status),
  };
}

function runCommand(run: Run, component: GbzComponent, start: Start, occurrence: number): Outcome {
  const rule = ruleOf(component);
  const call = callOf(run, component);
  const { cluster, command } = component;
  const fault = commandFault(run.device.faults, cluster, command, occurrence);
  const applied = fault === ZCL_STATUS.success && start === 'now' ? (rule.apply?.(call) ?? ZCL_STATUS.success) : fault;
  if (applied !== ZCL_STATUS.success) {
    const answers = rule.refusal ? published(component, rule.refusal(call)) : [defaultResponse(command, applied)];
    return { asked: component, answers, failed: true };
  }
  if (!rule.answer) return { asked: component, answers: [defaultResponse(command, ZCL_STATUS.success)], failed: false };
  const answers = published(component, rule.answer(call));
  const found = answers.length > 0 ? answers : [defaultResponse(command, ZCL_STATUS.notFound)];
  return { asked: component, answers: found, failed: false };
}

function published(asked: GbzComponent, { command, records }: Publication): readonly Answer[] {
  const schema = zclCommand(asked.cluster, command, !isToClient(asked));
  assert(schema, `${commandKey(asked.cluster, command)} is in the dictionary`);
  return records.map((record) => ({ command, clusterSpecific: true, fields: elementsOf(schema.fields, record) }));
}
