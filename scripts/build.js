// Builds dist/ with the TypeScript compiler. Plain JavaScript: it must run before anything is built.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv, env, exit, kill, pid, stderr } from 'node:process';
import { pathToFileURL } from 'node:url';
import { DIST, ROOT, SOURCES, sources, stampOfSources, stateOfBuild } from './stamp.js';

const LOCK = join(ROOT, '.dist-lock');
const COMPILER = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
const LOCK_MS_MAX = 120_000;

function wait(ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** The process that holds the lock, or undefined when it is gone, or has held it too long to be believed. */
function holder() {
  try {
    const holding = Number(readFileSync(LOCK, 'utf8'));
    const since = statSync(LOCK).mtimeMs;
    if (Date.now() - since > LOCK_MS_MAX) return undefined;
    // The file is empty for a moment after it was made.
    if (holding > 0) kill(holding, 0);
    return holding;
  } catch (error) {
    if (error.code === 'EPERM') return -1;
    return undefined;
  }
}

/** One builder at a time. A builder that was killed leaves its lock behind; the next one breaks it. */
function lock() {
  for (;;) {
    try {
      writeFileSync(LOCK, String(pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (holder() === undefined) rmSync(LOCK, { force: true });
    else wait(50);
  }
}

/** What the program reads that is no code travels beside it. */
function copyData(target) {
  for (const path of sources()) {
    const relative = path.slice(ROOT.length + 1);
    if (!SOURCES.some((name) => relative.startsWith(`${name}/`))) continue;
    if (!/\.(ts|js)$/.test(relative)) cpSync(path, join(target, relative), { recursive: true });
  }
}

/**
 * Puts the command line into a few files, one for the start and one for each thing a command may need: reading a hundred
 * small modules costs 50 ms at every start. Undefined when the sources do not hold together just now.
 */
async function bundle(target) {
  const { rolldown } = await import('rolldown');
  try {
    const made = await rolldown({
      input: { cli: join(target, 'scripts', 'cli.js') },
      platform: 'node',
      external: [/^node:/, 'commander', 'cborg', /^csv-parse/],
      logLevel: 'silent',
    });
    await made.write({ dir: join(target, 'cli'), format: 'esm', chunkFileNames: '[name].js' });
    await made.close();
    return true;
  } catch (error) {
    stderr.write(
      `hanbench: the command line cannot be bundled: ${String(error.message).split('\n', 1)[0]} (npm run typecheck says why)\n`,
    );
    rmSync(join(target, 'cli'), { recursive: true, force: true });
    return false;
  }
}

/**
 * Compiles into a folder beside dist and swaps it in, so that a running command never sees half a build.
 * Returns true when the compiler was content. `check: false` leaves type errors to `npm run typecheck`.
 */
export async function build({ check = true, onlyIfStale = false } = {}) {
  lock();
  const target = join(ROOT, `.dist-${pid}`);
  try {
    if (onlyIfStale && (await stateOfBuild()) === 'fresh') return true;
    const stamp = await stampOfSources();
    rmSync(target, { recursive: true, force: true });
    const options = ['-p', join(ROOT, 'tsconfig.build.json'), '--outDir', target, ...(check ? [] : ['--noCheck'])];
    const result = spawnSync(process.execPath, [COMPILER, ...options], { stdio: ['ignore', 2, 2] });
    if (result.status !== 0 || !existsSync(join(target, 'scripts', 'cli.js'))) return false;
    if (!(await bundle(target)) && check) return false;
    copyData(target);
    writeFileSync(join(target, '.stamp'), stamp);
    const old = `${target}-old`;
    if (existsSync(DIST)) renameSync(DIST, old);
    renameSync(target, DIST);
    rmSync(old, { recursive: true, force: true });
    return true;
  } finally {
    rmSync(target, { recursive: true, force: true });
    rmSync(LOCK, { force: true });
  }
}

/** True where compiler and bundler are installed; they are not with `npm ci --omit=dev`. */
export function canBuild() {
  return existsSync(COMPILER) && existsSync(join(ROOT, 'node_modules', 'rolldown'));
}

if (argv[1] !== undefined && import.meta.url === pathToFileURL(argv[1]).href) {
  // Installing must not hang on a type error; npm run build, npm run typecheck and publishing find it.
  const installing = env.npm_lifecycle_event === 'prepare';
  if (canBuild()) exit((await build({ check: !installing })) ? 0 : 1);
  stderr.write('hanbench: the TypeScript compiler is not installed, so dist/ is left as it is (npm ci installs it)\n');
  exit(installing || existsSync(DIST) ? 0 : 3);
}
