import { digest } from '../../firmware-sim/crypto/digest.ts';
import type { CryptoSuite } from '../../firmware-sim/crypto/suite.ts';
import { Device } from '../../firmware-sim/device/device.ts';
import type { FirmwareSlot } from '../../firmware-sim/device/firmware.ts';
import type { LifeParameters } from '../../firmware-sim/device/life/parameters.ts';
import { BENCH_DEVICE_LOG, DeviceLog } from '../../firmware-sim/device/management/device-log.ts';
import type { Misbehaviours } from '../../firmware-sim/device/misbehaviours.ts';
import type { DeviceSetup, ObjectFaults } from '../../firmware-sim/device/setup.ts';
import type { DeviceState } from '../../firmware-sim/device/state.ts';
import { NO_BYTES } from '../../firmware-sim/kernel/bytes.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import type { Millis } from '../../firmware-sim/kernel/time.ts';
import type { Keystore } from '../keystore/keystore.ts';
import { identityOf } from './device-keys.ts';
import type { DeviceType } from './device-types.ts';
import { cosemStoreOf, variantOf, zclStoreOf } from './kinds.ts';
import { otherMetersOf } from './other-meters.ts';
import type { Profile } from './profiles.ts';
import { cellsFor } from './trust-anchor-cells.ts';

/** The image that runs on a device nobody said anything about: nothing is known of its octets. */
const FIRST_FIRMWARE: FirmwareSlot = { version: 0x00000001, hash: digest('sha256', NO_BYTES) };

/** What a device is made from beside its credentials. */
export interface DevicePlan {
  readonly suite: CryptoSuite;
  readonly type: DeviceType;
  readonly profile: Profile;
  readonly seed: string;
  /** When the device is made, or was made when it has a state: its default logs end there. */
  readonly madeAt: Millis;
  /** Validity in time of certificates is checked: the time is somebody's word, not a default. */
  readonly certificateValidity: boolean;
  readonly faults?: ObjectFaults;
  readonly misbehaviours?: Misbehaviours;
  /** How it behaves where the specification leaves it open, beyond what its variant says. */
  readonly parameters?: Partial<LifeParameters>;
  /** State of an earlier run, in place of a new device's. */
  readonly state?: DeviceState;
}

/** Keys and trust anchors of a new device. */
export interface Credentials extends Pick<DeviceSetup, 'identity' | 'cells' | 'lentKeys' | 'otherMeters'> {}

/**
 * A device of a type and variant. P-256 signatures are deterministic (RFC 6979), so that the same inputs give the same octets whatever
 * went before.
 */
export function makeDevice(plan: DevicePlan, { identity, cells, lentKeys, otherMeters }: Credentials): Device {
  const { suite, type, profile, seed, madeAt, certificateValidity, state } = plan;
  // Devices of a variant share its parameters.
  const parameters = plan.parameters ? { ...profile.parameters, ...plan.parameters } : profile.parameters;
  const setup: DeviceSetup = {
    suite,
    identity,
    cells,
    firmware: FIRST_FIRMWARE,
    signatureProfile: identity.signing?.curve === 'P-384' ? 'cnsa-p384' : 'deterministic',
    cosem: cosemStoreOf(type, profile),
    zcl: zclStoreOf(type, profile, madeAt),
    deviceLog: new DeviceLog(BENCH_DEVICE_LOG),
    lentKeys,
    certificateValidity,
    pathWithoutRoot: cells.some(({ role }) => role === 'root') ? 'refuse' : 'accept',
    keySeed: `${seed} ${identity.eui}`,
    ...(otherMeters && { otherMeters }),
    ...(plan.faults && { faults: plan.faults }),
    ...(plan.misbehaviours && { misbehaviours: plan.misbehaviours }),
    ...(parameters && { parameters }),
    ...(state && { state }),
  };
  return new Device(variantOf(type, profile), setup);
}

/** What a device is made from when its credentials come from a keystore. */
export interface Provision extends DevicePlan {
  readonly keystore: Keystore;
  readonly eui: Eui64;
  /** Parties of the commands it is made for, which decide between several suppliers (`holderOf`). */
  readonly named?: readonly Eui64[];
}

/**
 * A device with the keys and trust anchors a keystore has for it.
 * @throws UsageError for a key file that is needed and cannot be used
 */
export function provisionDevice({ keystore, eui, named, ...plan }: Provision): Device {
  const cells = cellsFor(plan.type, keystore, named);
  return makeDevice(plan, {
    identity: identityOf(keystore, eui),
    cells,
    lentKeys: keystore,
    otherMeters: () => otherMetersOf(plan.suite, keystore, eui, cells),
  });
}
