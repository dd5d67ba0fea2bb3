import type { Curve } from '../crypto/keys.ts';
import type { RemotePartyRole } from '../gbcs/key-provider.ts';
import type { Bytes } from '../kernel/bytes.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import type { Millis } from '../kernel/time.ts';
import type { ClockState } from './clock.ts';
import type { CosemStore } from './cosem/store.ts';
import type { Device } from './device.ts';
import type { LogEntry, LogName } from './event-log.ts';
import type { FirmwareState } from './firmware.ts';
import type { PendingCommand } from './future-dated.ts';
import type { LifeState } from './life/life.ts';
import type { DeviceLogEntry } from './management/device-log.ts';
import type { LedgerState } from './payment/ledger.ts';
import type { ReplayState } from './replay-counters.ts';
import type { CredentialReportState } from './security/credential-reports.ts';
import type { OwnKeysState } from './security/own-keys.ts';
import type { CellUse } from './trust-anchors.ts';
import type { ZclStore } from './zcl/store.ts';

/** One trust anchor cell as plain data. */
export interface CellState {
  readonly role: RemotePartyRole;
  readonly use: CellUse;
  readonly party: Eui64;
  readonly curve: Curve;
  readonly point: Bytes;
  readonly keyIdentifier?: Bytes;
  readonly contingency?: Bytes;
}

/** Everything a device keeps, as plain data. A field that is not there is empty. */
export interface DeviceState {
  readonly originatorCounter: bigint;
  readonly clock: ClockState;
  readonly cells: readonly CellState[];
  readonly own: OwnKeysState;
  readonly peers: readonly { readonly eui: Eui64; readonly point: Bytes }[];
  readonly reports: CredentialReportState;
  readonly replay: ReplayState;
  readonly firmware: FirmwareState;
  readonly futureDated: readonly PendingCommand[];
  readonly deviceLog: readonly DeviceLogEntry[];
  readonly logs: Readonly<Record<LogName, readonly LogEntry[]>>;
  readonly limits: { readonly alerts: readonly Millis[]; readonly malformed: readonly Millis[] };
  readonly cosem?: ReturnType<CosemStore['snapshot']>;
  readonly zcl?: ReturnType<ZclStore['snapshot']>;
  readonly ledger?: LedgerState;
  readonly life?: LifeState;
}

/** The state of a device. Octets are shared with it, not copied: it never changes them in place. */
export function stateOf(device: Device): DeviceState {
  const { anchors, logs, limits, cosem, zcl } = device;
  const life = device.lifeState;
  const ledger = device.ledger.state();
  return {
    originatorCounter: device.originatorCounter,
    clock: device.clock,
    cells: anchors.cells.map(({ role, use, party, key, keyIdentifier, contingency }) => ({
      role,
      use,
      party,
      curve: key.curve,
      point: key.point,
      ...(keyIdentifier && { keyIdentifier }),
      ...(contingency && { contingency }),
    })),
    own: anchors.own.state(),
    peers: [...anchors.peers].map(([eui, { point }]) => ({ eui, point })),
    reports: device.reports.state(),
    replay: device.counters.state(),
    firmware: device.firmware.state(),
    futureDated: device.futureDated.commands,
    deviceLog: device.deviceLog.entries,
    logs: { security: [...logs.security.entries], event: [...logs.event.entries], power: [...logs.power.entries] },
    limits: { alerts: limits.alerts.times, malformed: limits.malformed.times },
    ...(cosem && { cosem: cosem.snapshot() }),
    ...(zcl && { zcl: zcl.snapshot() }),
    ...(ledger && { ledger }),
    ...(life && { life }),
  };
}

/** Puts a state into a device; its counter, clock and life are the device's own affair. @throws ProtocolFault when keys are none */
export function restoreDevice(device: Device, state: DeviceState): void {
  const { anchors, logs, limits } = device;
  anchors.own.restore(device.suite, state.own);
  anchors.cells = state.cells.map(({ curve, point, ...cell }) => ({ ...cell, key: { curve, point } }));
  for (const eui of anchors.peers.keys()) anchors.removePeer(eui);
  for (const { eui, point } of state.peers) anchors.addPeer(eui, { curve: 'P-256', point });
  device.reports.restore(state.reports);
  device.counters.restore(state.replay);
  device.firmware.restore(state.firmware);
  device.futureDated.restore(state.futureDated);
  device.deviceLog.entries = state.deviceLog;
  for (const name of Object.keys(logs) as LogName[]) logs[name].restore(state.logs[name]);
  limits.alerts.times = state.limits.alerts;
  limits.malformed.times = state.limits.malformed;
  if (state.cosem) device.cosem?.restore(state.cosem);
  if (state.zcl) device.zcl?.restore(state.zcl);
  device.ledger.restore(state.ledger);
}
