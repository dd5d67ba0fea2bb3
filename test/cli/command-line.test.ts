import { describe, expect, it } from 'vitest';
import { Invariant, ProtocolFault, UsageError } from '../../firmware-sim/kernel/errors.ts';
import { readArguments } from '../../lab/operations/arguments.ts';
import { type AnyOperation, EXIT, operation, parameters } from '../../lab/operations/operation.ts';
import { OPERATIONS } from '../../lab/operations/table.ts';
import { runHere } from '../support/run-cli.ts';

const echoParameters = parameters({
  files: { type: 'path-in', positional: true, repeatable: true, stdin: true, help: 'files' },
  count: { type: 'integer', minimum: 0, maximum: 0xffff, default: 7, help: 'how many', short: 'c' },
  counter: { type: 'big-integer', help: 'a counter' },
  feedCut: { type: 'number', minimum: 0, help: 'seconds' },
  at: { type: 'time', help: 'when' },
  who: { type: 'eui', env: 'WHO', help: 'who' },
  mode: { type: 'choice', choices: ['gt', 'ge'], default: 'gt', help: 'rule' },
  tag: { type: 'text', repeatable: true, help: 'a tag' },
  strict: { type: 'flag', help: 'be strict' },
});

const echo = operation({
  name: ['test', 'echo'],
  group: 'about',
  summary: 'show the arguments',
  examples: [{ command: 'hanbench test echo a b', help: 'two files' }],
  parameters: echoParameters,
  result: { kind: 'one', shape: { type: 'any' } },
  jsonWhenPiped: true,
  load: async () => ({
    run: async (args, context) => {
      context.note('a note');
      const { counter, files, tag, count, feedCut, at, who, mode, strict } = args;
      const shown = { files, tag, count, counter: counter?.toString(), feedCut, at, who, mode, strict, seed: context.seed };
      if (context.json) context.result(shown);
      else context.out(`for people, colour ${context.colour}`);
      return EXIT.pass;
    },
  }),
});

function failing(name: string, error: () => unknown): AnyOperation {
  const fail = () => {
    throw error();
  };
  const result = { kind: 'one', shape: { type: 'any' } } as const;
  return operation({
    name: ['fail', name],
    group: 'about',
    summary: name,
    parameters: {},
    result,
    load: async () => ({ run: fail }),
  });
}

const operations: readonly AnyOperation[] = [
  echo,
  failing('usage', () => new UsageError('bad', 'wrong line', { file: 'x.hex', line: 3, column: 9 })),
  failing('content', () => new UsageError('bad', 'wrong octet', { file: 'x.hex' }, 1)),
  failing('peer', () => new ProtocolFault('truncated', 'too short', 12, 'GBCS 7.2.7')),
  failing('ours', () => new Invariant('two is three')),
  failing('system', () => Object.assign(new Error('ENOENT: x'), { code: 'ENOENT', path: 'keys/a.pem', syscall: 'open' })),
  failing('disk', () => Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC', syscall: 'write' })),
];

const run = (words: string, options = {}) => runHere(words === '' ? [] : words.split(' '), { operations, ...options });

describe('command line: arguments', () => {
  it('reads every type', async () => {
    const words =
      'test echo a - --count 0x10 --counter 0xffffffffffffffff --feed-cut 1.5 --at 2030-01-15T09:00:00Z --who 90b3d51f30010000 --mode ge --tag x --tag=y --strict --seed 9';
    const { code, stdout } = await run(words);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      files: ['a', '-'],
      tag: ['x', 'y'],
      count: 16,
      counter: '18446744073709551615',
      feedCut: 1.5,
      at: Date.parse('2030-01-15T09:00:00Z'),
      who: '90-B3-D5-1F-30-01-00-00',
      mode: 'ge',
      strict: true,
      seed: '9',
    });
  });

  it('fills in defaults and the environment', async () => {
    const { stdout } = await run('test echo', { environment: { WHO: '90-B3-D5-1F-30-01-00-00' } });
    expect(JSON.parse(stdout)).toEqual({
      files: [],
      tag: [],
      count: 7,
      who: '90-B3-D5-1F-30-01-00-00',
      mode: 'gt',
      strict: false,
      seed: '1',
    });
  });

  it.each([
    ['--count x', '--count: "x" is not a whole number (decimal or 0x hex)'],
    ['--count 65536', '--count: "65536" is outside 0..0xffff'],
    ['--count 1e3', '--count: "1e3" is not a whole number (decimal or 0x hex)'],
    ['--count 99999999999999999999', 'is not a whole number'],
    ['--feed-cut -1', '--feed-cut: "-1" is below 0'],
    ['--at tomorrow', '--at: "tomorrow" is not a time; write it as 2030-01-15T09:00:00Z (UTC)'],
    ['--who 12', '--who: "12" is not an EUI-64 (16 hex digits)'],
    ['--mode lt', '--mode: "lt" is none of gt, ge'],
    ['--cuont 1', "unknown option '--cuont' (did you mean --count?)"],
    ['--count', 'option --count needs a value: N'],
  ])('refuses %s with exit code 2 and one clear line', async (words, message) => {
    const { code, stdout, stderr } = await run(`test echo ${words}`);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^hanbench: [^\n]*\n$/);
  });

  it('names the environment variable that is wrong', async () => {
    const { code, stderr } = await run('test echo', { environment: { WHO: 'x' } });
    expect(code).toBe(2);
    expect(stderr).toContain('environment variable WHO: "x" is not an EUI-64');
  });

  it('says what is missing, and where standard input cannot be used', () => {
    const file = parameters({ file: { type: 'path-in', positional: true, required: true, help: 'the image' } });
    expect(() => readArguments(file, {}, {})).toThrow('missing FILE: the image');
    expect(() => readArguments(file, { file: '-' }, {})).toThrow('FILE: standard input cannot be used here');
  });

  it('takes the common options before the command as well', async () => {
    const { code, stdout } = await run('--seed 5 --quiet test echo', { terminal: false });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ seed: '5' });
  });
});

describe('command line: output', () => {
  it('speaks to people on a terminal and in JSON elsewhere or when asked', async () => {
    expect((await run('test echo', { terminal: true })).stdout).toBe('for people, colour true\n');
    expect((await run('test echo', { terminal: true, environment: { NO_COLOR: '1' } })).stdout).toBe(
      'for people, colour false\n',
    );
    expect((await run('test echo --json', { terminal: true })).stdout).toMatch(/^\{.*\}\n$/);
    expect((await run('test echo')).stdout).toMatch(/^\{.*\}\n$/);
  });

  it('keeps notes off standard output, and quiet when asked', async () => {
    expect((await run('test echo')).stderr).toBe('a note\n');
    expect((await run('test echo -q')).stderr).toBe('');
  });

  it.each([
    ['usage', 2, 'hanbench: x.hex:3:9: wrong line\n'],
    ['content', 1, 'hanbench: x.hex: wrong octet\n'],
    ['peer', 1, 'hanbench: octet 12: too short (GBCS 7.2.7)\n'],
    ['system', 2, 'hanbench: keys/a.pem: no such file or directory\n'],
    ['disk', 3, 'hanbench: ENOSPC: no space left\n'],
  ])('a %s error is one line and exit code %i', async (name, code, line) => {
    expect(await run(`fail ${name}`)).toEqual({ code, stdout: '', stderr: line });
  });

  it('a fault of its own comes with the seed and the stack', async () => {
    const { code, stderr } = await run('fail ours --seed 42');
    expect(code).toBe(1);
    expect(stderr).toContain('hanbench has a fault');
    expect(stderr).toContain('seed 42');
    expect(stderr).toContain('two is three');
    expect(stderr).toContain('command-line.test.ts');
  });

  it('answers an interruption with 130', async () => {
    const controller = new AbortController();
    controller.abort();
    const { code } = await run('fail usage', { signal: controller.signal });
    expect(code).toBe(130);
  });
});

describe('command line: finding commands and help', () => {
  it.each([
    ['tset echo', "there is no command 'tset' (did you mean 'test echo'?)"],
    ['test ecoh', "there is no command 'test ecoh' (did you mean 'test echo'?)"],
    ['echo', "there is no command 'echo' (did you mean 'test echo'?)"],
    ['frobnicate', "there is no command 'frobnicate' (hanbench --help lists them)"],
    ['--frob', "a command must come before '--frob'"],
  ])('%s is misspelt', async (words, message) => {
    const { code, stderr, stdout } = await run(words);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
  });

  it('shows the overview without a command, and a part of it for a part of a command', async () => {
    for (const words of ['', '--help', '-h', 'help']) {
      const { code, stdout } = await run(words);
      expect(code).toBe(0);
      expect(stdout).toContain('About hanbench\n  test echo [FILE...]');
    }
    const part = await run('test');
    expect(part.code).toBe(2);
    expect(part.stderr).toContain('hanbench test COMMAND');
    expect(part.stderr).not.toContain('fail usage');
  });

  it.each(['test echo --help', 'help test echo', 'test echo -h', '--help test echo'])('%s explains a command', async (words) => {
    const { code, stdout } = await run(words);
    expect(code).toBe(0);
    expect(stdout).toContain('Usage: hanbench test echo [FILE...] [options]');
    expect(stdout).toContain('-c, --count N');
    expect(stdout).toContain('how many (0..0xffff; default: 7)');
    expect(stdout).toContain('environment: WHO');
    expect(stdout).toContain('hanbench test echo a b');
  });
});

describe('the operation table', () => {
  it('has no two operations of one name, and none whose words another one starts with', () => {
    const names = OPERATIONS.map((entry) => entry.name.join(' '));
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(names.filter((other) => other.startsWith(`${name} `))).toEqual([]);
  });

  it.each(OPERATIONS.map((entry) => [entry.name.join(' '), entry] as const))('%s is declared well', async (_name, entry) => {
    const declared = Object.entries(entry.parameters);
    const reserved = ['json', 'quiet', 'seed', 'help'];
    expect(declared.filter(([name]) => reserved.includes(name) || /^no[A-Z]/.test(name))).toEqual([]);
    const positional = declared.filter(([, parameter]) => parameter.positional);
    expect(positional.slice(0, -1).filter(([, parameter]) => parameter.repeatable)).toEqual([]);
    const letters = declared.flatMap(([, parameter]) => (parameter.short ? [parameter.short] : []));
    expect(new Set([...letters, 'h', 'q', 'V']).size).toBe(letters.length + 3);
    expect(entry.summary).not.toMatch(/\.$/);
    const { run: handler } = await entry.load();
    expect(handler).toBeTypeOf('function');
    const help = await runHere([...entry.name, '--help']);
    expect(help.code).toBe(0);
    for (const example of entry.examples ?? []) expect(example.command).toContain(`hanbench ${entry.name.join(' ')}`);
  });
});
