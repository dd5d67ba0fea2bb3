import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { ProtocolFault, UsageError } from '../../firmware-sim/kernel/errors.ts';
import { openStateFile, peekStateFile, readStateFile, stateFileOctets } from '../../lab/state/state-store.ts';

const scratch = mkdtempSync(join(tmpdir(), 'hanbench-state-'));
let files = 0;
const freshFile = (): string => join(scratch, `state-${++files}`);

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('a state file', () => {
  it('holds the last commit and counts commits', () => {
    const file = freshFile();
    const store = openStateFile(file);
    expect([store.content, store.generation]).toEqual([undefined, 0]);
    store.commit({ counter: 5n });
    store.commit({ counter: 6n, octets: new Uint8Array([1, 2]) });
    store.close();
    const again = openStateFile(file);
    expect([again.content, again.generation]).toEqual([{ counter: 6n, octets: new Uint8Array([1, 2]) }, 2]);
    again.close();
    expect(existsSync(`${file}.lock`)).toBe(false);
  });

  it('is the same, octet for octet, after store, load and store', () => {
    const octets = stateFileOctets(7, { b: [1, 'x', null], a: { z: 2n ** 64n } });
    const { generation, content } = readStateFile(octets);
    expect(stateFileOctets(generation, content)).toEqual(octets);
  });

  it('is never read as good when torn or changed', () => {
    const octets = stateFileOctets(3, { counters: { supplier: '12' }, note: 'abc' });
    for (let length = 0; length < octets.length; length++) {
      expect(() => readStateFile(octets.subarray(0, length))).toThrow(ProtocolFault);
    }
    fc.assert(
      fc.property(fc.nat({ max: octets.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = octets.slice();
        changed[at] = (changed[at] ?? 0) ^ change;
        expect(() => readStateFile(changed)).toThrow(ProtocolFault);
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  it('says which file is damaged', () => {
    const file = freshFile();
    writeFileSync(file, stateFileOctets(1, { a: 1 }).subarray(0, 40));
    expect(() => openStateFile(file)).toThrow(UsageError);
    expect(() => peekStateFile(file)).toThrow(/checksum|start/);
    expect(existsSync(`${file}.lock`)).toBe(false);
  });

  it('survives what a killed writer leaves beside it', () => {
    const file = freshFile();
    const store = openStateFile(file);
    store.commit({ a: 1 });
    store.close();
    writeFileSync(`${file}.new`, 'half a comm');
    // A process that has ended: no system gives out numbers this high.
    writeFileSync(`${file}.lock`, '99999999 00');
    const again = openStateFile(file);
    again.commit({ a: 2 });
    again.close();
    expect(peekStateFile(file)).toEqual({ a: 2 });
  });

  it('is for one process at a time', () => {
    const file = freshFile();
    const store = openStateFile(file);
    expect(() => openStateFile(file)).toThrow(/uses this state/);
    writeFileSync(`${file}.lock`, `${process.pid} stolen`);
    expect(() => store.commit({ a: 1 })).toThrow(/uses this state/);
    expect(existsSync(file)).toBe(false);
    store.close();
    expect(readFileSync(`${file}.lock`, 'utf8')).toContain('stolen');
  });
});
