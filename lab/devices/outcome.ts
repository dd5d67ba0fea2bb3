import type { Device } from '../../firmware-sim/device/device.ts';
import type { DeviceEffect, Protection } from '../../firmware-sim/device/effects.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';

/** What became of one command. */
export interface CommandOutcome {
  readonly outcome: 'response' | 'no-response' | 'rejected';
  readonly response: Bytes | undefined;
  readonly alerts: readonly Bytes[];
  readonly responseSignature: Protection;
  /** Present unless there is a response. */
  readonly reason: string | undefined;
}

type Sent = Extract<DeviceEffect, { kind: 'send' }>;

function sent(effects: readonly DeviceEffect[], cra: Sent['header']['cra']): readonly Sent[] {
  return effects.filter((effect): effect is Sent => effect.kind === 'send' && effect.header.cra === cra);
}

function reasonOf(effects: readonly DeviceEffect[], { life, misbehaviours }: Device): string {
  for (const effect of effects) {
    if (effect.kind === 'rejected') return `${effect.reason}: ${effect.detail}`;
  }
  const accepted = effects.some((effect) => effect.kind === 'accepted');
  if (!accepted && life?.poweredDown) return 'no-power: the device is without power and hears nothing';
  if (accepted && misbehaviours.has('no-answer')) return 'accepted; misbehaviour no-answer';
  return accepted ? 'accepted; nothing is owed' : 'not-supported: the device does not support this message code';
}

/** Sorts what a device did with one command: its response, its alerts, or why there is none. */
export function outcomeOf(effects: readonly DeviceEffect[], device: Device): CommandOutcome {
  const [response] = sent(effects, 'response');
  const alerts = sent(effects, 'alert').map(({ message }) => message);
  if (response) {
    return {
      outcome: 'response',
      response: response.message,
      alerts,
      responseSignature: response.responseSignature,
      reason: undefined,
    };
  }
  const has = (kind: DeviceEffect['kind']): boolean => effects.some((effect) => effect.kind === kind);
  const refused = has('rejected') || !(has('accepted') || device.life?.poweredDown);
  const outcome = refused ? 'rejected' : 'no-response';
  return { outcome, response: undefined, alerts, responseSignature: 'not-required', reason: reasonOf(effects, device) };
}

/** A file that no device has looked at. */
export function notDelivered(reason: string): CommandOutcome {
  return { outcome: 'rejected', response: undefined, alerts: [], responseSignature: 'not-required', reason };
}
