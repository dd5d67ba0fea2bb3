import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import type { Millis } from '../../firmware-sim/kernel/time.ts';

/**
 * An operation is what a person or a program can ask hanbench to do, as plain data: its words, its parameters with
 * their types, the shape of what it answers, and where its code is. The command line and its help are made from this
 * table; an HTTP binding can be made from the same one. Files that declare operations import nothing heavy: the code
 * behind `load` is read only when the operation runs.
 */

/** What a person wants to do; help lists operations under these headings, in this order. */
export const GROUPS = {
  job: 'Run the main job',
  messages: 'Read and write GBCS messages',
  devices: 'Keep devices',
  keys: 'Keys and certificates',
  images: 'Firmware images',
  captures: 'Captures of the air',
  about: 'About hanbench',
} as const;

export type Group = keyof typeof GROUPS;

/** Meaning of what a handler returns; it is the exit code of the command (design §7). */
export const EXIT = { pass: 0, failed: 1, usage: 2, environment: 3, interrupted: 130 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

interface Described {
  /** One line, lower case, without a full stop: what the value is for. */
  readonly help: string;
  /** What stands for the value in help: `FILE`, `SECONDS`. By default it follows from the type. */
  readonly placeholder?: string;
  /** Taken by its place, in order of declaration, instead of by `--name`. Only the last one may be repeatable. */
  readonly positional?: true;
  /** May be given several times (options) or takes all remaining words (positional). The argument is an array. */
  readonly repeatable?: true;
  readonly required?: true;
  /** Environment variable that gives the value where the command line does not. */
  readonly env?: string;
  /** One-letter form of an option. `h`, `q`, `V` are taken. */
  readonly short?: string;
}

export interface TextParameter extends Described {
  readonly type: 'text';
  readonly default?: string;
}

/** A whole number, decimal or `0x` hex. */
export interface IntegerParameter extends Described {
  readonly type: 'integer';
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: number;
}

/** A whole number of any size (message counters have 64 bits), decimal or `0x` hex. */
export interface BigIntegerParameter extends Described {
  readonly type: 'big-integer';
  readonly minimum?: bigint;
  readonly maximum?: bigint;
  readonly default?: bigint;
}

export interface NumberParameter extends Described {
  readonly type: 'number';
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: number;
}

/** A moment, ISO 8601, always UTC. */
export interface TimeParameter extends Described {
  readonly type: 'time';
  readonly default?: Millis;
}

export interface EuiParameter extends Described {
  readonly type: 'eui';
  readonly default?: Eui64;
}

export interface ChoiceParameter extends Described {
  readonly type: 'choice';
  readonly choices: readonly string[];
  readonly default?: string;
}

/** True when given. Never positional, never required. */
export interface FlagParameter extends Described {
  readonly type: 'flag';
}

/**
 * A file or directory, as the person wrote it. The binding hands the text on; the handler opens it and reports what is
 * wrong as a `UsageError` with exit code 2. `path-in` may be `-` for standard input where `stdin` says so.
 */
export interface PathParameter extends Described {
  readonly type: 'path-in' | 'path-out' | 'directory';
  readonly stdin?: true;
  readonly default?: string;
}

export type Parameter =
  | TextParameter
  | IntegerParameter
  | BigIntegerParameter
  | NumberParameter
  | TimeParameter
  | EuiParameter
  | ChoiceParameter
  | FlagParameter
  | PathParameter;

/** Parameters by the name the handler sees; `feedCut` is `--feed-cut` on the command line. */
export type Parameters = Readonly<Record<string, Parameter>>;

type Scalar<P extends Parameter> = P extends ChoiceParameter
  ? P['choices'][number]
  : P extends { readonly type: 'integer' | 'number' | 'time' }
    ? number
    : P extends { readonly type: 'big-integer' }
      ? bigint
      : P extends { readonly type: 'eui' }
        ? Eui64
        : P extends { readonly type: 'flag' }
          ? boolean
          : string;

type Present<P extends Parameter> = P extends { readonly required: true } | { readonly default: string | number | bigint }
  ? Scalar<P>
  : Scalar<P> | undefined;

type Argument<P extends Parameter> = P extends { readonly type: 'flag' }
  ? boolean
  : P extends { readonly repeatable: true }
    ? readonly Scalar<P>[]
    : Present<P>;

/** What a handler receives for a declaration: choices become unions, optional values may be undefined, repeatable ones are arrays. */
export type Arguments<P extends Parameters> = { readonly [K in keyof P]: Argument<P[K]> };

/** A small description of a JSON value, enough to print, to check and to turn into JSON Schema. */
export type Shape =
  | {
      readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'null' | 'any';
      readonly help?: string;
      readonly optional?: true;
    }
  | { readonly type: 'choice'; readonly choices: readonly string[]; readonly help?: string; readonly optional?: true }
  | { readonly type: 'array'; readonly items: Shape; readonly help?: string; readonly optional?: true }
  | {
      readonly type: 'object';
      readonly fields: Readonly<Record<string, Shape>>;
      readonly help?: string;
      readonly optional?: true;
    }
  | { readonly type: 'one-of'; readonly shapes: readonly Shape[]; readonly help?: string; readonly optional?: true };

export interface ResultShape {
  /** `one`: a single JSON object; `lines`: any number, one a line. */
  readonly kind: 'one' | 'lines';
  readonly shape: Shape;
}

/** What is printed in place of a result for a file whose content is bad. */
const badFileShape: Shape = {
  type: 'object',
  help: 'a file whose content is bad',
  fields: {
    file: { type: 'string' },
    error: { type: 'object', fields: { kind: { type: 'string' }, message: { type: 'string' }, offset: { type: 'integer' } } },
  },
};

/** A line for each file: what the command has to say of it, or what is wrong with it. */
export function fileLines(shape: Shape): ResultShape {
  return { kind: 'lines', shape: { type: 'one-of', shapes: [shape, badFileShape] } };
}

/** A value that is always there but may be null. */
export function nullable(shape: Shape, help?: string): Shape {
  return { type: 'one-of', shapes: [shape, { type: 'null' }], ...(help !== undefined && { help }) };
}

/** Any value `JSON.stringify` writes without loss; undefined fields are left out. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/**
 * What a handler may use of the world around it. Handlers never touch `process` or `console`.
 */
export interface OperationContext {
  /** Writes a line for people to standard output. */
  readonly out: (line: string) => void;
  /** Writes one JSON object as one line to standard output. */
  readonly result: (value: Json) => void;
  /** Writes progress and notes to standard error; silent with `--quiet`. */
  readonly note: (line: string) => void;
  /** Writes what is wrong to standard error, `--quiet` or not, without stopping. */
  readonly complain: (line: string) => void;
  /** True with `--json`, and for operations with `jsonWhenPiped` when standard output is no terminal. */
  readonly json: boolean;
  readonly quiet: boolean;
  /** Standard output is a terminal. */
  readonly isTerminal: boolean;
  /** Colours are wanted: a terminal, and neither NO_COLOR nor TERM=dumb. */
  readonly colour: boolean;
  /** Columns of the terminal, 100 when there is none. */
  readonly width: number;
  /** `--seed`, as written; `1` by default. Root of every generator: `randomFor(context.seed, purpose)`. */
  readonly seed: string;
  /** True when the person gave `--seed`. */
  readonly seedGiven: boolean;
  /** Wall-clock time at the start, for defaults that need one. Never for anything that must replay. */
  readonly startedAt: Millis;
  /** Aborted on Ctrl-C. */
  readonly signal: AbortSignal;
  /** Lets input, output and Ctrl-C through, and waits until the output has drained. Call it about every 50 ms of work. Rejects after Ctrl-C. */
  readonly breathe: () => Promise<void>;
  /** Standard input, chunk by chunk. */
  readonly stdin: AsyncIterable<Bytes>;
  /** All of standard input; read once, the same octets on every call. */
  readonly readStdin: () => Promise<Bytes>;
}

/** Does the work. Returns 0 pass, 1 failed or bad content, 3 environment missing; usage mistakes are thrown as `UsageError`. */
export type Handler<P extends Parameters> = (args: Arguments<P>, context: OperationContext) => ExitCode | Promise<ExitCode>;

export interface Example {
  readonly command: string;
  readonly help: string;
}

export interface Operation<P extends Parameters = Parameters> {
  /** Words of the command, `['gbcs', 'decode']`. */
  readonly name: readonly [string, ...string[]];
  readonly group: Group;
  /** One line: what it does for a person. */
  readonly summary: string;
  /** Paragraphs shown by `--help` after the summary. */
  readonly description?: string;
  readonly examples?: readonly Example[];
  readonly parameters: P;
  readonly result: ResultShape;
  /** JSON is the output when standard output is no terminal. */
  readonly jsonWhenPiped?: true;
  /** The module with the handler. `() => import('./gbcs-decode-run.ts')`. */
  readonly load: () => Promise<{ readonly run: Handler<P> }>;
}

/** An operation of any parameters, as the table holds it and bindings use it. */
export interface AnyOperation extends Omit<Operation, 'load'> {
  readonly load: () => Promise<{ readonly run: Handler<never> }>;
}

/**
 * Declares the parameters of an operation and keeps their literal types, for `Handler<typeof parameters>`.
 *
 * ```ts
 * export const decodeParameters = parameters({
 *   files: { type: 'path-in', positional: true, repeatable: true, required: true, stdin: true, help: 'messages' },
 *   keystore: { type: 'directory', env: 'HANBENCH_KEYSTORE', help: 'keys and certificates' },
 * });
 * export const decode = operation({ name: ['gbcs', 'decode'], parameters: decodeParameters, load: () => import('./gbcs-decode-run.ts'), ... });
 * // in gbcs-decode-run.ts
 * export const run: Handler<typeof decodeParameters> = async (args, context) => EXIT.pass;
 * ```
 */
export function parameters<const P extends Parameters>(declared: P): P {
  return declared;
}

/** Declares an operation; checks that the handler behind `load` takes what the parameters give. */
export function operation<P extends Parameters>(declared: Operation<P>): Operation<P> {
  return declared;
}
