import { HanbenchError, UsageError } from '../../firmware-sim/kernel/errors.ts';
import { parseEui64 } from '../../firmware-sim/kernel/eui64.ts';
import { parseIso } from '../../firmware-sim/kernel/time.ts';
import type { IntegerParameter, Parameter, Parameters } from './operation.ts';

/** What stands for a parameter before it is understood: a text, several, or a flag that was given. */
export type RawValue = string | readonly string[] | boolean | undefined;

/** `feedCut` → `feed-cut`. */
export function optionName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** How a person writes the parameter: `--feed-cut`, or `FILE` for one taken by its place. */
export function writtenName(name: string, parameter: Parameter): string {
  return parameter.positional ? placeholderOf(name, parameter) : `--${optionName(name)}`;
}

const PLACEHOLDERS: Readonly<Record<Parameter['type'], string>> = {
  text: 'TEXT',
  integer: 'N',
  'big-integer': 'N',
  number: 'NUMBER',
  time: 'TIME',
  eui: 'EUI',
  choice: 'NAME',
  flag: '',
  'path-in': 'FILE',
  'path-out': 'FILE',
  directory: 'DIR',
};

export function placeholderOf(name: string, parameter: Parameter): string {
  if (parameter.placeholder) return parameter.placeholder;
  if (parameter.type === 'choice' && !parameter.positional) return parameter.choices.join('|');
  if (parameter.positional && !parameter.type.startsWith('path')) return optionName(name).toUpperCase();
  return PLACEHOLDERS[parameter.type];
}

const WHOLE = /^[+-]?(?:0x[0-9a-f]+|[0-9]+)$/i;

function bigInteger(text: string): bigint | undefined {
  const trimmed = text.trim();
  if (!WHOLE.test(trimmed)) return undefined;
  const magnitude = BigInt(trimmed.replace(/^[+-]/, ''));
  return trimmed.startsWith('-') ? -magnitude : magnitude;
}

function integer(text: string): number | undefined {
  const value = bigInteger(text);
  return value === undefined || !Number.isSafeInteger(Number(value)) ? undefined : Number(value);
}

const PLAIN_NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

function inRange<T extends number | bigint>(
  value: T,
  parameter: { readonly minimum?: T; readonly maximum?: T },
): string | undefined {
  const { minimum, maximum } = parameter;
  if ((minimum === undefined || value >= minimum) && (maximum === undefined || value <= maximum)) return undefined;
  if (minimum === undefined) return `is above ${maximum}`;
  return maximum === undefined ? `is below ${minimum}` : `is outside ${rangeText(minimum, maximum)}`;
}

/** Octet-sized bounds read better in hex: 0..0xffff. */
const OCTET_BOUNDS: readonly (number | bigint)[] = [0xff, 0xffff, 0xffffff, 0xffffffff];

function rangeText(minimum: number | bigint, maximum: number | bigint): string {
  return OCTET_BOUNDS.includes(maximum) ? `${minimum}..0x${maximum.toString(16)}` : `${minimum}..${maximum}`;
}

/** The bounds of a whole number as help shows them, or nothing. */
export function boundsOf(parameter: IntegerParameter): string | undefined {
  const { minimum, maximum } = parameter;
  if (minimum !== undefined && maximum !== undefined) return rangeText(minimum, maximum);
  return minimum !== undefined && minimum !== 0 ? `at least ${minimum}` : undefined;
}

type Read = { readonly value: unknown } | { readonly wrong: string };

function checked<T extends number | bigint>(
  value: T | undefined,
  what: string,
  range: { readonly minimum?: T; readonly maximum?: T },
): Read {
  if (value === undefined) return { wrong: `is not ${what}` };
  const wrong = inRange(value, range);
  return wrong === undefined ? { value } : { wrong };
}

/** Digits after the seconds that are not all zero. */
const FRACTION = /\d\.\d*[1-9]\d*Z?\s*$/;

function understand(parameter: Parameter, text: string): Read {
  switch (parameter.type) {
    case 'integer':
      return checked(integer(text), 'a whole number (decimal or 0x hex)', parameter);
    case 'big-integer':
      return checked(bigInteger(text), 'a whole number (decimal or 0x hex)', parameter);
    case 'number':
      return checked(PLAIN_NUMBER.test(text.trim()) ? Number(text) : undefined, 'a number', parameter);
    case 'time':
      // GBCS times are whole seconds: dropping a fraction would make another moment of it.
      return FRACTION.test(text) ? { wrong: 'has a fraction of a second; write whole seconds' } : { value: parseIso(text) };
    case 'eui':
      return { value: parseEui64(text) };
    case 'choice':
      return parameter.choices.includes(text) ? { value: text } : { wrong: `is none of ${parameter.choices.join(', ')}` };
    case 'path-in':
    case 'path-out':
    case 'directory':
      return text === '' ? { wrong: 'is empty; a path is wanted' } : { value: text };
    case 'text':
    case 'flag':
      return { value: text };
  }
}

function one(name: string, parameter: Parameter, text: string, source: string): unknown {
  let read: Read;
  try {
    read = understand(parameter, text);
  } catch (error) {
    if (!(error instanceof HanbenchError)) throw error;
    throw new UsageError('bad-value', `${source}: ${error.message}`);
  }
  if ('wrong' in read) throw new UsageError('bad-value', `${source}: ${JSON.stringify(text)} ${read.wrong}`);
  if (text === '-' && parameter.type === 'path-in' && !parameter.stdin) {
    throw new UsageError('bad-value', `${writtenName(name, parameter)}: standard input cannot be used here`);
  }
  return read.value;
}

function argument(
  name: string,
  parameter: Parameter,
  given: RawValue,
  environment: Readonly<Record<string, string | undefined>>,
): unknown {
  const written = writtenName(name, parameter);
  if (parameter.type === 'flag') return given === true || (given === undefined && flagFrom(parameter.env, environment));
  const texts = typeof given === 'string' ? [given] : Array.isArray(given) ? (given as readonly string[]) : [];
  const fromEnvironment = texts.length === 0 && parameter.env !== undefined ? environment[parameter.env] : undefined;
  const source = fromEnvironment ? `environment variable ${parameter.env}` : written;
  const values = (fromEnvironment ? [fromEnvironment] : texts).map((text) => one(name, parameter, text, source));
  if (values.length === 0 && parameter.required)
    throw new UsageError('missing-value', `missing ${withPlaceholder(name, parameter)}: ${parameter.help}`);
  if (parameter.repeatable) return values;
  return values.length > 0 ? values[values.length - 1] : 'default' in parameter ? parameter.default : undefined;
}

function flagFrom(name: string | undefined, environment: Readonly<Record<string, string | undefined>>): boolean {
  const value = name === undefined ? undefined : environment[name];
  return value !== undefined && value !== '' && value !== '0';
}

function withPlaceholder(name: string, parameter: Parameter): string {
  return parameter.positional ? placeholderOf(name, parameter) : `--${optionName(name)} ${placeholderOf(name, parameter)}`;
}

/**
 * The arguments a handler receives, from texts by parameter name.
 * @throws UsageError exit code 2, naming the option (or the environment variable) and what would be right
 */
export function readArguments(
  declared: Parameters,
  given: Readonly<Record<string, RawValue>>,
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  for (const [name, parameter] of Object.entries(declared)) read[name] = argument(name, parameter, given[name], environment);
  return read;
}
