/** `hanbench gbcs decode`, `encode`, `sign` and `unnamed`: the contract other programs rely on. Keys and messages are the vectors'. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CAST, PARTIES } from '../second/cast.ts';
import { type CommandOptions, type CommandResult, runHere } from '../support/run-cli.ts';
import { keyFile, writeVectorKeystore } from '../support/vector-keystore.ts';
import { readVectors } from '../support/vectors.ts';

type Json = Record<string, unknown>;

const vectors = readVectors();
const folder = mkdtempSync(join(tmpdir(), 'hanbench-gbcs-'));
const at = (name: string): string => join(folder, name);
const vector = (name: string): (typeof vectors.messages)[number] => {
  const found = vectors.messages.find((message) => message.name === name);
  expect(found, name).toBeDefined();
  return found as (typeof vectors.messages)[number];
};
const hexOf = (name: string): string => vector(name).hex;

const DEVICES = PARTIES.filter((party) => typeof CAST[party].role === 'string');
const keys = at('keys');
const remoteKeys = at('remote-keys');
const p384Keys = at('p384-keys');

function file(name: string, content: string | Uint8Array): string {
  writeFileSync(at(name), content);
  return at(name);
}

const linesOf = ({ stdout }: CommandResult): Json[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Json);

const run = (words: readonly string[], options?: CommandOptions): Promise<CommandResult> => runHere(['gbcs', ...words], options);

/** The one line of a command that must go well. */
async function one(words: readonly string[], options?: CommandOptions): Promise<Json> {
  const result = await run(words, options);
  expect(result.code, result.stderr).toBe(0);
  const [line = {}, ...more] = linesOf(result);
  expect(more).toEqual([]);
  return line;
}

const decodeOne = (hex: string, ...options: string[]): Promise<Json> => one(['decode', ...options, '-'], { stdin: hex });

/** What `gbcs encode` makes of a line; `notes` is what it says beside it. */
async function encodeLine(line: Json, ...options: string[]): Promise<{ hex: string; notes: string; code: number | null }> {
  const { reencoded: _, ...edited } = line;
  const { stdout, stderr, code } = await run(['encode', ...options, '-'], { stdin: JSON.stringify(edited) });
  return { hex: stdout.trim(), notes: stderr, code };
}

beforeAll(() => {
  writeVectorKeystore(keys);
  writeVectorKeystore(
    remoteKeys,
    PARTIES.filter((party) => !DEVICES.includes(party)),
  );
  writeVectorKeystore(p384Keys, PARTIES, 'ds-p384');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

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

describe('gbcs encode', () => {
  test('decode into encode is the identity: with keys, without, and in one stream', async () => {
    const all = file('all.txt', vectors.messages.map((m) => m.hex).join('\n'));
    for (const store of [[], ['--keystore', keys]]) {
      const decoded = await run(['decode', '--lines', ...store, all]);
      expect(decoded.code).toBe(0);
      for (const again of [[], ['--keystore', keys]]) {
        const encoded = await run(['encode', ...again, '-'], { stdin: decoded.stdout });
        expect(encoded.code, encoded.stderr).toBe(0);
        expect(encoded.stderr).toBe('');
        expect(encoded.stdout.trim().split('\n')).toEqual(vectors.messages.map((m) => m.hex));
      }
    }
  });

  test('blocks of a transfer too, and a line spread over many', async () => {
    for (const hex of vectors.transfers.flatMap((transfer) => transfer.blocks)) {
      const { hex: again } = await encodeLine(await decodeOne(hex));
      expect(again).toBe(hex);
    }
    const spread = JSON.stringify(await decodeOne(hexOf('ecs02-command')), null, 2);
    expect((await run(['encode', file('spread.json', spread)])).stdout.trim()).toBe(hexOf('ecs02-command'));
  });

  test('an edited value is signed and MACed anew', async () => {
    const line = await decodeOne(hexOf('ecs02-command'), '--keystore', keys);
    const { hex, notes } = await encodeLine({ ...line, originatorCounter: '4711' }, '--keystore', keys);
    expect(notes).toBe('');
    expect(hex).not.toBe(hexOf('ecs02-command'));
    expect(await decodeOne(hex, '--keystore', keys)).toMatchObject({
      originatorCounter: '4711',
      mac: 'valid',
      signature: 'valid',
    });
  });

  test('a value inside the payload, too', async () => {
    const line = await decodeOne(hexOf('cs06-future-dated-command'), '--keystore', keys);
    const text = JSON.stringify(line);
    const date = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/.exec(JSON.stringify(line.payload))?.[0] ?? '';
    expect(date).not.toBe('');
    const edited = JSON.parse(text.replace(date, '2031-02-03T04:05:06Z')) as Json;
    const { hex } = await encodeLine(edited, '--keystore', keys);
    const again = await decodeOne(hex, '--keystore', keys);
    expect(again).toMatchObject({ mac: 'valid', signature: 'valid' });
    expect(JSON.stringify(again.payload)).toContain('2031-02-03T04:05:06Z');
    expect(hex).toContain(Buffer.from('20310203040506Z').toString('hex'));
  });

  test.each([
    ['gcs16b-acb-response', '"name":"Snapshot ID","type":"uint32","value":71', '"name":"Snapshot ID","type":"uint32","value":77'],
    ['ecs17b-response', '"double-long-unsigned","value":12345678', '"double-long-unsigned","value":12345679'],
  ])('%s: a value inside an encrypted part is encrypted anew', async (name, was, is) => {
    const text = JSON.stringify(await decodeOne(hexOf(name), '--keystore', keys));
    expect(text).toContain(was);
    const edited = JSON.parse(text.replace(was, is)) as Json;
    const { hex, notes } = await encodeLine(edited, '--keystore', keys);
    expect(notes).toBe('');
    const again = await decodeOne(hex, '--keystore', keys);
    expect(again).toMatchObject({ mac: 'valid', sensitive: edited.sensitive });
    expect(JSON.stringify(again)).toContain(is);
    const without = await encodeLine(edited);
    expect(without.notes).toMatch(/encrypted parts are lost/);
    expect(without.hex).toBe(hexOf(name));
  });

  test('without the keys the old signature and MAC stay, and standard error says so', async () => {
    const line = { ...(await decodeOne(hexOf('ecs02-command'))), originatorCounter: '4711' };
    const bare = await encodeLine(line);
    expect(bare.code).toBe(0);
    expect(bare.notes).toMatch(/signature left as it was/);
    expect(bare.notes).toMatch(/MAC left as it was/);
    expect(await decodeOne(bare.hex, '--keystore', keys)).toMatchObject({ mac: 'invalid', signature: 'invalid' });
    const response = { ...(await decodeOne(hexOf('ecs02-response'))), originatorCounter: '4711' };
    const kept = await encodeLine(response, '--keystore', remoteKeys);
    expect(kept.notes).toMatch(/signature left as it was: no private key of 02-48-42-00-00-00-00-E1/);
    const macOnly = await encodeLine(
      { ...(await decodeOne(hexOf('ecs52-response'))), originatorCounter: '9' },
      '--keystore',
      remoteKeys,
    );
    expect(macOnly.notes).toBe('');
    expect(await decodeOne(macOnly.hex, '--keystore', remoteKeys)).toMatchObject({ mac: 'valid' });
  });

  test.each([
    ['ecs02-command', 'valid', 'valid'],
    ['ecs52-command', 'valid', 'absent'],
    ['ecs02-response', 'absent', 'valid'],
    ['ecs52-response', 'valid', 'absent'],
    ['cs02b-recovery-command', 'absent', 'valid'],
  ])('%s without `protection` is protected from scratch', async (name, mac, signature) => {
    const { protection: _, ...line } = await decodeOne(hexOf(name), '--keystore', keys);
    const { hex, notes } = await encodeLine(line, '--keystore', keys);
    expect(notes).toBe('');
    expect(hex).toBe(hexOf(name));
    expect(await decodeOne(hex, '--keystore', keys)).toMatchObject({ mac, signature });
  });

  test('P-384 keys sign with 96 octets; a profile that does not fit the key is exit code 2', async () => {
    const line = await decodeOne(hexOf('ecs42-p384-command'), '--keystore', p384Keys);
    const { hex } = await encodeLine({ ...line, originatorCounter: '5' }, '--keystore', p384Keys);
    expect(await decodeOne(hex, '--keystore', p384Keys)).toMatchObject({ signature: 'valid', mac: 'valid' });
    const misfit = await encodeLine({ ...line, originatorCounter: '5' }, '--keystore', p384Keys, '--profile', 'ecdsa');
    expect(misfit.code).toBe(2);
  });

  test('values out of range and of the wrong kind name their place, exit code 1; the other lines are still done', async () => {
    const line = await decodeOne(hexOf('ecs02-command'));
    const payload = line.payload as { accesses: Json[] };
    const wrong = [
      { ...line, originatorCounter: '18446744073709551616' },
      { ...line, messageCode: '0x10000' },
      { ...line, originator: '90-B3' },
      { ...line, payload: { ...payload, accesses: [{ ...payload.accesses[0], class: 65_536 }] } },
      {
        ...line,
        payload: { ...payload, accesses: [{ ...payload.accesses[0], data: { name: 'd', type: 'unsigned', value: 256 } }] },
      },
      { file: 'x', error: { kind: 'bad-hex', message: 'm', offset: 0 } },
    ];
    const stdin = `${[...wrong, line].map((entry) => JSON.stringify(entry)).join('\n')}\n{not json\n`;
    const result = await run(['encode', '--json', '-'], { stdin });
    expect(result.code).toBe(1);
    const lines = linesOf(result);
    const messages = lines.map((entry) => (entry.error as Json | undefined)?.message);
    expect(messages).toEqual([
      expect.stringContaining('originatorCounter'),
      expect.stringContaining('messageCode'),
      expect.stringContaining('originator'),
      expect.stringContaining('payload.accesses[0].class'),
      expect.stringContaining('d: unsigned'),
      expect.stringContaining('no message'),
      undefined,
      expect.stringContaining('JSON'),
    ]);
    expect(lines[6]).toMatchObject({ message: hexOf('ecs02-command') });
    expect(lines.map((entry) => entry.file)).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((number) => `-:${number}`));
    const onTerminal = await run(['encode', '-'], { stdin: JSON.stringify(wrong[0]), terminal: true });
    expect(onTerminal.code).toBe(1);
    expect(onTerminal.stderr).toMatch(/originatorCounter/);
    expect(onTerminal.stdout).toBe('');
  });

  test('a missing keystore or file: exit code 2', async () => {
    const stdin = JSON.stringify(await decodeOne(hexOf('ecs02-command')));
    const missing = await run(['encode', '--keystore', at('nowhere'), '-'], { stdin });
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining(at('nowhere'))]);
    const absent = await run(['encode', at('absent.json')]);
    expect([absent.code, absent.stderr]).toEqual([2, expect.stringContaining(at('absent.json'))]);
  });
});

describe('gbcs sign', () => {
  test('a pre-command becomes the command: signature, then MAC', async () => {
    const { stdout, code } = await run(['sign', '--keystore', keys, '-'], { stdin: hexOf('ecs02-pre-command') });
    expect(code).toBe(0);
    const line = await decodeOne(stdout, '--keystore', keys);
    expect(line).toMatchObject({ form: 'command', mac: 'valid', signature: 'valid', useCase: 'ECS02' });
    const before = hexOf('ecs02-pre-command');
    expect(stdout).toContain(before.slice(2));
  });

  test('the null signature makes no difference, nor does the form of the text', async () => {
    const pre = hexOf('gcs28-pre-command-null-signature');
    const first = await run(['sign', '--keystore', keys, '-'], { stdin: pre });
    const second = await run(['sign', '--keystore', keys, '-'], {
      stdin: Buffer.from(pre.replace(/00$/, ''), 'hex').toString('base64'),
    });
    expect(second.stdout).toBe(first.stdout);
    expect(await decodeOne(first.stdout, '--keystore', keys)).toMatchObject({ mac: 'valid', signature: 'valid' });
  });

  test.each([
    ['critical', 'valid', 'valid'],
    ['non-critical', 'valid', 'absent'],
    ['signed-only', 'absent', 'valid'],
  ])('--category %s', async (category, mac, signature) => {
    const made = await one(['sign', '--json', '--keystore', keys, '--category', category, '-'], {
      stdin: hexOf('ecs02-pre-command'),
    });
    expect(made).toMatchObject({ useCase: 'ECS02', category });
    expect(await decodeOne(String(made.message), '--keystore', keys)).toMatchObject({ mac, signature });
  });

  test.each(['ecdsa', 'cnsa-candidates', 'deterministic'])('--profile %s verifies', async (profile) => {
    const words = ['sign', '--keystore', keys, '--profile', profile, '-'];
    const made = await Promise.all([
      run(words, { stdin: hexOf('ecs02-pre-command') }),
      run(words, { stdin: hexOf('ecs02-pre-command') }),
    ]);
    expect(made[0]?.stdout === made[1]?.stdout).toBe(profile === 'deterministic');
    for (const { stdout } of made)
      expect(await decodeOne(stdout, '--keystore', keys)).toMatchObject({ signature: 'valid', mac: 'valid' });
  });

  test('what is no pre-command is refused, the others are still done, exit code 1', async () => {
    const log = file('sign.txt', [hexOf('ecs02-command'), hexOf('ecs02-response'), 'dd', hexOf('ecs02-pre-command')].join('\n'));
    const result = await run(['sign', '--json', '--lines', '--keystore', keys, log]);
    expect(result.code).toBe(1);
    expect(linesOf(result).map((line) => (line.error as Json | undefined)?.kind)).toEqual([
      'no-pre-command',
      'no-pre-command',
      'truncated',
      undefined,
    ]);
  });

  test('keys that are not there: exit code 2, saying whose', async () => {
    const none = writeVectorKeystore(at('public-only'), []);
    const result = await run(['sign', '--keystore', none, '-'], { stdin: hexOf('ecs02-pre-command') });
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('02-48-42-00-00-00-20-01');
    expect((await run(['sign', '-'], { stdin: hexOf('ecs02-pre-command') })).code).toBe(2);
  });
});

describe('gbcs unnamed', () => {
  test('messages whose values all have names give nothing', async () => {
    const all = file('named.txt', vectors.messages.map((m) => m.hex).join('\n'));
    const result = await run(['unnamed', '--lines', '--keystore', keys, all]);
    expect(result.code).toBe(0);
    expect(linesOf(result)).toEqual([]);
  });

  test('values without a name are listed with their path, counted', async () => {
    const hex = hexOf('ecs52-command');
    const line = await decodeOne(hex);
    const payload = line.payload as { accesses: Json[] };
    const [first = {}] = payload.accesses;
    const foreign = {
      ...first,
      operation: 'set',
      class: 1,
      obis: '9-9:9.9.9.9',
      attribute: 2,
      data: { name: 'x', type: 'unsigned', value: 1 },
    };
    const { hex: edited } = await encodeLine({ ...line, payload: { ...payload, accesses: [foreign] } });
    expect(await decodeOne(edited)).toMatchObject({ unnamed: 1 });
    const twice = file('unnamed.txt', `${edited}\n${edited}\n`);
    expect(linesOf(await run(['unnamed', '--lines', twice]))).toEqual([{ useCase: 'ECS52', path: 'class1.2', count: 2 }]);
  });

  test('without messages it lists what the dictionaries do not name', async () => {
    const result = await run(['unnamed']);
    expect(result.code).toBe(0);
    const lines = linesOf(result);
    expect(lines.every((line) => typeof line.useCase === 'string' && typeof line.path === 'string')).toBe(true);
    expect(lines.map((line) => line.useCase)).not.toContain('CS06');
  });
});
