import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeviceState } from '../../firmware-sim/device/state.ts';
import { toHex } from '../../firmware-sim/kernel/bytes.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';
import { storedDevices } from '../../lab/devices/stored-devices.ts';
import { writeKeystore } from '../../lab/keystore/write-keystore.ts';
import { openStateFile } from '../../lab/state/state-store.ts';
import { activateFirmware } from '../../lab/update/commands.ts';
import { command, ESME, pki, SUPPLIER } from '../device/bench.ts';
import { full, REPOSITORY } from '../support/shared.ts';

const KILLS = full ? 200 : 20;
/** More than a process gets through before it is killed. */
const COMMANDS = 12;
/** Commands that come again in the next round. */
const REPEATED = 2n;
/** About the time that a few commands take, so that most processes are killed at their work. */
const DELAY_MS_MAX = 60;

const scratch = mkdtempSync(join(tmpdir(), 'hanbench-kill-'));
const keys = join(scratch, 'keys');
const program = join(scratch, 'device-process.mjs');
const random = randomFor('kill', 'delays');

const made = new Map<bigint, string>();

/** Critical commands, which a device must execute once: CS06 with counters that rise. */
function commandHex(counter: bigint): string {
  const known = made.get(counter);
  if (known !== undefined) return known;
  const payload = activateFirmware(ESME, new Uint8Array(32).fill(7)).payload(counter);
  const hex = toHex(command({ messageCode: 0x0012, originatorCounter: counter, signer: SUPPLIER, payload }));
  made.set(counter, hex);
  return hex;
}

beforeAll(async () => {
  writeKeystore(keys, pki);
  const bundle = await rolldown({
    input: join(REPOSITORY, 'test', 'state', 'device-process.ts'),
    platform: 'node',
    external: [/^node:/],
    logLevel: 'silent',
  });
  await bundle.write({ file: program, format: 'esm', codeSplitting: false });
  await bundle.close();
}, 60_000);

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

interface Killed {
  readonly lines: readonly string[];
  readonly killed: boolean;
}

/** Runs the process and kills it `delayMs` after it has written `afterLines` lines; the first says that it is ready. */
function runAndKill(state: string, list: string, afterLines: number, delayMs: number): Promise<Killed> {
  const child = spawn(process.execPath, [program, keys, state, list], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  let timer: NodeJS.Timeout | undefined;
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    if (timer === undefined && output.split('\n').length > afterLines) timer = setTimeout(() => child.kill('SIGKILL'), delayMs);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    // A last line without its end was being written when the process was killed: nobody has read it.
    child.on('close', (_code, signal) => resolve({ lines: output.split('\n').slice(1, -1), killed: signal === 'SIGKILL' }));
  });
}

interface Kept {
  readonly generation: number;
  readonly highest: bigint;
  readonly originatorCounter: bigint;
}

function kept(file: string): Kept {
  const store = openStateFile(file);
  const state: DeviceState | undefined = storedDevices(store.content).get(ESME)?.state;
  store.close();
  return {
    generation: store.generation,
    highest: state?.replay.highest['supplier:0012'] ?? 0n,
    originatorCounter: state?.originatorCounter ?? 0n,
  };
}

describe('a device kept in a file', () => {
  it(`survives kill -9 at ${KILLS} random instants`, async () => {
    const state = join(scratch, 'home.state');
    const accepted = new Map<string, number>();
    let before: Kept = { generation: 0, highest: 0n, originatorCounter: 0n };
    let next = 1n;
    let killed = 0;
    for (let round = 0; round < KILLS; round++) {
      // The last commands of the round before come again, then new ones.
      const first = next > REPEATED ? next - REPEATED : 1n;
      const list = join(scratch, 'commands');
      const counters = Array.from({ length: COMMANDS }, (_, i) => first + BigInt(i));
      writeFileSync(list, counters.map(commandHex).join('\n'));
      const run = await runAndKill(state, list, 1 + random.below(6), random.unit() * DELAY_MS_MAX);
      if (run.killed) killed++;
      const after = kept(state);
      for (const line of run.lines) {
        const [index = '', generation = '', outcome = '', ...reason] = line.split(' ');
        const counter = counters[Number(index)] ?? 0n;
        expect(Number(generation), 'what was answered is on the disk').toBeLessThanOrEqual(after.generation);
        if (outcome === 'response') {
          accepted.set(String(counter), (accepted.get(String(counter)) ?? 0) + 1);
          expect(counter, 'an accepted counter is not accepted again').toBeGreaterThan(before.highest);
          expect(counter).toBeLessThanOrEqual(after.highest);
        } else expect(reason.join(' ')).toContain('replayed-counter');
      }
      expect(after.generation).toBeGreaterThanOrEqual(before.generation);
      expect(after.highest).toBeGreaterThanOrEqual(before.highest);
      expect(after.originatorCounter).toBeGreaterThanOrEqual(before.originatorCounter);
      before = after;
      next = after.highest + 1n;
    }
    expect([...accepted.values()].every((times) => times === 1)).toBe(true);
    expect(accepted.size).toBeGreaterThan(KILLS / 4);
    expect(killed).toBeGreaterThan(KILLS / 2);
  }, 600_000);
});
