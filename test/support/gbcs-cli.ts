/** `hanbench gbcs ...` in this process, on the vectors and their keys written to a folder of its own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { CAST, PARTIES } from '../second/cast.ts';
import { type CommandOptions, type CommandResult, runHere } from './run-cli.ts';
import { writeVectorKeystore } from './vector-keystore.ts';
import { readVectors } from './vectors.ts';

export type Json = Record<string, unknown>;

export const vectors = readVectors();
const folder = mkdtempSync(join(tmpdir(), 'hanbench-gbcs-'));
export const at = (name: string): string => join(folder, name);
export const vector = (name: string): (typeof vectors.messages)[number] => {
  const found = vectors.messages.find((message) => message.name === name);
  expect(found, name).toBeDefined();
  return found as (typeof vectors.messages)[number];
};
export const hexOf = (name: string): string => vector(name).hex;

const DEVICES = PARTIES.filter((party) => typeof CAST[party].role === 'string');
export const keys = at('keys');
export const remoteKeys = at('remote-keys');
export const p384Keys = at('p384-keys');

export function file(name: string, content: string | Uint8Array): string {
  writeFileSync(at(name), content);
  return at(name);
}

export const linesOf = ({ stdout }: CommandResult): Json[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Json);

export const run = (words: readonly string[], options?: CommandOptions): Promise<CommandResult> =>
  runHere(['gbcs', ...words], options);

/** The one line of a command that must go well. */
export async function one(words: readonly string[], options?: CommandOptions): Promise<Json> {
  const result = await run(words, options);
  expect(result.code, result.stderr).toBe(0);
  const [line = {}, ...more] = linesOf(result);
  expect(more).toEqual([]);
  return line;
}

export const decodeOne = (hex: string, ...options: string[]): Promise<Json> => one(['decode', ...options, '-'], { stdin: hex });

/** What `gbcs encode` makes of a line; `notes` is what it says beside it. */
export async function encodeLine(line: Json, ...options: string[]): Promise<{ hex: string; notes: string; code: number | null }> {
  const { reencoded: _, ...edited } = line;
  const { stdout, stderr, code } = await run(['encode', ...options, '-'], { stdin: JSON.stringify(edited) });
  return { hex: stdout.trim(), notes: stderr, code };
}

/** Writes the keystores before the tests of a file, and removes the folder after them. Call it once in every file. */
export function withKeystores(): void {
  beforeAll(() => {
    writeVectorKeystore(keys);
    writeVectorKeystore(
      remoteKeys,
      PARTIES.filter((party) => !DEVICES.includes(party)),
    );
    writeVectorKeystore(p384Keys, PARTIES, 'ds-p384');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
}
