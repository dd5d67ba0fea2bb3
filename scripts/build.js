// Builds dist/ with the TypeScript compiler. Plain JavaScript: it must run before anything is built.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { argv, env, exit, pid, stderr } from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const DIST = join(ROOT, 'dist');
const LOCK = join(ROOT, '.dist-lock');
const COMPILER = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
const SOURCES = ['firmware-sim', 'hardware', 'lab', 'scripts'];
const SETTINGS = ['package.json', 'tsconfig.json', 'tsconfig.build.json'];
const LOCK_MS_MAX = 120_000;

/** Every source file as `[path, modified, size]`; a few hundred `stat` calls, about 3 ms. */
function sources() {
  const found = SETTINGS.map((name) => join(ROOT, name));
  const visit = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) visit(path);
      else if (entry.isFile()) found.push(path);
    }
  };
  for (const name of SOURCES) if (existsSync(join(ROOT, name))) visit(join(ROOT, name));
  return found;
}

/** A text that changes whenever a source file is added, removed or written. */
function stampOfSources() {
  const files = sources();
  let sum = 0;
  for (const path of files) {
    const { mtimeMs, size } = statSync(path);
    sum = (sum * 31 + mtimeMs + size) % 9_007_199_254_740_881;
  }
  return `${files.length} ${sum}`;
}

/** `missing`, `stale` or `fresh`. A published package has no sources beside it and is always fresh. */
export function stateOfBuild() {
  if (!existsSync(join(DIST, 'scripts', 'cli.js'))) return 'missing';
  if (!existsSync(join(ROOT, 'scripts', 'cli.ts'))) return 'fresh';
  const stamp = join(DIST, '.stamp');
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === stampOfSources() ? 'fresh' : 'stale';
}

function wait(ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** One builder at a time; a lock that its owner left behind is broken after two minutes. */
function lock() {
  for (;;) {
    try {
      mkdirSync(LOCK);
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const since = existsSync(LOCK) ? statSync(LOCK, { throwIfNoEntry: false })?.mtimeMs : undefined;
    if (since !== undefined && Date.now() - since > LOCK_MS_MAX) rmSync(LOCK, { recursive: true, force: true });
    wait(50);
  }
}

/** What the program reads that is no code travels beside it. */
function copyData(target) {
  for (const path of sources()) {
    const relative = path.slice(ROOT.length + 1);
    if (!SOURCES.some((name) => relative.startsWith(`${name}/`) || relative.startsWith(`${name}\\`))) continue;
    if (!/\.(ts|js)$/.test(relative)) cpSync(path, join(target, relative), { recursive: true });
  }
}

/**
 * Compiles into a folder beside dist and swaps it in, so that a running command never sees half a build.
 * Returns true when the compiler was content. `check: false` leaves type errors to `npm run typecheck`.
 */
export function build({ check = true, onlyIfStale = false } = {}) {
  lock();
  const target = join(ROOT, `.dist-${pid}`);
  try {
    if (onlyIfStale && stateOfBuild() === 'fresh') return true;
    const stamp = stampOfSources();
    rmSync(target, { recursive: true, force: true });
    const options = ['-p', join(ROOT, 'tsconfig.build.json'), '--outDir', target, ...(check ? [] : ['--noCheck'])];
    const result = spawnSync(process.execPath, [COMPILER, ...options], { stdio: ['ignore', 2, 2] });
    if (!existsSync(join(target, 'scripts', 'cli.js')) || (check && result.status !== 0)) return false;
    copyData(target);
    writeFileSync(join(target, '.stamp'), stamp);
    const old = `${target}-old`;
    if (existsSync(DIST)) renameSync(DIST, old);
    renameSync(target, DIST);
    rmSync(old, { recursive: true, force: true });
    return true;
  } finally {
    rmSync(target, { recursive: true, force: true });
    rmSync(LOCK, { recursive: true, force: true });
  }
}

/** True where the compiler is installed; it is not with `npm ci --omit=dev`. */
export function canBuild() {
  return existsSync(COMPILER);
}

if (argv[1] !== undefined && import.meta.url === pathToFileURL(argv[1]).href) {
  // Installing must not hang on a type error; npm run build, npm run typecheck and publishing find it.
  const installing = env.npm_lifecycle_event === 'prepare';
  if (canBuild()) exit(build({ check: !installing }) ? 0 : 1);
  stderr.write('hanbench: the TypeScript compiler is not installed, so dist/ is left as it is (npm ci installs it)\n');
  exit(installing || existsSync(DIST) ? 0 : 3);
}
