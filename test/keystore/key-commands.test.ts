import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runHere } from '../support/run-cli.ts';
import { sharedFile, skipReason } from '../support/shared.ts';

const SUPPLIER = '90b3d51f30010000';
const ESME = '00db1234567890a0';
let folder: string;
let keys: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hanbench-pki-'));
  keys = join(folder, 'keys');
  const made = await runHere(['pki', 'new', '--seed', '7', '--out', keys]);
  expect(made).toMatchObject({ code: 0 });
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const key = (name: string) => join(keys, name);
const json = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('hanbench pki new', () => {
  it('names the cast and refuses to write twice', async () => {
    const again = await runHere(['pki', 'new', '--seed', '7', '--out', keys]);
    expect(again.code).toBe(2);
    expect(again.stderr).toContain(`${keys}: directory is not empty`);
    const forced = await runHere(['pki', 'new', '--seed', '7', '--out', keys, '--force', '--json']);
    expect(forced.code).toBe(0);
    expect(json(forced.stdout)[0]).toMatchObject({
      seed: '7',
      certificates: 29,
      profile: 'deterministic',
      accessControlBroker: '90-B3-D5-1F-30-00-00-02',
    });
  });

  it('makes devices of one’s own, with P-384 signing keys when asked', async () => {
    const out = join(folder, 'own');
    const made = await runHere([
      'pki',
      'new',
      '--out',
      out,
      '--profile',
      'cnsa-p384',
      '--device',
      'esme=00db1234567890b0',
      '--json',
    ]);
    expect(json(made.stdout)[0]).toMatchObject({ devices: [{ eui: '00-DB-12-34-56-78-90-B0', type: 'ESME' }] });
    expect(readdirSync(out).filter((name) => name.startsWith('00db'))).toHaveLength(4);
    const shown = await runHere(['pki', 'show', '--json', join(out, '00db1234567890b0-ds.pem')]);
    expect(json(shown.stdout)[0]).toMatchObject({
      publicKey: { curve: 'P-384' },
      signatureAlgorithm: 'ecdsa-with-SHA384',
      findings: [],
    });
  });

  it.each([
    ['ESME', /no TYPE=EUI/],
    ['TV=00db1234567890b0', /no TYPE=EUI/],
    ['ESME=00db', /EUI-64/],
  ])('refuses --device %s', async (device, message) => {
    const made = await runHere(['pki', 'new', '--out', join(folder, 'never'), '--device', device]);
    expect(made.code).toBe(2);
    expect(made.stderr).toMatch(message);
  });

  it('refuses the same identifier twice', async () => {
    const made = await runHere([
      'pki',
      'new',
      '--out',
      join(folder, 'twice'),
      '--device',
      `ESME=${ESME}`,
      '--device',
      `GSME=${ESME}`,
    ]);
    expect(made.code).toBe(2);
    expect(made.stderr).toContain('already');
  });
});

describe('hanbench pki show', () => {
  it('shows every certificate of a keystore without findings under its issuer', async () => {
    for (const [issuer, prefix] of [
      ['organisation', '90b3'],
      ['device', '00db'],
    ] as const) {
      const files = readdirSync(keys).filter((name) => name.startsWith(prefix) && name.endsWith('.pem'));
      const authority = key(`authorities/${issuer}-issuing.pem`);
      const at = '2030-01-15T09:00:00Z';
      const shown = await runHere(['pki', 'show', '--json', '--strict', '--at', at, '--issuer', authority, ...files.map(key)]);
      expect(shown.code).toBe(0);
      const answers = json(shown.stdout);
      expect(answers).toHaveLength(files.length);
      for (const answer of answers) expect(answer).toMatchObject({ signature: 'valid', findings: [], version: 3 });
    }
  });

  it('shows every field for people', async () => {
    const { stdout, code } = await runHere(['pki', 'show', key(`${SUPPLIER}-ds.pem`)], { terminal: true });
    expect(code).toBe(0);
    for (const text of [
      '90-B3-D5-1F-30-01-00-00',
      'supplier',
      'HANBENCH SUPPLIER',
      'OU=07, CN=Z1',
      'digitalSignature',
      'keyUsage (critical)',
      'findings            none',
    ]) {
      expect(stdout).toContain(text);
    }
  });

  it('a root vouches for itself, an expired certificate is a finding, and --strict makes it a failure', async () => {
    const root = key('authorities/device-root.pem');
    const args = ['pki', 'show', '--json', '--at', '2090-01-01T00:00:00Z', root];
    const shown = await runHere(args);
    expect(shown.code).toBe(0);
    expect(json(shown.stdout)[0]).toMatchObject({ kind: 'authority', signature: 'valid', findings: [{ kind: 'validity' }] });
    expect((await runHere([...args, '--strict'])).code).toBe(1);
  });

  it('takes PEM with several blocks, DER, hex and standard input', async () => {
    const pem = readFileSync(key(`${SUPPLIER}-ds.pem`), 'utf8') + readFileSync(key(`${ESME}-ka.pem`), 'utf8');
    const der = Buffer.from(readFileSync(key(`${ESME}-ka.pem`), 'utf8').replace(/-----[^-]+-----|\s/g, ''), 'base64');
    writeFileSync(join(folder, 'c.der'), der);
    writeFileSync(join(folder, 'c.hex'), der.toString('hex'));
    const shown = await runHere(['pki', 'show', '--json', '-', join(folder, 'c.der'), join(folder, 'c.hex')], { stdin: pem });
    expect(shown.code).toBe(0);
    expect(json(shown.stdout).map(({ eui }) => eui)).toEqual([
      '90-B3-D5-1F-30-01-00-00',
      '00-DB-12-34-56-78-90-A0',
      '00-DB-12-34-56-78-90-A0',
      '00-DB-12-34-56-78-90-A0',
    ]);
  });

  it('names file and offset of what is no certificate and shows the others', async () => {
    const der = Buffer.from(readFileSync(key(`${ESME}-ka.pem`), 'utf8').replace(/-----[^-]+-----|\s/g, ''), 'base64');
    der[8] = 0xa1;
    writeFileSync(join(folder, 'bad.der'), der);
    writeFileSync(join(folder, 'bad.txt'), 'hello');
    const files = [join(folder, 'bad.der'), join(folder, 'bad.txt'), key(`${SUPPLIER}-ds.key`), key(`${SUPPLIER}-ds.pem`)];
    const shown = await runHere(['pki', 'show', '--json', ...files]);
    expect(shown.code).toBe(1);
    const [bad, text, secret, good] = json(shown.stdout);
    expect(bad).toMatchObject({ file: files[0], error: { kind: 'bad-der', offset: 8 } });
    expect(text).toMatchObject({ file: files[1], error: { kind: 'not-a-certificate' } });
    expect(secret).toMatchObject({ error: { kind: 'not-a-certificate', message: expect.stringMatching(/PRIVATE KEY/) } });
    expect(good).toMatchObject({ kind: 'organisation' });
    expect((await runHere(['pki', 'show', join(folder, 'nowhere.pem')])).code).toBe(2);
    expect((await runHere(['pki', 'show', '--issuer', files[1] ?? '', files[3] ?? ''])).code).toBe(2);
  });
});

describe('hanbench gbcs utrn', () => {
  const ends = ['--supplier', SUPPLIER, '--device', ESME];

  it('makes a token that checks', async () => {
    const made = await runHere([
      'gbcs',
      'utrn',
      'make',
      '--keystore',
      keys,
      ...ends,
      '--pounds',
      '10',
      '--counter',
      '3',
      '--json',
    ]);
    expect(made.code).toBe(0);
    const [token] = json(made.stdout);
    expect(token).toMatchObject({
      valueClass: 'pounds',
      value: 10,
      counter: 3,
      originatorCounter: '12884901888',
      utrn: expect.stringMatching(/^7\d{19}$/),
    });
    const utrn = String(token?.utrn);
    const spaced = utrn.replace(/(\d{4})(?=\d)/g, '$1 ');
    const checked = await runHere(['gbcs', 'utrn', 'check', spaced, '--keystore', keys, ...ends, '--json']);
    expect(checked.code).toBe(0);
    expect(json(checked.stdout)[0]).toMatchObject({ utrn, form: 'good', authentic: 'valid', value: 10, counter: 3 });
    const other = await runHere(
      ['gbcs', 'utrn', 'check', utrn, '--keystore', keys, '--supplier', SUPPLIER, '--device', '00db1234567890a1'],
      { terminal: true },
    );
    expect(other).toMatchObject({ code: 1, stdout: expect.stringMatching(/authentic: invalid/) });
    const formOnly = await runHere(['gbcs', 'utrn', 'check', utrn], { terminal: true });
    expect(formOnly).toMatchObject({ code: 0, stdout: expect.stringMatching(/10 pounds.*\n.*no-key/) });
  });

  it('takes keys from files, from either side', async () => {
    const files = ['--supplier-key', key(`${SUPPLIER}-pp-ka.key`), '--device-key', key(`${ESME}-ka.pem`)];
    const made = await runHere(['gbcs', 'utrn', 'make', ...files, ...ends, '--pence', '1250', '--counter', '2049']);
    expect(made.code).toBe(0);
    const meter = ['--supplier-key', key(`${SUPPLIER}-pp-ka.pem`), '--device-key', key(`${ESME}-ka.key`)];
    const checked = await runHere([
      'gbcs',
      'utrn',
      'check',
      made.stdout.trim(),
      ...meter,
      ...ends,
      '--highest-counter',
      '2040',
      '--json',
    ]);
    expect(json(checked.stdout)[0]).toMatchObject({ authentic: 'valid', value: 1250, valueClass: 'pence', counter: 2049 });
  });

  it('says what is wrong with digits', async () => {
    const short = await runHere(['gbcs', 'utrn', 'check', '123', '--json']);
    expect(short.code).toBe(1);
    expect(json(short.stdout)[0]).toMatchObject({ form: 'bad-format', authentic: 'no-key' });
    const wrong = await runHere(['gbcs', 'utrn', 'check', '73946144332040217314']);
    expect(wrong).toMatchObject({ code: 1, stdout: expect.stringMatching(/check digit is 4, the digits before it give 5/) });
  });

  it.each([
    [['--pence', '1', '--pounds', '1'], /not both/],
    [[], /--pence/],
    [['--pounds', '8192'], /outside/],
  ])('make refuses %j', async (value, message) => {
    const made = await runHere(['gbcs', 'utrn', 'make', '--keystore', keys, ...ends, '--counter', '1', ...value]);
    expect(made.code).toBe(2);
    expect(made.stderr).toMatch(message);
  });

  it('names the key that is missing', async () => {
    const value = ['--pounds', '1', '--counter', '1'];
    const noKeys = await runHere(['gbcs', 'utrn', 'make', ...ends, ...value]);
    expect(noKeys).toMatchObject({ code: 2, stderr: expect.stringMatching(/--keystore DIR or --supplier-key FILE/) });
    const operator = ['--supplier', '90b3d51f30020000', '--device', ESME];
    const stranger = await runHere(['gbcs', 'utrn', 'make', '--keystore', keys, ...operator, ...value]);
    expect(stranger).toMatchObject({ code: 2, stderr: expect.stringMatching(/prepayment key of 90-B3-D5-1F-30-02-00-00/) });
    const nowhere = await runHere(['gbcs', 'utrn', 'make', '--keystore', join(folder, 'none'), ...ends, ...value]);
    expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringMatching(/none: no such file or directory/) });
    expect(await runHere(['gbcs', 'utrn', 'check', '73946144332040217315', '--supplier', SUPPLIER])).toMatchObject({ code: 2 });
  });

  it('checks the tokens of RTDS with its keystore', async (context) => {
    const reference = sharedFile('rtds/keystore') ?? context.skip(skipReason);
    const checked = await runHere(['gbcs', 'utrn', 'check', '73948959061972833313', '--keystore', reference, ...ends, '--json']);
    expect(json(checked.stdout)[0]).toMatchObject({ authentic: 'valid', value: 10, valueClass: 'pounds', counter: 5 });
    const gas = ['--supplier', SUPPLIER, '--device', '00db1234567890a1'];
    const second = await runHere(['gbcs', 'utrn', 'check', '73950067887105178605', '--keystore', reference, ...gas, '--json']);
    expect(json(second.stdout)[0]).toMatchObject({ authentic: 'valid', value: 1250, valueClass: 'pence', counter: 6 });
  });
});
