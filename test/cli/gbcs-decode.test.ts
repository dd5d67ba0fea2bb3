/** `hanbench gbcs decode`: the contract other programs rely on. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  at,
  decodeOne,
  file,
  hexOf,
  type Json,
  keys,
  linesOf,
  one,
  p384Keys,
  run,
  vector,
  vectors,
  withKeystores,
} from '../support/gbcs-cli.ts';
import { keyFile, writeVectorKeystore } from '../support/vector-keystore.ts';

withKeystores();

describe('gbcs decode', () => {
  test.each(vectors.messages.map((m) => [m.name, m] as const))('%s: the fields of the contract', async (_, m) => {
    const store = m.signedBy?.key === 'ds-p384' ? p384Keys : keys;
    const line = await decodeOne(m.hex, '--keystore', store);
    const { header: h } = m;
    const eui = (hex: string): string => hex.toUpperCase().replace(/(..)(?!$)/g, '$1-');
    expect(line).toMatchObject({
      file: '-',
      form: m.form,
      messageCode: h.messageCode,
      cra: ['command', 'response', 'alert'][h.cra - 1],
      originator: eui(h.originator),
      recipient: eui(h.recipient),
      originatorCounter: h.originatorCounter,
      mac: m.mac,
      signature: m.signature,
      unnamed: 0,
      reencoded: m.hex,
    });
    expect(line.useCase).toEqual(expect.any(String));
    expect(line.title).toEqual(expect.any(String));
    expect(line.supplementary === undefined).toBe(h.supplementary === null);
    expect(line.dateTime === undefined).toBe(h.dateTime === null);
    if (m.sealed) expect(line.sensitive).toEqual({ parts: m.sealed.parts.length, opened: m.sealed.parts.length });
  });

  test('verdicts of messages that were changed, exit code 0; with --strict, 1', async () => {
    for (const name of ['ecs02-command', 'ecs52-response', 'ecs02-response']) {
      for (const variant of vector(name).variants) {
        const line = await decodeOne(variant.hex, '--keystore', keys);
        expect([variant.change, line.mac, line.signature]).toEqual([variant.change, variant.mac, variant.signature]);
        const strict = await run(['decode', '--strict', '--keystore', keys, '-'], { stdin: variant.hex });
        expect(strict.code).toBe([variant.mac, variant.signature].includes('invalid') ? 1 : 0);
      }
    }
  });

  test('without a keystore protection is not judged, and absent where there is none', async () => {
    expect(await decodeOne(hexOf('ecs02-command'))).toMatchObject({ mac: 'no-key', signature: 'no-key' });
    expect(await decodeOne(hexOf('ecs02-pre-command'))).toMatchObject({
      mac: 'absent',
      signature: 'absent',
      form: 'pre-command',
    });
    expect(await decodeOne(hexOf('ecs17b-response'))).toMatchObject({ sensitive: { parts: 1, opened: 0 } });
    expect((await run(['decode', '--strict', '-'], { stdin: hexOf('ecs02-command') })).code).toBe(0);
  });

  test('the keystore may come from the environment', async () => {
    const environment = { HANBENCH_KEYSTORE: keys };
    const line = await one(['decode', '-'], { stdin: hexOf('ecs02-command'), environment });
    expect(line).toMatchObject({ mac: 'valid', signature: 'valid' });
  });

  test.each([
    ['upper case', (hex: string) => hex.toUpperCase()],
    ['wrapped in the middle of an octet', (hex: string) => hex.replace(/(.{37})/g, '$1\r\n\t ')],
    ['an octet a word', (hex: string) => `\n${hex.replace(/../g, '$& ')}\n\n`],
    ['base64', (hex: string) => Buffer.from(hex, 'hex').toString('base64')],
    [
      'base64 in lines',
      (hex: string) =>
        Buffer.from(hex, 'hex')
          .toString('base64')
          .replace(/(.{64})/g, '$1\r\n'),
    ],
    ['base64 for web addresses', (hex: string) => Buffer.from(hex, 'hex').toString('base64url')],
  ])('reads %s', async (_, write) => {
    const line = await decodeOne(write(hexOf('cs02b-handover-command')));
    expect(line.reencoded).toBe(hexOf('cs02b-handover-command'));
  });

  test('several files, each by its name; a block of a transfer among them', async () => {
    const names = ['ecs02-command', 'ecs52-response'].map((name) => file(`${name}.hex`, hexOf(name)));
    const block = file('block.hex', vectors.transfers[0]?.blocks[0] ?? '');
    const lines = linesOf(await run(['decode', ...names, block]));
    expect(lines.map((line) => [line.file, line.form])).toEqual([
      [names[0], 'command'],
      [names[1], 'response'],
      [block, 'gbt-block'],
    ]);
  });

  test('--lines: a message a line, empty lines passed over, wrong ones named by number', async () => {
    const log = file('log.txt', `${hexOf('ecs02-command')}\n\nnot hex!\r\n${hexOf('ecs02-response').toUpperCase()}\r\n30\n`);
    const result = await run(['decode', '--lines', log]);
    expect(result.code).toBe(1);
    expect(linesOf(result).map((line) => [line.file, line.form ?? (line.error as Json).kind])).toEqual([
      [`${log}:1`, 'command'],
      [`${log}:3`, 'bad-hex'],
      [`${log}:4`, 'response'],
      [`${log}:5`, 'not-gbcs'],
    ]);
  });

  test('what is no message is an error object; the others are still done; exit code 1', async () => {
    const good = file('good.hex', hexOf('ecs02-command'));
    const short = file('short.hex', hexOf('ecs02-command').slice(0, 60));
    const other = file('other.hex', '30030201ff');
    const empty = file('empty.hex', ' \n');
    const wrong = file('wrong.hex', `${hexOf('ecs02-command').slice(0, 40)}g${hexOf('ecs02-command').slice(41)}`);
    const odd = file('odd.hex', 'dd0');
    const result = await run(['decode', short, good, other, empty, wrong, odd]);
    expect(result.code).toBe(1);
    const lines = linesOf(result);
    expect(lines.map((line) => line.file)).toEqual([short, good, other, empty, wrong, odd]);
    expect(lines[1]?.form).toBe('command');
    const errors = lines.filter((line) => line.error).map((line) => line.error as Json);
    expect(errors.map((error) => error.kind)).toEqual(['bad-length', 'not-gbcs', 'empty', 'bad-hex', 'bad-hex']);
    for (const error of errors) {
      expect(error).toEqual({ kind: expect.any(String), message: expect.any(String), offset: expect.any(Number) });
    }
    expect(errors[3]).toMatchObject({ offset: 40, message: expect.stringContaining('"g"') });
  });

  test('on a terminal a fault is one line on standard error naming file and offset', async () => {
    const wrong = file('wrong-digit.hex', `${hexOf('ecs02-command').slice(0, 12)}x${hexOf('ecs02-command').slice(13)}`);
    const result = await run(['decode', wrong], { terminal: true });
    expect(result.code).toBe(1);
    expect(result.stderr.trim()).toMatch(/wrong-digit\.hex.*12.*"x"/);
    expect(result.stderr.trim().split('\n')).toHaveLength(1);
    expect(result.stdout).toBe('');
  });

  test('on a terminal a message is text for people, with --json an object', async () => {
    const text = await run(['decode', '--keystore', keys, '-'], { terminal: true, stdin: hexOf('cs06-future-dated-command') });
    expect(text.stdout).toMatch(/CS06/);
    expect(text.stdout).toMatch(/signature: valid\s+MAC: valid/);
    const json = await one(['decode', '--json', '-'], { terminal: true, stdin: hexOf('cs06-future-dated-command') });
    expect(json.useCase).toBe('CS06');
  });

  test.each([
    ['a missing keystore', ['decode', '--keystore', 'nowhere', '-'], /nowhere/],
    ['a missing file', ['decode', 'no-such.hex'], /no-such\.hex/],
    ['no file', ['decode'], /FILE/],
    ['an unknown option', ['decode', '--colour', '-'], /--colour/],
  ])('%s: exit code 2, one clear line', async (_, words, message) => {
    const result = await run(words, { stdin: hexOf('ecs02-command') });
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(message);
  });

  test('a missing file does not keep the others from being read', async () => {
    const good = file('still-good.hex', hexOf('ecs02-command'));
    const result = await run(['decode', at('absent.hex'), good]);
    expect(result.code).toBe(2);
    expect(linesOf(result).some((line) => line.form === 'command')).toBe(true);
  });
});

describe('keystores with broken files', () => {
  const broken = (
    name: string,
    ...files: readonly (readonly [Parameters<typeof keyFile>[1], 'ds' | 'ka', 'pem' | 'key'])[]
  ): string => {
    const directory = writeVectorKeystore(at(name));
    for (const [party, key, ending] of files) writeFileSync(keyFile(directory, party, key, ending), 'this is no key\n');
    return directory;
  };

  test('one that the message needs: exit code 2, naming the file', async () => {
    const directory = broken('broken-needed', ['supplier', 'ds', 'pem']);
    const result = await run(['decode', '--keystore', directory, '-'], { stdin: hexOf('ecs02-command') });
    expect(result.code).toBe(2);
    expect(result.stderr).toContain(keyFile(directory, 'supplier', 'ds', 'pem'));
  });

  test('one that nobody needs is no error', async () => {
    const directory = broken(
      'broken-unneeded',
      ['gsme', 'ds', 'pem'],
      ['networkOperator', 'ka', 'key'],
      ['loadController', 'ka', 'pem'],
    );
    writeFileSync(join(directory, 'devices.json'), 'neither is this');
    writeFileSync(join(directory, 'notes.txt'), 'nor this');
    const line = await decodeOne(hexOf('ecs02-command'), '--keystore', directory);
    expect(line).toMatchObject({ mac: 'valid', signature: 'valid' });
  });

  test('a private key that does not fit its certificate: exit code 2, naming both', async () => {
    const directory = writeVectorKeystore(at('misfit'));
    const pem = keyFile(directory, 'acb', 'ka', 'key');
    writeVectorKeystore(at('misfit-source'));
    writeFileSync(pem, readFileSync(keyFile(at('misfit-source'), 'supplier', 'ka', 'key')));
    const result = await run(['decode', '--keystore', directory, '-'], { stdin: hexOf('ecs02-command') });
    expect(result.code).toBe(2);
    expect(result.stderr).toContain(pem);
    expect(result.stderr).toContain(keyFile(directory, 'acb', 'ka', 'pem'));
  });
});
