#!/usr/bin/env node
// Starts the built command line. In a checkout it builds first when dist/ is missing or older than the sources.
import { existsSync } from 'node:fs';
import { argv, env, exit, stderr, versions } from 'node:process';

const [major = 0, minor = 0] = versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  stderr.write(`hanbench: Node.js 20.19 or newer is needed, this is ${versions.node}\n`);
  exit(3);
}

async function bringUpToDate() {
  if (env.HANBENCH_BUILD === 'never' || !existsSync(new URL('../scripts/build.js', import.meta.url))) return;
  const { build, canBuild, stateOfBuild } = await import('../scripts/build.js');
  const state = stateOfBuild();
  if (state === 'fresh') return;
  if (!canBuild()) {
    stderr.write(`hanbench: dist/ is ${state} and the TypeScript compiler is not installed; run npm ci\n`);
    if (state === 'missing') exit(3);
    return;
  }
  stderr.write(
    state === 'missing' ? 'hanbench: building dist/ once\n' : 'hanbench: the sources have changed, building dist/ again\n',
  );
  if (!build({ check: false, onlyIfStale: true })) {
    stderr.write('hanbench: the build failed; npm run build says why\n');
    exit(3);
  }
}

await bringUpToDate();
const { main } = await import('../dist/scripts/cli.js');
await main(argv.slice(2));
