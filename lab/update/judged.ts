import type { Assertion, Verdict } from '../reports/verdict.ts';

/** A finding: does it hold, and what was seen. */
export type Judged = readonly [holds: boolean | 'note', detail: string];

/** A line of the verdict table from a finding. */
export function assertion(id: string, title: string, source: string, [holds, detail]: Judged): Assertion {
  const verdict: Verdict = holds === 'note' ? 'note' : holds ? 'pass' : 'fail';
  return { id, title, source, verdict, detail };
}
