import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import { withValue } from '../devices/edit-state.ts';
import { benchState, storedDevices } from '../devices/stored-devices.ts';
import { openStateFile } from '../state/state-store.ts';
import type { deviceSetParameters } from './device.ts';
import { EXIT, type Handler } from './operation.ts';

/** `hanbench device set` */
export const run: Handler<typeof deviceSetParameters> = (args, context) => {
  const store = openStateFile(args.state);
  try {
    const devices = new Map(storedDevices(store.content));
    const stored = devices.get(args.device);
    if (!stored) throw new UsageError('unknown-device', `there is no ${args.device} in the state`, { file: args.state });
    devices.set(args.device, withValue(stored, args.key, args.value));
    store.commit(benchState(devices));
  } finally {
    store.close();
  }
  if (context.json) context.result({ device: args.device, key: args.key, value: args.value });
  else context.out(`${args.device}  ${args.key} is now ${args.value}`);
  return EXIT.pass;
};
