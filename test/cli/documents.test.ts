import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readArguments } from '../../lab/operations/arguments.ts';
import { OPERATIONS } from '../../lab/operations/table.ts';
import { parseLine } from '../../scripts/cli-parse.ts';
import { findTarget } from '../../scripts/cli-words.ts';
import { filesBelow } from '../architecture/source.ts';
import { REPOSITORY } from '../support/shared.ts';

const documents = filesBelow(REPOSITORY, '', /\.md$/);
const read = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8');

/** Command lines in the code blocks of a Markdown text, and of `npm start`, which is `hanbench update`. */
function commandLines(text: string): string[] {
  const blocks = [...text.matchAll(/^```[a-z]*\n([\s\S]*?)^```/gm)].map((match) => match[1] ?? '');
  const parts = blocks
    .flatMap((block) => block.replace(/\\\n\s*/g, ' ').split('\n'))
    .flatMap((line) => line.replace(/\s#.*$/, '').split(/&&|\|/));
  return parts
    .map((part) =>
      part
        .trim()
        .replace(/^\$ /, '')
        .replace(/\s[<>].*$/, ''),
    )
    .flatMap((part) => {
      const start = /^npm start(?: --)?(.*)$/.exec(part);
      if (start) return [`update${start[1]}`];
      const match = /^(?:npx )?hanbench\s+(.*)$/.exec(part);
      return match ? [match[1] ?? ''] : [];
    });
}

function shellWords(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

/** Environment variables that a text tells its reader to set. */
function exported(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/^export (\w+)=(\S+)/gm)].map((match) => [match[1] ?? '', match[2] ?? '']));
}

/** What is wrong with a command line, by the operation table alone. */
function fault(line: string, environment: Record<string, string> = {}): string | undefined {
  const words = shellWords(line);
  if (words.includes('--help') || words.includes('--version')) return undefined;
  const target = findTarget(OPERATIONS, words);
  if (target.kind !== 'operation') return `no command: ${line}`;
  try {
    const parsed = parseLine(target.operation, target.rest, { width: 100, colour: false }, () => undefined);
    if (parsed) readArguments(target.operation.parameters, parsed.values, environment);
    return undefined;
  } catch (error) {
    return `${line}: ${error instanceof Error ? error.message : error}`;
  }
}

describe('documents', () => {
  it('finds command lines in code blocks', () => {
    const text = '```sh\n$ npx hanbench a b  # note\nnpm ci && npm start -- --x 1\ncat y | hanbench c - > z\n```\nhanbench not\n';
    expect(commandLines(text)).toEqual(['a b', 'update --x 1', 'c -']);
  });

  it('notices commands and options that do not exist', () => {
    expect(fault('frobnicate x')).toContain('no command');
    expect(fault('ota inspect --frob x')).toContain('--frob');
    expect(fault('ota inspect')).toContain('missing FILE');
    expect(fault('ota inspect x')).toBeUndefined();
    expect(fault('gbcs exec x')).toContain('--keystore');
    expect(fault('gbcs exec x', exported('export HANBENCH_KEYSTORE=run/keystore\n'))).toBeUndefined();
  });

  it.each(documents)('%s shows only commands that exist', (path) => {
    const text = read(path);
    const faults = commandLines(text).map((line) => fault(line, exported(text)));
    expect(faults).toEqual(faults.map(() => undefined));
  });

  it.each(OPERATIONS.map((operation) => [operation.name.join(' '), operation] as const))(
    'the examples of %s work',
    (_name, operation) => {
      const lines = (operation.examples ?? []).flatMap(({ command }) => commandLines(`\`\`\`\n${command}\n\`\`\`\n`));
      expect(lines.map((line) => fault(line))).toEqual(lines.map(() => undefined));
    },
  );

  it.each(documents)('%s links only to files that are there', (path) => {
    const links = [...read(path).matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)(?:#[^)]*)?\)/g)].map((match) => match[1] ?? '');
    const files = filesBelow(REPOSITORY, '', /./);
    const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
    const missing = links.filter((link) => {
      const target = join(folder, link).replace(/\/$/, '');
      return !files.some((file) => file === target || file.startsWith(`${target}/`));
    });
    expect(missing).toEqual([]);
  });
});
