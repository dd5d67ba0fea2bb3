import type { Millis } from '../kernel/time.ts';

/** The earliest of several deadlines; undefined when there is none. */
export function earliest(...deadlines: readonly (Millis | undefined)[]): Millis | undefined {
  let first: Millis | undefined;
  for (const at of deadlines) if (at !== undefined && (first === undefined || at < first)) first = at;
  return first;
}
