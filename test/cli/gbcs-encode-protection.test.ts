/** What `gbcs encode` makes of edits that touch protection: nothing wrong leaves it without a word. */
import { describe, expect, test } from 'vitest';
import { decodeOne, encodeLine, hexOf, type Json, keys, withKeystores } from '../support/gbcs-cli.ts';

withKeystores();

interface Component {
  encrypted?: Json;
  fields: Json[];
}
const componentsOf = (line: Json): Component[] => (line.payload as { components: Component[] }).components;

describe('encrypted parts', () => {
  test('a component that is marked as encrypted and has only fields is encrypted', async () => {
    const line = structuredClone(await decodeOne(hexOf('gcs13a-response'), '--keystore', keys));
    for (const component of componentsOf(line)) delete component.encrypted;
    const { hex, notes } = await encodeLine(line, '--keystore', keys);
    expect(notes).toBe('');
    expect(hex).toBe(hexOf('gcs13a-response'));
  });

  test('without the key it is refused, never written in clear', async () => {
    const line = structuredClone(await decodeOne(hexOf('gcs13a-response'), '--keystore', keys));
    for (const component of componentsOf(line)) delete component.encrypted;
    const { hex, notes, code } = await encodeLine(line);
    expect([hex, code]).toEqual(['', 1]);
    expect(notes).toMatch(/encrypted parts cannot be made/);
  });

  test.each(['ecs17b-response', 'gcs13a-response'])(
    '%s: an edited header makes them anew, since it takes part in their key',
    async (name) => {
      const line = await decodeOne(hexOf(name), '--keystore', keys);
      const { hex, notes } = await encodeLine({ ...line, originatorCounter: '4712' }, '--keystore', keys);
      expect(notes).toBe('');
      expect(await decodeOne(hex, '--keystore', keys)).toMatchObject({
        mac: 'valid',
        sensitive: line.sensitive,
        originatorCounter: '4712',
      });
    },
  );

  test('without the key an edited header is said to close them', async () => {
    const line = await decodeOne(hexOf('ecs17b-response'));
    const { notes } = await encodeLine({ ...line, originatorCounter: '4712' });
    expect(notes).toMatch(/encrypted parts are left as they were: .* no longer open/);
  });
});

describe('signature and MAC', () => {
  test('form pre-command takes both away', async () => {
    const line = await decodeOne(hexOf('ecs02-command'), '--keystore', keys);
    const { hex } = await encodeLine({ ...line, form: 'pre-command' }, '--keystore', keys);
    expect(hex).toBe(hexOf('ecs02-pre-command'));
  });

  test('absent takes one away', async () => {
    const line = await decodeOne(hexOf('ecs02-command'), '--keystore', keys);
    const bare = await encodeLine({ ...line, mac: 'absent' }, '--keystore', keys);
    expect(await decodeOne(bare.hex, '--keystore', keys)).toMatchObject({ mac: 'absent', signature: 'valid' });
    const unsigned = await encodeLine({ ...line, signature: 'absent' }, '--keystore', keys);
    expect(await decodeOne(unsigned.hex, '--keystore', keys)).toMatchObject({ mac: 'valid', signature: 'absent' });
  });

  test('valid asks for one that was not there', async () => {
    const line = await decodeOne(hexOf('ecs52-command'), '--keystore', keys);
    const { hex } = await encodeLine({ ...line, signature: 'valid' }, '--keystore', keys);
    expect(await decodeOne(hex, '--keystore', keys)).toMatchObject({ mac: 'valid', signature: 'valid' });
  });

  test('what is asked for and cannot be made is refused, exit code 1', async () => {
    const { protection: _, ...line } = await decodeOne(hexOf('ecs02-command'));
    const { hex, notes, code } = await encodeLine(line);
    expect([hex, code]).toEqual(['', 1]);
    expect(notes).toMatch(/cannot be made: signature \(no private key of .*\); MAC/);
  });
});

describe('fields of a ZCL command', () => {
  test('one that is missing is noticed by encode, and counted by decode', async () => {
    const line = structuredClone(await decodeOne(hexOf('gcs06-command'), '--keystore', keys));
    expect(componentsOf(line)[0]?.fields.length).toBeGreaterThan(1);
    componentsOf(line)[0]?.fields.pop();
    const { hex, notes, code } = await encodeLine(line, '--keystore', keys);
    expect(code).toBe(0);
    expect(notes).toMatch(/reads back with 1 more values that fit no field/);
    expect(await decodeOne(hex, '--keystore', keys)).toMatchObject({ unnamed: 1, signature: 'valid' });
  });
});
