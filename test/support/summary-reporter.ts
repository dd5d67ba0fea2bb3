import { writeSync } from 'node:fs';
import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node';
import { skipReason } from './shared.ts';

/** Why a test was skipped: what it or its suite's title said itself, else where its condition stands. */
function reasonOf(test: TestCase): string {
  const result = test.result();
  const note = result.state === 'skipped' ? result.note : undefined;
  return note ?? (test.fullName.includes(skipReason) ? skipReason : `condition in ${test.module.relativeModuleId}`);
}

/**
 * Prints why tests were skipped and, as the very last line, `N passed, N failed, N skipped`.
 * A test file that cannot be loaded and an error outside any test count as failed.
 */
export class SummaryReporter implements Reporter {
  #lines: string[] = [];

  constructor() {
    // At exit, so that it stands below what the other reporters print.
    process.once('exit', () => {
      if (this.#lines.length > 0) writeSync(1, `${this.#lines.join('\n')}\n`);
    });
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const counts = { passed: 0, failed: unhandled.length, skipped: 0 };
    const reasons = new Map<string, number>();
    for (const module of modules) {
      if (module.errors().length > 0) counts.failed++;
      for (const suite of module.children.allSuites()) if (suite.errors().length > 0) counts.failed++;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') counts.passed++;
        else if (state === 'failed') counts.failed++;
        else {
          counts.skipped++;
          const reason = reasonOf(test);
          reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
        }
      }
    }
    this.#lines = [...reasons].map(([reason, count]) => `skipped ${count}: ${reason}`);
    this.#lines.push(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  }
}
