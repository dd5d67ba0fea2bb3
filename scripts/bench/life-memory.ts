import type { Device } from '../../firmware-sim/device/device.ts';
import { Invariant } from '../../firmware-sim/kernel/errors.ts';
import { HOME_TYPES, Homes, type HomeType, START } from './homes.ts';

/*
 * What devices of one type take at rest, in a process of its own that may collect garbage: `life-memory.js TYPE COUNT`. Prints octets
 * for each device as made, once time passes for it, and while it rests until its next deadline. The type's shared tables are there before the first measurement.
 */

const [type, count] = [process.argv[2] as HomeType, Number(process.argv[3])];
if (!HOME_TYPES.includes(type) || !globalThis.gc) throw new Invariant('life-memory TYPE COUNT runs under --expose-gc');
const collect = globalThis.gc;

function used(): number {
  // Some garbage falls only in the second round.
  for (let round = 0; round < 3; round++) collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const homes = new Homes();
const shared = homes.device(type, count, { keys: false });
const devices: Device[] = [];
const before = used();
for (let home = 0; home < count; home++) devices.push(homes.device(type, home, { keys: false }));
const made = used();
for (const { life } of devices) life?.start(START);
const living = used();
for (const device of devices) device.rest();
const resting = used();
if (devices.length !== count || shared.eui === devices[0]?.eui)
  throw new Invariant('devices are kept until they have been measured');
process.stdout.write(
  `${JSON.stringify({ made: (made - before) / count, living: (living - before) / count, resting: (resting - before) / count })}\n`,
);
