import { Element } from '../../codec/element.ts';
import { gbzTemplate } from '../../dictionary/zcl-tables.ts';
import { CATALOGUE } from '../../gbcs/catalogue.ts';
import { encodeGbz, encodeGbzAlert, type GbzComponent } from '../../gbcs/gbz.ts';
import { type EncryptionContext, sealSensitive } from '../../gbcs/protection.ts';
import { ProtocolFault } from '../../kernel/errors.ts';
import { fromSeconds2000, type Millis, toSeconds2000 } from '../../kernel/time.ts';
import { ALERT } from '../alerts.ts';
import type { Device } from '../device.ts';
import type { AlertContent } from '../notation.ts';
import {
  type ExecutionContext,
  type ExecutionResult,
  type PendingContext,
  type SupportedUseCase,
  supported,
} from '../use-case.ts';
import { componentsOf, type Run, ruleOf, runComponents, startsOf, storeOf } from './engine.ts';
import { responseMessage } from './respond.ts';
import type { Start } from './timing.ts';

/** Kinds of device this engine executes commands for. */
export type ZclDeviceType = 'GSME' | 'GPF' | 'PPMID';

/** Message code of the alert on a future-dated GBZ command (GBCS ALERT-00CD). */
const FUTURE_DATED_ALERT = 0x00cd;

/** Clock status octet of a gas proxy's answer that gives its meter's data and time (RTDS 4.5.0 GCS13a RELIABLE_GSME). */
const RELAYED = 4;
const UNRELIABLE = 2;

/** Use cases whose response header says whose time it is, and whether it is to be trusted (RTDS 4.5.0). */
const SAYS_WHOSE_TIME = /^(GCS13[a-c]|GCS14|GCS60a)$/;

/**
 * Every GBZ use case a kind of device has. A row executes over the device's `zcl` store; what its command and response are made of
 * stands in the templates, what commands do in the rules.
 */
export function zclUseCases(deviceType: ZclDeviceType): readonly SupportedUseCase[] {
  const rows = CATALOGUE.filter((row) => row.payload === 'GBZ' && row.devices.includes(deviceType) && gbzTemplate(row.code));
  return rows.map((row) => {
    const futureDatable = row.futureDatable === true;
    const differs: Partial<SupportedUseCase> = {
      ...(futureDatable && { executePending: (context) => executePending(row.code, context) }),
      ...(SAYS_WHOSE_TIME.test(row.code) && { responseClockStatus: clockStatus, responseMoment }),
    };
    return supported(row.code, (context) => execute(row.code, futureDatable, context), differs);
  });
}

/** 0 for a reliable clock of the device's own, 2 for one that is not, 4 for the meter's time that a proxy relays. */
function clockStatus(device: Device): number {
  const header = device.zcl?.record('clock.header');
  const status = header?.['Meter Clock'] ?? device.clock.status;
  if (status !== 'reliable') return UNRELIABLE;
  return header?.relayed === true ? RELAYED : 0;
}

/** The time of an answer: a proxy that its meter has told something says when that was, by the meter's clock. */
function responseMoment(device: Device, now: Millis): Millis {
  const relayed = device.zcl?.record('clock.header')?.['Meter Time'];
  return typeof relayed === 'number' ? fromSeconds2000(relayed) : device.localTime(now);
}

function execute(useCase: string, futureDatable: boolean, context: ExecutionContext): ExecutionResult {
  const { device, command, now, effects, response } = context;
  const { originator, originatorCounter } = command.header;
  const components = componentsOf(useCase, command.payload);
  const store = storeOf(device);
  const run: Run = { device, store, now, effects, useCase, originator, originatorCounter, message: {}, futureDatable };
  const starts = startsOf(run, components);
  const outcomes = runComponents(run, components, starts);
  if (futureDatable && outcomes.every((outcome) => !outcome.failed)) schedule(context, useCase, starts);
  return encodeGbz(
    responseMessage(
      useCase,
      outcomes,
      sealer(device, () => device.encryptionFor(response, command.header)),
    ),
  );
}

/** Encrypts for whoever asked; the key is made when the first part needs it. */
function sealer(device: Device, contextOf: () => EncryptionContext | undefined): (plaintext: Uint8Array) => Uint8Array {
  let context: EncryptionContext | undefined;
  return (plaintext) => {
    context ??= contextOf();
    if (!context) throw new ProtocolFault('no-key', 'the party that asks has no key to encrypt for', 0, 'GBCS 8.2.4');
    return sealSensitive(device.suite, context, plaintext);
  };
}

/** Puts a future-dated command in place of the one that waits, or cancels that. All times in one command are equal (GBCS 9.2). */
function schedule({ device, command }: ExecutionContext, useCase: string, starts: readonly Start[]): void {
  const { header, payload, role } = command;
  const { originator, originatorCounter, messageCode } = header;
  const timed = starts.filter((start) => typeof start === 'number');
  if (timed.length > 0) {
    const at = fromSeconds2000(Math.min(...timed));
    device.futureDated.put({ useCase, messageCode, role, at, originator, originatorCounter, payload });
  } else if (starts.includes('cancel')) device.futureDated.cancel(useCase);
}

/** Applies a future-dated command whose time has come; each command with a start time is reported with alert 0x00CD. */
function executePending(useCase: string, { device, pending, now, effects }: PendingContext): void {
  const { originator, originatorCounter, messageCode } = pending;
  const components = componentsOf(useCase, pending.payload);
  const store = storeOf(device);
  const run: Run = { device, store, now, effects, useCase, originator, originatorCounter, message: {}, futureDatable: true };
  const starts = startsOf(run, components);
  const due = components.filter((_, i) => typeof starts[i] === 'number');
  const outcomes = runComponents(run, due, []);
  for (const { asked, failed } of outcomes) {
    if (ruleOf(asked).starts === 'calendar') continue;
    const code = failed ? ALERT.futureDatedFailed : ALERT.futureDatedDone;
    const content = outcomeContent(code, messageCode, originatorCounter, asked);
    effects.push(...device.alert(code, now, content, { to: originator, messageCode: FUTURE_DATED_ALERT }));
  }
}

/** Which command of which message an alert 0x00CD reports on: 14 octets after their length (GBCS ALERT-00CD). */
function outcomeContent(alertCode: number, messageCode: number, counter: bigint, asked: GbzComponent): AlertContent {
  const fields = [
    new Element('length', 'unsigned', 14),
    new Element('messageCode', 'long-unsigned', messageCode),
    new Element('originatorCounter', 'long64-unsigned', counter),
    new Element('cluster', 'long-unsigned', asked.cluster),
    new Element('frameControl', 'unsigned', asked.frameControl),
    new Element('commandIdentifier', 'unsigned', asked.command),
  ];
  return {
    compose: (_header, at) => encodeGbzAlert({ kind: 'gbz-alert', alertCode, time: toSeconds2000(at), content: { fields } }),
  };
}
