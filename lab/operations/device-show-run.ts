import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { storesOf } from '../devices/edit-state.ts';
import { liveFacts } from '../devices/live-facts.ts';
import { cosemFacts, type Fact, stateFacts, zclFacts } from '../devices/plain-words.ts';
import { type StoredDevice, storedDevices } from '../devices/stored-devices.ts';
import { peekStateFile } from '../state/state-store.ts';
import type { deviceShowParameters } from './device.ts';
import { EXIT, type Handler } from './operation.ts';

function factsOf(eui: Eui64, stored: StoredDevice): readonly Fact[] {
  const { cosem, zcl } = storesOf(stored);
  return [
    ...liveFacts(eui, stored),
    ...stateFacts(stored.state),
    ...(cosem ? cosemFacts(cosem) : []),
    ...(zcl ? zclFacts(zcl) : []),
  ];
}

/** Widths of the columns of text, which values may run over. */
const KEY_WIDTH = 30;
const NAME_WIDTH = 44;

/** `hanbench device show` */
export const run: Handler<typeof deviceShowParameters> = (args, context) => {
  const devices = storedDevices(peekStateFile(args.state));
  if (args.device !== undefined && !devices.has(args.device)) {
    throw new UsageError('unknown-device', `there is no ${args.device}; there is ${[...devices.keys()].join(', ')}`, {
      file: args.state,
    });
  }
  for (const [eui, stored] of devices) {
    if (args.device !== undefined && eui !== args.device) continue;
    const shown = factsOf(eui, stored).filter(
      ({ part, own }) => (args.part === undefined || part === args.part) && !(args.own && own === false),
    );
    if (!context.json) context.out(`${eui}  ${stored.type}  profile ${stored.profile}`);
    for (const fact of shown) {
      if (context.json) context.result({ device: eui, ...fact });
      else context.out(`  ${fact.key.padEnd(KEY_WIDTH)} ${fact.name.padEnd(NAME_WIDTH)} ${fact.value}${fact.own ? '  *' : ''}`);
    }
  }
  return EXIT.pass;
};
