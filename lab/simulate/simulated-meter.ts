import type { CryptoSuite } from '../../firmware-sim/crypto/suite.ts';
import type { Device } from '../../firmware-sim/device/device.ts';
import type { LifeParameters } from '../../firmware-sim/device/life/parameters.ts';
import type { ElectricityLoad, GasLoad } from '../../firmware-sim/device/metering/load.ts';
import type { LoadInput } from '../../firmware-sim/device/metering/load-input.ts';
import type { DeviceState } from '../../firmware-sim/device/state.ts';
import { esmeLifeOf } from '../../firmware-sim/esme/life.ts';
import { createTestPki } from '../../firmware-sim/gbcs/certificates/test-pki.ts';
import type { KeyProvider } from '../../firmware-sim/gbcs/key-provider.ts';
import { gsmeLifeOf } from '../../firmware-sim/gsme/life.ts';
import { assert, UsageError } from '../../firmware-sim/kernel/errors.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import type { Millis } from '../../firmware-sim/kernel/time.ts';
import { identityOf, knowsDevice } from '../devices/device-keys.ts';
import type { Profile } from '../devices/profiles.ts';
import { type Credentials, makeDevice } from '../devices/provision.ts';
import { cellsFor } from '../devices/trust-anchor-cells.ts';
import type { Keystore } from '../keystore/keystore.ts';
import { handInLoads } from '../loads/hand-in.ts';
import type { KeptLoad, LoadStretch } from '../loads/kept-load.ts';
import { deviceIdentity, trustAnchorCells } from '../premises/credentials.ts';

/** Types of device that measure. */
export const METER_TYPES = ['ESME', 'GSME'] as const;

export type MeterType = (typeof METER_TYPES)[number];

/** What a meter of a simulation is made from. */
export interface MeterPlan {
  readonly suite: CryptoSuite;
  readonly type: MeterType;
  readonly profile: Profile;
  readonly eui: Eui64;
  /** Keys of parties and device; without it those of a test PKI that follows from the seed. */
  readonly keystore: Keystore | undefined;
  readonly seed: string;
  /** When the device was made. */
  readonly madeAt: Millis;
  readonly state: DeviceState | undefined;
  /** What it measured before, as it was kept. */
  readonly loads: readonly LoadStretch[];
  readonly parameters: Partial<LifeParameters> | undefined;
}

/** A meter, and the keys of everybody who may send it something. */
export interface SimulatedMeter {
  readonly type: MeterType;
  readonly device: Device;
  readonly keys: KeyProvider;
  /** What it has measured, and will from a moment on. */
  readonly loads: LoadStretch[];
}

function fromKeystore({ type, eui }: MeterPlan, keystore: Keystore): Credentials {
  if (!knowsDevice(keystore, eui)) {
    throw new UsageError('unknown-device', `the keystore has no key or certificate of a device ${eui}; say which with --eui`);
  }
  return { identity: identityOf(keystore, eui), cells: cellsFor(type, keystore), lentKeys: keystore };
}

function fromTestPki({ suite, type, eui, seed }: MeterPlan): { readonly credentials: Credentials; readonly keys: KeyProvider } {
  const pki = createTestPki(suite, { seed, devices: [{ eui, type }] });
  return {
    credentials: { identity: deviceIdentity(eui, pki), cells: trustAnchorCells(type, pki), lentKeys: undefined },
    keys: pki,
  };
}

/** Makes the meter of a simulation; no time has passed for it yet. @throws UsageError for keys that cannot be used */
export function makeMeter(plan: MeterPlan): SimulatedMeter {
  const { suite, type, profile, keystore, seed, madeAt, state, parameters, loads } = plan;
  const { credentials, keys } = keystore ? { credentials: fromKeystore(plan, keystore), keys: keystore } : fromTestPki(plan);
  const device = makeDevice(
    { suite, type, profile, seed, madeAt, certificateValidity: true, ...(state && { state }), ...(parameters && { parameters }) },
    credentials,
  );
  handInLoads(type, device, loads);
  return { type, device, keys, loads: [...loads] };
}

/** What a meter measures; the load of an ESME or GSME. */
export function loadOf({ type, device }: SimulatedMeter): LoadInput<ElectricityLoad> | LoadInput<GasLoad> {
  return type === 'ESME' ? esmeLifeOf(device).load : gsmeLifeOf(device).load;
}

/** Puts a load at the meter's terminals from a moment on. */
export function connect({ type, device, loads }: SimulatedMeter, load: KeptLoad, from: Millis): void {
  const stretch = { from, load };
  handInLoads(type, device, [stretch]);
  loads.push(stretch);
}

/** Lets time pass for a meter from a moment on; one that has lived already goes on. @throws UsageError when that is in its past */
export function startLife({ device }: SimulatedMeter, from: Millis): void {
  assert(device.life, 'a meter has a life');
  const { livedTo } = device.life;
  if (livedTo === undefined) device.life.start(from);
  else if (livedTo > from) throw new UsageError('bad-period', '--from lies before the time up to which the kept meter has lived');
}
