import { randomFor } from '../../firmware-sim/kernel/random.ts';

/** Chance that is looked up instead of drawn: the number in [0, 1) that belongs to a place, whatever was asked before. */
export type Noise = (place: number) => number;

/** Spreads every bit of a place and a key over 32 bits (murmur3's finaliser, twice). */
function spread(place: number, key: number): number {
  let h = (Math.imul(place, 0x9e3779b1) ^ key) >>> 0;
  for (let round = 0; round < 2; round++) {
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    h = (h ^ (h >>> 16)) >>> 0;
  }
  return h;
}

/** One independent noise for each purpose of a seed. Places are whole numbers below 2^32, for example half hours or days. */
export function noiseOf(seed: string, purpose: string): Noise {
  const key = randomFor(seed, `load ${purpose}`).u32();
  return (place) => spread(place, key) / 0x1_0000_0000;
}

/** A whole number from `low` to `high`, both included. */
export function between(noise: Noise, place: number, low: number, high: number): number {
  return low + Math.floor(noise(place) * (high - low + 1));
}
