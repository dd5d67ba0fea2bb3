import type { GasLoad } from '../../firmware-sim/device/metering/load.ts';
import { even, type HalfHour } from './half-hours.ts';
import { noiseOf } from './noise.ts';

/*
 * A household heated with gas: about 11,500 kWh or 1,040 m³ a year (Ofgem's medium typical domestic consumption value), morning and
 * evening in the heating season, hot water and cooking all year. Shapes are ours.
 */

/** Mean consumption of a day for heating by month, in 0.0001 m³. */
const HEATING_PER_DAY: readonly number[] = [56_000, 52_000, 42_000, 25_000, 9_000, 0, 0, 0, 5_000, 22_000, 41_000, 53_000];

/** Share of a day's heating in each half hour, in thousandths: from half past five to nine, and from half past three to ten. */
const HEATING_SHAPE: readonly number[] = [
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 60, 75, 70, 65, 60, 45, 30, 15, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 15, 35, 45, 50, 50,
  50, 48, 45, 42, 38, 32, 25, 18, 12, 0, 0, 0, 0,
];

/** Hot water and cooking in a day, in 0.0001 m³, and the half hours they fall into. */
const WATER_PER_DAY = 5_600;
const WATER_HALF_HOURS: ReadonlySet<number> = new Set([13, 14, 15, 25, 35, 36, 37, 43]);

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const HEATING_WHOLE = sum(HEATING_SHAPE);

/** The gas flow of a household; even, so that half an hour of it is a whole number of 0.0001 m³. */
export function gasHousehold(seed: string): (slot: HalfHour) => GasLoad {
  const size = noiseOf(seed, 'gas household size')(0);
  const weather = noiseOf(seed, 'weather');
  const jitter = noiseOf(seed, 'gas jitter');
  const home = 0.7 + 0.6 * size;
  return ({ number, day, ofDay, month }) => {
    const heating = ((HEATING_PER_DAY[month] ?? 0) * (0.6 + 0.8 * weather(day)) * (HEATING_SHAPE[ofDay] ?? 0)) / HEATING_WHOLE;
    const water = WATER_HALF_HOURS.has(ofDay) ? WATER_PER_DAY / WATER_HALF_HOURS.size : 0;
    // Consumption of a half hour is half an hour's flow.
    return { flow: even(2 * (heating + water * (0.5 + jitter(number))) * home) };
  };
}
