import { posix } from 'node:path';
import { importsOf, splitSource } from './source.ts';

/** A floor of the house (design §2): its folders, and the floors whose folders it may import. */
interface Floor {
  readonly folders: readonly string[];
  readonly mayImport: readonly string[];
  /** May import only types from these. */
  readonly mayImportTypes?: readonly string[];
}

const KERNEL = ['firmware-sim/kernel'];
const CRYPTO = ['firmware-sim/crypto'];
const WORDS = ['firmware-sim/codec', 'firmware-sim/dictionary'];
const MESSAGES = ['firmware-sim/gbcs', 'firmware-sim/zigbee'];
const DEVICE = ['firmware-sim/device'];
const DEVICES = ['esme', 'gsme', 'commshub', 'ppmid', 'hcalcs', 'ihd', 'sapc'].map((name) => `firmware-sim/${name}`);
const AIR = ['firmware-sim/air'];
const UP_TO_2 = [...KERNEL, ...CRYPTO, ...WORDS];
const UP_TO_3 = [...UP_TO_2, ...MESSAGES];
const UP_TO_6 = [...UP_TO_3, ...DEVICE, ...DEVICES, ...AIR];

/** Every folder may import itself. Folders of one entry may import each other only where `mayImport` says so. */
const FLOORS: readonly Floor[] = [
  { folders: KERNEL, mayImport: [] },
  { folders: CRYPTO, mayImport: KERNEL },
  { folders: WORDS, mayImport: [...KERNEL, ...WORDS] },
  { folders: MESSAGES, mayImport: UP_TO_2 },
  { folders: DEVICE, mayImport: UP_TO_3 },
  { folders: DEVICES, mayImport: [...UP_TO_3, ...DEVICE] },
  { folders: AIR, mayImport: UP_TO_3 },
  { folders: ['hardware'], mayImport: UP_TO_6 },
  { folders: ['lab'], mayImport: UP_TO_6, mayImportTypes: ['hardware'] },
  { folders: ['web'], mayImport: [] },
  { folders: ['scripts'], mayImport: [...UP_TO_6, 'hardware', 'lab', 'web'] },
];

/** The folder of the house that a path stands in, or undefined outside it. */
export function folderOf(path: string): string | undefined {
  const parts = path.split('/');
  const folder = parts[0] === 'firmware-sim' ? parts.slice(0, 2).join('/') : parts[0];
  return FLOORS.some((floor) => floor.folders.includes(folder ?? '')) ? folder : undefined;
}

/** Imports of a file that its floor does not allow, one text each. */
export function floorViolations(path: string, text: string): string[] {
  const folder = folderOf(path);
  const floor = FLOORS.find((candidate) => candidate.folders.includes(folder ?? ''));
  if (!floor || folder === undefined) return [`${path}: stands on no floor of the design`];
  const found: string[] = [];
  for (const { specifier, typeOnly, line } of importsOf(text)) {
    if (!specifier.startsWith('.')) continue;
    const target = posix.normalize(posix.join(posix.dirname(path), specifier));
    const targetFolder = folderOf(target);
    const allowed =
      targetFolder === folder ||
      (targetFolder !== undefined && floor.mayImport.includes(targetFolder)) ||
      (targetFolder !== undefined && typeOnly && (floor.mayImportTypes ?? []).includes(targetFolder));
    if (!allowed) found.push(`${path}:${line}: ${folder} may not import ${target}`);
  }
  return found;
}

/** What would make a device depend on anything but its inputs. A name behind a dot is somebody's property. */
const IMPURE: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/(?<![.\w#$])Date\b/, 'Date'],
  [/\bMath\s*\.\s*random\b/, 'Math.random'],
  [/(?<![.\w#$])(?:setTimeout|setInterval|setImmediate|queueMicrotask|requestAnimationFrame)\b/, 'a timer'],
  [/(?<![.\w#$])process\s*\./, 'process'],
  [/(?<![.\w#$])console\s*\./, 'console'],
  [/(?<![.\w#$])(?:globalThis|performance|fetch|require)\s*[.([]/, 'a global of the host'],
  [/(?<![.\w#$])async\b(?=\s*(?:function|\(|\w+\s*(?:=>|\()|\*))/, 'async'],
  [/(?<![.\w#$])await\s/, 'await'],
  [/(?<![.\w#$])Promise\b/, 'Promise'],
  [/\bgenerateKeys\s*\(/, 'unseeded key generation'],
];

/** Names of node:crypto that bring their own randomness (design §1, rule 1). */
const UNSEEDED =
  /^(?:\*|default|sign|createSign|Sign|random\w*|generate\w*|webcrypto|subtle|getRandomValues|createDiffieHellman\w*|prime\w*)$/;

function importImpurities(path: string, text: string): string[] {
  const found: string[] = [];
  for (const { specifier, names, typeOnly, line } of importsOf(text)) {
    if (specifier.startsWith('.')) continue;
    if (specifier !== 'node:crypto' || folderOf(path) !== 'firmware-sim/crypto') {
      found.push(`${path}:${line}: firmware-sim may not import ${specifier}`);
      continue;
    }
    const unseeded = typeOnly ? [] : names.filter((name) => UNSEEDED.test(name));
    if (unseeded.length > 0) found.push(`${path}:${line}: node:crypto's ${unseeded.join(', ')} is not repeatable`);
  }
  return found;
}

/** What keeps a file below `firmware-sim/` from being a pure, synchronous function of its inputs. */
export function purityViolations(path: string, text: string): string[] {
  const found = importImpurities(path, text);
  splitSource(text)
    .code.split('\n')
    .forEach((line, i) => {
      for (const [pattern, what] of IMPURE) if (pattern.test(line)) found.push(`${path}:${i + 1}: uses ${what}`);
    });
  return found;
}

/** House rules for all code of the product: typed errors, no `any`. */
export function styleViolations(path: string, text: string): string[] {
  const found: string[] = [];
  splitSource(text)
    .code.split('\n')
    .forEach((line, i) => {
      if (/\bthrow\s+new\s+(?:Error|TypeError|RangeError)\b/.test(line)) found.push(`${path}:${i + 1}: throws an untyped error`);
      if (/(?::|\bas|<|\|)\s*any\b(?!\s*[:(])|,\s*any\s*>/.test(line)) found.push(`${path}:${i + 1}: explicit any`);
    });
  return found;
}

/** Longest file that is no table, in lines. */
export const LINES_MAX = 400;

/** Tables may be long. */
export function isTable(path: string): boolean {
  return path.startsWith('firmware-sim/dictionary/') || /(?:table|structures|catalogue|objects|-codes)[^/]*\.ts$/.test(path);
}
