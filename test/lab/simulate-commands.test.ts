import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ORDER_FORMS } from '../../lab/simulate/orders.ts';
import { runHere } from '../support/run-cli.ts';
import { needShared } from '../support/shared.ts';

const directory = mkdtempSync(join(tmpdir(), 'hanbench-orders-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const path = (name: string): string => join(directory, name);

interface Command {
  readonly line: number;
  readonly outcome: string;
  readonly detail?: string;
}

interface Day {
  readonly commands: readonly Command[];
  readonly events: readonly { readonly code: string }[];
  readonly values: Readonly<Record<string, number>>;
  readonly ledger: readonly { readonly balance: string; readonly cause: string; readonly millipence: number }[];
}

const PERIOD = ['--from', '2030-01-01', '--to', '2030-01-02'];

/** One day of a meter at which nothing is drawn, with a command file. */
async function day(text: string, ...args: string[]): Promise<Day> {
  writeFileSync(path('orders.txt'), text);
  const words = ['simulate', '--quiet', '--json', '--load', 'none', ...PERIOD, '--commands', path('orders.txt'), ...args];
  const { code, stdout, stderr } = await runHere(words);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout.split('\n')[0] ?? '') as Day;
}

const outcomes = ({ commands }: Day): string[] => commands.map(({ outcome }) => outcome);
const booked = ({ ledger }: Day, cause: string): number =>
  ledger.filter((one) => one.balance === 'meterBalance' && one.cause === cause).reduce((sum, one) => sum + one.millipence, 0);

describe.each(['esme', 'gsme'])('command file of an %s', (device) => {
  it('tops up from everywhere, each time with a token of its own', async () => {
    const found = await day(
      [
        '2030-01-01T08:00:00Z topup 10 via keypad',
        '2030-01-01T09:00:00Z topup 20.50 via remote',
        '2030-01-01T10:00:00Z topup 3 via ppmid',
        '2030-01-01T11:00:00Z topup 4',
      ].join('\n'),
      '--device',
      device,
    );
    expect(outcomes(found)).toEqual(['done', 'response', 'done', 'response']);
    const debt = found.ledger.find(({ balance, cause }) => balance === 'paymentDebt' && cause === 'top-up')?.millipence ?? 0;
    expect(booked(found, 'top-up') - debt).toBe(3_750_000);
  });

  it('refuses a token of somebody else, and says why', async () => {
    const found = await day(
      '2030-01-01T08:00 utrn 73946144332040217315\n2030-01-01T09:00 utrn 123 via ppmid',
      '--device',
      device,
    );
    expect(found.commands.map(({ outcome, detail }) => [outcome, detail])).toEqual([
      ['rejected', 'invalid'],
      ['rejected', 'invalid'],
    ]);
  });

  it('adjusts the balance by a signed command', async () => {
    const found = await day('2030-01-01T08:00 adjust balance -0.25\n2030-01-01T09:00 adjust balance 5', '--device', device);
    expect(outcomes(found)).toEqual(['response', 'response']);
    expect(booked(found, 'adjustment')).toBe(475_000);
  });

  it('keeps messages while the network is away', async () => {
    const found = await day(
      '2030-01-01T08:00 wan off\n2030-01-01T09:00 adjust balance 1\n2030-01-01T10:00 wan on # it comes',
      '--device',
      device,
    );
    expect(outcomes(found)).toEqual(['done', 'no-response', 'done']);
    expect(found.commands[2]?.detail).toMatch(/^response: (?:ECS04a|GCS40a)/);
    expect(booked(found, 'adjustment')).toBe(100_000);
  });
});

describe('hands in a command file', () => {
  it('open and close covers, press buttons, enter PINs, and read the display of an electricity meter', async () => {
    const found = await day(
      [
        '2030-01-01T07:00 tamper meterCover open',
        '2030-01-01T07:10 tamper meterCover closed',
        '2030-01-01T08:00 emergency-credit',
        '2030-01-01T08:10 pin 4711',
        '2030-01-01T08:20 message read',
        '2030-01-01T08:30 press enable via ppmid',
        '2030-01-01T09:00 hub off',
        '2030-01-01T09:10 hub on',
        '2030-01-01T09:20 fault memory',
        '2030-01-01T09:30 look',
      ].join('\n'),
    );
    expect(outcomes(found)).toEqual([...Array(3).fill('done'), 'rejected', 'rejected', ...Array(5).fill('done')]);
    expect(found.commands.at(-1)?.detail).toMatch(/registers import 010300.*mode prepayment.*emergency credit state in use/);
    const codes = found.events.map(({ code }) => code);
    for (const code of ['0x8F74', '0x81B9', '0x81AB', '0x8162', '0x81A3', '0x81A2', '0x81B1']) expect(codes).toContain(code);
  });

  it('do the same to a gas meter, and change its battery', async () => {
    const found = await day(
      '2030-01-01T07:00 tamper tilt open\n2030-01-01T07:10 tamper tilt closed\n2030-01-01T08:00 battery 100\n2030-01-01T09:00 look\n',
      '--device',
      'gsme',
    );
    expect(outcomes(found)).toEqual(Array(4).fill('done'));
    expect(found.commands.at(-1)?.detail).toMatch(/battery days 100/);
    expect(found.values.batteryDays).toBeLessThanOrEqual(100);
  });

  it.each([
    ['tamper roof open', 'esme', /there is no "roof"; there are meterCover/],
    ['battery 3', 'esme', /this meter has no battery to change/],
    ['fault roof', 'gsme', /there is no "roof"; there are other, nonVolatileMemory/],
    ['press disable', 'esme', /write it as press enable/],
  ])('refuse %s on an %s', async (order, device, message) => {
    writeFileSync(path('bad.txt'), `2030-01-01T08:00 ${order}`);
    const { code, stderr } = await runHere(['simulate', ...PERIOD, '--commands', path('bad.txt'), '--device', device]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe('command file', () => {
  it('changes values and the clock, and connects another load', async () => {
    const found = await day(
      '2030-01-01T01:00 clock shift -60\n2030-01-01T02:00 clock set 2030-01-01T02:00\n2030-01-01T03:00 load constant:100\n' +
        '2030-01-01T04:00 set 112/0-0:19.10.0.255/2 12345678\n2030-01-01T04:00 mains off\n',
    );
    expect(outcomes(found)).toEqual(['done', 'done', 'done', 'done', 'done']);
    expect(found.values.meterBalanceMillipence).toBeLessThanOrEqual(12_345_678);
  });

  it('sends messages of files beside it: JSON made anew with a counter of its own, hex as it is', async (context) => {
    const rtds = needShared(context, 'rtds/RTDS-4.5.0/4.1.1_ECS17b');
    const hex = join(rtds, 'ECS17b_4.1.1_SINGLE_SUCCESS_COMMAND_GBCS.HEX');
    const { stdout } = await runHere(['gbcs', 'decode', '--json', hex]);
    writeFileSync(path('read.json'), stdout);
    const found = await day(`2030-01-01T01:00 send read.json\n2030-01-01T02:00 send read.json\n2030-01-01T03:00 send ${hex}\n`);
    expect(found.commands.map(({ outcome, detail }) => [outcome, detail])).toEqual([
      ['response', 'ECS17b'],
      ['response', 'ECS17b'],
      ['rejected', 'bad-mac: MAC is invalid'],
    ]);
  });

  it('finds nobody to answer while mains is away', async () => {
    const found = await day(
      '2030-01-01T08:00 mains off\n2030-01-01T09:00 topup 5\n2030-01-01T10:00 mains on\n2030-01-01T11:00 topup 5',
    );
    expect(found.commands.map(({ outcome, detail }) => [outcome, detail]).filter((_, i) => i % 2 === 1)).toEqual([
      ['no-response', 'no-power: the device is without power and hears nothing'],
      ['response', 'CS01a'],
    ]);
  });

  it('is carried out in order of time, whatever the order of lines', async () => {
    const found = await day('2030-01-01T09:00 wan on\n2030-01-01T08:00 wan off\n');
    expect(found.commands.map(({ line }) => line)).toEqual([2, 1]);
  });

  it.each([
    ['soon topup 3', 1, /"soon" is not a time; begin the line with when/],
    ['# nothing\n2030-01-01T08:00 dance', 2, /"dance" is nothing that can be done; there are send, topup/],
    ['2030-01-01T08:00 topup ten', 1, /write it as topup POUNDS/],
    ['2030-01-01T08:00 topup 10 by keypad', 1, /write it as topup POUNDS/],
    ['2030-01-01T08:00 topup 10.001', 1, /a token is for up to 81\.91 pounds in pence/],
    ['2030-01-01T08:00 clock shift much', 1, /write it as clock set TIME/],
    ['2030-01-01T08:00 mains maybe', 1, /write it as mains on\|off/],
    ['2030-01-01T08:00 send nowhere.hex', 1, /nowhere\.hex: no such file or directory/],
    ['2030-01-01T08:00 load nowhere.csv', 1, /nowhere\.csv: no such file, and no built-in load/],
    ['2030-01-01T08:00 set 1/2/3 4', 1, /there is no object 1\/2\/3/],
    ['2030-01-01T08:00 set nothing 4', 1, /nothing is nothing that can be set on this ESME/],
    ['2030-01-01T08:00 set 111/0-0:19.0.0.255/18 -5', 1, /an unsigned integer of 2 octets/],
    ['2030-01-01T08:00 set clock.status late', 1, /clock\.status takes reliable/],
    ['2030-01-01T08:00 topup -5', 1, /a token is for up to 81\.91 pounds in pence/],
    ['2030-01-01T08:00 tamper roof open', 1, /there is no "roof"; there are meterCover/],
    ['2030-01-01T08:00 fault hunger', 1, /there is no "hunger"; there are other/],
    ['2030-01-01T08:00 battery 5', 1, /this meter has no battery to change/],
    ['2031-01-01T08:00 wan off', 1, /2031-01-01T08:00:00Z is not between --from and --to/],
  ])('refuses %j', async (text, line, message) => {
    writeFileSync(path('bad.txt'), text);
    const { code, stdout, stderr } = await runHere(['simulate', ...PERIOD, '--commands', path('bad.txt')]);
    expect(code).toBe(2);
    expect(stdout, 'nothing has run').toBe('');
    expect(stderr).toMatch(message);
    expect(stderr.startsWith(`hanbench: ${path('bad.txt')}:${line}: `)).toBe(true);
  });

  it('refuses a message file that holds none', async () => {
    for (const [name, content] of [
      ['a.json', 'null'],
      ['b.json', '{"form":"command"}'],
      ['c.json', ''],
      ['d.hex', 'dd00'],
      ['e.hex', 'nothing'],
    ] as const) {
      writeFileSync(path(name), content);
      writeFileSync(path('bad.txt'), `2030-01-01T08:00 send ${name}`);
      const { code, stderr } = await runHere(['simulate', ...PERIOD, '--commands', path('bad.txt')]);
      expect([name, code, stderr.startsWith(`hanbench: ${path('bad.txt')}:1: "send ${name}": `)]).toEqual([name, 2, true]);
    }
  });

  it('has a form for everything it can do', () => {
    expect(ORDER_FORMS.length).toBeGreaterThan(8);
    for (const { form, help } of ORDER_FORMS) expect(form !== '' && help !== '').toBe(true);
  });
});
