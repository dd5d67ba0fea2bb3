import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runHere } from '../support/run-cli.ts';

const directory = mkdtempSync(join(tmpdir(), 'hanbench-simulate-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const path = (name: string): string => join(directory, name);

const WEEK = ['--from', '2030-01-01', '--to', '2030-01-08'];

interface Line {
  readonly kind: string;
  readonly [field: string]: unknown;
}

async function lines(...args: string[]): Promise<Line[]> {
  const { code, stdout, stderr } = await runHere(['simulate', '--quiet', '--json', ...args]);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

describe('hanbench simulate', () => {
  it('prints a line for each day and a summary', async () => {
    const found = await lines(...WEEK);
    expect(found.map(({ kind }) => kind)).toEqual([...Array(7).fill('day'), 'summary']);
    expect(found.map(({ day }) => day).slice(0, 2)).toEqual(['2030-01-01', '2030-01-02']);
    expect(found.at(-1)).toMatchObject({ type: 'ESME', profile: 'default', load: 'household', days: 7, rejected: 0 });
  });

  it('begins and ends inside a day', async () => {
    const found = await lines('--from', '2030-01-01T12:00:00Z', '--to', '2030-01-02T06:00:00Z');
    expect(found.slice(0, 2).map(({ from, to }) => [from, to])).toEqual([
      ['2030-01-01T12:00:00Z', '2030-01-02T00:00:00Z'],
      ['2030-01-02T00:00:00Z', '2030-01-02T06:00:00Z'],
    ]);
  });

  it.each(['esme', 'gsme'])('accounts for every millipence of an %s, also when it ends inside a half hour', async (device) => {
    const period = ['--from', '2030-01-01T00:00:00Z', '--to', '2030-01-02T06:17:41Z'];
    const found = await lines('--device', device, '--profile', 'credit', ...period);
    for (const { growth, ledger } of found.filter(({ kind }) => kind === 'day')) {
      const entries = ledger as readonly { readonly balance: string; readonly millipence: number }[];
      const money = Object.entries(growth as Readonly<Record<string, number>>).filter(
        ([name]) => name.endsWith('Millipence') && name !== 'priceMillipencePerKwh',
      );
      for (const [name, grown] of money) {
        const own = entries.filter(({ balance }) => `${balance}Millipence` === name);
        expect(
          own.reduce((sum, { millipence }) => sum + millipence, 0),
          name,
        ).toBe(grown);
      }
      expect(money.filter(([, grown]) => grown !== 0)).toHaveLength(1);
    }
  });

  it('refuses what is connected to an element that the meter lacks', async () => {
    writeFileSync(path('two.csv'), 'time,import_w,secondary_w\n2030-01-01T00:00:00Z,500,0\n2030-01-01T01:00:00Z,500,700\n');
    for (const load of ['twin', path('two.csv')]) {
      const { code, stdout, stderr } = await runHere(['simulate', '--profile', 'credit', '--load', load, ...WEEK]);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain(`${load}: has a load on a secondary element, and the meter has one element`);
      expect(await lines('--profile', 'economy-7', '--load', load, ...WEEK)).toHaveLength(8);
    }
  });

  it('knows a gas meter by --device', async () => {
    const found = await lines('--device', 'gsme', ...WEEK);
    expect(found.at(-1)).toMatchObject({ type: 'GSME', load: 'gas-household' });
  });

  it('gives the same bytes for the same seed', async () => {
    const args = ['simulate', '--quiet', '--json', '--profile', 'single-element', ...WEEK];
    const [one, same] = [await runHere(args), await runHere(args)];
    expect(same).toEqual(one);
  });

  it('writes a table of days', async () => {
    await lines(...WEEK, '--csv', path('days.csv'));
    const table = readFileSync(path('days.csv'), 'utf8').trimEnd().split('\n');
    expect(table).toHaveLength(8);
    expect(new Set(table.map((line) => line.split(',').length)).size).toBe(1);
    expect(table[0]).toMatch(/^day,importWh,/);
    expect(table[7]).toMatch(/^2030-01-07,/);
  });

  it('goes on from a state file, but not into its past', async () => {
    const state = path('meter.state');
    const first = await lines('--from', '2030-01-01', '--to', '2030-01-03', '--state', state, '--profile', 'twin-element');
    const second = await lines('--from', '2030-01-03', '--to', '2030-01-05', '--state', state);
    expect(second.at(-1)).toMatchObject({ profile: 'twin-element', start: first.at(-1)?.end });
    const { code, stderr } = await runHere(['simulate', '--from', '2030-01-01', '--to', '2030-01-02', '--state', state]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--from lies before/);
    const other = await runHere([
      'simulate',
      '--from',
      '2030-02-01',
      '--to',
      '2030-02-02',
      '--state',
      state,
      '--profile',
      'polyphase',
    ]);
    expect(other.code).toBe(2);
    expect(other.stderr).toMatch(/profile twin-element, not polyphase/);
  });

  it('keeps what was measured, so that a kept meter still shows and logs it', async () => {
    const state = path('measured.state');
    writeFileSync(path('load.csv'), 'time,import_w\n2030-01-01,1000\n2030-01-02,250\n');
    await lines(
      '--from',
      '2030-01-01',
      '--to',
      '2030-01-03',
      '--state',
      state,
      '--load',
      path('load.csv'),
      '--profile',
      'credit',
    );
    const shown = async (part: string): Promise<ReadonlyMap<string, string>> => {
      const { code, stdout } = await runHere(['device', 'show', '--json', '--state', state, '--part', part]);
      expect(code).toBe(0);
      const facts = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { key: string; value: string });
      return new Map(facts.map(({ key, value }) => [key, value]));
    };
    const history = (display: ReadonlyMap<string, string>): unknown[] =>
      [1, 2, 3].map((i) => [display.get(`history.${i}.day`), display.get(`history.${i}.kilowattHours`)]);
    const first = await shown('display');
    expect(history(first).slice(0, 2)).toEqual([
      ['2030-01-02', '6.000'],
      ['2030-01-01', '24.000'],
    ]);
    expect(first.get('registers.import')).toBe('010330');
    expect((await shown('live')).get('importWh')).toBe('10330.000 kWh');
    expect((await shown('ledger')).get('meterBalance.standing-charge')).toBe('-1.06 GBP');
    expect((await shown('life')).get('lived')).toBe('up to 2030-01-03T00:00:00Z');
    await lines('--from', '2030-01-03', '--to', '2030-01-04', '--state', state, '--load', 'constant:2000');
    expect(history(await shown('display'))).toEqual([
      ['2030-01-03', '48.000'],
      ['2030-01-02', '6.000'],
      ['2030-01-01', '24.000'],
    ]);
  });

  it.each([
    [['--from', '2030-01-02', '--to', '2030-01-01'], /--to is not later than --from/],
    [[...WEEK, '--profile', 'nothing'], /no meter has a profile "nothing"; there are for ESME default/],
    [[...WEEK, '--load', 'nowhere.csv'], /nowhere\.csv: no such file, and no built-in load; there are none, constant:WATTS/],
    [[...WEEK, '--load', 'constant'], /write it as constant:WATTS/],
    [[...WEEK, '--csv', '/nowhere/days.csv'], /\/nowhere\/days\.csv: no such file or directory/],
    [[...WEEK, '--csv', 'week.out', '--plot', './week.out'], /--csv and --plot name one file/],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await runHere(['simulate', ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it('names the line and column of a load that cannot be read', async () => {
    writeFileSync(path('bad.csv'), 'time,import_w\n2030-01-01,100\n2030-01-02,many\n');
    const { code, stderr } = await runHere(['simulate', ...WEEK, '--load', path('bad.csv')]);
    expect(code).toBe(2);
    expect(stderr).toBe(
      `hanbench: ${path('bad.csv')}:3: column import_w: "many" is not a number that is zero or more, with a point before decimals\n`,
    );
  });

  it('stops on Ctrl-C', async () => {
    const controller = new AbortController();
    controller.abort(new DOMException('stopped', 'AbortError'));
    const { code } = await runHere(['simulate', '--from', '2030-01-01', '--to', '2099-01-01'], { signal: controller.signal });
    expect(code).toBe(130);
  });
});
