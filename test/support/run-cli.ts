import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { assert } from '../../firmware-sim/kernel/errors.ts';
import type { AnyOperation } from '../../lab/operations/operation.ts';
import { runCommandLine } from '../../scripts/cli.ts';
import type { World } from '../../scripts/cli-world.ts';
import { REPOSITORY } from './shared.ts';

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly stdin?: string | Bytes;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Standard output is a terminal. */
  readonly terminal?: boolean;
  readonly operations?: readonly AnyOperation[];
  readonly signal?: AbortSignal;
}

async function* chunksOf(input: string | Bytes | undefined): AsyncIterable<Bytes> {
  if (input !== undefined) yield typeof input === 'string' ? new Uint8Array(Buffer.from(input)) : input;
}

/** Runs a command line in this process: quick, on the sources, without a build. */
export async function runHere(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  let stdout = '';
  let stderr = '';
  const world: World = {
    operationsEnvironment: options.environment ?? {},
    stdin: chunksOf(options.stdin),
    stdoutIsTerminal: options.terminal === true,
    width: 100,
    now: () => Date.parse('2030-01-15T09:00:00Z'),
    signal: options.signal ?? new AbortController().signal,
    write: (text) => {
      stdout += text;
    },
    writeError: (text) => {
      stderr += text;
    },
    drained: () => Promise.resolve(),
  };
  const code = await runCommandLine(args, world, ...(options.operations ? [options.operations] : []));
  return { code, stdout, stderr };
}

/** Builds dist/ where it is missing or older than the sources. Call it before `runProcess`. */
export async function buildOnce(): Promise<void> {
  const { code, stderr } = await runProcess(['--version'], { environment: { HANBENCH_BUILD: undefined } });
  assert(code === 0, `hanbench --version failed: ${stderr}`);
}

/** Runs `bin/hanbench.js` as a process of its own, as it was built last. */
export function runProcess(
  args: readonly string[],
  options: CommandOptions & { readonly node?: readonly string[] } = {},
): Promise<CommandResult> {
  const command = [...(options.node ?? []), join(REPOSITORY, 'bin', 'hanbench.js'), ...args];
  const child = spawn(process.execPath, command, {
    env: { ...process.env, HANBENCH_BUILD: 'never', ...options.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin ?? '');
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }));
  });
}
