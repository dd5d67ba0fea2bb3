import type { Assertion, Verdict } from './verdict.ts';

const MARKS: Readonly<Record<Verdict, string>> = { pass: 'pass', fail: 'FAIL', note: 'note', incomplete: 'OPEN' };
const COLOURS: Readonly<Record<Verdict, number>> = { pass: 32, fail: 31, note: 33, incomplete: 31 };

/** Words of a text in lines of at most `width` letters. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return [...lines, line];
}

/** A verdict table for a terminal of `width` columns: mark, assertion, source, then what was found. */
export function verdictTable(assertions: readonly Assertion[], width: number, colour: boolean): string[] {
  const titles = Math.max(...assertions.map(({ title }) => title.length), 9);
  const indent = ' '.repeat(8);
  const lines = [`${'verdict'.padEnd(indent.length)}${'assertion'.padEnd(titles)}  source`];
  for (const { title, source, verdict, detail } of assertions) {
    const mark = MARKS[verdict].padEnd(indent.length);
    lines.push(`${colour ? `\u001b[${COLOURS[verdict]}m${mark}\u001b[0m` : mark}${title.padEnd(titles)}  ${source}`.trimEnd());
    if (detail) for (const line of wrapped(detail, Math.max(width - indent.length - 2, 40))) lines.push(`${indent}  ${line}`);
  }
  return lines;
}
