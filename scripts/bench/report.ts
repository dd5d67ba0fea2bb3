import { Invariant } from '../../firmware-sim/kernel/errors.ts';

/** Stops a benchmark whose work does not come out right: a wrong answer may be as fast as it likes. */
export function expect(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Invariant(`benchmark: ${what}`);
}

/** Prints what is measured, and the heads of the columns. */
export function heading(what: string): void {
  process.stdout.write(`${what}\n`);
  process.stdout.write(`${''.padEnd(58)} ${'floor'.padStart(10)} ${'hanbench'.padStart(10)} ${'ratio'.padStart(7)}  goal\n`);
}

/** Prints one comparison: microseconds of floor and hanbench, their ratio, and what it should be. */
export function line(name: string, floor: number, ours: number, ratio: number, goal: string): void {
  const cells = [
    name.padEnd(58),
    `${floor.toFixed(1)} us`.padStart(10),
    `${ours.toFixed(1)} us`.padStart(10),
    ratio.toFixed(2).padStart(7),
  ];
  process.stdout.write(`${cells.join(' ')}  ${goal}\n`);
}

/** Prints what figures are about. */
export function figures(what: string): void {
  process.stdout.write(`${what}\n`);
}

/** Prints a figure and what it should be. */
export function figure(name: string, value: string, goal: string): void {
  process.stdout.write(`${`${name.padEnd(58)} ${value.padStart(10)}`.padEnd(78)}  ${goal}`.trimEnd().concat('\n'));
}
