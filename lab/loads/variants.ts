import type { ElectricityLoad } from '../../firmware-sim/device/metering/load.ts';
import { even, type HalfHour } from './half-hours.ts';
import { household, phaseVolts } from './household.ts';
import { noiseOf } from './noise.ts';

/** First and last half hour of the day with sun, and the mean peak of 4 kWp of panels in watts, by month (52 degrees north; ours). */
const SUN: readonly (readonly [first: number, last: number, peakWatts: number])[] = [
  [17, 31, 900],
  [15, 34, 1400],
  [13, 36, 2000],
  [11, 38, 2600],
  [9, 40, 2900],
  [8, 42, 3000],
  [9, 41, 2950],
  [11, 39, 2700],
  [12, 37, 2200],
  [14, 35, 1600],
  [16, 32, 1000],
  [17, 31, 750],
];

/** What panels yield: a parabola over the hours of sun, under the clouds of the day and of the half hour. */
function solarWatts(seed: string): (slot: HalfHour) => number {
  const [sky, clouds] = [noiseOf(seed, 'sky'), noiseOf(seed, 'clouds')];
  return ({ number, day, ofDay, month }) => {
    const [first, last, peak] = SUN[month] ?? [0, 0, 0];
    if (ofDay < first || ofDay > last) return 0;
    const place = (ofDay - first + 0.5) / (last - first + 1);
    const cloudless = 4 * place * (1 - place);
    return peak * cloudless * (0.4 + 0.9 * sky(day)) * (0.7 + 0.3 * clouds(number));
  };
}

/** A household with solar panels: what they yield beyond its own need is exported. */
export function prosumer(seed: string): (slot: HalfHour) => ElectricityLoad {
  const [home, sun] = [household(seed), solarWatts(seed)];
  const volts = noiseOf(seed, 'volts 1');
  return (slot) => {
    const load = home(slot);
    const net = load.importWatts - sun(slot);
    const [importWatts, exportWatts] = [even(net), even(-net)];
    return { ...load, importWatts, exportWatts, volts: [phaseVolts(volts, slot.number, net)] };
  };
}

/** Night storage heaters by month, in watts while they charge; the hot water tank takes an hour every night. */
const STORAGE_WATTS: readonly number[] = [4800, 4600, 3600, 2000, 0, 0, 0, 0, 0, 1600, 3400, 4600];
const STORAGE_HALF_HOURS = [1, 14] as const;
const WATER_WATTS = 3000;
const WATER_HALF_HOURS = [4, 5] as const;

const within = (ofDay: number, [first, last]: readonly [number, number]): boolean => ofDay >= first && ofDay <= last;

/** A household with storage heaters and hot water on the secondary element, from half past midnight to half past seven. */
export function twin(seed: string): (slot: HalfHour) => ElectricityLoad {
  const home = household(seed);
  const cold = noiseOf(seed, 'cold');
  const volts = noiseOf(seed, 'volts 1');
  return (slot) => {
    const load = home(slot);
    const heaters = within(slot.ofDay, STORAGE_HALF_HOURS) ? (STORAGE_WATTS[slot.month] ?? 0) * (0.7 + 0.6 * cold(slot.day)) : 0;
    const secondaryWatts = even(heaters + (within(slot.ofDay, WATER_HALF_HOURS) ? WATER_WATTS : 0));
    return { ...load, secondaryWatts, volts: [phaseVolts(volts, slot.number, load.importWatts + secondaryWatts)] };
  };
}

/** Three households' worth of load on three phases, each with voltage of its own. */
export function polyphase(seed: string): (slot: HalfHour) => ElectricityLoad {
  const phases = [1, 2, 3].map((phase) => ({
    home: household(`${seed} phase ${phase}`),
    noise: noiseOf(seed, `volts ${phase}`),
  }));
  return (slot) => {
    const loads = phases.map(({ home }) => home(slot));
    const sum = (part: 'importWatts' | 'importVars'): number => loads.reduce((total, load) => total + load[part], 0);
    return {
      importWatts: sum('importWatts'),
      secondaryWatts: 0,
      exportWatts: 0,
      importVars: sum('importVars'),
      exportVars: 0,
      volts: phases.map(({ noise }, i) => phaseVolts(noise, slot.number, loads[i]?.importWatts ?? 0)),
    };
  };
}
