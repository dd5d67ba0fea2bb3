import { Argument, Command, CommanderError, Option } from 'commander';
import { UsageError } from '../firmware-sim/kernel/errors.ts';
import { toIso } from '../firmware-sim/kernel/time.ts';
import { boundsOf, optionName, placeholderOf, type RawValue } from '../lab/operations/arguments.ts';
import type { AnyOperation, Parameter } from '../lab/operations/operation.ts';
import { COMMON_OPTIONS, type HelpStyle, usageWords } from './cli-help.ts';

/** What a command line says, before its values are understood. */
export interface ParsedLine {
  readonly values: Readonly<Record<string, RawValue>>;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly seed: string | undefined;
}

const COMMON_HEADING = 'Every command also takes:';

function defaultOf(parameter: Parameter): string | undefined {
  if (!('default' in parameter) || parameter.default === undefined) return undefined;
  return parameter.type === 'time' ? toIso(Number(parameter.default)) : String(parameter.default);
}

function explained(parameter: Parameter): string {
  const notes: string[] = [];
  const fallback = defaultOf(parameter);
  if (parameter.type === 'integer') notes.push(boundsOf(parameter) ?? '');
  if (parameter.type === 'choice' && parameter.placeholder) notes.push(`one of ${parameter.choices.join(', ')}`);
  if (parameter.required && !parameter.positional) notes.push('required');
  if (parameter.repeatable && !parameter.positional) notes.push('may be repeated');
  if (fallback !== undefined) notes.push(`default: ${fallback}`);
  if (parameter.env) notes.push(`environment: ${parameter.env}`);
  const shown = notes.filter((note) => note !== '');
  return shown.length > 0 ? `${parameter.help} (${shown.join('; ')})` : parameter.help;
}

function addParameter(command: Command, name: string, parameter: Parameter): void {
  const placeholder = placeholderOf(name, parameter);
  if (parameter.positional) {
    const argument = new Argument(`[${placeholder}${parameter.repeatable ? '...' : ''}]`, explained(parameter));
    command.addArgument(argument);
    return;
  }
  const short = parameter.short ? `-${parameter.short}, ` : '';
  const flags = `${short}--${optionName(name)}${parameter.type === 'flag' ? '' : ` <${placeholder}>`}`;
  const option = new Option(flags, explained(parameter));
  if (parameter.repeatable) option.argParser((text: string, before: readonly string[] | undefined) => [...(before ?? []), text]);
  command.addOption(option);
}

function helpAfter(operation: AnyOperation): string {
  const examples = (operation.examples ?? []).flatMap(({ command, help }) => [`  ${command}`, `      ${help}`]);
  return examples.length > 0 ? `\nExamples:\n${examples.join('\n')}` : '';
}

function commandFor(operation: AnyOperation, style: HelpStyle, write: (text: string) => void): Command {
  const command = new Command(`hanbench ${operation.name.join(' ')}`);
  command.description([operation.summary, operation.description ?? ''].filter((text) => text !== '').join('\n\n'));
  for (const [name, parameter] of Object.entries(operation.parameters)) addParameter(command, name, parameter);
  for (const [flags, help] of COMMON_OPTIONS) {
    if (flags.includes('--help')) command.addHelpOption(new Option(flags, help).helpGroup(COMMON_HEADING));
    else command.addOption(new Option(flags.replace('TEXT', '<TEXT>'), help).helpGroup(COMMON_HEADING));
  }
  command
    .usage(`${usageWords(operation).slice(operation.name.join(' ').length)} [options]`.trim())
    .addHelpText('after', helpAfter(operation));
  command.configureHelp({
    helpWidth: style.width,
    optionTerm: (option) => option.flags.replace(/[<>]/g, ''),
    styleTitle: bolder(style),
  });
  command.configureHelp({ ...command.configureHelp(), argumentTerm: (argument) => argument.name() });
  command.configureOutput({ writeOut: write, writeErr: () => undefined, outputError: () => undefined });
  return command.exitOverride().allowExcessArguments(false).enablePositionalOptions(false);
}

function bolder(style: HelpStyle): (text: string) => string {
  return (text) => (style.colour ? `\u001b[1m${text}\u001b[22m` : text);
}

function commanderMessage(error: CommanderError): string {
  return error.message
    .replace(/^error: /, '')
    .replace(/\n\((Did you mean) (.*)\?\)$/s, (_all, _lead, names: string) => ` (did you mean ${names}?)`)
    .replace(/option '(\S+) <([^>]*)>' argument missing/, 'option $1 needs a value: $2')
    .replace(/option '(-\w, )?(--\S+) <([^>]*)>' argument missing/, 'option $2 needs a value: $3');
}

/**
 * Reads the words after a command's name. Undefined when help was asked for and has been written.
 * @throws UsageError exit code 2
 */
export function parseLine(
  operation: AnyOperation,
  words: readonly string[],
  style: HelpStyle,
  write: (text: string) => void,
): ParsedLine | undefined {
  const command = commandFor(operation, style, write);
  try {
    command.parse([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') return undefined;
    throw new UsageError('bad-usage', `${operation.name.join(' ')}: ${commanderMessage(error)}`);
  }
  const options = command.opts<Record<string, string | string[] | boolean | undefined>>();
  const values: Record<string, RawValue> = {};
  const positional = Object.entries(operation.parameters).filter(([, parameter]) => parameter.positional);
  for (const name of Object.keys(operation.parameters)) values[name] = options[name];
  positional.forEach(([name, parameter], i) => {
    values[name] = parameter.repeatable ? command.args.slice(i) : command.args[i];
  });
  const seed = options.seed;
  return {
    values,
    json: options.json === true,
    quiet: options.quiet === true,
    seed: typeof seed === 'string' ? seed : undefined,
  };
}
