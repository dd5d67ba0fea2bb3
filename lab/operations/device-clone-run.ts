import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { type CryptoSuite, seededEntropy } from '../../firmware-sim/crypto/suite.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { Bench } from '../devices/bench.ts';
import { type Clone, readClone } from '../devices/clone.ts';
import { deviceTypeNamed } from '../devices/device-types.ts';
import { storesOf } from '../devices/edit-state.ts';
import { cosemFacts, zclFacts } from '../devices/plain-words.ts';
import { storedDevices } from '../devices/stored-devices.ts';
import { fileError } from '../keystore/key-files.ts';
import { type Keystore, loadKeystore } from '../keystore/keystore.ts';
import { inputMessages } from '../messages/message-text.ts';
import { openStateFile } from '../state/state-store.ts';
import type { deviceCloneParameters } from './device.ts';
import { EXIT, type Handler, type OperationContext } from './operation.ts';

function filesBelow(directory: string): readonly string[] {
  try {
    const entries = readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    return entries.flatMap((entry) => {
      const path = join(directory, entry.name);
      return entry.isDirectory() ? filesBelow(path) : [path];
    });
  } catch (error) {
    return fileError(directory, error);
  }
}

/** The responses below a directory; what is none is passed over with a note. */
function responsesBelow(directory: string, suite: CryptoSuite, keystore: Keystore, context: OperationContext): readonly Clone[] {
  return filesBelow(directory).flatMap((file): Clone[] => {
    try {
      return [...inputMessages(file, new Uint8Array(readFileSync(file)), false)].map(({ bytes }) =>
        readClone(file, bytes, suite, keystore),
      );
    } catch (error) {
      if (!(error instanceof UsageError) || error.kind !== 'bad-clone') throw error;
      context.note(`${file}: passed over: ${error.message}`);
      return [];
    }
  });
}

/** `hanbench device clone` */
export const run: Handler<typeof deviceCloneParameters> = (args, context) => {
  const suite = createNodeSuite({ entropy: seededEntropy(context.seed, 'device clone') });
  const keystore = loadKeystore(args.keystore, suite);
  const clones = responsesBelow(args.directory, suite, keystore, context);
  if (clones.length === 0) throw new UsageError('no-response', 'there is no captured response', { file: args.directory });
  const type = args.device === undefined ? undefined : deviceTypeNamed(args.device);
  const byDevice = new Map<Eui64, Clone[]>();
  for (const clone of clones) {
    const { originator } = clone.message.header;
    byDevice.set(originator, [...(byDevice.get(originator) ?? []), clone]);
  }
  const store = openStateFile(args.state);
  try {
    const options = { suite, keystore, type, profile: args.profile, clones, now: args.now, seed: context.seed };
    const bench = new Bench({ ...options, devices: [...byDevice.keys()] }, [], store.content);
    for (const [eui, [first]] of byDevice) {
      if (first) bench.device({ eui, messageCode: first.message.header.messageCode, file: first.file });
    }
    store.commit(bench.state());
    const devices = storedDevices(store.content);
    for (const [eui, { length: responses }] of byDevice) {
      const stored = devices.get(eui);
      if (!stored) continue;
      const { cosem, zcl } = storesOf(stored);
      const facts = [...(cosem ? cosemFacts(cosem) : []), ...(zcl ? zclFacts(zcl) : [])];
      const keys = (own: boolean): string[] => facts.flatMap((fact) => (fact.own === own ? [fact.key] : []));
      const [own, untouched] = [keys(true), keys(false)];
      if (context.json)
        context.result({ device: eui, type: stored.type, profile: stored.profile, responses, own, default: untouched });
      else {
        context.out(
          `${eui}  ${stored.type}: ${responses} responses, ${own.length} objects of ${facts.length} have values of their own`,
        );
        for (const { key, name, own: taken } of facts) if (!taken) context.out(`  still default: ${key}  ${name}`);
      }
    }
  } finally {
    store.close();
  }
  return EXIT.pass;
};
