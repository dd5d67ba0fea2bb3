import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AirFrame } from '../../firmware-sim/air/air.ts';
import {
  type CaptureKey,
  captureHeader,
  captureKeys,
  capturePacket,
  LINK_TYPE,
  type LinkType,
} from '../../firmware-sim/air/capture.ts';
import { concat } from '../../firmware-sim/kernel/bytes.ts';

interface Skippable {
  skip(note?: string): never;
}

/** Skips the running test where Wireshark's command line, an independent reader of what crosses the air, is absent. */
export function needTshark(context: Skippable): void {
  if (spawnSync('tshark', ['--version']).status !== 0) context.skip('tshark is not installed (Debian package tshark)');
}

/** What tshark says of the named fields of each frame, knowing the given keys and no others. */
export function tsharkFields(
  frames: readonly AirFrame[],
  keys: readonly CaptureKey[],
  names: readonly string[],
  linkType: LinkType = LINK_TYPE.withFcs,
): string[][] {
  const folder = mkdtempSync(join(tmpdir(), 'hanbench-tshark-'));
  try {
    const file = join(folder, 'capture.pcapng');
    writeFileSync(file, concat(captureHeader(linkType, 'air'), ...frames.map((frame) => capturePacket(frame, linkType))));
    mkdirSync(join(folder, 'wireshark'));
    writeFileSync(join(folder, 'wireshark', 'zigbee_pc_keys'), captureKeys(keys));
    const args = ['-r', file, '-T', 'fields', ...names.flatMap((name) => ['-e', name])];
    const environment = { ...process.env, XDG_CONFIG_HOME: folder, HOME: folder };
    const stdio = ['ignore', 'pipe', 'ignore'] as const;
    const out = execFileSync('tshark', args, { encoding: 'utf8', env: environment, maxBuffer: 256 << 20, stdio: [...stdio] });
    return out
      .replace(/\n$/, '')
      .split('\n')
      .map((line) => line.split('\t'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
