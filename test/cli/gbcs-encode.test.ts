/** `hanbench gbcs encode`: lines back into messages, edited at will. */
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
  p384Keys,
  remoteKeys,
  run,
  vectors,
  withKeystores,
} from '../support/gbcs-cli.ts';

withKeystores();

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
    expect(bare.notes).toMatch(/left as it was: signature/);
    expect(bare.notes).toMatch(/left as it was: MAC/);
    expect(await decodeOne(bare.hex, '--keystore', keys)).toMatchObject({ mac: 'invalid', signature: 'invalid' });
    const response = { ...(await decodeOne(hexOf('ecs02-response'))), originatorCounter: '4711' };
    const kept = await encodeLine(response, '--keystore', remoteKeys);
    expect(kept.notes).toMatch(/left as it was: signature \(no private key of 02-48-42-00-00-00-00-E1\)/);
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
      expect.stringContaining('payload.accesses[0].data: an unsigned integer of 1 octet (unsigned)'),
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
