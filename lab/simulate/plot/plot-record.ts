import type { DeviceEffect } from '../../../firmware-sim/device/effects.ts';
import type { ElectricityLoad, LoadProfile } from '../../../firmware-sim/device/metering/load.ts';
import { ALERT_NAMES } from '../../../firmware-sim/dictionary/alert-names.ts';
import type { Millis } from '../../../firmware-sim/kernel/time.ts';
import { alertCodeOf } from '../alert-code.ts';
import type { CommandReport } from '../day.ts';
import { codeText } from '../day-json.ts';
import { readValues, supplyOf, type Values } from '../readings.ts';
import { loadOf, type SimulatedMeter } from '../simulated-meter.ts';

/** Lanes that things which happen are marked in. */
export const LANES = ['command', 'alert', 'event'] as const;

export type Lane = (typeof LANES)[number];

/** Something that happened, as often as it happened between two samples. */
export interface Mark {
  readonly at: Millis;
  readonly lane: Lane;
  readonly text: string;
  readonly count: number;
}

/** From when on supply was in a state. */
export interface SupplyStretch {
  readonly from: Millis;
  readonly state: string;
}

/** What was measured at a moment; voltage is that since the sample before. */
export interface Sample {
  readonly at: Millis;
  readonly values: Values;
  readonly volts: readonly PhaseVolts[];
}

/** Voltage of a phase over some time, while it was there. */
export interface PhaseVolts {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** For how long there was none. */
  readonly darkMs: Millis;
}

const HALF_HOUR_MS: Millis = 1_800_000;
const PERIODS: readonly Millis[] = [1, 2, 4, 6, 12, 24, 48].map((halfHours) => halfHours * HALF_HOUR_MS);
/** More points than this nobody can tell apart on a screen. */
const SAMPLES_MAX = 2_000;

/** How often a simulation is looked at for a plot. */
export function samplePeriod(from: Millis, to: Millis): Millis {
  return PERIODS.find((period) => (to - from) / period <= SAMPLES_MAX) ?? (PERIODS.at(-1) as Millis);
}

/** Time-weighted mean and extremes of each phase's voltage. */
function voltsBetween(profile: LoadProfile<ElectricityLoad>, from: Millis, to: Millis): readonly PhaseVolts[] {
  const phases: { sum: number; low: number; high: number; darkMs: Millis }[] = [];
  for (let moment = from; moment < to; ) {
    const { value, until } = profile.at(moment);
    const end = Math.min(until, to);
    value.volts.forEach((volts, i) => {
      phases[i] ??= { sum: 0, low: Number.POSITIVE_INFINITY, high: 0, darkMs: 0 };
      const phase = phases[i];
      phase.sum += volts * (end - moment);
      if (volts === 0) phase.darkMs += end - moment;
      else phase.low = Math.min(phase.low, volts);
      phase.high = Math.max(phase.high, volts);
    });
    moment = end;
  }
  return phases.map(({ sum, low, high, darkMs }) => {
    const lit = to - from - darkMs;
    return { mean: lit > 0 ? sum / lit : 0, low: lit > 0 ? low : 0, high, darkMs };
  });
}

/** Gathers what a plot shows while a meter lives; bounded by the number of samples and of codes. */
export class PlotRecord {
  readonly everyMs: Millis;
  readonly samples: Sample[] = [];
  readonly supply: SupplyStretch[] = [];
  readonly #meter: SimulatedMeter;
  readonly #marks = new Map<string, { at: Millis; lane: Lane; text: string; count: number }>();

  constructor(meter: SimulatedMeter, from: Millis, to: Millis) {
    this.#meter = meter;
    this.everyMs = samplePeriod(from, to);
  }

  get marks(): readonly Mark[] {
    // A command stands before what it leads to at the same moment.
    return [...this.#marks.values()].sort((a, b) => a.at - b.at || LANES.indexOf(a.lane) - LANES.indexOf(b.lane));
  }

  /** Looks at the meter, which has lived up to now. */
  take(at: Millis): void {
    const { device, type } = this.#meter;
    const before = this.samples.at(-1)?.at;
    if (before === undefined) this.supply.push({ from: at, state: supplyOf(device) });
    if (before === at) this.samples.pop();
    const load = loadOf(this.#meter).profile as LoadProfile<ElectricityLoad>;
    const volts = type === 'ESME' && before !== undefined && before < at ? voltsBetween(load, before, at) : [];
    this.samples.push({ at, values: readValues(device), volts });
  }

  effects(effects: readonly DeviceEffect[], at: Millis): void {
    for (const effect of effects) {
      if (effect.kind === 'supply') this.supply.push({ from: effect.at, state: effect.to });
      else if (effect.kind === 'log') this.#mark('event', at, codeWords(effect.entry.code));
      else if (effect.kind === 'send' && effect.header.cra === 'alert')
        this.#mark('alert', at, codeWords(alertCodeOf(effect.message)));
    }
  }

  commands(reports: readonly CommandReport[]): void {
    for (const { at, text, outcome, detail } of reports) {
      this.#mark('command', at, `${text}: ${outcome}${detail === undefined ? '' : ` (${detail})`}`);
    }
  }

  #mark(lane: Lane, at: Millis, text: string): void {
    const key = `${Math.floor(at / this.everyMs)} ${lane} ${text}`;
    const known = this.#marks.get(key);
    if (known) known.count++;
    else this.#marks.set(key, { at, lane, text, count: 1 });
  }
}

function codeWords(code: number): string {
  return `${codeText(code)} ${ALERT_NAMES.get(code) ?? ''}`.trim();
}
