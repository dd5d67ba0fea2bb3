// Says whether dist/ was built from the sources as they are. Loads next to nothing: it runs at every start in a checkout.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';

const HERE = new URL('..', import.meta.url).pathname;
/** Root of the repository, without a slash at its end. */
export const ROOT = decodeURIComponent(process.platform === 'win32' ? HERE.slice(1, -1) : HERE.slice(0, -1));
export const DIST = `${ROOT}/dist`;
/** Folders that are compiled. */
export const SOURCES = ['firmware-sim', 'hardware', 'lab', 'scripts'];
const SETTINGS = ['package.json', 'tsconfig.json', 'tsconfig.build.json'];
const STAMP = `${DIST}/.stamp`;

/** Paths of everything a build depends on. */
export function sources() {
  const found = SETTINGS.map((name) => `${ROOT}/${name}`);
  const visit = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) visit(path);
      else if (entry.isFile()) found.push(path);
    }
  };
  for (const name of SOURCES) if (existsSync(`${ROOT}/${name}`)) visit(`${ROOT}/${name}`);
  return found;
}

/** A text that changes whenever a source file is added, removed or written. */
function quickStamp() {
  const files = sources();
  let sum = 0;
  for (const path of files) {
    const { mtimeMs, size } = statSync(path);
    sum = (sum * 31 + mtimeMs + size) % 9_007_199_254_740_881;
  }
  return `${files.length} ${sum}`;
}

/** A text that changes with what the source files say. */
async function contentStamp() {
  const { createHash } = await import('node:crypto');
  const hash = createHash('sha256');
  for (const path of sources())
    hash
      .update(`${path.slice(ROOT.length)}\0`)
      .update(readFileSync(path))
      .update('\0');
  return hash.digest('hex');
}

/** What `stateOfBuild` compares with; written into a build. */
export async function stampOfSources() {
  return `${quickStamp()}\n${await contentStamp()}\n`;
}

/** Whether dist/ was built from what the sources say now. Times alone change when a checkout is copied. */
async function isFresh() {
  if (!existsSync(STAMP)) return false;
  const [quick, content] = readFileSync(STAMP, 'utf8').split('\n');
  const now = quickStamp();
  if (quick === now) return true;
  if (content !== (await contentStamp())) return false;
  try {
    writeFileSync(STAMP, `${now}\n${content}\n`);
  } catch {
    // A checkout that cannot be written to is compared by content every time.
  }
  return true;
}

/** `missing`, `stale` or `fresh`. A published package has no sources beside it and is always fresh. */
export async function stateOfBuild() {
  if (!existsSync(`${DIST}/scripts/cli.js`)) return 'missing';
  if (!existsSync(`${ROOT}/scripts/cli.ts`)) return 'fresh';
  return (await isFresh()) ? 'fresh' : 'stale';
}
