import type { CryptoSuite, SignatureProfile } from '../crypto/suite.ts';
import type { DLMS_EDITION } from '../dictionary/cosem.ts';
import type { MessageHeader } from '../gbcs/header.ts';
import type { KeyProvider } from '../gbcs/key-provider.ts';
import type { UtrnParties } from '../gbcs/utrn.ts';
import type { Bytes } from '../kernel/bytes.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import type { Millis } from '../kernel/time.ts';
import type { ClockState } from './clock.ts';
import type { CosemKey, CosemStore } from './cosem/store.ts';
import type { WriteEffect } from './cosem/writes.ts';
import type { Device } from './device.ts';
import type { DeviceEffect } from './effects.ts';
import type { DowngradePolicy, FirmwareSlot } from './firmware.ts';
import type { PendingCommand } from './future-dated.ts';
import type { Life } from './life/life.ts';
import type { LifeParameters } from './life/parameters.ts';
import type { DeviceLog, HanPort } from './management/device-log.ts';
import type { Misbehaviours } from './misbehaviours.ts';
import type { Notation } from './notation.ts';
import type { ReplayGranularity } from './replay-counters.ts';
import type { ContingencyUnwrap } from './security/contingency.ts';
import type { DeviceIdentity } from './security/own-keys.ts';
import type { DeviceState } from './state.ts';
import type { TrustAnchorCell } from './trust-anchors.ts';
import type { UseCaseTable } from './use-case.ts';
import type { ZclStore } from './zcl/store.ts';

/** What a kind of device is: its tables, its payload notation, and what it is allowed to do by itself. */
export interface DeviceProfile {
  readonly useCases: UseCaseTable;
  readonly notation: Notation;
  /** Editions of the DLMS books its objects follow; undefined for a device without COSEM objects. */
  readonly dlmsEdition?: typeof DLMS_EDITION;
  /** Executes what the future-dated queue gives out and whose row does not say how. */
  readonly executePending?: (device: Device, command: PendingCommand, now: Millis, effects: DeviceEffect[]) => void;
  /** What event configuration says of a configurable code; undefined: as in the table of alerts. */
  readonly alertSettings?: (device: Device, code: number) => AlertSettings | undefined;
  /** Puts into a new device's objects what its parameters say about how it leaves the factory. */
  readonly factory?: (device: Device) => void;
  /** What writing attributes does besides keeping the value, where that is this kind of device's own affair. */
  readonly onWrite?: ReadonlyMap<CosemKey, WriteEffect>;
  /**
   * What the device does as time passes, made when it is first needed: it changes nothing by being made. Undefined for one that only
   * answers.
   */
  readonly life?: (device: Device) => Life;
}

/** What becomes of a configurable code (ECS25a to ECS25b3, GCS20). */
export interface AlertSettings {
  /** Sent over the wide area network. */
  readonly send: boolean;
  /** Shown on displays of the home area network, as far as its row says so. */
  readonly home: boolean;
  /** There is a sound with it. */
  readonly alarm: boolean;
  readonly log: boolean;
}

/** Faults that make one access fail as hardware does: `class:obis:member` or `cluster/command` to a result code. */
export type ObjectFaults = ReadonlyMap<string, number>;

/** What one device is made with. */
export interface DeviceSetup {
  readonly suite: CryptoSuite;
  readonly identity: DeviceIdentity;
  readonly cells: readonly TrustAnchorCell[];
  readonly firmware: FirmwareSlot;
  readonly signatureProfile: SignatureProfile;
  readonly originatorCounter?: bigint;
  readonly replayGranularity?: ReplayGranularity;
  readonly downgrade?: DowngradePolicy;
  readonly clock?: ClockState;
  /** Generic security alerts a device sends in any hour at most, so that refusals cannot be used to flood (0: none). */
  readonly securityAlertsPerHour?: number;
  /** COSEM objects of an ESME, hub or SAPC. */
  readonly cosem?: CosemStore | undefined;
  /** ZCL clusters of a GSME, gas proxy or PPMID. */
  readonly zcl?: ZclStore | undefined;
  /** Named misbehaviour `object-fault`. */
  readonly faults?: ObjectFaults;
  /** What the device does wrong on purpose. */
  readonly misbehaviours?: Misbehaviours;
  /** Remote parties' private keys, for a device whose own private keys are not held. */
  readonly lentKeys?: KeyProvider | undefined;
  /** Whether validity in time of certificates is checked. Default true. */
  readonly certificateValidity?: boolean;
  /** What becomes of a certification path when the device has no root cell to end it at. Default `refuse`. */
  readonly pathWithoutRoot?: 'refuse' | 'accept';
  /** How the contingency key in a root cell is opened. Default: `unwrapContingencyKey`. */
  readonly unwrapContingency?: ContingencyUnwrap;
  /** What joins devices on the home area network. Default: accepts everything. */
  readonly han?: HanPort;
  /** Devices this one may talk to. */
  readonly deviceLog?: DeviceLog;
  /**
   * Whose tokens the device knows for another meter's, when it is asked to. The digits do not say whose they are: only a bench that
   * holds the keys can tell.
   */
  readonly otherMeters?: () => readonly UtrnParties[];
  /** Seed of key pairs the device makes. Default: its Entity Identifier. */
  readonly keySeed?: number | string;
  /** How it behaves where the specification leaves it open; defaults for the others. */
  readonly parameters?: Partial<LifeParameters>;
  /** A state to start from, in place of what the other fields say about it. */
  readonly state?: DeviceState;
}

/** What an alert may say differently from its table row. */
export interface AlertOptions {
  /** The entry is in the log already. */
  readonly logged?: boolean;
  /** Other information that the log entry carries. */
  readonly data?: Bytes;
  readonly to?: Eui64;
  readonly messageCode?: number;
  readonly supplementary?: MessageHeader['supplementary'];
}
