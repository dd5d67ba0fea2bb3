/**
 * What was found about one assertion. `note` is something worth knowing that does not decide the run;
 * `incomplete` stands until it has been judged, so that a run which stops half-way never looks like a pass.
 */
export type Verdict = 'pass' | 'fail' | 'note' | 'incomplete';

/** One line of a verdict table. */
export interface Assertion {
  /** Stable short name for programs. */
  readonly id: string;
  readonly title: string;
  /** The clause, scenario or source the assertion rests on. */
  readonly source: string;
  readonly verdict: Verdict;
  readonly detail: string;
}

/** True when nothing failed and nothing was left unjudged. */
export function passed(assertions: readonly Assertion[]): boolean {
  return assertions.length > 0 && assertions.every(({ verdict }) => verdict === 'pass' || verdict === 'note');
}
