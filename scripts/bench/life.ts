import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { HOME_TYPES, Homes, type HomeType } from './homes.ts';
import { expect, figure, figures } from './report.ts';
import { simulatedYear } from './year.ts';

/** How many devices fit into a process, how fast they are made, and how fast a home lives through a year. */

const HOMES = 30_000;
const MICROSECONDS_PER_SECOND = 1_000_000;

/** CPU seconds of some work. */
function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / MICROSECONDS_PER_SECOND;
}

/** Devices made in a CPU second, over all types of a home; the best of some rounds. */
function devicesPerSecond(homes: Homes, count: number, keys: boolean): number {
  const rounds = Array.from({ length: 5 }, () =>
    cpuSeconds(() => {
      for (let home = 0; home < count; home++) for (const type of HOME_TYPES) homes.device(type, home, { keys });
    }),
  );
  return (count * HOME_TYPES.length) / Math.min(...rounds);
}

interface Octets {
  readonly made: number;
  readonly living: number;
  readonly resting: number;
}

function octetsOf(type: HomeType): Octets {
  const script = fileURLToPath(new URL('./life-memory.js', import.meta.url));
  const printed = execFileSync(process.execPath, ['--expose-gc', script, type, String(HOMES)], { encoding: 'utf8' });
  return JSON.parse(printed) as Octets;
}

const whole = (value: number): string => Math.round(value).toLocaleString('en');
const homes = new Homes();

figures('\ndevices at rest and in motion, on one core');
figure('devices made in a second, keys when needed', whole(devicesPerSecond(homes, 5_000, false)), '>= 10,000');
figure('devices made in a second, with their key pairs', whole(devicesPerSecond(homes, 250, true)), '>= 3,000');
for (const type of HOME_TYPES) {
  const { made, living, resting } = octetsOf(type);
  figure(`octets of each of ${whole(HOMES)} idle ${type}s`, whole(made), '<= 2,500');
  figure('octets of each between two moments of its life', whole(resting), '<= 2,500');
  figure('octets of each while it is awake', whole(living), '');
}
let answers = 0;
const seconds = cpuSeconds(() => {
  answers = simulatedYear(homes);
});
expect(answers === 104, `a response to every command, ${answers} of 104`);
figure('a year of one home, weekly commands, CPU seconds', seconds.toFixed(1), '< 20');
