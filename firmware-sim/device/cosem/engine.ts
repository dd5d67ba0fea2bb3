import { obisText } from '../../dictionary/cosem-obis.ts';
import type { AccessRow } from '../../dictionary/use-case.ts';
import { CATALOGUE, useCasesOf } from '../../gbcs/catalogue.ts';
import {
  ACCESS_REQUEST_TAG,
  type AccessItem,
  type AccessRequest,
  type AccessResult,
  decodeAccessRequest,
  encodeAccessRequest,
  encodeAccessResponse,
  NULL_DATA,
  plainOperation,
} from '../../gbcs/dlms-apdu.ts';
import { NO_BYTES } from '../../kernel/bytes.ts';
import { assert, ProtocolFault } from '../../kernel/errors.ts';
import { type ExecutionContext, type ExecutionResult, type SupportedUseCase, supported } from '../use-case.ts';
import { type Access, type Outcome, RESULT, refusedWith } from './access.ts';
import { executePendingCosem } from './future.ts';
import { type CosemKey, cosemKey, keyOfMember } from './key.ts';
import { isLog } from './log.ts';
import { logSourceOf } from './log-source.ts';
import { invoke } from './methods.ts';
import { readAttribute } from './reads.ts';
import { rangeOfSelection } from './selection.ts';
import type { CosemDeviceType } from './store.ts';
import { fits } from './value.ts';
import { writeAttribute } from './writes.ts';

/** Operations a use case may have, by key. */
type AllowedAccesses = ReadonlyMap<CosemKey, ReadonlySet<string>>;

function read({ device, now, source, key }: Access): Outcome {
  const data = readAttribute(device, now, source, key);
  return data ? { result: RESULT.success, data } : refusedWith(RESULT.objectUndefined);
}

function readRange({ device, now, source, key, item }: Access): Outcome {
  const range = rangeOfSelection(item.selection);
  if (!range || !isLog(key)) return refusedWith(RESULT.typeUnmatched);
  const data = readAttribute(device, now, source, key, range);
  return data ? { result: RESULT.success, data } : refusedWith(RESULT.objectUndefined);
}

/** A value or argument has to be of the type that the dictionary declares. */
function isRightType({ known, data }: AccessItem): boolean {
  if (!known) return false;
  return known.type === undefined ? data.type === NULL_DATA.type : fits(known.type, data);
}

function perform(access: Access): Outcome {
  switch (access.item.operation) {
    case 'get':
      return read(access);
    case 'get-with-selection':
      return readRange(access);
    case 'set':
      if (!access.store.has(access.key)) return refusedWith(RESULT.objectUndefined);
      return isRightType(access.item) ? writeAttribute(access) : refusedWith(RESULT.typeUnmatched);
    case 'action':
      return isRightType(access.item) ? invoke(access) : refusedWith(RESULT.typeUnmatched);
    default:
      return refusedWith(RESULT.readWriteDenied);
  }
}

/** One access, refused when the use case does not have it or the object is faulty (misbehaviour `object-fault`). */
function attempt(access: Access, allowed: AllowedAccesses): Outcome {
  if (!allowed.get(access.key)?.has(access.item.operation)) return refusedWith(RESULT.readWriteDenied);
  const fault = access.device.faults.get(access.key);
  if (fault !== undefined) return refusedWith(fault);
  try {
    return perform(access);
  } catch (error) {
    if (error instanceof ProtocolFault) return refusedWith(RESULT.otherReason);
    throw error;
  }
}

/** Key of what an access is about. */
function keyOf({ known, classId, obis, member }: AccessItem): CosemKey {
  return known ? keyOfMember(known) : cosemKey(classId, obisText(obis), member);
}

/** Results in the order of the accesses: after the first failure every later one is refused without being tried (RTDS 4.5.0). */
function performAll(
  request: AccessRequest,
  context: ExecutionContext,
  useCase: string,
  allowed: AllowedAccesses,
): readonly AccessResult[] {
  const { device, now } = context;
  const { cosem: store } = device;
  assert(store, 'a device with COSEM use cases has COSEM objects');
  const { command, effects, response } = context;
  let failed = false;
  return request.items.map((item): AccessResult => {
    const key = keyOf(item);
    // A clock that has just been set counts for the accesses after it.
    const source = logSourceOf(device, store, device.localTime(now));
    const access: Access = { device, command, now, effects, response, store, source, item, key, useCase };
    const { result, data } = failed ? refusedWith(RESULT.otherReason) : attempt(access, allowed);
    failed ||= result !== RESULT.success;
    return { operation: plainOperation(item.operation), result, data: data ?? NULL_DATA };
  });
}

/** Of a command that failed in part, only what was accepted waits for its time. */
function trimPending(request: AccessRequest, results: readonly AccessResult[], { device, command }: ExecutionContext): void {
  const { originator, originatorCounter, messageCode } = command.header;
  const pending = device.futureDated.commands.find(
    (one) => one.messageCode === messageCode && one.originatorCounter === originatorCounter && one.originator === originator,
  );
  if (!pending) return;
  const accepted = request.items.filter((_, i) => results[i]?.result === RESULT.success);
  device.futureDated.put({ ...pending, payload: encodeAccessRequest({ ...request, items: accepted }) });
}

function execute(context: ExecutionContext, useCase: string, allowed: AllowedAccesses): ExecutionResult {
  const { payload } = context.command;
  if (payload[0] !== ACCESS_REQUEST_TAG) throw new ProtocolFault('bad-apdu', 'the payload is no access-request', 0, 'GBCS 7.3.4');
  const request = decodeAccessRequest(payload);
  const results = performAll(request, context, useCase, allowed);
  if (results.some(({ result }) => result !== RESULT.success)) trimPending(request, results, context);
  return encodeAccessResponse({ kind: 'dlms-access-response', invokeId: request.invokeId, dateTime: NO_BYTES, results });
}

function allowedOf(messageCode: number): AllowedAccesses {
  const rows = useCasesOf(messageCode, 'command').flatMap((row) => row.access ?? []);
  const allowed = new Map<CosemKey, Set<AccessRow[0]>>();
  for (const [operation, classId, obis, member] of rows.flat()) {
    const key = cosemKey(classId, obis, member);
    allowed.set(key, (allowed.get(key) ?? new Set()).add(operation));
  }
  return allowed;
}

/** Use cases whose title names a device that their list of targets leaves out (GBCS mapping table, ECS52). */
const ALSO_FOR: Readonly<Partial<Record<CosemDeviceType, readonly string[]>>> = { SAPC: ['ECS52'] };

/**
 * The DLMS use cases of a device type, one row for each message code: an access-request is executed access by access over the
 * device's COSEM objects, as far as the use case lists them (GBCS 7.3.4).
 */
export function cosemUseCases(type: CosemDeviceType): readonly SupportedUseCase[] {
  const rows = CATALOGUE.filter(
    ({ payload, command, devices, code, baseCode }) =>
      payload === 'DLMS' &&
      command.length > 0 &&
      (devices.includes(type) || ALSO_FOR[type]?.includes(code)) &&
      (baseCode === undefined || !CATALOGUE.some((row) => row.code === baseCode && row.command[0] === command[0])),
  );
  return rows.map(({ code, command }) => {
    const allowed = allowedOf(command[0] ?? 0);
    return supported(code, (context) => execute(context, code, allowed), { executePending: executePendingCosem });
  });
}
