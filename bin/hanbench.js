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
  if (env.HANBENCH_BUILD === 'never' || !existsSync(new URL('../scripts/stamp.js', import.meta.url))) return;
  const { stateOfBuild } = await import('../scripts/stamp.js');
  const state = await stateOfBuild();
  if (state === 'fresh') return;
  const { build, canBuild } = await import('../scripts/build.js');
  if (!canBuild()) {
    stderr.write(`hanbench: dist/ is ${state} and the TypeScript compiler is not installed; run npm ci\n`);
    if (state === 'missing') exit(3);
    return;
  }
  stderr.write(
    state === 'missing' ? 'hanbench: building dist/ once\n' : 'hanbench: the sources have changed, building dist/ again\n',
  );
  try {
    if (await build({ check: false, onlyIfStale: true })) return;
    stderr.write('hanbench: the build failed; npm run build says why\n');
  } catch (error) {
    stderr.write(`hanbench: dist/ cannot be built here: ${error.message}\n`);
    if (state === 'stale') return;
  }
  exit(3);
}

await bringUpToDate();
// The bundle is missing only where sources in the making could be compiled but not put together.
const bundled = new URL('../dist/cli/cli.js', import.meta.url);
const { main } = await import(existsSync(bundled) ? bundled.href : '../dist/scripts/cli.js');
await main(argv.slice(2));
