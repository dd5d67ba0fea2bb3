import { describe, expect, it } from 'vitest';
import { readReferenceData } from '../support/corpus.ts';
import { skipReason } from '../support/shared.ts';
import { type Comparison, compare, execute, pairBench } from './exec-pairs.ts';

const reference = readReferenceData();
const bench = reference && pairBench(reference);

interface Count {
  pairs: number;
  answered: number;
  header: number;
  payload: number;
  mac: number;
  macs: number;
}

function count(counts: Map<string, Count>, name: string): Count {
  const found = counts.get(name) ?? { pairs: 0, answered: 0, header: 0, payload: 0, mac: 0, macs: 0 };
  counts.set(name, found);
  return found;
}

describe('reference pairs through devices', () => {
  it('prints', (context) => {
    if (!bench) return context.skip(skipReason);
    const counts = new Map<string, Count>();
    const total = count(counts, 'TOTAL');
    const bad: string[] = [];
    const t = performance.now();
    for (const pair of bench.pairs) {
      const row = count(counts, pair.command.useCase);
      let got: Comparison;
      let reason = '';
      try {
        const answer = execute(bench, pair, true);
        reason = answer.reason ?? '';
        got = compare(answer, pair.responseOctets);
      } catch (error) {
        reason = `THROWN ${(error as Error).stack?.split('\n').slice(0, 3).join(' | ')}`;
        got = { answered: false, header: false, payload: false, mac: false };
      }
      for (const c of [row, total]) {
        c.pairs++;
        if (got.answered) c.answered++;
        if (got.header) c.header++;
        if (got.payload) c.payload++;
        if (got.mac !== undefined) c.macs++;
        if (got.mac) c.mac++;
      }
      if (!got.answered || !got.header || !got.payload || got.mac === false)
        bad.push(`${pair.command.id} ${JSON.stringify(got)} ${reason}`);
    }
    console.log([...counts].map(([k, c]) => `${k} ${JSON.stringify(c)}`).join('\n'));
    console.log(bad.join('\n'));
    console.log(performance.now() - t);
    expect(1).toBe(1);
  });
});
