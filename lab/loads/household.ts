import type { ElectricityLoad } from '../../firmware-sim/device/metering/load.ts';
import { even, type HalfHour } from './half-hours.ts';
import { between, type Noise, noiseOf } from './noise.ts';

/*
 * A British household of average size: about 2,700 kWh a year (Ofgem's medium typical domestic consumption value), low at night,
 * with a small morning and a large evening peak, later mornings at weekends, more in winter. Shapes are ours, drawn by hand.
 */

/** Mean watts in each half hour of a working day, midnight first. */
const WORKING_DAY: readonly number[] = [
  190, 170, 160, 150, 145, 145, 145, 150, 155, 160, 170, 190, 230, 290, 370, 410, 390, 340, 300, 280, 270, 260, 260, 270, 290,
  290, 270, 260, 255, 260, 275, 310, 370, 440, 530, 600, 620, 600, 570, 540, 510, 480, 450, 420, 380, 330, 280, 230,
];

/** The same at weekends. */
const WEEKEND: readonly number[] = [
  210, 190, 170, 160, 150, 145, 145, 145, 150, 150, 155, 165, 180, 210, 260, 320, 370, 410, 420, 420, 410, 410, 420, 440, 450,
  430, 400, 380, 370, 370, 380, 410, 450, 500, 560, 600, 610, 590, 560, 530, 500, 480, 450, 420, 390, 350, 300, 250,
];

/** Percent of the mean by month. */
const SEASON: readonly number[] = [118, 115, 107, 98, 91, 86, 84, 86, 92, 101, 110, 119];

/** Appliances that run for a part of a half hour: kettle and hob, oven, washing and drying. */
const APPLIANCE_WATTS: readonly number[] = [150, 250, 400, 700, 1000, 1500];
/** How likely an appliance is for each watt of the mean: most of them run when somebody is at home and awake. */
const APPLIANCES_PER_WATT = 0.000_35;

/** What a household draws, in watts that are whole watt hours in the half hour. */
export function householdWatts(seed: string): (slot: HalfHour) => number {
  const size = noiseOf(seed, 'household size')(0);
  const jitter = noiseOf(seed, 'household jitter');
  const appliance = noiseOf(seed, 'household appliance');
  const choice = noiseOf(seed, 'household choice');
  // Homes are not all alike: from two thirds to four thirds of the average.
  const home = 0.67 + 0.66 * size;
  return ({ number, ofDay, month, weekend }) => {
    const mean = ((weekend ? WEEKEND : WORKING_DAY)[ofDay] ?? 0) * ((SEASON[month] ?? 0) / 100);
    const base = mean * (0.6 + 0.4 * jitter(number));
    const runs = appliance(number) < mean * APPLIANCES_PER_WATT;
    const extra = runs ? (APPLIANCE_WATTS[between(choice, number, 0, APPLIANCE_WATTS.length - 1)] ?? 0) : 0;
    return even((base + extra) * home);
  };
}

/** Volts at the terminals of a house at the end of a street, without load (230 V +10 % -6 %, usually on the high side). */
const OPEN_VOLTS = 243;
const VOLTS_PER_KILOWATT = 0.8;
const VOLTS_SPREAD = 3;

/** Volts of one phase in a half hour, lower under load, higher where something is exported. */
export function phaseVolts(noise: Noise, number: number, netWatts: number): number {
  const sag = Math.round((netWatts / 1000) * VOLTS_PER_KILOWATT);
  return OPEN_VOLTS - sag + between(noise, number, -VOLTS_SPREAD, VOLTS_SPREAD);
}

/** Reactive share of what motors and power supplies draw. */
const REACTIVE_SHARE = 0.18;

/** The load of an ordinary single-phase household. */
export function household(seed: string): (slot: HalfHour) => ElectricityLoad {
  const watts = householdWatts(seed);
  const volts = noiseOf(seed, 'volts 1');
  return (slot) => {
    const importWatts = watts(slot);
    return {
      importWatts,
      secondaryWatts: 0,
      exportWatts: 0,
      importVars: even(importWatts * REACTIVE_SHARE),
      exportVars: 0,
      volts: [phaseVolts(volts, slot.number, importWatts)],
    };
  };
}
