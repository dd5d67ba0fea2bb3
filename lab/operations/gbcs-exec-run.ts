import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { seededEntropy } from '../../firmware-sim/crypto/suite.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { toHex } from '../../firmware-sim/kernel/bytes.ts';
import type { ProtocolFault } from '../../firmware-sim/kernel/errors.ts';
import { Bench, type BenchAnswer } from '../devices/bench.ts';
import { readClone } from '../devices/clone.ts';
import { deviceTypeNamed } from '../devices/device-types.ts';
import { readCommand } from '../devices/messages.ts';
import { departures } from '../devices/misbehaviours.ts';
import { loadKeystore } from '../keystore/keystore.ts';
import { inputMessages } from '../messages/message-text.ts';
import { readOctets } from '../ota/image-input.ts';
import type { StateStore } from '../state/state-store.ts';
import type { gbcsExecParameters } from './gbcs-exec.ts';
import { type Arguments, EXIT, type Handler, type Json, type OperationContext } from './operation.ts';

interface MessageInput {
  readonly file: string;
  readonly bytes: Bytes | ProtocolFault;
}

async function readMessages(files: readonly string[], context: OperationContext): Promise<readonly MessageInput[]> {
  const read: MessageInput[] = [];
  for (const file of files) {
    const octets = await readOctets(file, context.readStdin);
    for (const { label, bytes } of inputMessages(file, octets, false)) read.push({ file: label, bytes });
  }
  return read;
}

/** State files are for those who want them: their library is not loaded for others. */
async function openState(file: string | undefined): Promise<StateStore | undefined> {
  if (file === undefined) return undefined;
  const { openStateFile } = await import('../state/state-store.ts');
  return openStateFile(file);
}

function line(file: string, answer: BenchAnswer): Json {
  const { device, outcome, response, alerts, responseSignature, reason } = answer;
  return {
    file,
    device: device ?? null,
    outcome,
    response: response ? toHex(response) : null,
    alerts: alerts.map(toHex),
    responseSignature,
    ...(reason !== undefined && { reason }),
  };
}

async function executeAll(args: Arguments<typeof gbcsExecParameters>, context: OperationContext, store: StateStore | undefined) {
  // No two runs on one state draw the same per-message secrets.
  const suite = createNodeSuite({ entropy: seededEntropy(context.seed, `gbcs exec ${store?.generation ?? 0}`) });
  const keystore = loadKeystore(args.keystore, suite);
  const wrongs = departures(args.misbehaviour);
  const commands = (await readMessages(args.files, context)).map(readCommand);
  const clones = (await readMessages(args.clone, context)).map(({ file, bytes }) => readClone(file, bytes, suite, keystore));
  const type = args.device === undefined ? undefined : deviceTypeNamed(args.device);
  const { profile, now } = args;
  const options = { suite, keystore, type, profile, clones, now, seed: context.seed, departures: wrongs };
  const bench = new Bench(options, commands, store?.content);
  for (const command of commands) {
    const answer = bench.execute(command);
    // What the device has accepted is on the disk before anybody sees the answer.
    store?.commit(bench.state());
    context.result(line(command.file, answer));
    await context.breathe();
  }
}

/** `hanbench gbcs exec` */
export const run: Handler<typeof gbcsExecParameters> = async (args, context) => {
  const store = await openState(args.state);
  try {
    await executeAll(args, context, store);
  } finally {
    store?.close();
  }
  return EXIT.pass;
};
