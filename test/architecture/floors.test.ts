import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../support/shared.ts';
import { floorViolations, isTable, LINES_MAX, purityViolations, styleViolations } from './rules.ts';
import { filesBelow, importsOf, splitSource } from './source.ts';

const read = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8');

const FOLDERS = ['firmware-sim', 'hardware', 'lab', 'scripts'];
const sources = filesBelow(REPOSITORY, '', /\.ts$/).filter((path) => FOLDERS.includes(path.split('/')[0] ?? ''));

describe('the house stands as designed', () => {
  it('has sources to check', () => {
    expect(sources.length).toBeGreaterThan(20);
  });

  it('imports only from the floors below (design §2)', () => {
    expect(sources.flatMap((path) => floorViolations(path, read(path)))).toEqual([]);
  });

  it('keeps firmware-sim pure and synchronous (design §1, rule 1)', () => {
    const devices = sources.filter((path) => path.startsWith('firmware-sim/'));
    expect(devices.flatMap((path) => purityViolations(path, read(path)))).toEqual([]);
  });

  it('reaches little, and no package, from the operation table before a command runs', () => {
    const reached = new Set(['lab/operations/table.ts']);
    const packages: string[] = [];
    for (const path of reached) {
      for (const { specifier, typeOnly, dynamic } of importsOf(read(path))) {
        if (typeOnly || dynamic) continue;
        if (specifier.startsWith('.')) reached.add(posix.join(posix.dirname(path), specifier));
        else packages.push(`${path}: ${specifier}`);
      }
    }
    expect(packages).toEqual([]);
    expect([...reached].filter((path) => path.endsWith('-run.ts'))).toEqual([]);
    expect([...reached].reduce((sum, path) => sum + read(path).length, 0)).toBeLessThan(250_000);
  });

  it('throws only typed errors and never says any', () => {
    expect(sources.flatMap((path) => styleViolations(path, read(path)))).toEqual([]);
  });

  it(`keeps files that are no tables within ${LINES_MAX} lines`, () => {
    const long = sources.filter((path) => !isTable(path)).map((path) => ({ path, lines: read(path).split('\n').length }));
    expect(long.filter(({ lines }) => lines > LINES_MAX)).toEqual([]);
  });

  it('names no path of the machine it was written on', () => {
    const machine = new RegExp(['/work', '/main|/work', '/shared|/home', '/[a-z]+/|/root', '/\\.?\\w+'].join(''));
    const texts = filesBelow(REPOSITORY, '', /\.(?:ts|js|mjs|json|md|svg|sh|yml|html|css)$|^run$/);
    expect(texts.filter((path) => machine.test(read(path)))).toEqual([]);
  });
});

describe('the checks catch what they are for', () => {
  it.each([
    ['a lower floor reaching up', 'firmware-sim/kernel/x.ts', "import { a } from '../gbcs/envelope.ts';"],
    ['the dictionary reaching for crypto', 'firmware-sim/dictionary/x.ts', "import { a } from '../crypto/keys.ts';"],
    ['neighbours on one floor', 'firmware-sim/gbcs/x.ts', "import { a } from '../zigbee/aps.ts';"],
    ['a type from above', 'firmware-sim/codec/x.ts', "import type { A } from '../gbcs/header.ts';"],
    ['one device importing another', 'firmware-sim/esme/x.ts', "import { a } from '../commshub/hub.ts';"],
    ['a re-export', 'firmware-sim/kernel/x.ts', "export { a } from '../crypto/keys.ts';"],
    ['a dynamic import', 'firmware-sim/device/x.ts', "const a = import('../esme/esme.ts');"],
    ['a type written in place', 'firmware-sim/device/x.ts', "type A = import('../../lab/x.ts').A;"],
    ['an import for its effect', 'firmware-sim/air/x.ts', "import '../device/device.ts';"],
    ['an import over several lines', 'firmware-sim/air/x.ts', "import {\n  a,\n  type B,\n} from '../device/device.ts';"],
    ['hardware code in the lab', 'lab/x.ts', "import { open, type Radio } from '../hardware/radio.ts';"],
    ['the command line in the lab', 'lab/x.ts', "import { main } from '../scripts/cli.ts';"],
    ['the tests in the product', 'lab/x.ts', "import { a } from '../test/support/shared.ts';"],
    ['an unknown floor', 'firmware-sim/misc/x.ts', ''],
  ])('floors: %s', (_name, path, text) => {
    expect(floorViolations(path, text)).toHaveLength(1);
  });

  it.each([
    ['a floor below', 'firmware-sim/esme/x.ts', "import { a } from '../device/device.ts';\nimport { b } from './b.ts';"],
    [
      'types of hardware in the lab',
      'lab/x.ts',
      "import type { Radio } from '../hardware/radio.ts';\nimport { type A } from '../hardware/a.ts';",
    ],
    ['a comment', 'firmware-sim/kernel/x.ts', "// import { a } from '../gbcs/envelope.ts';\n/* import('../gbcs/a.ts') */"],
    ['packages', 'lab/x.ts', "import { readFile } from 'node:fs/promises';"],
  ])('floors allow %s', (_name, path, text) => {
    expect(floorViolations(path, text)).toEqual([]);
  });

  it.each([
    ['the clock', 'const a = Date.now();'],
    ['a date', 'const a = new Date();'],
    ['chance', 'const a = Math.random();'],
    ['chance in a template', ['const a = `${Math', '.random()}`;'].join('')],
    ['a timer', 'setTimeout(run, 1);'],
    ['the process', "const a = process.env['HOME'];"],
    ['the console', "console.log('x');"],
    ['an async function', 'export async function f() {}'],
    ['an async arrow', 'const f = async () => 1;'],
    ['a promise', 'let a: Promise<number>;'],
    ['a host module', "import { readFileSync } from 'node:fs';"],
    ['node:crypto outside crypto', "import { createHash } from 'node:crypto';"],
    ['the global object', 'const a = globalThis.crypto;'],
  ])('purity: %s', (_name, text) => {
    expect(purityViolations('firmware-sim/device/x.ts', text).length).toBeGreaterThan(0);
  });

  it.each(['randomBytes', 'sign', 'generateKeyPairSync', 'createSign', 'randomUUID', 'webcrypto', 'sign as s'])(
    'purity: %s of node:crypto',
    (name) => {
      expect(purityViolations('firmware-sim/crypto/x.ts', `import { createHash, ${name} } from 'node:crypto';`)).toHaveLength(1);
    },
  );

  it('purity: all of node:crypto at once', () => {
    expect(purityViolations('firmware-sim/crypto/x.ts', "import * as crypto from 'node:crypto';")).toHaveLength(1);
  });

  it('purity allows the engine its deterministic primitives, and words in comments, strings and properties', () => {
    const text = [
      "import { createHash, createECDH, type KeyObject, verify } from 'node:crypto';",
      '// no Date, Math.random() or setTimeout() here; await nothing',
      "const a = 'console.log(Date.now())';",
      ['const b = `Date $', '{a} process.env`;'].join(''),
      'const c = /Date|await x/.test(a);',
      'const d = event.Date ?? header.process.id;',
    ].join('\n');
    expect(purityViolations('firmware-sim/crypto/x.ts', text)).toEqual([]);
  });

  it.each([
    ['an untyped error', "throw new Error('x');"],
    ['any as a type', 'function f(a: any): void {}'],
    ['any as a cast', 'const a = b as any;'],
    ['any as an argument', 'const a = new Map<string, any>();'],
  ])('style: %s', (_name, text) => {
    expect(styleViolations('lab/x.ts', text)).toHaveLength(1);
  });

  it('style allows the word where it is no type', () => {
    expect(styleViolations('lab/x.ts', "const a = { type: 'any' }; // as any\nconst any = 1;")).toEqual([]);
  });
});

describe('reading sources', () => {
  it('finds imports with their names', () => {
    expect(importsOf("import { a as b, type C } from './x.ts';\nexport * from './y.ts';")).toEqual([
      { specifier: './x.ts', typeOnly: false, names: ['a', 'C'], dynamic: false, line: 1 },
      { specifier: './y.ts', typeOnly: false, names: ['*'], dynamic: false, line: 2 },
    ]);
  });

  it('tells division from regular expressions and sees through nested templates', () => {
    const { code } = splitSource(
      ['const a = b / c; const d = e / f;', 'const g = `x $X{h(`y $X{i} "`)} z`; j();'.replaceAll('X', '')].join('\n'),
    );
    expect(code).toContain('b / c; const d = e / f;');
    expect(code).toContain('h(');
    expect(code).toContain('j();');
    expect(code).not.toContain('x ');
  });
});
