/** A certificate in a file that names another party or use: the file name decides, and the person is told. */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runHere } from '../support/run-cli.ts';
import { writeVectorKeystore } from '../support/vector-keystore.ts';
import { readVectors } from '../support/vectors.ts';

const folder = mkdtempSync(join(tmpdir(), 'hanbench-remarks-'));
const keys = join(folder, 'keys');
const vectors = readVectors();
const command = join(folder, 'command.hex');

beforeAll(() => {
  writeVectorKeystore(keys);
  writeFileSync(command, vectors.messages.find((m) => m.name === 'ecs02-command')?.hex ?? '');
});
afterAll(() => rmSync(folder, { recursive: true }));

const file = (party: string, use: string): string => join(keys, `${vectors.parties[party]?.eui}-${use}.pem`);

describe('keystore remarks', () => {
  test('a keystore as it should be says nothing', async () => {
    expect(await runHere(['gbcs', 'decode', '--keystore', keys, command])).toMatchObject({ code: 0, stderr: '' });
  });

  test('another party and another use are named with the file', async () => {
    copyFileSync(file('networkOperator', 'ka'), file('supplier', 'ds'));
    const { code, stdout, stderr } = await runHere(['gbcs', 'decode', '--keystore', keys, command]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ signature: 'invalid' });
    expect(stderr).toContain(`${file('supplier', 'ds')} is a certificate of `);
    expect(stderr).toMatch(/is a certificate for keyAgreement, not for digitalSignature/);
  });
});
