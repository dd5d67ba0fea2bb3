import { decodeDer, encodeDer } from '../codec/der.ts';
import { ActivateFirmwareCommand, ActivateFirmwareResponse, FirmwareActivationAlert } from '../gbcs/asn1/structures.ts';
import type { Bytes } from '../kernel/bytes.ts';
import { assert, ProtocolFault } from '../kernel/errors.ts';
import { fromCivil, isCivil, type Millis } from '../kernel/time.ts';
import { ALERT } from './alerts.ts';
import { generalizedTime } from './clock.ts';
import type { Device } from './device.ts';
import type { DeviceEffect } from './effects.ts';
import { ACTIVATION_CODES, type ActivationCause, versionOctets } from './firmware.ts';
import { CANCEL_TIME, type PendingCommand } from './future-dated.ts';
import { type ExecutionContext, type ExecutionResult, supported } from './use-case.ts';

/** CS06 Activate Firmware, alert 0x00CA. */
export const ACTIVATE_FIRMWARE = supported('CS06', activateFirmware);

const ACCEPTED: Bytes = encodeDer(ActivateFirmwareResponse, { commandAccepted: null });

/** The moment a GeneralizedTime `YYYYMMDDhhmmssZ` names. @throws ProtocolFault `bad-time` */
export function momentOf(text: string): Millis {
  const m = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = (m ?? []).slice(1).map(Number);
  const civil = { year, month, day, hour, minute, second };
  if (!m || !isCivil(civil))
    throw new ProtocolFault('bad-time', `${JSON.stringify(text)} is not a GeneralizedTime`, 0, 'GBCS annex 3');
  return fromCivil(civil);
}

function activateFirmware({ device, command, now, effects }: ExecutionContext): ExecutionResult {
  const { manufacturerImageHash, originatorCounter, executionDateTime } = decodeDer(ActivateFirmwareCommand, command.payload);
  const { originator } = command.header;
  if (originatorCounter !== command.header.originatorCounter) {
    throw new ProtocolFault(
      'bad-payload',
      'originator counter in the payload is not that of the grouping header',
      0,
      'GBCS CS06',
    );
  }
  if (executionDateTime === undefined) {
    const code = begin(device, manufacturerImageHash, { kind: 'immediate', command: command.header }, now, effects);
    return code === ACTIVATION_CODES.success ? 'later' : outcome(device, code);
  }
  if (executionDateTime === CANCEL_TIME) device.futureDated.cancel('CS06');
  else {
    const at = momentOf(executionDateTime);
    const { messageCode } = command.header;
    const { role, payload } = command;
    device.futureDated.put({ useCase: 'CS06', messageCode, role, at, originator, originatorCounter, payload });
  }
  return ACCEPTED;
}

function outcome(device: Device, code: number): Bytes {
  return encodeDer(ActivateFirmwareResponse, { activateImage: outcomeFields(device, code) });
}

function outcomeFields(device: Device, code: number) {
  return { activateImageResponseCode: code, firmwareVersion: versionOctets(device.firmware.active.version) };
}

/** Commits to the stored image when it is the one asked for; the device then has to restart (`finishActivation`). */
function begin(device: Device, hash: Bytes, cause: ActivationCause, now: Millis, effects: DeviceEffect[]): number {
  const code = device.faults.get('CS06') ?? device.firmware.begin(hash, cause);
  const target = device.firmware.activation?.image;
  if (code === ACTIVATION_CODES.success && target) {
    const fromVersion = device.firmware.active.version;
    effects.push({ kind: 'activation-started', at: now, fromVersion, toVersion: target.version });
  }
  return code;
}

/** Executes a future-dated CS06 that has become due; a refusal is reported at once with 0x8F67. */
export function executePendingActivation(device: Device, pending: PendingCommand, now: Millis, effects: DeviceEffect[]): void {
  const { manufacturerImageHash } = decodeDer(ActivateFirmwareCommand, pending.payload);
  const { originator, originatorCounter } = pending;
  // Where the clock has jumped past the time of the command, the alert says when it was executed.
  const at = device.localTime(now);
  const cause: ActivationCause = { kind: 'future-dated', at, originator, originatorCounter };
  const code = begin(device, manufacturerImageHash, cause, now, effects);
  if (code !== ACTIVATION_CODES.success) effects.push(...report(device, cause, code, now));
}

/** 0x00CA with 0x8F66 or 0x8F67 to whoever sent the command. */
function report(
  device: Device,
  cause: Extract<ActivationCause, { kind: 'future-dated' }>,
  code: number,
  now: Millis,
): DeviceEffect[] {
  const alertCode = code === ACTIVATION_CODES.success ? ALERT.futureDatedDone : ALERT.futureDatedFailed;
  const asn1 = encodeDer(FirmwareActivationAlert, {
    alertCode,
    executionDateTime: generalizedTime(cause.at),
    originatorCounter: cause.originatorCounter,
    outcome: outcomeFields(device, code),
  });
  return device.alert(alertCode, now, { asn1 }, { to: cause.originator });
}

/** After the restart: the new image runs, or the old one when starting it failed; the command is answered or reported. */
export function finishActivation(device: Device, succeeded: boolean, now: Millis): DeviceEffect[] {
  const activation = device.firmware.finish(succeeded);
  assert(activation, 'an activation is finished only once');
  const effects: DeviceEffect[] = [];
  const code = succeeded ? ACTIVATION_CODES.success : ACTIVATION_CODES.activationFailure;
  if (succeeded) effects.push(...device.alert(ALERT.firmwareVersionChanged, now));
  effects.push({ kind: 'activation-finished', at: now, version: device.firmware.active.version, succeeded });
  const { cause } = activation;
  if (cause.kind === 'immediate') effects.push(...device.respond(cause.command, outcome(device, code), now));
  else effects.push(...report(device, cause, code, now));
  return effects;
}
