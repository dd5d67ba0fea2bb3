import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MISBEHAVIOURS } from '../../firmware-sim/device/misbehaviours.ts';
import { createTestPki } from '../../firmware-sim/gbcs/certificates/test-pki.ts';
import { decodeAccessResponse } from '../../firmware-sim/gbcs/dlms-apdu.ts';
import { decodeEnvelope, encodeEnvelope } from '../../firmware-sim/gbcs/envelope.ts';
import {
  checkMac,
  checkSignature,
  macEnvelope,
  macParties,
  sharedSecretOf,
  signEnvelope,
} from '../../firmware-sim/gbcs/protection.ts';
import { type Bytes, fromHex, NO_BYTES, toHex } from '../../firmware-sim/kernel/bytes.ts';
import { Invariant } from '../../firmware-sim/kernel/errors.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { MISBEHAVIOUR_FORMS } from '../../lab/devices/misbehaviours.ts';
import { writeKeystore } from '../../lab/keystore/write-keystore.ts';
import { activateFirmware } from '../../lab/update/commands.ts';
import { BROKER, command, ESME, pki, SECOND_SUPPLIER, SUPPLIER, suite } from '../device/bench.ts';
import { type CommandResult, runHere } from '../support/run-cli.ts';
import { REPOSITORY } from '../support/shared.ts';
import { readCommand } from './commands.ts';

const scratch = mkdtempSync(join(tmpdir(), 'hanbench-exec-'));
const keys = join(scratch, 'keys');
/** The same keys without what a real lab does not have: private keys of devices. */
const lent = join(scratch, 'lent');
/** Nobody says what the devices are. */
const unlisted = join(scratch, 'unlisted');

beforeAll(() => {
  for (const directory of [keys, lent, unlisted]) writeKeystore(directory, pki);
  for (const name of readdirSync(lent)) if (/^00db.*\.key$/.test(name)) rmSync(join(lent, name));
  rmSync(join(unlisted, 'devices.json'));
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

let files = 0;

function file(content: Bytes | string): string {
  const path = join(scratch, `message-${++files}.hex`);
  writeFileSync(path, typeof content === 'string' ? content : toHex(content));
  return path;
}

const FIRMWARE = '1/0-0:0.2.1.255/2';
/** ECS52 read by the supplier. */
const readVersion = (counter = 1_000n, originator: Eui64 = SUPPLIER): Bytes =>
  readCommand(0x0059, [FIRMWARE], counter, originator);

/** CS06, critical, of an image the meter does not hold. */
function activate(counter = 1_000n): Bytes {
  const payload = activateFirmware(ESME, new Uint8Array(32).fill(7)).payload(counter);
  return command({ messageCode: 0x0012, originatorCounter: counter, signer: SUPPLIER, payload });
}

interface Line {
  readonly file: string;
  readonly device: string | null;
  readonly outcome: string;
  readonly response: string | null;
  readonly alerts: readonly string[];
  readonly responseSignature: string;
  readonly reason?: string;
}

const exec = (...args: readonly string[]): Promise<CommandResult> => runHere(['gbcs', 'exec', ...args]);

async function lines(...args: readonly string[]): Promise<readonly Line[]> {
  const { code, stdout, stderr } = await exec(...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

const envelope = (line: Line | undefined) => decodeEnvelope(fromHex(line?.response ?? ''));

describe('gbcs exec', () => {
  it('prints one line for each command, in order, with the response of the device it is for', async () => {
    const [read, critical] = [file(readVersion()), file(activate())];
    const [first, second] = await lines('--keystore', keys, read, critical);
    expect(first).toEqual({
      file: read,
      device: ESME,
      outcome: 'response',
      response: expect.stringMatching(/^dd/),
      alerts: [],
      responseSignature: 'not-required',
    });
    expect(second).toMatchObject({ file: critical, outcome: 'response', responseSignature: 'signed' });
    expect(checkMac(suite, envelope(first), pki)).toBe('valid');
    expect(checkSignature(suite, envelope(second), pki)).toBe('valid');
  });

  it('gives the same octets for the same inputs', async () => {
    const args = ['--keystore', keys, file(readVersion()), file(activate()), file(activate())];
    expect(await lines(...args)).toEqual(await lines(...args));
  });

  it('is at 2015-01-01 unless somebody says otherwise', async () => {
    const [line] = await lines('--keystore', keys, file(activate()));
    expect(toHex(envelope(line).header.dateTime ?? NO_BYTES)).toBe('07df0101ff000000008000ff');
    const [later] = await lines('--keystore', keys, '--now', '2030-01-15T09:00:00Z', file(activate()));
    expect(toHex(envelope(later).header.dateTime ?? NO_BYTES)).toBe('07ee010fff090000008000ff');
  });

  it('takes the time of a clone, and never its counters', async () => {
    const [captured] = await lines('--keystore', keys, '--now', '2031-02-03T04:05:06Z', file(activate(5_000n)));
    const clone = file(captured?.response ?? '');
    const [line] = await lines('--keystore', keys, '--clone', clone, file(activate()));
    expect(line?.outcome).toBe('response');
    expect(toHex(envelope(line).header.dateTime ?? NO_BYTES)).toBe('07ef0203ff040506008000ff');
  });
});

describe('what is refused is a result, not an error', () => {
  it.each<[string, () => string, RegExp]>([
    ['a file that is no message', () => 'hello', /^malformed: /],
    ['an empty file', () => '', /^malformed: /],
    ['a truncated command', () => toHex(readVersion()).slice(0, -8), /^malformed: /],
    ['a changed command', () => toHex(readVersion()).replace(/.$/, (digit) => (digit === '0' ? '1' : '0')), /^bad-mac: /],
    [
      'a command for nobody the keystore knows',
      () => toHex(readVersion()).replaceAll('00db1234567890a0', '00db1234567890ff'),
      /^unknown-device: /,
    ],
    [
      'a command for an organisation',
      () => toHex(readVersion()).replaceAll('00db1234567890a0', '90b3d51f30020000'),
      /^unknown-device: /,
    ],
  ])('%s', async (_, content, reason) => {
    const [line] = await lines('--keystore', keys, file(content()));
    expect(line).toMatchObject({ outcome: 'rejected', response: null, responseSignature: 'not-required' });
    expect(line?.reason).toMatch(reason);
  });

  it('a response as a command', async () => {
    const [captured] = await lines('--keystore', keys, file(readVersion()));
    const [line] = await lines('--keystore', keys, file(captured?.response ?? ''));
    expect(line).toMatchObject({ outcome: 'rejected', device: SUPPLIER, reason: expect.stringContaining('a response') });
  });

  it('a replay, with its alert; other commands go on', async () => {
    const [first, again, next] = await lines('--keystore', keys, file(activate(7n)), file(activate(7n)), file(activate(8n)));
    expect([first?.outcome, again?.outcome, next?.outcome]).toEqual(['response', 'rejected', 'response']);
    expect(again?.reason).toMatch(/^replayed-counter/);
    expect(again?.alerts).toHaveLength(1);
  });
});

describe('what a device is made as', () => {
  it('is asked for when nobody says what it is, naming the choices', async () => {
    const { code, stderr } = await exec('--keystore', unlisted, file(readVersion()));
    expect(code).toBe(2);
    expect(stderr).toMatch(/0x0059 may be for esme, chf.*--device/);
    const good = file(readCommand(0x0039, ['3/1-0:32.32.0.4/2']));
    const other = file(toHex(readVersion()).replaceAll('00db1234567890a0', '00db1234567890a2'));
    expect(await exec('--keystore', unlisted, good, other)).toMatchObject({ code: 2, stdout: '' });
  });

  it('is what --device says, or the only target of the use case', async () => {
    const [named] = await lines('--keystore', unlisted, '--device', 'esme', file(readVersion()));
    expect(named?.outcome).toBe('response');
    const [only] = await lines('--keystore', unlisted, file(readCommand(0x0039, ['3/1-0:32.32.0.4/2'])));
    expect(only?.outcome).toBe('response');
  });

  it('lacks what its variant lacks', async () => {
    const read = file(readCommand(0x00bd, ['20/0-0:13.0.1.255/7']));
    const [whole] = await lines('--keystore', keys, read);
    expect(whole?.outcome).toBe('response');
    const [single] = await lines('--keystore', keys, '--profile', 'single-element', read);
    expect(single).toMatchObject({ outcome: 'rejected', reason: expect.stringMatching(/^not-supported/) });
    expect(single?.alerts).toHaveLength(1);
    const { code, stderr } = await exec('--keystore', keys, '--profile', 'three-element', read);
    expect(code).toBe(2);
    expect(stderr).toContain('default, single-element, load-control, twin-element, polyphase');
  });

  it('has the supplier of its commands, where the keystore has several', async () => {
    const [line] = await lines('--keystore', keys, file(readVersion(1n, SECOND_SUPPLIER)), file(readVersion(2n, SUPPLIER)));
    expect(line?.outcome).toBe('response');
    const both = await lines('--keystore', keys, file(readVersion(1n, SUPPLIER)), file(readVersion(2n, SECOND_SUPPLIER)));
    expect(both.map(({ outcome }) => outcome)).toEqual(['response', 'rejected']);
    const viaBroker = command({
      messageCode: 0x0059,
      originator: BROKER,
      supplementary: { remoteParty: SECOND_SUPPLIER, counter: 1n },
      payload: decodeEnvelope(readVersion()).payload,
    });
    const [answer] = await lines('--keystore', keys, file(viaBroker));
    expect(answer?.outcome).toBe('response');
  });
});

describe('a device whose private keys are nowhere', () => {
  it("answers with the remote party's key as it would with its own", async () => {
    const read = file(readVersion());
    const [own] = await lines('--keystore', keys, read);
    const [borrowed] = await lines('--keystore', lent, read);
    expect(borrowed?.response).toBe(own?.response);
  });

  it('leaves out its signature, with a length of nothing, and says so', async () => {
    const critical = file(activate());
    const [own] = await lines('--keystore', keys, critical);
    const [borrowed] = await lines('--keystore', lent, critical);
    expect(borrowed?.responseSignature).toBe('no-key');
    expect(borrowed?.response).toBe(`${own?.response?.slice(0, -130)}00`);
  });

  it('leaves it out of alerts likewise', async () => {
    const [, own] = await lines('--keystore', keys, file(activate(7n)), file(activate(7n)));
    const [, borrowed] = await lines('--keystore', lent, file(activate(7n)), file(activate(7n)));
    expect(borrowed?.alerts[0]).toBe(`${own?.alerts[0]?.slice(0, -130)}00`);
  });
});

describe('a device with P-384 keys', () => {
  it('signs with them', async () => {
    const strong = createTestPki(suite, { seed: 'strong', signatureProfile: 'cnsa-p384' });
    const directory = join(scratch, 'strong');
    writeKeystore(directory, strong);
    const { header, payload } = decodeEnvelope(activate());
    const key = strong.privateKey(SUPPLIER, 'digitalSignature');
    const z = sharedSecretOf(suite, strong, macParties(header, strong));
    if (!key || !z) throw new Invariant('a test PKI has keys for everyone');
    const signed = signEnvelope(suite, { header, payload, signature: undefined, mac: undefined }, key, 'cnsa-p384');
    const [line] = await lines('--keystore', directory, file(encodeEnvelope(macEnvelope(suite, signed, z))));
    expect(line).toMatchObject({ outcome: 'response', responseSignature: 'signed' });
    expect(envelope(line).signature).toHaveLength(96);
    expect(checkSignature(suite, envelope(line), strong)).toBe('valid');
  });
});

describe('misbehaviour', () => {
  it('object-fault makes an access fail as hardware does', async () => {
    const args = ['--misbehaviour', `object-fault=${FIRMWARE}:1`, file(readVersion())];
    const [line] = await lines('--keystore', keys, ...args);
    const { results } = decodeAccessResponse(envelope(line).payload);
    expect(results.map(({ result }) => result)).toEqual([1]);
  });

  it('the device itself does wrong what it is told, several things at once', async () => {
    const args = ['--misbehaviour', 'wrong-response-counter', '--misbehaviour', 'wrong-signature', file(activate(41n))];
    const [line] = await lines('--keystore', keys, ...args);
    expect(envelope(line).header.originatorCounter).toBe(42n);
    expect(checkSignature(suite, envelope(line), pki)).toBe('invalid');
  });

  it('late-answer and truncated-response take a number', async () => {
    const at = ['--now', '2030-01-15T09:00:00Z', '--keystore', keys];
    const [late] = await lines(...at, '--misbehaviour', 'late-answer=90', file(activate()));
    expect(toHex(envelope(late).header.dateTime ?? NO_BYTES).slice(0, 16)).toBe('07ee010fff09011e');
    const [whole] = await lines(...at, file(activate()));
    const [cut] = await lines(...at, '--misbehaviour', 'truncated-response=5', file(activate()));
    expect(cut?.response).toBe(whole?.response?.slice(0, -10));
  });

  it('no-answer: executed, and not answered', async () => {
    const [line] = await lines('--keystore', keys, '--misbehaviour', 'no-answer', file(activate()));
    expect(line).toMatchObject({ outcome: 'no-response', response: null, reason: 'accepted; misbehaviour no-answer' });
  });

  it('an unknown name is told every name there is', async () => {
    const { stderr } = await exec('--keystore', keys, '--misbehaviour', 'sing=loud', file(readVersion()));
    const words = stderr.replace(/\s+/g, ' ');
    for (const form of MISBEHAVIOUR_FORMS) expect(words).toContain(form);
  });

  it('docs/misbehaviours.md has a line for each, as the table says', () => {
    const text = readFileSync(join(REPOSITORY, 'docs', 'misbehaviours.md'), 'utf8');
    const rows = text.split('\n').filter((row) => /^\| `(?!object-fault|--)/.test(row));
    expect(rows).toEqual(
      Object.entries(MISBEHAVIOURS).map(([name, { does, amount }]) => `| \`${name}${amount ? `=${amount}` : ''}\` | ${does} |`),
    );
  });

  it.each([
    'object-fault',
    'object-fault=x:1',
    'object-fault=1/0-0:0.2.1.255/2:300',
    'sing=loud',
    'late-answer',
    'truncated-response=x',
    'no-answer=1',
  ])('%s is refused', async (text) => {
    const { code, stderr } = await exec('--keystore', keys, '--misbehaviour', text, file(readVersion()));
    expect([code, stderr]).toEqual([2, expect.stringContaining('is no misbehaviour')]);
  });
});

describe('wrong usage', () => {
  it.each<[string, () => readonly string[], RegExp]>([
    ['no keystore', () => [file(readVersion())], /--keystore/],
    ['a file that is not there', () => ['--keystore', keys, join(scratch, 'none')], /no such file/],
    ['a clone that is none', () => ['--keystore', keys, '--clone', file(readVersion()), file(readVersion())], /not a response/],
    ['an unknown type', () => ['--keystore', keys, '--device', 'toaster', file(readVersion())], /toaster/],
  ])('%s', async (_, args, message) => {
    const { code, stdout, stderr } = await exec(...args());
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });
});
