import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { HanbenchError, Invariant, ProtocolFault, type SourcePlace, UsageError } from '../firmware-sim/kernel/errors.ts';
import { readArguments } from '../lab/operations/arguments.ts';
import { type AnyOperation, EXIT, type ExitCode, type Handler } from '../lab/operations/operation.ts';
import { OPERATIONS } from '../lab/operations/table.ts';
import { type HelpStyle, overview } from './cli-help.ts';
import { findTarget } from './cli-words.ts';
import { contextFor, type World, wantsColour } from './cli-world.ts';

function placeText(place: SourcePlace): string {
  const parts = [place.file, place.line, place.column].filter((part) => part !== undefined);
  return parts.length > 0 ? `${parts.join(':')}: ` : '';
}

const PATH_FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EISDIR: 'is a directory',
  ENOTDIR: 'is not a directory',
  EEXIST: 'already exists',
  EROFS: 'the file system is read-only',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the name is too long',
};

function systemFault(error: unknown): { readonly line: string; readonly code: ExitCode } | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  const path = 'path' in error && typeof error.path === 'string' ? error.path : undefined;
  const known = PATH_FAULTS[error.code];
  if (known && path !== undefined) return { line: `${path}: ${known}`, code: EXIT.usage };
  const fromSystem = 'syscall' in error;
  return fromSystem ? { line: `${path === undefined ? '' : `${path}: `}${error.message}`, code: EXIT.environment } : undefined;
}

/** Says in one line what is wrong and returns the exit code; a fault of hanbench itself comes with its stack. */
function report(error: unknown, world: World, seed: string): ExitCode {
  if (error instanceof UsageError) {
    world.writeError(`hanbench: ${placeText(error.place)}${error.message}\n`);
    return error.exitCode;
  }
  if (error instanceof ProtocolFault) {
    world.writeError(`hanbench: octet ${error.offset}: ${error.message}${error.clause ? ` (${error.clause})` : ''}\n`);
    return EXIT.failed;
  }
  const system = error instanceof HanbenchError ? undefined : systemFault(error);
  if (system) {
    world.writeError(`hanbench: ${system.line}\n`);
    return system.code;
  }
  const kind = error instanceof Invariant ? 'an invariant does not hold' : 'an unexpected error';
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  world.writeError(`hanbench: hanbench has a fault (${kind}; seed ${seed}). Please report it with this:\n${stack}\n`);
  return EXIT.failed;
}

function version(): string {
  // dist/scripts/cli.js when built, scripts/cli.ts under test.
  for (const up of ['../package.json', '../../package.json']) {
    try {
      const text = readFileSync(new URL(up, import.meta.url), 'utf8');
      const parsed: unknown = JSON.parse(text);
      if (parsed && typeof parsed === 'object' && 'version' in parsed) return String(parsed.version);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
  throw new Invariant('package.json is not beside the program');
}

async function runOperation(
  operation: AnyOperation,
  words: readonly string[],
  style: HelpStyle,
  world: World,
): Promise<ExitCode> {
  const { parseLine } = await import('./cli-parse.ts');
  const line = parseLine(operation, words, style, world.write);
  if (!line) return EXIT.pass;
  const context = contextFor(world, line, operation.jsonWhenPiped === true);
  try {
    const args = readArguments(operation.parameters, line.values, world.operationsEnvironment);
    const { run } = await operation.load();
    // The table forgets the parameters' types; readArguments has just made what they ask for.
    return await (run as Handler<Record<never, never>>)(args, context);
  } catch (error) {
    if (world.signal.aborted) return EXIT.interrupted;
    return report(error, world, context.seed);
  }
}

function misspelt(words: readonly string[], suggestion: string | undefined, world: World): ExitCode {
  const meant = suggestion === undefined ? 'hanbench --help lists them' : `did you mean '${suggestion}'?`;
  world.writeError(`hanbench: there is no command '${words.join(' ')}' (${meant})\n`);
  return EXIT.usage;
}

/**
 * Runs one command line against the operation table.
 * @returns the exit code (design §7)
 */
export async function runCommandLine(
  argv: readonly string[],
  world: World,
  operations: readonly AnyOperation[] = OPERATIONS,
): Promise<ExitCode> {
  const style: HelpStyle = { width: world.width, colour: wantsColour(world) };
  const words = argv[0] === 'help' ? [...argv.slice(1), '--help'] : argv;
  try {
    if (words.length === 1 && (words[0] === '--version' || words[0] === '-V')) {
      world.write(`${version()}\n`);
      return EXIT.pass;
    }
    const target = findTarget(operations, words);
    if (target.kind === 'operation') return await runOperation(target.operation, target.rest, style, world);
    if (target.kind === 'unknown') return misspelt(target.words, target.suggestion, world);
    const askedFor = target.rest.includes('--help') || target.rest.includes('-h');
    const stray = target.rest.find((word) => word !== '--help' && word !== '-h');
    if (stray !== undefined && !askedFor)
      throw new UsageError('bad-usage', `a command must come before '${stray}'; hanbench --help lists them`);
    const text = `${overview(operations, target.words, style)}\n`;
    if (askedFor || words.length === 0) world.write(text);
    else world.writeError(text);
    return askedFor || words.length === 0 ? EXIT.pass : EXIT.usage;
  } catch (error) {
    return report(error, world, '1');
  }
}

/** Ctrl-C asks the running operation to stop; a second one, or two seconds without an answer, ends the process. */
function interruptible(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort();
    setTimeout(() => process.exit(EXIT.interrupted), 2000).unref();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller.signal;
}

/** A reader that goes away (`hanbench ... | head`) has what it wanted: stop without a word. */
function quietOnBrokenPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(EXIT.pass);
      process.exit(EXIT.environment);
    });
  }
}

function processWorld(): World {
  const { stdout, stderr } = process;
  return {
    operationsEnvironment: process.env,
    stdin: process.stdin,
    stdoutIsTerminal: stdout.isTTY === true,
    width: Math.min(stdout.columns || 100, 130),
    now: () => Date.now(),
    signal: interruptible(),
    write: (text) => stdout.write(text),
    writeError: (text) => stderr.write(text),
    drained: async () => {
      if (stdout.writableNeedDrain) await once(stdout, 'drain');
    },
  };
}

/** Entry of `bin/hanbench.js`: runs the command line of this process and ends it. */
export async function main(argv: readonly string[]): Promise<void> {
  quietOnBrokenPipe();
  const code = await runCommandLine(argv, processWorld());
  process.exitCode = code;
  // A handler may leave standard input open; what has been written still goes out first.
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
}
