import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildOnce, runProcess } from '../support/run-cli.ts';
import { REPOSITORY } from '../support/shared.ts';

const BIN = join(REPOSITORY, 'bin', 'hanbench.js');
const env = { ...process.env, HANBENCH_BUILD: 'never' };
const scratch = mkdtempSync(join(tmpdir(), 'hanbench-cli-'));
const image = join(scratch, 'app.bin');

/** Prints the address of every module as it is resolved. */
const REPORT_MODULES = `data:text/javascript,${encodeURIComponent(`
import { register } from 'node:module';
register('data:text/javascript,' + encodeURIComponent(
  "export async function resolve(s, c, n) { const r = await n(s, c); process._rawDebug('module ' + r.url); return r; }"
));
`)}`;

beforeAll(async () => {
  writeFileSync(image, new Uint8Array(1000).fill(7));
  await buildOnce();
}, 120_000);

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('bin/hanbench.js', () => {
  it('shows help', async () => {
    const { code, stdout, stderr } = await runProcess(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('Firmware images');
  });

  it('loads nothing but the declarations of operations for help', async () => {
    const { stderr } = await runProcess(['--help'], { node: ['--import', REPORT_MODULES] });
    const loaded = stderr.split('\n').flatMap((line) => (line.startsWith('module ') ? [line.slice('module '.length)] : []));
    const files = loaded.filter((address) => address.startsWith('file:'));
    const light = /\/(?:bin\/hanbench|scripts\/stamp|dist\/cli\/(?!.*-run\.js)[\w-]+)\.js$/;
    expect(files.length).toBeGreaterThan(2);
    expect(files.filter((address) => !light.test(address))).toEqual([]);
    expect(loaded).not.toContain('node:crypto');
    const octets = files.reduce((sum, address) => sum + statSync(fileURLToPath(address)).size, 0);
    expect(octets).toBeLessThan(150_000);
  });

  it('is a library as well: hanbench/gbcs, with types', async () => {
    const program = "const m = await import('hanbench/gbcs'); console.log(typeof m.decode, typeof m.encode);";
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      cwd: REPOSITORY,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let answer = '';
    child.stdout.on('data', (chunk: Buffer) => {
      answer += chunk.toString();
    });
    await once(child, 'close');
    expect(answer).toBe('function function\n');
    const { exports } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
    for (const file of Object.values(exports['./gbcs'])) expect(statSync(join(REPOSITORY, String(file))).isFile()).toBe(true);
  });

  it('refuses an unknown command and an unknown option with exit code 2', async () => {
    expect(await runProcess(['otta', 'inspect'])).toMatchObject({ code: 2, stdout: '' });
    expect(await runProcess(['ota', 'inspect', '--frob', image])).toMatchObject({ code: 2, stdout: '' });
  });

  it('reads standard input and prints one JSON object a line into a pipe', async () => {
    const { code, stdout } = await runProcess(['ota', 'inspect', '-', image], { stdin: 'octets of an image' });
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).manufacturerImage.size)).toEqual([18, 1000]);
  });

  it('says nothing when the reader goes away', async () => {
    const child = spawn(process.execPath, [BIN, 'ota', 'inspect', ...Array<string>(3000).fill(image)], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => {
      complaint += chunk.toString();
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const [code] = await once(child, 'close');
    expect({ code, complaint }).toEqual({ code: 0, complaint: '' });
  });

  it('ends with 130 on Ctrl-C, at work and while it waits for input', async () => {
    const busy = spawn(process.execPath, [BIN, 'ota', 'inspect', ...Array<string>(5000).fill(image)], {
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const waiting = spawn(process.execPath, [BIN, 'ota', 'inspect', image, '-'], { env, stdio: ['pipe', 'pipe', 'ignore'] });
    for (const child of [busy, waiting]) {
      await once(child.stdout, 'data');
      child.stdout.resume();
      child.kill('SIGINT');
      const [code] = await once(child, 'close');
      expect(code).toBe(130);
    }
  });
});
