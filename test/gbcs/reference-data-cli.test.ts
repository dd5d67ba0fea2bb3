/** The reference data through the command line, as a person with a folder of messages would do it. */
import { expect, test } from 'vitest';
import { toHex } from '../../firmware-sim/kernel/bytes.ts';
import { readReferenceData } from '../support/corpus.ts';
import { runHere } from '../support/run-cli.ts';
import { skipReason } from '../support/shared.ts';

const reference = readReferenceData();

test('gbcs decode of every file, gbcs encode of what it printed, and gbcs unnamed', async (context) => {
  const data = reference ?? context.skip(skipReason);
  const files = data.messages.map((entry) => data.file(entry.id));
  const decoded = await runHere(['gbcs', 'decode', '--keystore', data.keystore, ...files]);
  expect(decoded.code, decoded.stderr).toBe(0);
  expect(decoded.stderr).toBe('');
  const lines = decoded.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.map((line) => line.file)).toEqual(files);
  expect(lines.map((line) => [line.file, line.mac, line.signature, line.unnamed])).toEqual(
    data.messages.map((entry) => [data.file(entry.id), entry.mac, entry.signature, 0]),
  );
  const edited = lines.map(({ reencoded: _, ...line }) => JSON.stringify(line)).join('\n');
  const encoded = await runHere(['gbcs', 'encode', '-'], { stdin: edited });
  expect(encoded.code, encoded.stderr).toBe(0);
  expect(encoded.stdout.trim().split('\n')).toEqual(data.messages.map((entry) => toHex(data.octets(entry.id))));
  const unnamed = await runHere(['gbcs', 'unnamed', '--keystore', data.keystore, ...files]);
  expect([unnamed.code, unnamed.stdout]).toEqual([0, '']);
});

test('on a terminal every message is readable text', async (context) => {
  const data = reference ?? context.skip(skipReason);
  const files = data.messages.map((entry) => data.file(entry.id));
  const { stdout, code } = await runHere(['gbcs', 'decode', '--keystore', data.keystore, ...files], { terminal: true });
  expect(code).toBe(0);
  expect(stdout).not.toMatch(/undefined|\[object|NaN/);
});
