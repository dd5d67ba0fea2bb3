import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeKeystore } from '../keystore/write-keystore.ts';
import { MessageArchive } from '../parties/message-archive.ts';
import { junitXml } from '../reports/junit.ts';
import { timelineJson } from '../reports/timeline.ts';
import type { UpdateResult } from './run.ts';

/** A message file of an earlier run. */
const MESSAGE_FILE = /^\d{3,}-.*\.hex$/;

/** Makes the directory and clears what an earlier run left. Called before a run, so that a bad path costs no time. */
export function prepareEvidence(directory: string): void {
  const messages = join(directory, 'messages');
  mkdirSync(messages, { recursive: true });
  for (const name of readdirSync(messages)) if (MESSAGE_FILE.test(name)) rmSync(join(messages, name));
}

/**
 * Writes the evidence of a run: `junit.xml`, `timeline.json`, `image.ota`, `messages/*.hex` in order, and `keystore/` with which
 * `gbcs decode` checks them.
 */
export function writeEvidence(directory: string, { findings, assertions }: UpdateResult): void {
  const { world, startedAt } = findings;
  const write = (name: string, content: string | Uint8Array): void => {
    writeFileSync(join(directory, name), content);
  };
  write('junit.xml', junitXml('hanbench update', assertions));
  const lines = timelineJson(world.events, startedAt).map((event) => `  ${JSON.stringify(event)}`);
  write('timeline.json', `[\n${lines.join(',\n')}\n]\n`);
  write('image.ota', world.image.file);
  for (const message of world.archive.messages) write(join('messages', message.file), MessageArchive.text(message));
  writeKeystore(join(directory, 'keystore'), world.pki, { force: true });
}
