/** `hanbench gbcs sign` and `hanbench gbcs unnamed`. */
import { describe, expect, test } from 'vitest';
import {
  at,
  decodeOne,
  encodeLine,
  file,
  hexOf,
  type Json,
  keys,
  linesOf,
  one,
  run,
  vectors,
  withKeystores,
} from '../support/gbcs-cli.ts';
import { writeVectorKeystore } from '../support/vector-keystore.ts';

withKeystores();

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

describe('a seed', () => {
  test.each(['ecdsa', 'cnsa-candidates'])(
    'makes the signatures of profile %s repeat, different for each message',
    async (profile) => {
      const once = () =>
        run(['sign', '--keystore', keys, '--profile', profile, '--seed', '7', file('pre.hex', hexOf('ecs02-pre-command'))]);
      const [first, second] = [await once(), await once()];
      expect(first.code, first.stderr).toBe(0);
      expect(second.stdout).toBe(first.stdout);
      const other = await run([
        'sign',
        '--keystore',
        keys,
        '--profile',
        profile,
        '--seed',
        '8',
        file('pre.hex', hexOf('ecs02-pre-command')),
      ]);
      expect(other.stdout).not.toBe(first.stdout);
    },
  );
});
