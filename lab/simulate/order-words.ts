import { type SourcePlace, UsageError } from '../../firmware-sim/kernel/errors.ts';
import { civilFromIso, fromCivil, type Millis } from '../../firmware-sim/kernel/time.ts';

/** A line of a command file: when, and the words of what. */
export interface OrderLine {
  readonly at: Millis;
  readonly text: string;
  readonly words: readonly string[];
  readonly place: SourcePlace & { readonly line: number };
}

/** Text before a comment; a # inside a word (an object's name) begins none. */
const COMMENT = /(?:^|\s)#.*$/;

function lineOf(file: string, text: string, line: number): OrderLine[] {
  const content = text.replace(COMMENT, '').trim();
  if (content === '') return [];
  const [time = '', ...words] = content.split(/\s+/);
  const civil = civilFromIso(time);
  const place = { file, line };
  if (!civil) {
    const cure = 'begin the line with when, as 2030-01-15T09:00:00Z (UTC)';
    throw new UsageError('bad-command-file', `${JSON.stringify(time)} is not a time; ${cure}`, place);
  }
  return [{ at: fromCivil(civil), text: words.join(' '), words, place }];
}

/** The lines of a command file in order of time; lines of one time stay in their order. @throws UsageError with file and line */
export function orderLines(file: string, text: string): readonly OrderLine[] {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  return lines.flatMap((line, i) => lineOf(file, line, i + 1)).sort((a, b) => a.at - b.at);
}

/** What is wrong with a line, and how it is written. */
export function wrongOrder({ place, text }: OrderLine, form: string): UsageError {
  return new UsageError('bad-command-file', `${JSON.stringify(text)}: write it as ${form}`, place);
}
