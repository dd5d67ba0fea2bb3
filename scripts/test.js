// Runs vitest: the sample, or everything with --full. Sets HANBENCH_FULL the same way on every system.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { argv, env, execPath, exit } from 'node:process';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const given = argv.slice(2);
const full = given.includes('--full');
const rest = given.filter((word) => word !== '--full');
const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');

const child = spawn(execPath, [vitest, 'run', ...rest], {
  cwd: ROOT,
  stdio: 'inherit',
  env: full ? { ...env, HANBENCH_FULL: '1' } : env,
});
child.on('exit', (code, signal) => exit(signal === null ? (code ?? 1) : 130));
