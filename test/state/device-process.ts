import { readFileSync, writeSync } from 'node:fs';
import { argv } from 'node:process';
import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { seededEntropy } from '../../firmware-sim/crypto/suite.ts';
import { fromHex } from '../../firmware-sim/kernel/bytes.ts';
import { Bench } from '../../lab/devices/bench.ts';
import { readCommand } from '../../lab/devices/messages.ts';
import { loadKeystore } from '../../lab/keystore/keystore.ts';
import { openStateFile } from '../../lab/state/state-store.ts';

/** A process that executes commands on a device kept in a state file, and is killed while it does. */
const [, , keys = '', state = '', list = ''] = argv;
const suite = createNodeSuite({ entropy: seededEntropy('1', 'killed process') });
const keystore = loadKeystore(keys, suite);
const lines = readFileSync(list, 'utf8').trim().split('\n');
const commands = lines.map((hex, i) => readCommand({ file: String(i), bytes: fromHex(hex) }));
const store = openStateFile(state);
const bench = new Bench({ suite, keystore, clones: [], seed: '1' }, commands, store.content);
writeSync(1, 'ready\n');
for (const command of commands) {
  const { outcome, reason } = bench.execute(command);
  store.commit(bench.state());
  writeSync(1, `${command.file} ${store.generation} ${outcome} ${reason ?? ''}\n`);
}
store.close();
