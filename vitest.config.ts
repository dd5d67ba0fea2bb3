import { defineConfig } from 'vitest/config';
import { SummaryReporter } from './test/support/summary-reporter.ts';

const full = process.env.HANBENCH_FULL === '1';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: [['default', { summary: false }], new SummaryReporter()],
    pool: 'threads',
    maxWorkers: 2,
    testTimeout: full ? 600_000 : 30_000,
    hookTimeout: full ? 600_000 : 60_000,
  },
});
