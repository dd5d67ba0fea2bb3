import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { toHex } from '../../firmware-sim/kernel/bytes.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import { fileError } from '../keystore/key-files.ts';

/** That this process alone uses a state file. */
export interface StateLock {
  /** @throws UsageError `state-in-use` when somebody took the lock away */
  check(): void;
  release(): void;
}

function content(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    return fileError(file, error);
  }
}

/** False for a process that has ended. */
function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function inUse(file: string, by: string): never {
  throw new UsageError('state-in-use', `process ${by} uses this state (remove the file if there is no such process)`, { file });
}

const ATTEMPTS = 5;
const ATTEMPT_MS = 20;

/** Waits without letting anything else of this process run. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ATTEMPT_MS);
}

/**
 * Takes a lock file; one whose process has ended is broken.
 * @throws UsageError `state-in-use`
 */
export function holdLock(file: string): StateLock {
  const token = `${process.pid} ${toHex(new Uint8Array(randomBytes(8)))}`;
  const mine = (): boolean => content(file) === token;
  for (let attempt = 1; ; attempt++) {
    try {
      writeFileSync(file, token, { flag: 'wx' });
      break;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) fileError(file, error);
    }
    const [pid = ''] = (content(file) ?? '').split(' ');
    // A lock without content is one whose maker was killed, or is about to write: it gets a few attempts.
    if (pid !== '' && runs(Number(pid))) inUse(file, pid);
    if (attempt === ATTEMPTS) inUse(file, pid);
    if (pid !== '' || attempt === ATTEMPTS - 1) rmSync(file, { force: true });
    else pause();
  }
  return {
    check() {
      if (!mine()) inUse(file, content(file)?.split(' ')[0] ?? 'unknown');
    },
    release() {
      if (mine()) rmSync(file, { force: true });
    },
  };
}
