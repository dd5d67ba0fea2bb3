import { placeholderOf } from '../lab/operations/arguments.ts';
import type { AnyOperation, Group } from '../lab/operations/operation.ts';
import { GROUPS } from '../lab/operations/operation.ts';

/** Options every command has, as help shows them. */
export const COMMON_OPTIONS: readonly (readonly [flags: string, help: string])[] = [
  ['--json', 'print JSON, one object a line; commands that read and report do so into a pipe anyway'],
  ['-q, --quiet', 'no progress and notes on standard error'],
  ['--seed TEXT', 'root of all randomness; the same seed gives the same bytes (default: 1)'],
  ['-h, --help', 'show this help'],
];

export interface HelpStyle {
  readonly width: number;
  readonly colour: boolean;
}

function bold(text: string, style: HelpStyle): string {
  return style.colour ? `\u001b[1m${text}\u001b[22m` : text;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, line];
}

/** Two columns; the right one is wrapped. */
export function columns(rows: readonly (readonly [string, string])[], style: HelpStyle): string[] {
  const left = Math.min(34, Math.max(0, ...rows.map(([term]) => term.length)));
  const width = Math.max(30, style.width - left - 4);
  return rows.flatMap(([term, help]) => {
    const [first = '', ...more] = wrap(help, width);
    const lines =
      term.length > left ? [`  ${term}`, `${' '.repeat(left + 4)}${first}`] : [`  ${term.padEnd(left)}  ${first}`.trimEnd()];
    return [...lines, ...more.map((line) => `${' '.repeat(left + 4)}${line}`)];
  });
}

/** `gbcs decode FILE...` */
export function usageWords(operation: AnyOperation): string {
  const words: string[] = [...operation.name];
  for (const [name, parameter] of Object.entries(operation.parameters)) {
    if (!parameter.positional) continue;
    const word = `${placeholderOf(name, parameter)}${parameter.repeatable ? '...' : ''}`;
    words.push(parameter.required ? word : `[${word}]`);
  }
  return words.join(' ');
}

/** The commands whose first words are `words` (all without), under what a person wants to do. */
export function overview(operations: readonly AnyOperation[], words: readonly string[], style: HelpStyle): string {
  const shown = operations.filter((operation) => words.every((word, i) => operation.name[i] === word));
  const lines: string[] = [];
  if (words.length === 0) {
    lines.push('hanbench runs Great Britain smart meters and their hub in software: real GBCS messages, real keys,');
    lines.push('firmware over the air. Nothing here touches a live system.', '');
  }
  lines.push(`${bold('Usage:', style)} hanbench ${[...words, 'COMMAND'].join(' ')} [options]`, '');
  const widest = Math.min(34, Math.max(0, ...shown.map((operation) => usageWords(operation).length)));
  for (const group of Object.keys(GROUPS) as Group[]) {
    const rows = shown
      .filter((operation) => operation.group === group)
      .map((o) => [usageWords(o).padEnd(widest), o.summary] as const);
    if (rows.length > 0) lines.push(bold(GROUPS[group], style), ...columns(rows, style), '');
  }
  lines.push(bold('Every command also takes', style), ...columns(COMMON_OPTIONS, style), '');
  lines.push('Exit codes: 0 pass, 1 a test failed or a message or image is bad, 2 wrong usage, 3 something is missing');
  lines.push('on this machine, 130 interrupted.');
  return lines.join('\n');
}
