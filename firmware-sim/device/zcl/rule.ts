import type { Eui64 } from '../../kernel/eui64.ts';
import { type Millis, toSeconds2000 } from '../../kernel/time.ts';
import type { Device } from '../device.ts';
import type { DeviceEffect } from '../effects.ts';
import type { CalendarKind, ZclRecord, ZclStore } from './store.ts';

/** What the commands of one message know of each other. */
export interface MessageScratch {
  /** Kind of the calendar published last. */
  calendar?: CalendarKind;
}

/** A cluster command on its way to execution. */
export interface ZclCall {
  readonly device: Device;
  readonly store: ZclStore;
  readonly now: Millis;
  readonly effects: DeviceEffect[];
  readonly useCase: string;
  readonly originator: Eui64;
  readonly originatorCounter: bigint;
  /** The command's fields. */
  readonly request: ZclRecord;
  /** From-Date-Time of its component, seconds since 2000. */
  readonly fromDateTime: number | undefined;
  readonly message: MessageScratch;
  /** A proxy that has read the command along takes over what it says; what else it does is the meter's affair. */
  readonly copied?: true;
}

/** Commands of the same cluster that answer a command, one for each record; none: nothing was found. */
export interface Publication {
  readonly command: number;
  readonly records: readonly ZclRecord[];
}

/** Where a command says when it is to take effect; `calendar` follows the PublishCalendar before it. */
export type StartField = 'Start Time' | 'Implementation Date/Time' | 'From-Date-Time' | 'calendar';

/** What a cluster command does. */
export interface ZclRule {
  /** Changes what the device holds; returns a ZCL status. */
  readonly apply?: (call: ZclCall) => number;
  /** What answers in place of a Default Response once the command has been applied, or accepted for later. */
  readonly answer?: (call: ZclCall) => Publication;
  /** What answers when the command fails, where it is not a Default Response with the status. */
  readonly refusal?: (call: ZclCall) => Publication;
  readonly starts?: StartField;
}

/** Rules by `cccc/xx`. */
export type ZclRules = Readonly<Record<string, ZclRule>>;

/** The device's time as ZCL UTCTime. */
export function deviceSeconds({ device, now }: Pick<ZclCall, 'device' | 'now'>): number {
  return toSeconds2000(device.localTime(now));
}
