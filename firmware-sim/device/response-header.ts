import type { MessageHeader } from '../gbcs/header.ts';
import type { Millis } from '../kernel/time.ts';
import { CLOCK_STATUS_UNSPECIFIED, dlmsDateTime } from './clock.ts';
import type { Device } from './device.ts';
import { responseCounter, responseTime } from './misbehaviours.ts';
import type { SupportedUseCase } from './use-case.ts';

/** The supplementary party as an answer repeats it. */
export function echoed({ supplementary: s }: MessageHeader): MessageHeader['supplementary'] {
  return s?.counter === undefined ? undefined : { remoteParty: s.remoteParty, counter: s.counter };
}

/** Header of a device's response to a command (GBCS 7.2.7). Takes the device's next counter where encrypted parts need one. */
export function responseHeader(device: Device, row: SupportedUseCase, command: MessageHeader, now: Millis): MessageHeader {
  const status = row.responseClockStatus?.(device) ?? CLOCK_STATUS_UNSPECIFIED;
  const at = row.responseMoment?.(device, now) ?? device.localTime(now);
  const echo = echoed(command);
  const encrypted = row.supplementaryCounter && command.supplementary?.certificate !== undefined;
  return {
    cra: 'response',
    originatorCounter: responseCounter(device.misbehaviours, command),
    originator: device.eui,
    recipient: command.originator,
    dateTime: row.responseDateTime ? dlmsDateTime(responseTime(device.misbehaviours, at), status) : undefined,
    messageCode: command.messageCode,
    supplementary: echo && encrypted ? { ...echo, originatorCounter: device.nextCounter() } : echo,
  };
}
