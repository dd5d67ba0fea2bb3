import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { profilesOf } from '../../lab/devices/profiles.ts';
import { ELECTRICITY_COLUMNS, GAS_COLUMNS } from '../../lab/loads/load-columns.ts';
import { ELECTRICITY_LOADS, GAS_LOADS } from '../../lab/loads/named-loads.ts';
import { ORDER_FORMS } from '../../lab/simulate/orders.ts';
import { REPOSITORY } from '../support/shared.ts';

const text = readFileSync(join(REPOSITORY, 'docs/simulate.md'), 'utf8');

/** Rows of the tables of the document, cell by cell. */
const rows = text
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) =>
    line
      .slice(2, -2)
      .split(/ \| /)
      .map((cell) => cell.replaceAll('\\|', '|').replaceAll('`', '')),
  );
const meaning = (name: string): string | undefined => rows.find(([first]) => first === name)?.[1];

describe('docs/simulate.md', () => {
  it.each(Object.entries({ ...ELECTRICITY_COLUMNS, ...GAS_COLUMNS }))('has the column %s', (name, { help }) => {
    expect(meaning(name)).toBe(help);
  });

  it.each(ORDER_FORMS.map(({ form, help }) => [form, help]))('has the order %s', (form, help) => {
    expect(meaning(form as string)).toBe(help);
  });

  it.each(Object.values({ ...GAS_LOADS, ...ELECTRICITY_LOADS }).map(({ form, help }) => [form, help]))(
    'has the load %s',
    (form, help) => {
      expect(meaning(form as string)).toContain(help);
    },
  );

  it.each((['ESME', 'GSME'] as const).flatMap((type) => profilesOf(type).map(({ name, help }) => [type, name, help] as const)))(
    'has the %s profile %s',
    (type, name, help) => {
      const row = rows.find(([first, second]) => first === type && second === name);
      expect(row?.[2]).toContain(help);
    },
  );
});
