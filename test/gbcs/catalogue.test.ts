import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ASN1_STRUCTURES } from '../../firmware-sim/gbcs/asn1/table.ts';
import {
  accessLists,
  CATALOGUE,
  identify,
  isDeviceToDevice,
  type UseCaseRow,
  useCaseByName,
  useCasesOf,
} from '../../firmware-sim/gbcs/catalogue.ts';
import { memberOf } from '../../firmware-sim/gbcs/dlms-apdu.ts';
import type { Cra } from '../../firmware-sim/gbcs/header.ts';
import { runHere } from '../support/run-cli.ts';
import { needShared } from '../support/shared.ts';

/** An entry of `spec/use-cases.json`, as far as the catalogue takes it over. */
interface Entry {
  readonly code: string;
  readonly baseCode: string | null;
  readonly title: string;
  readonly messageCodes: Readonly<Record<Cra, string | readonly string[] | null>>;
  readonly targetDevices: readonly string[];
  readonly payloadKind: string;
  readonly messageCategory: string | null;
}

const CRAS = ['command', 'response', 'alert'] as const;
const codesOf = (entry: Entry, cra: Cra): number[] => [entry.messageCodes[cra] ?? []].flat().map(Number);

/** Every message code of the catalogue with the row that has it. */
const CODED = CATALOGUE.flatMap((row) => CRAS.flatMap((cra) => row[cra].map((code) => ({ row, cra, code }))));

const baseOf = (row: UseCaseRow): string => row.baseCode ?? row.code;

test('every entry of use-cases.json is there with its codes, title, kind and devices', (context) => {
  const entries = JSON.parse(readFileSync(needShared(context, 'spec/use-cases.json'), 'utf8')) as Entry[];
  expect(entries.length).toBeGreaterThan(0);
  const mine = entries.map((entry) => {
    const row = useCaseByName(entry.code);
    return { ...row, access: undefined, roles: undefined };
  });
  const wanted = entries.map((entry) => ({
    code: entry.code,
    baseCode: entry.baseCode ?? undefined,
    title: entry.title,
    payload: entry.payloadKind,
    command: codesOf(entry, 'command'),
    response: codesOf(entry, 'response'),
    alert: codesOf(entry, 'alert'),
    devices: entry.targetDevices,
    category: entry.messageCategory ?? undefined,
  }));
  expect(mine).toEqual(wanted.map((entry) => expect.objectContaining(JSON.parse(JSON.stringify(entry)))));
});

describe('rows', () => {
  test('have names of their own, and variants belong to a row that is there', () => {
    expect(new Set(CATALOGUE.map((row) => row.code)).size).toBe(CATALOGUE.length);
    for (const row of CATALOGUE) {
      if (row.baseCode !== undefined) expect(useCaseByName(row.baseCode), row.code).toBeDefined();
    }
  });

  test('every message code leads back to a row that has it', () => {
    for (const { row, cra, code } of CODED) {
      expect(useCasesOf(code, cra)).toContain(row);
      const found = identify(code, cra, { payload: row.payload });
      expect(found, `${row.code} ${cra} 0x${code.toString(16)}`).toBeDefined();
      const rows = useCasesOf(code, cra);
      const names = [...rows.map((entry) => entry.code), ...rows.map(baseOf)];
      expect(names).toContain(found?.useCase.code);
      if (found?.variant) expect(baseOf(found.variant)).toBe(found.useCase.code);
    }
  });

  test('a command whose code only one use case has is that use case', () => {
    for (const { row, cra, code } of CODED) {
      if (new Set(useCasesOf(code, cra).map(baseOf)).size > 1 || cra === 'alert') continue;
      expect(identify(code, cra, { payload: row.payload })?.useCase.code).toBe(baseOf(row));
    }
  });

  test('a future-dated alert is named by the command it quotes', () => {
    const quoting = identify(0x00cc, 'alert', { payload: 'DLMS', commandCode: 0x0012 });
    expect(quoting?.useCase.code).toBe('CS06');
    expect(identify(0x00cc, 'alert', { payload: 'DLMS' })?.useCase.code).toBe('ALERT-00CC');
  });

  test('a code nobody has is unknown', () => {
    expect(identify(0xfffe, 'command', { payload: 'DLMS' })).toBeUndefined();
    expect(useCasesOf(0xfffe, 'command')).toEqual([]);
    expect(accessLists(0xfffe)).toEqual([]);
    expect(useCaseByName('no such use case')).toBeUndefined();
  });

  test('access lists name members that the dictionary has', () => {
    const unknown = CODED.flatMap(({ row, cra, code }) =>
      (cra === 'response' ? accessLists(code).flat() : []).filter((a) => !memberOf(a)).map((a) => `${row.code} ${a}`),
    );
    expect(unknown).toEqual([]);
  });

  test('only messages between devices are MACed under two device keys', () => {
    const between = CODED.filter(({ cra, code }) => cra === 'command' && isDeviceToDevice(code)).map(({ row }) => row.code);
    expect([...new Set(between)].length).toBeGreaterThan(0);
    expect(between.every((code) => code.startsWith('PCS'))).toBe(true);
  });

  test('every ASN.1 use case has its structures', () => {
    const own = CODED.filter(({ row, cra }) => row.payload === 'ASN.1' && (cra !== 'alert' || row.command.length === 0));
    const missing = own.filter(({ cra, code }) => !ASN1_STRUCTURES.get(code)?.[cra]).map(({ row, cra }) => `${row.code} ${cra}`);
    console.info(`ASN.1 messages without a known structure: ${missing.length === 0 ? 'none' : missing.join(', ')}`);
    expect(missing.filter((name) => /^(CS|GCS|CCS)/.test(name))).toEqual([]);
  });
});

describe('hanbench catalogue', () => {
  const lines = async (...words: string[]): Promise<Record<string, unknown>[]> => {
    const { stdout, code, stderr } = await runHere(['catalogue', ...words]);
    expect(code, stderr).toBe(0);
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  };

  test('lists every use case, one object a line', async () => {
    expect((await lines()).map((row) => row.code)).toEqual(CATALOGUE.map((row) => row.code));
  });

  test('by use case, by message code, by device', async () => {
    expect(await lines('cs06')).toEqual([
      expect.objectContaining({ code: 'CS06', payload: 'ASN.1', command: ['0x0012'], response: ['0x0012'] }),
    ]);
    expect((await lines('0x0012')).map((row) => row.code)).toContain('CS06');
    const gas = await lines('--device', 'GSME');
    expect(gas.length).toBeGreaterThan(0);
    expect(gas.every((row) => (row.devices as string[]).includes('GSME'))).toBe(true);
  });

  test('on a terminal, a table', async () => {
    const { stdout } = await runHere(['catalogue', 'CS06'], { terminal: true });
    expect(stdout).toMatch(/^CS06\s+0x0012\s+ASN\.1/);
  });

  test.each([
    [['CS99'], /CS99/],
    [['0xffff'], /0xffff/],
    [['--device', 'TOASTER'], /TOASTER/],
  ])('%j: exit code 2', async (words, message) => {
    const { code, stderr } = await runHere(['catalogue', ...words]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});
