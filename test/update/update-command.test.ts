import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { SIGNATURE_PROFILES } from '../../firmware-sim/crypto/suite.ts';
import { decodeEnvelope } from '../../firmware-sim/gbcs/envelope.ts';
import { fromHex } from '../../firmware-sim/kernel/bytes.ts';
import { updateConfig } from '../../lab/update/config.ts';
import { prepareEvidence } from '../../lab/update/evidence.ts';
import { updateRun } from '../../lab/update/run.ts';
import { runHere } from '../support/run-cli.ts';

const scratch = mkdtempSync(join(tmpdir(), 'hanbench-update-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const smallImage = join(scratch, 'app.bin');
writeFileSync(smallImage, new Uint8Array(3_000).fill(0x5a));

const update = (...args: string[]) => runHere(['update', '--image', smallImage, ...args]);

interface TimelineEvent {
  readonly t: string;
  readonly actor: string;
  readonly kind: string;
  readonly fate?: string;
}

/** Every file below a directory with its content. */
function contents(directory: string, prefix = ''): Record<string, string> {
  return Object.fromEntries(
    readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
      const path = join(directory, entry.name);
      return entry.isDirectory()
        ? Object.entries(contents(path, `${prefix}${entry.name}/`))
        : [[`${prefix}${entry.name}`, readFileSync(path, 'latin1')]];
    }),
  );
}

describe('hanbench update', () => {
  it('runs the whole job without options, prints image, timeline and verdicts, and passes', async () => {
    const { code, stdout } = await runHere(['update']);
    expect(code).toBe(0);
    expect(stdout).toContain('262270 octets');
    expect(stdout).toMatch(/SHA-256 {2}[0-9a-f]{64}/);
    expect(stdout).toContain('0x8F72 firmware verified');
    expect(stdout).toMatch(/pass +SR11\.2 reads the new version +GBCS ECS52/);
    expect(stdout).toMatch(/PASS: \d+ passed, 0 failed/);
  });

  it('exits 1 when an assertion fails', async () => {
    const { code, stdout } = await update('--feed-cut', '240', '--new-build');
    expect(code).toBe(1);
    expect(stdout).toMatch(/FAIL +the meter never cuts the hub's feed for 3 min/);
  });

  it('gives the same octets for the same seed, and others for another', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => join(scratch, name)) as [string, string, string];
    const options = [
      '--mains-loss',
      '200@activation',
      '--feed-cut',
      '240',
      '--ad1-policy',
      'suppress',
      '--wan',
      'N',
      '--profile',
      'ecdsa',
    ];
    const runs = [await update(...options, '--seed', '5', '--out', a), await update(...options, '--seed', '5', '--out', b)];
    expect(runs[0]?.stdout).toBe(runs[1]?.stdout);
    expect(contents(a)).toEqual(contents(b));
    await update(...options, '--seed', '6', '--out', c);
    expect(contents(c)['timeline.json']).not.toBe(contents(a)['timeline.json']);
  });

  it('writes evidence: JUnit, a timeline with each AD1 and its fate, the image, messages that decode', async () => {
    const out = join(scratch, 'evidence');
    const { code } = await update('--feed-cut', '240', '--ad1-policy', 'suppress', '--out', out);
    expect(code).toBe(0);
    const files = contents(out);
    expect(files['junit.xml']).toMatch(/^<\?xml .*\n<testsuites name="hanbench" tests="\d+" failures="0" errors="0"/);
    const events = JSON.parse(files['timeline.json'] ?? '') as TimelineEvent[];
    expect(events.every(({ t, actor, kind }) => /^\d{4}-.*\.\d{3}Z$/.test(t) && actor !== '' && kind !== '')).toBe(true);
    expect(events.map(({ t }) => t)).toEqual(events.map(({ t }) => t).sort());
    expect(events.filter(({ kind }) => kind === 'AD1')).toMatchObject([
      { actor: 'hub', fate: 'withheld', mpxn: '1200012345679', reachedNetworkOperator: false },
    ]);
    const messages = Object.entries(files).filter(([name]) => name.startsWith('messages/'));
    expect(messages.map(([name]) => name)).toContain('messages/011-CS06-command.hex');
    for (const [, text] of messages) expect(decodeEnvelope(fromHex(text)).header.originatorCounter).toBeGreaterThan(0n);
    expect(files['image.ota']?.length).toBe(60 + 3_000 + 66);
  });

  it('lets gbcs decode check every message with the keystore it wrote', async () => {
    const out = join(scratch, 'decode');
    await update('--out', out, '--mains-loss', '240@activation');
    const files = readdirSync(join(out, 'messages')).map((name) => join(out, 'messages', name));
    const { code, stdout } = await runHere(['gbcs', 'decode', '--json', '--keystore', join(out, 'keystore'), ...files]);
    expect(code).toBe(0);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { mac: string; signature: string; form: string; unnamed: number; error?: unknown });
    expect(lines).toHaveLength(files.length);
    for (const { mac, signature, form, unnamed, error } of lines) {
      expect([error, unnamed]).toEqual([undefined, 0]);
      expect(['valid', 'absent']).toContain(mac);
      expect(['valid', 'absent']).toContain(signature);
      if (form !== 'pre-command') expect([mac, signature]).toContain('valid');
    }
  });

  it('a second run into the same directory leaves no message of the first', async () => {
    const out = join(scratch, 'again');
    await update('--out', out, '--mains-loss', '240@activation');
    const before = readdirSync(join(out, 'messages')).length;
    await update('--out', out);
    expect(readdirSync(join(out, 'messages')).length).toBeLessThan(before);
  });

  it('a run that cannot be made leaves no verdict of the one before', async () => {
    const out = join(scratch, 'stale');
    expect((await update('--out', out)).code).toBe(0);
    const mine = join(out, 'keystore', 'mine.txt');
    writeFileSync(mine, 'mine');
    const short = join(scratch, 'short.ota');
    writeFileSync(short, readFileSync(join(out, 'image.ota')).subarray(0, 900));
    expect((await runHere(['update', '--out', out, '--ota', short])).code).toBe(1);
    const left = contents(out);
    expect(Object.keys(left).sort()).toEqual(['junit.xml', 'keystore/mine.txt']);
    expect(left['junit.xml']).toMatch(/tests="1" failures="0" errors="1"/);
    expect((await update('--out', out)).code).toBe(0);
    expect((await update('--out', out, '--mains-loss', 'x')).code).toBe(2);
    expect(contents(out)['junit.xml']).toContain('errors="1"');
  });

  it('a run that ends half-way leaves no verdict of the one before', async () => {
    const out = join(scratch, 'interrupted');
    await update('--out', out);
    const written: string[] = [];
    const config = updateConfig({ image: { kind: 'generated', octets: 512 } });
    prepareEvidence(out);
    updateRun(config).next();
    for (const name of Object.keys(contents(out))) written.push(name);
    expect(written).toEqual(['junit.xml']);
    expect(contents(out)['junit.xml']).toContain('errors="1"');
  });

  it('the image of an earlier run may be sent once more into the same directory', async () => {
    const out = join(scratch, 'same');
    await update('--out', out);
    const before = contents(out)['image.ota'];
    expect((await runHere(['update', '--out', out, '--ota', join(out, 'image.ota')])).code).toBe(0);
    prepareEvidence(out, join(out, 'image.ota'));
    expect(contents(out)['image.ota']).toBe(before);
  });

  it('the times of an AD1 and of its delivery can be joined by value', async () => {
    const out = join(scratch, 'joined');
    await update('--out', out, '--mains-loss', '240');
    const events = JSON.parse(contents(out)['timeline.json'] ?? '') as { kind: string; startDateTime?: string; hub?: string }[];
    const [raised, got] = ['AD1', 'ad1-delivered'].map((kind) => events.find((event) => event.kind === kind));
    expect(got?.startDateTime).toMatch(/\.\d{3}Z$/);
    expect([got?.startDateTime, got?.hub]).toEqual([raised?.startDateTime, raised?.hub]);
  });

  it('notes a hub that cannot last to the threshold, and a meter that was made for the file', async () => {
    const { code, stdout } = await update('--hub-holdup', '0', '--mains-loss', '240');
    expect(code).toBe(0);
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      'note the hub lasts until its alert is due SEC; CHTS the hub cannot last to the threshold',
    );
    const out = join(scratch, 'fits');
    await update('--out', out);
    const finished = await runHere(['update', '--ota', join(out, 'image.ota')]);
    expect(finished.stdout.replace(/\s+/g, ' ')).toContain(
      'note the meter in the home is made for the file scenario manufacturer 0x121d',
    );
  });

  it('with --at as early as it can be, it runs', async () => {
    const { stderr } = await update('--at', '1970-01-01T00:00:00Z');
    const earliest = /(1970-01-01T\d\d:\d\d:\d\dZ) is the earliest/.exec(stderr)?.[1] ?? expect.fail(stderr);
    expect((await update('--at', earliest)).code).toBe(0);
    const before = new Date(Date.parse(earliest) - 1_000).toISOString().replace('.000Z', 'Z');
    expect((await update('--at', before)).code).toBe(2);
  });

  it('with --json prints one object with verdict, alerts and assertions', async () => {
    const { code, stdout } = await update('--json', '--mains-loss', '240', '--at', '2031-06-01T03:00:00Z');
    expect(code).toBe(0);
    const result = JSON.parse(stdout) as {
      verdict: string;
      ad1: unknown[];
      assertions: { verdict: string; source: string }[];
      image: { octets: number };
    };
    expect(result).toMatchObject({
      verdict: 'pass',
      seed: '1',
      image: { octets: 3_126 },
      ad1: [{ fate: 'delivered-labelled', delaySeconds: 0, within60Seconds: true }],
    });
    expect(result.assertions.every(({ source }) => source !== '')).toBe(true);
  });

  it.each(SIGNATURE_PROFILES)('signs with profile %s', async (profile) => {
    const { code } = await update('--profile', profile, '--quiet');
    expect(code).toBe(0);
  });

  it('takes a finished file as it is, and fails with 0x8F1C when the meter cannot trust it', async () => {
    const out = join(scratch, 'source');
    await update('--seed', '9', '--out', out);
    const ota = join(out, 'image.ota');
    expect((await runHere(['update', '--seed', '9', '--ota', ota])).code).toBe(0);
    const { code, stdout } = await runHere(['update', '--seed', '10', '--ota', ota]);
    expect(code).toBe(1);
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      '0x8F1C: the meter refused the image; its signature is not that of the supplier in the meter',
    );
  });
});

describe('hanbench update, asked for what cannot be', () => {
  const broken = join(scratch, 'broken.ota');
  writeFileSync(broken, fromHex(`1ef1ee0b00013800${'00'.repeat(48)}ff`));
  const empty = join(scratch, 'empty.bin');
  const occupied = join(scratch, 'occupied');
  mkdirSync(join(occupied, 'junit.xml'), { recursive: true });
  writeFileSync(empty, '');

  it.each([
    [2, ['--feed-cut', '-1'], '--feed-cut'],
    [2, ['--mains-loss', 'x@after'], '--mains-loss: "x" is not a number of seconds'],
    [2, ['--mains-loss', '0'], '--mains-loss: "0" is not a number of seconds'],
    [2, ['--mains-loss', '10@noon'], 'after @ comes one of before, distribution, activation, after'],
    [2, ['--ad1-policy', 'drop'], 'is none of off, label, suppress'],
    [2, ['--at', 'tomorrow'], 'is not a time'],
    [2, ['--at', '2030-01-15T09:00:00.700Z'], 'has a fraction of a second'],
    [2, ['--at', '1969-12-31T00:00:00Z'], '--at: 1969-12-31T00:00:00Z is too early'],
    [2, ['--out', '/proc/hanbench/x'], '/proc/hanbench'],
    [2, ['--out', occupied], 'junit.xml: is a directory'],
    [2, ['--at', '9999-12-31T23:59:59Z'], '--at: 9999-12-31T23:59:59Z is how CS06 cancels'],
    [2, ['--image', join(scratch, 'none.bin')], 'no such file'],
    [2, ['--image', smallImage, '--ota', smallImage], '--image and --ota exclude each other'],
    [2, ['--out', join(smallImage, 'x')], 'directory'],
    [1, ['--ota', broken], 'broken.ota: octet 52: header says 0 octets in all, the file has 57'],
    [1, ['--ota', smallImage], 'octet 0: file identifier'],
    [1, ['--image', broken], 'octet 0: this is a finished OTA file; give it with --ota'],
    [1, ['--image', empty], 'octet 0: the manufacturer image is empty'],
  ])('exits %d for %j and says %s', async (expected, args, text) => {
    const { code, stderr } = await runHere(['update', ...args]);
    expect(stderr).toContain(text);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(expected);
  });
});
