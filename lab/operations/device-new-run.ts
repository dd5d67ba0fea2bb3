import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { seededEntropy } from '../../firmware-sim/crypto/suite.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { DEFAULT_TIME } from '../devices/bench.ts';
import { listedTypeOf } from '../devices/device-choice.ts';
import { knowsDevice } from '../devices/device-keys.ts';
import { type DeviceType, deviceTypeNamed } from '../devices/device-types.ts';
import { profileNamed } from '../devices/profiles.ts';
import { provisionDevice } from '../devices/provision.ts';
import { benchState, type StoredDevice, storedDevices } from '../devices/stored-devices.ts';
import { type Keystore, loadKeystore } from '../keystore/keystore.ts';
import { openStateFile } from '../state/state-store.ts';
import type { deviceNewParameters } from './device.ts';
import { EXIT, type Handler } from './operation.ts';

function typeFor(eui: Eui64, keystore: Keystore, given: DeviceType | undefined): DeviceType {
  const type = given ?? listedTypeOf(keystore, eui);
  if (!type) throw new UsageError('unknown-device-type', `devices.json does not list ${eui}; say what it is with --device`);
  if (!knowsDevice(keystore, eui))
    throw new UsageError('unknown-device', `the keystore has no key or certificate of a device ${eui}`);
  return type;
}

/** `hanbench device new` */
export const run: Handler<typeof deviceNewParameters> = (args, context) => {
  const suite = createNodeSuite({ entropy: seededEntropy(context.seed, 'device new') });
  const keystore = loadKeystore(args.keystore, suite);
  const given = args.device === undefined ? undefined : deviceTypeNamed(args.device);
  const store = openStateFile(args.state);
  try {
    const devices = new Map<Eui64, StoredDevice>(storedDevices(store.content));
    const madeAt = args.now ?? DEFAULT_TIME;
    for (const eui of args.devices) {
      if (devices.has(eui)) throw new UsageError('device-exists', `the state has ${eui} already`, { file: args.state });
      const type = typeFor(eui, keystore, given);
      const profile = profileNamed(type, args.profile ?? keystore.deviceProfile(eui));
      const certificateValidity = args.now !== undefined;
      const device = provisionDevice({ suite, keystore, eui, type, profile, seed: context.seed, madeAt, certificateValidity });
      devices.set(eui, { type, profile: profile.name, madeAt, state: device.state() });
      const cells = device.anchors.cells.length;
      if (context.json) context.result({ device: eui, type, profile: profile.name, cells });
      else context.out(`${eui}  ${type}  profile ${profile.name}, ${cells} trust anchor cells`);
    }
    store.commit(benchState(devices));
  } finally {
    store.close();
  }
  return EXIT.pass;
};
