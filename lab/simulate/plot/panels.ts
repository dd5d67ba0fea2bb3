import type { Millis } from '../../../firmware-sim/kernel/time.ts';
import type { Values } from '../readings.ts';
import type { MeterType } from '../simulated-meter.ts';
import type { PlotRecord, Sample } from './plot-record.ts';

/** A line of a panel; a value holds from the sample before, or is that of the sample. */
export interface Line {
  readonly name: string;
  readonly points: readonly { readonly at: Millis; readonly value: number; readonly low?: number; readonly high?: number }[];
  /** Drawn as steps: what holds throughout the time before each sample. */
  readonly stepped: boolean;
}

/** Lines over one axis of numbers. */
export interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly digits: number;
  readonly lines: readonly Line[];
  /** Zero is part of the axis; where it is not, zero means that there is nothing to draw. */
  readonly fromZero: boolean;
  /** Times when something was away, with what to say about them. */
  readonly away: readonly { readonly from: Millis; readonly to: Millis; readonly text: string }[];
}

interface Quantity {
  readonly name: string;
  readonly reading: string;
  /** What a unit of the reading is in the panel's unit; negative to draw downwards. */
  readonly factor: number;
}

const HOUR_MS: Millis = 3_600_000;

/** Registers by type of meter: growth is power or flow, and the reading itself is energy or volume. */
const REGISTERS: Readonly<Record<MeterType, readonly Quantity[]>> = {
  ESME: [
    { name: 'imported', reading: 'importWh', factor: 1e-3 },
    { name: 'secondary element', reading: 'secondaryWh', factor: 1e-3 },
    { name: 'exported', reading: 'exportWh', factor: 1e-3 },
  ],
  GSME: [{ name: 'volume', reading: 'volumeLitres', factor: 1e-3 }],
};

const MILLIPENCE = 1e-5;

const BALANCES: readonly Quantity[] = [
  { name: 'meter balance', reading: 'meterBalanceMillipence', factor: MILLIPENCE },
  { name: 'emergency credit', reading: 'emergencyCreditMillipence', factor: MILLIPENCE },
  { name: 'accumulated debt', reading: 'accumulatedDebtMillipence', factor: MILLIPENCE },
  { name: 'time debt 1', reading: 'timeDebt1Millipence', factor: MILLIPENCE },
  { name: 'time debt 2', reading: 'timeDebt2Millipence', factor: MILLIPENCE },
  { name: 'payment debt', reading: 'paymentDebtMillipence', factor: MILLIPENCE },
  { name: 'bill to date', reading: 'billToDateMillipence', factor: MILLIPENCE },
];

function numberIn(values: Values | undefined, { reading, factor }: Quantity): number | undefined {
  const value = values?.[reading];
  return value === undefined ? undefined : value * factor;
}

/** The reading since the start of the plot. */
function growthLine(samples: readonly Sample[], quantity: Quantity): Line | undefined {
  const start = numberIn(samples[0]?.values, quantity);
  if (start === undefined) return undefined;
  const points = samples.map(({ at, values }) => ({ at, value: (numberIn(values, quantity) ?? start) - start }));
  return { name: quantity.name, points, stepped: false };
}

/** How fast the reading grew between samples, in its unit an hour. */
function rateLine(samples: readonly Sample[], quantity: Quantity): Line | undefined {
  if (numberIn(samples[0]?.values, quantity) === undefined) return undefined;
  const points = samples.slice(1).map(({ at, values }, i) => {
    const before = samples[i];
    const hours = (at - (before?.at ?? at)) / HOUR_MS;
    return { at, value: ((numberIn(values, quantity) ?? 0) - (numberIn(before?.values, quantity) ?? 0)) / hours };
  });
  return { name: quantity.name, points, stepped: true };
}

function levelLine(samples: readonly Sample[], quantity: Quantity): Line | undefined {
  if (numberIn(samples[0]?.values, quantity) === undefined) return undefined;
  const points = samples.map(({ at, values }) => ({ at, value: numberIn(values, quantity) ?? 0 }));
  return { name: quantity.name, points, stepped: false };
}

function voltageLine(samples: readonly Sample[], phase: number, phases: number): Line {
  const points = samples.flatMap(({ at, volts }) => {
    const one = volts[phase];
    return one ? [{ at, value: one.mean, low: one.low, high: one.high }] : [];
  });
  return { name: phases === 1 ? 'voltage' : `phase ${phase + 1}`, points, stepped: true };
}

const isFlat = ({ points }: Line): boolean => points.every(({ value }) => value === points[0]?.value);
const isNothing = (line: Line): boolean => isFlat(line) && (line.points[0]?.value ?? 0) === 0;

/** Lines that are there; of those that never leave zero only the first, so that a panel is never empty. */
function shown(lines: readonly (Line | undefined)[]): readonly Line[] {
  const known = lines.filter((line): line is Line => line !== undefined && line.points.length > 0);
  const moving = known.filter((line) => !isNothing(line));
  return moving.length > 0 ? moving : known.slice(0, 1);
}

/** Phases that differ from the first; a single-phase meter's load may name three that are alike. */
function phasesOf(samples: readonly Sample[]): number {
  const count = samples.at(-1)?.volts.length ?? 0;
  const differ = samples.some(({ volts }) => volts.some(({ mean }) => mean !== volts[0]?.mean));
  return count > 0 && !differ ? 1 : count;
}

/** When at least one phase was without voltage for a while, from sample to sample. */
function outages(samples: readonly Sample[]): Panel['away'] {
  return samples.flatMap(({ at, volts }, i) => {
    const dark = volts.filter(({ darkMs }) => darkMs > 0);
    const longest = Math.max(0, ...dark.map(({ darkMs }) => darkMs));
    const from = samples[i - 1]?.at;
    if (from === undefined || dark.length === 0) return [];
    const what = dark.length === volts.length ? 'no mains' : `${dark.length} of ${volts.length} phases without voltage`;
    return [{ from, to: at, text: `${what} for ${longest / 1000} s` }];
  });
}

/** The panels of a plot, top to bottom. */
export function panelsOf(type: MeterType, { samples }: PlotRecord): readonly Panel[] {
  const [unit, rate] = type === 'ESME' ? ['kWh', 'kW'] : ['m³', 'm³/h'];
  const registers = REGISTERS[type];
  // The meter balance, and whatever else moves: debts that nobody pays would only press the others flat.
  const money = BALANCES.map((quantity) => levelLine(samples, quantity)).filter((line, i) => line && (i === 0 || !isFlat(line)));
  const phases = type === 'ESME' ? phasesOf(samples) : 0;
  const volts = Array.from({ length: phases }, (_, phase) => voltageLine(samples, phase, phases));
  const panels: Panel[] = [
    {
      title: 'Load',
      unit: rate,
      digits: 3,
      lines: shown(registers.map((one) => rateLine(samples, one))),
      fromZero: true,
      away: [],
    },
    {
      title: 'Registers since the start',
      unit,
      digits: 3,
      lines: shown(registers.map((one) => growthLine(samples, one))),
      fromZero: true,
      away: [],
    },
    { title: 'Balances', unit: 'GBP', digits: 5, lines: shown(money), fromZero: true, away: [] },
    { title: 'Voltage', unit: 'V', digits: 1, lines: volts, fromZero: false, away: outages(samples) },
  ];
  return panels.filter(({ lines }) => lines.length > 0);
}
