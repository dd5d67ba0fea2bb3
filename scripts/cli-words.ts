import type { AnyOperation } from '../lab/operations/operation.ts';

/** What the words at the start of a command line name. */
export type Target =
  | { readonly kind: 'operation'; readonly operation: AnyOperation; readonly rest: readonly string[] }
  | { readonly kind: 'prefix'; readonly words: readonly string[]; readonly rest: readonly string[] }
  | { readonly kind: 'unknown'; readonly words: readonly string[]; readonly suggestion: string | undefined };

function startsWith(operation: AnyOperation, words: readonly string[]): boolean {
  return words.every((word, i) => operation.name[i] === word);
}

/** Edits (insert, delete, replace, swap neighbours) that lead from one word to the other. */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [];
  const cell = (i: number, j: number): number => rows[i]?.[j] ?? 0;
  for (let i = 0; i <= a.length; i++) {
    const row: number[] = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      if (i === 0) {
        row.push(j);
        continue;
      }
      let best = Math.min(cell(i - 1, j) + 1, (row[j - 1] ?? 0) + 1, cell(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, cell(i - 2, j - 2) + 1);
      row.push(best);
    }
  }
  return cell(a.length, b.length);
}

/** The candidate nearest to `text`, when it is near enough to have been meant. */
export function nearest(text: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(text.length * 0.4)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(text, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

function suggest(operations: readonly AnyOperation[], words: readonly string[]): string | undefined {
  const names = operations.map((operation) => operation.name.join(' '));
  const lastWord = operations.find((operation) => operation.name.length > 1 && operation.name.at(-1) === words[0]);
  if (lastWord) return lastWord.name.join(' ');
  const two = words.length > 1 ? nearest(words.slice(0, 2).join(' '), names) : undefined;
  const firsts = [...new Set(operations.map((operation) => operation.name[0]))];
  return two ?? nearest(words[0] ?? '', [...firsts, ...names]);
}

/** Options every command has; they may also stand before the command's words. */
function leadingOptions(words: readonly string[]): number {
  let count = 0;
  while (words[count]?.startsWith('-')) count += words[count] === '--seed' ? 2 : 1;
  return Math.min(count, words.length);
}

/** Finds the operation that the command line names by its first words. Common options in front of them are moved behind. */
export function findTarget(operations: readonly AnyOperation[], argv: readonly string[]): Target {
  const skipped = leadingOptions(argv);
  const front = argv.slice(0, skipped);
  const rest = argv.slice(skipped);
  let matched: string[] = [];
  let left = [...operations];
  for (const word of rest) {
    const narrowed = left.filter((operation) => startsWith(operation, [...matched, word]));
    if (narrowed.length === 0) break;
    matched = [...matched, word];
    left = narrowed;
    const exact = left.find((operation) => operation.name.length === matched.length);
    if (exact && left.length === 1) break;
  }
  const after = [...front, ...rest.slice(matched.length)];
  const exact = left.find((operation) => operation.name.length === matched.length);
  if (exact && matched.length > 0) return { kind: 'operation', operation: exact, rest: after };
  const next = rest[matched.length];
  if (next === undefined || next.startsWith('-')) return { kind: 'prefix', words: matched, rest: after };
  const words = rest.slice(0, matched.length + 1);
  return { kind: 'unknown', words, suggestion: suggest(left, rest.slice(0, matched.length + 2)) };
}
