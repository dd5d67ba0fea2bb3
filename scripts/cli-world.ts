import type { Bytes } from '../firmware-sim/kernel/bytes.ts';
import type { Json, OperationContext } from '../lab/operations/operation.ts';
import type { ParsedLine } from './cli-parse.ts';

/** What the command line needs of the process it runs in; tests hand in their own. */
export interface World {
  readonly operationsEnvironment: Readonly<Record<string, string | undefined>>;
  readonly stdin: AsyncIterable<Bytes>;
  readonly stdoutIsTerminal: boolean;
  readonly width: number;
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Writes to standard output. */
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
  /** Resolves when standard output has taken everything. */
  readonly drained: () => Promise<void>;
}

export function wantsColour(world: World): boolean {
  const { NO_COLOR: noColour, TERM: terminal } = world.operationsEnvironment;
  return world.stdoutIsTerminal && (noColour === undefined || noColour === '') && terminal !== 'dumb';
}

async function readAll(chunks: AsyncIterable<Bytes>): Promise<Bytes> {
  const parts: Bytes[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return new Uint8Array(Buffer.concat(parts));
}

/** Rejects when the signal aborts. */
function interrupted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function jsonLine(value: Json): string {
  return `${JSON.stringify(value)}\n`;
}

/** The context a handler sees, over a world and what the command line said. */
export function contextFor(world: World, line: ParsedLine, jsonWhenPiped: boolean): OperationContext {
  let input: Promise<Bytes> | undefined;
  return {
    out: (text) => world.write(`${text}\n`),
    result: (value) => world.write(jsonLine(value)),
    note: (text) => {
      if (!line.quiet) world.writeError(`${text}\n`);
    },
    complain: (text) => world.writeError(`hanbench: ${text}\n`),
    json: line.json || (jsonWhenPiped && !world.stdoutIsTerminal),
    quiet: line.quiet,
    isTerminal: world.stdoutIsTerminal,
    colour: wantsColour(world),
    width: world.width,
    seed: line.seed ?? '1',
    seedGiven: line.seed !== undefined,
    startedAt: world.now(),
    signal: world.signal,
    breathe: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      await world.drained();
      world.signal.throwIfAborted();
    },
    stdin: world.stdin,
    readStdin: () => {
      input ??= Promise.race([readAll(world.stdin), interrupted(world.signal)]);
      return input;
    },
  };
}
