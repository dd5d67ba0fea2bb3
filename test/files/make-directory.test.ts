import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isDirectory, makeDirectory } from '../../lab/files/make-directory.ts';
import { runHere } from '../support/run-cli.ts';

const scratch = mkdtempSync(join(tmpdir(), 'hanbench-files-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('making a directory', () => {
  it('makes every level that is missing, and is content when it is there', () => {
    const path = join(scratch, 'a', 'b', 'c');
    makeDirectory(path);
    makeDirectory(path);
    expect(isDirectory(path)).toBe(true);
  });

  it('names the level that cannot be made', () => {
    const file = join(scratch, 'file');
    writeFileSync(file, '');
    const dangling = join(scratch, 'dangling');
    symlinkSync(join(scratch, 'nowhere'), dangling);
    for (const [path, level] of [
      [join(file, 'x', 'y'), file],
      [join(dangling, 'x'), dangling],
      ['/proc/hanbench/x', '/proc/hanbench'],
    ] as const) {
      expect(() => makeDirectory(path)).toThrowError(
        expect.objectContaining({ kind: 'unreadable-path', exitCode: 2, place: { file: level } }),
      );
    }
  });

  it('is what pki new uses: a path where nothing can be made ends at once', async () => {
    const { code, stderr } = await runHere(['pki', 'new', '--out', '/proc/hanbench/keys']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('/proc/hanbench')]);
  });
});
