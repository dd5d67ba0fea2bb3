import { type Assertion, passed } from '../reports/verdict.ts';
import { judge } from './assertions.ts';
import type { UpdateConfig } from './config.ts';
import { type Step, type UpdateFindings, updateSteps } from './scenario.ts';

/** A finished and judged run. */
export interface UpdateResult {
  readonly findings: UpdateFindings;
  readonly assertions: readonly Assertion[];
  readonly passed: boolean;
}

/** A run in steps: between them a driver may print, breathe or stop. */
export function* updateRun(config: UpdateConfig, begun?: (findings: UpdateFindings) => void): Step<UpdateResult> {
  const findings = yield* updateSteps(config, begun);
  const assertions = judge(findings);
  return { findings, assertions, passed: passed(assertions) };
}

/** A run in one go. Same configuration, same result to the octet. @throws UsageError for a bad image */
export function runUpdate(config: UpdateConfig): UpdateResult {
  const run = updateRun(config);
  for (;;) {
    const step = run.next();
    if (step.done) return step.value;
  }
}
