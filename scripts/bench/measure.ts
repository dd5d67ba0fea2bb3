/** CPU microseconds of one call, and how they spread. */
export interface Measured {
  readonly median: number;
  readonly rounds: number;
}

/** Many short rounds: what else the machine does then falls on both sides alike. */
const ROUNDS = 41;
/** CPU time a round should take: long enough to drown the clock's grain. */
const ROUND_MICROSECONDS = 50_000;

function cpu(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const spent = process.cpuUsage(before);
  return spent.user + spent.system;
}

/** Passes over the list that fill one round. */
function passesFor<T>(list: readonly T[], work: (item: T) => void): number {
  for (const item of list) work(item);
  const once = cpu(() => {
    for (const item of list) work(item);
  });
  return Math.max(1, Math.round(ROUND_MICROSECONDS / Math.max(once, 50)));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] as number;
}

/**
 * CPU time per item of two ways to do the same, in alternating rounds so that whatever else the machine does falls on both.
 * @returns medians of at least 7 rounds, microseconds per item
 */
export function compare<T>(
  list: readonly T[],
  floor: (item: T) => void,
  ours: (item: T) => void,
): { floor: Measured; ours: Measured; ratio: number } {
  const passes = [passesFor(list, floor), passesFor(list, ours)] as const;
  const times: [number[], number[]] = [[], []];
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    [floor, ours].forEach((work, which) => {
      const count = passes[which] as number;
      const spent = cpu(() => {
        for (let i = 0; i < count; i++) for (const item of list) work(item);
      });
      times[which]?.push(spent / count / list.length);
    });
    ratios.push((times[0].at(-1) as number) / (times[1].at(-1) as number));
  }
  return {
    floor: { median: median(times[0]), rounds: ROUNDS },
    ours: { median: median(times[1]), rounds: ROUNDS },
    ratio: median(ratios),
  };
}
