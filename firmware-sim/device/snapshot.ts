import { toHex } from '../kernel/bytes.ts';
import type { Device } from './device.ts';
import type { LogEntry, LogName } from './event-log.ts';

/** A device's persistent state as plain data. */
export interface DeviceSnapshot {
  readonly firmware: Readonly<Record<string, string>>;
  readonly credentials: Readonly<Record<string, string>>;
  readonly replayCounters: Readonly<Record<string, string>>;
  readonly originatorCounter: string;
  readonly clock: Readonly<Record<string, string>>;
  readonly futureDated: Readonly<Record<string, string>>;
  /** A log line is time, code in hex, and its note. */
  readonly logs: Readonly<Record<LogName, readonly string[]>>;
}

const logText = ({ at, code, note }: LogEntry): string => `${at} ${code.toString(16)}${note ? ` ${note}` : ''}`;

/** A device's persistent state. */
export function snapshotOf(device: Device, originatorCounter: bigint): DeviceSnapshot {
  const { firmware, logs, clock } = device;
  const pending = device.futureDated.commands.map((one): [string, string] => [
    one.useCase,
    `${one.at}:${one.originator}:${one.originatorCounter}`,
  ]);
  return {
    firmware: {
      active: firmware.active.version.toString(16),
      hash: toHex(firmware.active.hash),
      pending: firmware.pending ? toHex(firmware.pending.hash) : '',
    },
    credentials: device.anchors.snapshot(),
    replayCounters: device.counters.snapshot(),
    originatorCounter: originatorCounter.toString(),
    clock: { offsetMs: String(clock.offsetMs), status: clock.status },
    futureDated: Object.fromEntries(pending),
    logs: {
      security: logs.security.entries.map(logText),
      event: logs.event.entries.map(logText),
      power: logs.power.entries.map(logText),
    },
  };
}
