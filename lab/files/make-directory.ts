import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import { fileError } from '../keystore/key-files.ts';

/** The levels of a path that are not there yet, outermost first, and what they stand on. */
function missingLevels(path: string): { readonly ground: string; readonly missing: readonly string[] } {
  const missing: string[] = [];
  let ground = resolve(path);
  while (!existsSync(ground) && dirname(ground) !== ground) {
    missing.unshift(ground);
    ground = dirname(ground);
  }
  return { ground, missing };
}

/**
 * Makes a directory and those above it, level by level: the recursive call of Node.js never ends where the file system lets
 * nobody make any, as under /proc.
 * @throws UsageError `unreadable-path`, naming the level that cannot be made
 */
export function makeDirectory(path: string): void {
  const { ground, missing } = missingLevels(path);
  if (!isDirectory(ground)) throw new UsageError('unreadable-path', 'is not a directory', { file: ground });
  for (const level of missing) {
    try {
      mkdirSync(level);
    } catch (error) {
      if (!isDirectory(level)) fileError(level, error);
    }
  }
}

/** True for a path that is there and is a directory. */
export function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
