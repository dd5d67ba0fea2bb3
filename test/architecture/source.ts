import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** TypeScript source split into what runs and what is only text. */
export interface SplitSource {
  /** The source with comments blanked; strings are kept. */
  readonly withoutComments: string;
  /** The source with comments, strings and regular expressions blanked; template expressions stay. */
  readonly code: string;
}

const blank = (text: string): string => text.replace(/[^\n]/g, ' ');

/** After these a `/` starts a regular expression, after anything else it divides. */
const BEFORE_REGEX = /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|do|else|void|delete|throw|new|await|yield))\s*$/;

function endOfString(text: string, from: number, quote: string): number {
  for (let i = from + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === quote || text[i] === '\n') return i + 1;
  }
  return text.length;
}

function endOfRegex(text: string, from: number): number {
  let inClass = false;
  for (let i = from + 1; i < text.length; i++) {
    const letter = text[i];
    if (letter === '\\') i++;
    else if (letter === '[') inClass = true;
    else if (letter === ']') inClass = false;
    else if (letter === '\n') return i;
    else if (letter === '/' && !inClass) return i + 1;
  }
  return text.length;
}

/** End of the text part of a template: after its closing quote or after `${`. */
function endOfTemplateText(text: string, from: number): { readonly at: number; readonly opens: boolean } {
  for (let i = from; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '`') return { at: i + 1, opens: false };
    else if (text[i] === '$' && text[i + 1] === '{') return { at: i + 2, opens: true };
  }
  return { at: text.length, opens: false };
}

type Piece = { readonly kind: 'code' | 'comment' | 'text'; readonly end: number };

/** The next piece from `at`; `braces` holds, per open template, how many braces are open inside it. */
function nextPiece(text: string, at: number, before: string, braces: number[]): Piece {
  const two = text.substring(at, at + 2);
  const letter = text[at] as string;
  if (two === '//') return { kind: 'comment', end: text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at) };
  if (two === '/*')
    return { kind: 'comment', end: text.indexOf('*/', at + 2) < 0 ? text.length : text.indexOf('*/', at + 2) + 2 };
  if (letter === "'" || letter === '"') return { kind: 'text', end: endOfString(text, at, letter) };
  const closesExpression = letter === '}' && braces.at(-1) === 0;
  if (letter === '`' || closesExpression) {
    if (closesExpression) braces.pop();
    const { at: end, opens } = endOfTemplateText(text, at + 1);
    if (opens) braces.push(0);
    return { kind: 'text', end };
  }
  const open = braces.length - 1;
  if (letter === '{' && open >= 0) braces[open] = (braces[open] ?? 0) + 1;
  if (letter === '}' && open >= 0) braces[open] = (braces[open] ?? 0) - 1;
  if (letter === '/' && BEFORE_REGEX.test(before.slice(-40))) return { kind: 'text', end: endOfRegex(text, at) };
  return { kind: 'code', end: at + 1 };
}

const known = new Map<string, SplitSource>();

/** Splits source text; line breaks keep their places, so that offsets and lines hold in every part. */
export function splitSource(text: string): SplitSource {
  const split = known.get(text) ?? readPieces(text);
  known.set(text, split);
  return split;
}

function readPieces(text: string): SplitSource {
  let withoutComments = '';
  let code = '';
  const braces: number[] = [];
  for (let at = 0; at < text.length; ) {
    const { kind, end } = nextPiece(text, at, code, braces);
    const piece = text.substring(at, end);
    withoutComments += kind === 'comment' ? blank(piece) : piece;
    code += kind === 'code' ? piece : kind === 'text' ? `'${blank(piece).slice(2)}'`.slice(0, piece.length) : blank(piece);
    at = end;
  }
  return { withoutComments, code };
}

export interface ImportStatement {
  readonly specifier: string;
  /** `import type`, or an import whose names are all types. */
  readonly typeOnly: boolean;
  /** Names taken from the module, as the module calls them; `*` for all of it. */
  readonly names: readonly string[];
  /** `import('x')`, read only when it is reached (or a type written in place). */
  readonly dynamic: boolean;
  readonly line: number;
}

const STATEMENT = /\b(?:import|export)\s+(type\s+)?([\w*\s{},$]*?)\s*from\s*(['"])([^'"]+)\3/g;
const BARE = /\bimport\s*(['"])([^'"]+)\1/g;
const CALL = /\bimport\s*\(\s*(['"`])([^'"`]+)\1/g;

function namesOf(clause: string): { names: string[]; allTypes: boolean } {
  if (!clause.includes('{')) return { names: [clause.includes('*') ? '*' : 'default'], allTypes: false };
  const inside = clause.slice(clause.indexOf('{') + 1, clause.lastIndexOf('}'));
  const parts = inside.split(',').map((part) => part.trim());
  const given = parts.filter((part) => part !== '');
  return {
    names: given.map((part) => part.replace(/^type\s+/, '').replace(/\s+as\s+.*$/s, '')),
    allTypes: given.length > 0 && given.every((part) => part.startsWith('type ')),
  };
}

/** Every import and re-export of a source: static, for side effects, dynamic and as a type (`import('x').T`). */
export function importsOf(text: string): ImportStatement[] {
  const { withoutComments } = splitSource(text);
  const lineAt = (index: number): number => withoutComments.slice(0, index).split('\n').length;
  const found: ImportStatement[] = [];
  for (const match of withoutComments.matchAll(STATEMENT)) {
    const { names, allTypes } = namesOf(match[2] ?? '');
    found.push({
      specifier: match[4] ?? '',
      typeOnly: match[1] !== undefined || allTypes,
      names,
      dynamic: false,
      line: lineAt(match.index),
    });
  }
  for (const pattern of [BARE, CALL]) {
    for (const match of withoutComments.matchAll(pattern)) {
      found.push({
        specifier: match[2] ?? '',
        typeOnly: false,
        names: ['*'],
        dynamic: pattern === CALL,
        line: lineAt(match.index),
      });
    }
  }
  return found;
}

/** Files below a folder of the repository, as paths from its root with `/`. */
export function filesBelow(root: string, folder: string, extension: RegExp): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.name === 'node_modules' || entry.name === 'dist' || entry.name === 'coverage' || entry.name === '.git') continue;
    if (entry.name.startsWith('.dist')) continue;
    if (entry.isDirectory()) found.push(...filesBelow(root, path, extension));
    else if (extension.test(entry.name)) found.push(path);
  }
  return found.sort();
}
