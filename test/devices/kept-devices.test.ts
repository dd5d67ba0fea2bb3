import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeEnvelope } from '../../firmware-sim/gbcs/envelope.ts';
import { fromHex, toHex } from '../../firmware-sim/kernel/bytes.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { DEVICE_TYPES } from '../../lab/devices/device-types.ts';
import { profileNamed, profilesOf } from '../../lab/devices/profiles.ts';
import { provisionDevice } from '../../lab/devices/provision.ts';
import { benchState, storedDevices } from '../../lab/devices/stored-devices.ts';
import { loadKeystore } from '../../lab/keystore/keystore.ts';
import { writeKeystore } from '../../lab/keystore/write-keystore.ts';
import { encodeState } from '../../lab/state/cbor.ts';
import { peekStateFile, readStateFile, stateFileOctets } from '../../lab/state/state-store.ts';
import { activateFirmware } from '../../lab/update/commands.ts';
import { command, ESME, NOW, pki, SUPPLIER, suite } from '../device/bench.ts';
import { type CommandResult, runHere } from '../support/run-cli.ts';
import { readCommand } from './commands.ts';

const scratch = mkdtempSync(join(tmpdir(), 'hanbench-kept-'));
const keys = join(scratch, 'keys');
const GSME = '00-DB-12-34-56-78-90-A1';
let files = 0;
const fresh = (name: string): string => join(scratch, `${name}-${++files}`);

beforeAll(() => {
  writeKeystore(keys, pki);
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const hanbench = async (...args: readonly string[]): Promise<CommandResult> => await runHere(args);

async function done(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await hanbench(...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

function activation(counter: bigint): string {
  const path = fresh('command');
  const payload = activateFirmware(ESME, new Uint8Array(32).fill(7)).payload(counter);
  writeFileSync(path, toHex(command({ messageCode: 0x0012, originatorCounter: counter, signer: SUPPLIER, payload })));
  return path;
}

const facts = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { key: string; value: string; own?: boolean });

describe('devices in a state file', () => {
  it('refuse in a later run what they have executed in an earlier one', async () => {
    const state = fresh('state');
    const exec = ['gbcs', 'exec', '--keystore', keys, '--state', state];
    expect(JSON.parse(await done(...exec, activation(5n)))).toMatchObject({ outcome: 'response' });
    const again = await done(...exec, activation(5n), activation(6n));
    expect(
      again
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).outcome),
    ).toEqual(['rejected', 'response']);
    const shown = facts(await done('device', 'show', '--state', state, ESME, '--part', 'counters', '--json'));
    expect(shown).toContainEqual(expect.objectContaining({ key: 'supplier:0012', value: '6' }));
  });

  it('execute what was future-dated when its time has come, and report it with the next command', async () => {
    const state = fresh('state');
    const dated = fresh('command');
    const payload = activateFirmware(ESME, new Uint8Array(32).fill(7), Date.UTC(2030, 0, 16)).payload(5n);
    writeFileSync(dated, toHex(command({ messageCode: 0x0012, originatorCounter: 5n, signer: SUPPLIER, payload })));
    const exec = ['gbcs', 'exec', '--keystore', keys, '--state', state, '--now'];
    expect(JSON.parse(await done(...exec, '2030-01-15T09:00:00Z', dated))).toMatchObject({ outcome: 'response', alerts: [] });
    const later = JSON.parse(await done(...exec, '2030-01-17T09:00:00Z', activation(6n))) as { alerts: string[] };
    // 0x00CA with 0x8F67: no image was held.
    expect(later.alerts.map((hex) => decodeEnvelope(fromHex(hex)).header.messageCode)).toEqual([0x00ca]);
    expect(later.alerts[0]).toContain('8f67');
    expect(JSON.parse(await done(...exec, '2030-01-18T09:00:00Z', activation(7n)))).toMatchObject({ alerts: [] });
  });

  it('are made, shown, changed, and answer with what was changed', async () => {
    const state = fresh('state');
    expect(await done('device', 'new', '--keystore', keys, '--state', state, ESME, GSME)).toMatch(/ESME .*11 trust anchor cells/);
    await done('device', 'set', '--state', state, ESME, '1/0-0:94.44.0.4/2', 'true');
    await done('device', 'set', '--state', state, GSME, '0702/0000', '123456');
    await done('device', 'set', '--state', state, ESME, 'clock.status', 'unreliable');
    const own = facts(await done('device', 'show', '--state', state, '--part', 'objects', '--own', '--json'));
    expect(own.map(({ key, value }) => [key, value.split(' ')[0]])).toEqual([
      ['1/0-0:94.44.0.4/2', 'true'],
      ['0702/0000', '123456'],
    ]);
    const clock = facts(await done('device', 'show', '--state', state, ESME, '--part', 'clock', '--json'));
    expect(clock[0]).toMatchObject({ key: 'clock.status', value: 'unreliable' });
  });

  it('are shown in plain words', async () => {
    const state = fresh('state');
    await done('device', 'new', '--keystore', keys, '--state', state, ESME);
    const { stdout } = await runHere(['device', 'show', '--state', state], { terminal: true });
    expect(stdout).toMatch(/^00-DB-12-34-56-78-90-A0 {2}ESME {2}profile default$/m);
    expect(stdout).toMatch(/supplier\.digitalSignature +90-B3-D5-1F-30-01-00-00/);
    expect(stdout).toMatch(/1\/0-0:94\.44\.0\.4\/2 +SupplyTamperState +false/);
  });

  it.each<[string, readonly string[], RegExp]>([
    ['an object that is not there', ['1/0-0:9.9.9.255/2', '1'], /there is no object/],
    ['a value of another type', ['1/0-0:94.44.0.1/2', '70000'], /0-0:94.44.0.1.*2 octets \(long-unsigned\) wanted/],
    ['a clock status there is not', ['clock.status', 'tired'], /reliable, invalid, unreliable/],
    ['a name of nothing', ['colour', 'red'], /nothing that can be set/],
  ])('cannot be given %s', async (_, words, message) => {
    const state = fresh('state');
    await done('device', 'new', '--keystore', keys, '--state', state, ESME);
    const before = readFileSync(state);
    const { code, stderr } = await hanbench('device', 'set', '--state', state, ESME, ...words);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    expect(readFileSync(state)).toEqual(before);
  });

  it('are made once, and only where the keystore knows them', async () => {
    const state = fresh('state');
    await done('device', 'new', '--keystore', keys, '--state', state, ESME);
    const twice = await hanbench('device', 'new', '--keystore', keys, '--state', state, ESME);
    expect([twice.code, twice.stderr]).toEqual([2, expect.stringContaining('already')]);
    const nobody = await hanbench('device', 'new', '--keystore', keys, '--state', state, '00-DB-12-34-56-78-90-FF');
    expect([nobody.code, nobody.stderr]).toEqual([2, expect.stringContaining('--device')]);
    const other = await hanbench('gbcs', 'exec', '--keystore', keys, '--state', state, '--device', 'gsme', activation(1n));
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('the state has')]);
  });

  it('take over captured responses of a directory, and list what is still default', async () => {
    const [source, target] = [fresh('state'), fresh('state')];
    const captured = fresh('captured');
    const supply = '70/0-0:96.3.10.255/3';
    await done('device', 'new', '--keystore', keys, '--state', source, ESME);
    await done('device', 'set', '--state', source, ESME, supply, '2');
    const read = fresh('command');
    writeFileSync(read, toHex(readCommand(0x0052, [supply])));
    const line = JSON.parse(await done('gbcs', 'exec', '--keystore', keys, '--state', source, read)) as { response: string };
    mkdirSync(captured);
    writeFileSync(join(captured, 'supply.hex'), line.response);
    writeFileSync(join(captured, 'notes.txt'), 'no message');
    const result = JSON.parse(
      await done('device', 'clone', captured, '--keystore', keys, '--state', target, '--json', '--quiet'),
    );
    expect(result).toMatchObject({ device: ESME, type: 'ESME', profile: 'default', responses: 1, own: [supply] });
    expect(result.default.length).toBeGreaterThan(200);
  });
});

describe('the state of a device', () => {
  const keystore = () => loadKeystore(keys, suite);

  it.each(DEVICE_TYPES.flatMap((type, i) => profilesOf(type).map(({ name }) => [type, name, i] as const)))(
    'of a %s, %s, is taken back as it was, octet for octet',
    (type, name, i) => {
      const eui = `00-DB-12-34-56-78-90-A${i}` as Eui64;
      const provision = {
        suite,
        keystore: keystore(),
        eui,
        type,
        profile: profileNamed(type, name),
        seed: '1',
        madeAt: NOW,
        certificateValidity: false,
      };
      const device = provisionDevice(provision);
      device.alert(0x8f3f, NOW);
      const stored = { type, profile: name, madeAt: NOW, state: device.state() };
      const octets = stateFileOctets(1, benchState(new Map([[eui, stored]])));
      const loaded = storedDevices(readStateFile(octets).content).get(eui);
      const again = provisionDevice({ ...provision, ...(loaded && { state: loaded.state }) });
      expect(encodeState(benchState(new Map([[eui, { ...stored, state: again.state() }]])))).toEqual(
        encodeState(benchState(new Map([[eui, stored]]))),
      );
    },
  );

  it('is not longer than a page while nothing has happened', async () => {
    const state = fresh('state');
    await done('device', 'new', '--keystore', keys, '--state', state, ESME);
    expect(peekStateFile(state)).toBeDefined();
    expect(readFileSync(state).length).toBeLessThan(4096);
  });
});
