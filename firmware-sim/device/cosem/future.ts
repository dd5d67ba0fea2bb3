import { obisText } from '../../dictionary/cosem-obis.ts';
import { type AccessItem, type AccessRequest, decodeAccessRequest, encodeAccessRequest } from '../../gbcs/dlms-apdu.ts';
import { ByteWriter } from '../../kernel/byte-writer.ts';
import { type Bytes, NO_BYTES } from '../../kernel/bytes.ts';
import type { Millis } from '../../kernel/time.ts';
import { ALERT } from '../alerts.ts';
import type { PendingCommand } from '../future-dated.ts';
import { settingsChanged, settingsOf } from '../payment/adjusting.ts';
import { Books } from '../payment/books.ts';
import type { PendingContext } from '../use-case.ts';
import { type Access, DONE, type Outcome } from './access.ts';
import { CosemAccount } from './account.ts';
import { activate, activationTime, isActivation, wantsSnapshot } from './activations.ts';
import { cosemKey } from './key.ts';
import { endLimit } from './limits.ts';
import { type LogSource, logSourceOf } from './log-source.ts';
import { noteRegisters } from './snapshot-row.ts';

/** Message code of the alert that reports a future-dated DLMS command (GBCS 16.2; RTDS 4.5.0 ECS01a). */
const FUTURE_DATED_ALERT = 0x00cc;

/** Passive values become active, with what that does to the account at once. */
function takeEffect(
  { device, now, effects }: Pick<PendingContext, 'device' | 'now' | 'effects'>,
  source: LogSource,
  key: string,
): void {
  if (wantsSnapshot(key)) noteRegisters(source);
  const account = device.cosem?.type === 'ESME' ? new CosemAccount(device) : undefined;
  const before = account && settingsOf(account);
  activate(source.store, key);
  if (account && before) settingsChanged(new Books(account, device, now, effects), before);
}

/**
 * What writing an activation time does: passive values become active at once, or wait for their time, or the waiting is over.
 * A newer command of the same use case takes the place of the one that waits (GBCS 9.2.2.7).
 */
export function writeActivationTime(access: Access): Outcome {
  const { device, command, source, key, item, useCase } = access;
  const octets = item.data.value;
  const at = activationTime(octets instanceof Uint8Array ? octets : NO_BYTES);
  const waiting = device.futureDated.commands.find((one) => one.useCase === useCase);
  const mine =
    waiting?.originatorCounter === command.header.originatorCounter && waiting.originator === command.header.originator;
  if (waiting && !mine) device.futureDated.cancel(useCase);
  if (at === 'now') takeEffect(access, source, key);
  else if (at !== 'never') {
    const { originator, originatorCounter, messageCode } = command.header;
    const first = mine && waiting ? Math.min(waiting.at, at) : at;
    device.futureDated.put({
      useCase,
      messageCode,
      role: command.role,
      at: first,
      originator,
      originatorCounter,
      payload: command.payload,
    });
  }
  return DONE;
}

/** An access that sets an activation attribute to a moment. */
interface TimedActivation {
  readonly key: string;
  readonly item: AccessItem;
  readonly at: Millis;
}

/** Activation attributes of a command that wait for a moment, in its order. */
function activationsOf(request: AccessRequest): TimedActivation[] {
  return request.items.flatMap((item): TimedActivation[] => {
    const key = cosemKey(item.classId, obisText(item.obis), item.member);
    const { value } = item.data;
    if (item.operation !== 'set' || !isActivation(key) || !(value instanceof Uint8Array)) return [];
    const at = activationTime(value);
    return typeof at === 'number' ? [{ key, item, at }] : [];
  });
}

/** Octets by which an alert names a command and one of its activation attributes (RTDS 4.5.0 ECS01a 8F66). */
function quote({ messageCode, originatorCounter }: PendingCommand, { classId, obis, member }: AccessItem): Bytes {
  return new ByteWriter(19).u16(messageCode).u64(originatorCounter).u16(classId).bytes(obis).u8(member).finish();
}

/**
 * Executes a future-dated command whose time has come: each of its activation attributes takes effect and is reported to the
 * command's originator with an alert of its own, 0x8F66, or 0x8F67 where the object fails.
 */
export function executePendingCosem(context: PendingContext): void {
  const { device, pending, now, effects } = context;
  const { cosem: store } = device;
  if (!store || endLimit(context)) return;
  const request = decodeAccessRequest(pending.payload);
  const activations = activationsOf(request);
  const source = logSourceOf(device, store, device.localTime(now));
  for (const { key, item } of activations.filter((one) => one.at <= pending.at)) {
    const failed = device.faults.has(key);
    if (!failed) takeEffect(context, source, key);
    const code = failed ? ALERT.futureDatedFailed : ALERT.futureDatedDone;
    const octetStrings = [quote(pending, item)];
    effects.push(...device.alert(code, now, { octetStrings }, { to: pending.originator, messageCode: FUTURE_DATED_ALERT }));
  }
  const later = activations.filter((one) => one.at > pending.at);
  if (later.length === 0) return;
  const payload = encodeAccessRequest({ ...request, items: later.map(({ item }) => item) });
  device.futureDated.put({ ...pending, at: Math.min(...later.map((one) => one.at)), payload });
}
