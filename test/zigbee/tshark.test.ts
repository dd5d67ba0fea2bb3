import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { captureHeader, captureKeys, capturePacket, LINK_TYPE, type LinkType } from '../../firmware-sim/air/capture.ts';
import { concat } from '../../firmware-sim/kernel/bytes.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';
import { encodeGasTunnel } from '../../firmware-sim/zigbee/se/tunnels.ts';
import { ESME, GSME, LINK_KEY, StationHome } from './station-home.ts';

/** Wireshark's dissectors, an independent reader of what crosses the air. */
const tshark = spawnSync('tshark', ['--version'], { encoding: 'utf8' });
const present = tshark.status === 0;
const reason = 'tshark is not installed (Debian package tshark)';

const folder = mkdtempSync(join(tmpdir(), 'hanbench-tshark-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function captureOf(home: StationHome, linkType: LinkType = LINK_TYPE.withFcs): string {
  const file = join(folder, `capture-${Math.floor(home.frames.length)}-${linkType}.pcapng`);
  writeFileSync(file, concat(captureHeader(linkType, 'air'), ...home.frames.map((frame) => capturePacket(frame, linkType))));
  return file;
}

/** What tshark says of fields of each frame, with a folder of settings of its own so that only the given keys are known. */
function fields(file: string, keys: Parameters<typeof captureKeys>[0], ...names: string[]): string[][] {
  const settings = mkdtempSync(join(folder, 'settings-'));
  mkdirSync(join(settings, 'wireshark'), { recursive: true });
  writeFileSync(join(settings, 'wireshark', 'zigbee_pc_keys'), captureKeys(keys));
  const args = ['-r', file, '-T', 'fields', ...names.flatMap((name) => ['-e', name])];
  const out = execFileSync('tshark', args, {
    encoding: 'utf8',
    env: { ...process.env, XDG_CONFIG_HOME: settings, HOME: settings },
    maxBuffer: 64 << 20,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return out
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
}

function home() {
  const made = new StationHome('tshark');
  const esme = made.join(ESME, 'esme');
  const gsme = made.join(GSME, 'gsme');
  const message = concat(Uint8Array.of(0xdd), randomFor('tshark', 'message').bytes(699));
  made.send(made.hub, esme, message);
  made.send(gsme, made.hub, encodeGasTunnel({ kind: 'get' }));
  const link = (eui: typeof ESME) => made.hub.heard('secured').find(({ peer }) => peer === eui)?.linkKey ?? LINK_KEY;
  const networkKey = randomFor('tshark', 'network key').bytes(16);
  return { made, keys: [ESME, GSME].map((eui) => ({ key: link(eui), label: `link ${eui}` })), networkKey };
}

interface Skippable {
  skip(note?: string): never;
}

/** Skips the test where tshark is absent; else the home whose frames it reads, made once. */
let kept: ReturnType<typeof home> | undefined;
function needHome(context: Skippable) {
  if (!present) context.skip(reason);
  kept ??= home();
  const { made, keys, networkKey } = kept;
  const all = [{ key: LINK_KEY, label: 'install code' }, { key: networkKey, label: 'network' }, ...keys];
  return { made, networkKey, all };
}

describe('tshark reads a home', () => {
  it.for([LINK_TYPE.withFcs, LINK_TYPE.tap])('link type %i: no malformed frame, no bad check sequence', (linkType, context) => {
    const { made, all } = needHome(context);
    const rows = fields(captureOf(made, linkType), all, 'frame.protocols', '_ws.malformed', 'wpan.fcs_ok');
    expect(rows).toHaveLength(made.frames.length);
    expect(rows.filter(([protocols, malformed]) => malformed !== '' || protocols?.includes('malformed'))).toEqual([]);
    expect(new Set(rows.map(([, , ok]) => ok))).toEqual(new Set(['1']));
  });

  it('names key establishment and tunnels, and finds both ends of each', (context) => {
    const { made, all } = needHome(context);
    const rows = fields(captureOf(made), all, 'frame.protocols');
    const count = (name: string): number => rows.filter(([protocols]) => protocols?.split(':').includes(name)).length;
    expect(count('zbee_zcl_se.ke')).toBeGreaterThanOrEqual(12);
    expect(count('zbee_zcl_se.tun')).toBeGreaterThanOrEqual(5);
  });

  it('finds nothing of Smart Energy readable without keys', (context) => {
    const { made } = needHome(context);
    const rows = fields(captureOf(made), [], 'frame.protocols');
    expect(rows.filter(([protocols]) => /zbee_zcl|gbcs/.test(protocols ?? ''))).toEqual([]);
  });

  it('finds the transported network key with the install code’s key alone', (context) => {
    const { made, networkKey } = needHome(context);
    const rows = fields(captureOf(made), [{ key: LINK_KEY, label: 'install code' }], 'zbee_aps.cmd.key');
    const keysSeen = rows.flatMap(([key]) => (key ? [key.replaceAll(':', '')] : []));
    expect(new Set(keysSeen)).toEqual(new Set([Buffer.from(networkKey).toString('hex')]));
  });
});
