import { existsSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import { isDirectory, makeDirectory } from '../files/make-directory.ts';
import { fileError, parseKeyFileName } from '../keystore/key-files.ts';
import { AUTHORITIES_FOLDER, writeKeystore } from '../keystore/write-keystore.ts';
import { MessageArchive } from '../parties/message-archive.ts';
import { junitXml } from '../reports/junit.ts';
import { timelineJson } from '../reports/timeline.ts';
import type { UpdateResult } from './run.ts';

/** A message file of an earlier run. */
const MESSAGE_FILE = /^\d{3,}-.*\.hex$/;
const SUITE = 'hanbench update';
const VERDICT = 'junit.xml';
const TIMELINE = 'timeline.json';
const IMAGE = 'image.ota';

/** The verdict until there is one: whoever reads it after a run that stopped half-way sees an error, not the run before. */
const UNFINISHED = junitXml(SUITE, [
  {
    id: 'finished',
    title: 'the run came to an end',
    source: 'harness',
    verdict: 'incomplete',
    detail: 'it has not, or not yet: nothing was judged',
  },
]);

function write(file: string, content: string | Uint8Array): void {
  try {
    writeFileSync(file, content);
  } catch (error) {
    fileError(file, error);
  }
}

function remove(file: string): void {
  if (isDirectory(file)) throw new UsageError('unreadable-path', 'is a directory, and a file has to be written there', { file });
  try {
    rmSync(file, { force: true });
  } catch (error) {
    fileError(file, error);
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    return fileError(directory, error);
  }
}

const isKeyFile = (name: string): boolean => parseKeyFileName(name) !== undefined || name === 'devices.json';

/** Removes the keystore of an earlier run, and nothing else that stands in its folder. */
function removeKeystore(directory: string): void {
  for (const name of namesIn(directory)) if (isKeyFile(name)) remove(join(directory, name));
  const authorities = join(directory, AUTHORITIES_FOLDER);
  if (!isDirectory(authorities)) return;
  for (const name of namesIn(authorities)) if (/\.(pem|key)$/.test(name)) remove(join(authorities, name));
}

/**
 * Makes the directory, clears what an earlier run left, and writes a verdict that nothing was judged yet. Called before a run, so
 * that a path that cannot be written costs no time.
 * @param input a file the run was read from, which stays even where a result will replace it
 * @throws UsageError `unreadable-path`
 */
export function prepareEvidence(directory: string, input?: string): void {
  const [messages, keystore] = [join(directory, 'messages'), join(directory, 'keystore')];
  for (const path of [directory, messages, keystore]) makeDirectory(path);
  const again = existsSync(join(directory, VERDICT)) || existsSync(join(directory, TIMELINE));
  for (const name of [VERDICT, TIMELINE, IMAGE]) if (!isSame(join(directory, name), input)) remove(join(directory, name));
  for (const name of namesIn(messages)) if (MESSAGE_FILE.test(name)) remove(join(messages, name));
  if (again) removeKeystore(keystore);
  write(join(directory, VERDICT), UNFINISHED);
}

/** The verdict of an earlier run is not that of one that could not begin. */
export function voidVerdict(directory: string): void {
  const file = join(directory, VERDICT);
  if (existsSync(file) && !isDirectory(file)) write(file, UNFINISHED);
}

function isSame(file: string, other: string | undefined): boolean {
  return other !== undefined && existsSync(other) && existsSync(file) && realpathSync(file) === realpathSync(other);
}

/**
 * Writes the evidence of a run: `timeline.json`, `image.ota`, `messages/*.hex` in order, `keystore/` with which `gbcs decode` checks
 * them, and at last `junit.xml`.
 * @throws UsageError `unreadable-path`
 */
export function writeEvidence(directory: string, { findings, assertions }: UpdateResult): void {
  const { world, startedAt } = findings;
  const lines = timelineJson(world.events, startedAt).map((event) => `  ${JSON.stringify(event)}`);
  write(join(directory, TIMELINE), `[\n${lines.join(',\n')}\n]\n`);
  write(join(directory, IMAGE), world.image.file);
  for (const message of world.archive.messages) write(join(directory, 'messages', message.file), MessageArchive.text(message));
  writeKeystore(join(directory, 'keystore'), world.pki, { force: true });
  write(join(directory, VERDICT), junitXml(SUITE, assertions));
}
