import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of this repository. */
export const REPOSITORY = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

const SHARED = resolve(REPOSITORY, '..', 'shared');

/** Why tests that read the reference data are skipped; give it to `context.skip`. */
export const skipReason = 'reference data absent: ../shared beside the repository, or HANBENCH_RTDS for the RTDS folder';

/** Why long tests are skipped in the sample that `npm test` runs. */
export const fullReason = 'only in npm run test:full (HANBENCH_FULL=1)';

/** True when everything is to be run, not the sample. */
export const full: boolean = process.env.HANBENCH_FULL === '1';

/** The RTDS folder (`keystore/`, `RTDS-4.5.0/`, `manifest-*.json`), or undefined where it is absent. */
export function rtdsDirectory(): string | undefined {
  const named = process.env.HANBENCH_RTDS;
  const directory = named ? resolve(named) : join(SHARED, 'rtds');
  return existsSync(directory) ? directory : undefined;
}

/** Path of a file or folder of the reference data, `spec/vectors.json` or `rtds/keystore`, or undefined where it is absent. */
export function sharedFile(relativePath: string): string | undefined {
  const [first, ...rest] = relativePath.split('/');
  const root = first === 'rtds' ? rtdsDirectory() : SHARED;
  if (root === undefined) return undefined;
  const path = first === 'rtds' ? join(root, ...rest) : join(root, relativePath);
  return existsSync(path) ? path : undefined;
}

interface Skippable {
  skip(note?: string): never;
}

/** Path of the reference data, or the running test is skipped with its reason: `needShared(context, 'spec/vectors.json')`. */
export function needShared(context: Skippable, relativePath: string): string {
  return sharedFile(relativePath) ?? context.skip(`${skipReason} (${relativePath})`);
}

/** Skips the running test unless everything is run. */
export function needFull(context: Skippable): void {
  if (!full) context.skip(fullReason);
}
