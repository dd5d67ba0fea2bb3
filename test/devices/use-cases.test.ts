import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../firmware-sim/gbcs/catalogue.ts';
import { DEVICE_TYPES } from '../../lab/devices/device-types.ts';
import { deviceProfileOf } from '../../lab/devices/kinds.ts';
import { OWN_TESTS, REFERENCE_PAIRS } from '../../lab/devices/use-case-evidence.ts';
import { reportOf, useCaseDocument } from '../../lab/devices/use-case-report.ts';
import { filesBelow } from '../architecture/source.ts';
import { runHere } from '../support/run-cli.ts';
import { REPOSITORY } from '../support/shared.ts';

const read = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8');

describe('the catalogue of use cases', () => {
  it('is what docs/use-cases.md says (npx hanbench catalogue --markdown > docs/use-cases.md)', () => {
    expect(read('docs/use-cases.md')).toBe(useCaseDocument());
  });

  it('prints that document', async () => {
    const { code, stdout } = await runHere(['catalogue', '--markdown']);
    expect([code, stdout]).toEqual([0, useCaseDocument()]);
  });

  it('says for a use case who executes it, how, and what it was verified against', async () => {
    const { stdout } = await runHere(['catalogue', 'ECS17b', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      code: 'ECS17b',
      devices: ['ESME'],
      payload: 'DLMS',
      roles: expect.arrayContaining(['supplier']),
      implemented: 'access list over COSEM objects',
      verified: 'RTDS 4.5.0 pairs',
    });
  });

  it('has every use case with a command implemented, in the home at least in part', () => {
    const missing = CATALOGUE.filter((row) => row.command.length > 0 && reportOf(row).implemented === 'not implemented');
    expect(missing.map(({ code }) => code)).toEqual([]);
  });

  it('lists no message code that a device executes and the catalogue does not know', () => {
    const known = new Set(CATALOGUE.flatMap((row) => row.command));
    const executed = DEVICE_TYPES.flatMap((type) => [...deviceProfileOf(type).useCases.keys()]);
    expect(executed.filter((code) => !known.has(code))).toEqual([]);
  });

  it('claims own tests only where there is one: by name, or for every DLMS use case at once', () => {
    const folders = ['test/device', 'test/esme', 'test/gsme', 'test/commshub', 'test/update'];
    const sources = folders.flatMap((folder) => filesBelow(REPOSITORY, folder, /\.ts$/).map(read)).join('\n');
    const dlms = new Set(CATALOGUE.filter((row) => row.payload === 'DLMS' && row.command.length > 0).map(({ code }) => code));
    const unproven = [...OWN_TESTS].filter((code) => !dlms.has(code) && !new RegExp(`\\b${code}\\b`).test(sources));
    expect(unproven).toEqual([]);
    expect([...OWN_TESTS].filter((code) => REFERENCE_PAIRS.has(code))).toEqual([]);
  });
});
