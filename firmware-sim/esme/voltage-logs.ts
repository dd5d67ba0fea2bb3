import type { CosemKey } from '../device/cosem/key.ts';
import type { Organ, OrganState } from '../device/life/organ.ts';
import type { ElectricityLoad, LoadProfile } from '../device/metering/load.ts';
import { type EndedPeriod, type Forecast, SlotSeries, type SlotSeriesState } from '../device/metering/slot-series.ts';
import type { Millis } from '../kernel/time.ts';
import { type Phase, voltsOf } from './phases.ts';

/** Rows of the log of each phase (GBCS mapping table, ECS23). */
const CAPACITY = 4_320;

/** Voltage over some time, as far as there was any. */
export interface VoltageSum {
  readonly voltMs: number;
  readonly ms: Millis;
}

/** Voltage of a phase from one moment to another. */
export function voltageSum(profile: LoadProfile<ElectricityLoad>, phase: Phase, from: Millis, to: Millis): VoltageSum {
  let [voltMs, ms] = [0, 0];
  for (let at = from; at < to; ) {
    const { value, until } = profile.at(at);
    const end = Math.min(until, to);
    const volts = voltsOf(value, phase);
    voltMs += volts * (end - at);
    if (volts > 0) ms += end - at;
    at = end;
  }
  return { voltMs, ms };
}

/** Whole volts on average; 0 where there was no voltage. */
const meanVolts = ({ voltMs, ms }: VoltageSum): number => (ms === 0 ? 0 : Math.round(voltMs / ms));

/** What the rows of a phase are: nothing is left over from one period to the next. */
function forecastOf(profile: () => LoadProfile<ElectricityLoad>, phase: Phase): Forecast {
  const from = (start: Millis): ReturnType<Forecast['from']> => {
    let at = start;
    return {
      to(end) {
        const sum = voltageSum(profile(), phase, at, end);
        at = end;
        return [meanVolts(sum)];
      },
    };
  };
  return { fields: 1, unit: 1, from };
}

/** Average RMS voltage profile data logs of all phases (SMETS 5.7.5.9): rows follow from the load. */
export class VoltageLogs implements Organ {
  readonly name = 'voltage-logs';
  readonly #profile: () => LoadProfile<ElectricityLoad>;
  readonly #phases: readonly Phase[];
  /** By index of the phase, as far as there are rows. */
  #series: readonly (SlotSeries | undefined)[] = [];

  /** @param profile what stands at the terminals, as a function of time */
  constructor(profile: () => LoadProfile<ElectricityLoad>, phases: readonly Phase[]) {
    this.#profile = profile;
    this.#phases = phases;
  }

  /** Rows of the log with a key, if it is one of these. */
  rowsOf(key: CosemKey): SlotSeries | undefined {
    const phase = this.#phases.find(({ obis }) => logOf(obis) === key);
    return phase && (this.#series[phase.index] ?? this.#made(phase));
  }

  /** Notes the average of the period that has just ended. */
  add(phase: Phase, period: EndedPeriod): void {
    const { start, end } = period;
    const series = this.#series[phase.index] ?? this.#made(phase);
    this.#series = this.#phases.map(({ index }) => (index === phase.index ? series : this.#series[index]));
    series.add(period, [meanVolts(voltageSum(this.#profile(), phase, start, end))]);
  }

  #made(phase: Phase): SlotSeries {
    return new SlotSeries(forecastOf(this.#profile, phase), CAPACITY);
  }

  deadline(): undefined {
    return undefined;
  }

  state(): OrganState | undefined {
    return this.#series.length === 0 ? undefined : this.#phases.map(({ index }) => this.#series[index]?.state() ?? NO_ROWS);
  }

  restore(state: OrganState | undefined): void {
    const states = Array.isArray(state) ? (state as readonly SlotSeriesState[]) : [];
    this.#series = states.map((one, i) => {
      const phase = this.#phases[i];
      const series = phase && this.#made(phase);
      series?.restore(one);
      return series;
    });
  }
}

const NO_ROWS: SlotSeriesState = { closed: [], open: [], fits: [] };

const logOf = (obis: number): CosemKey => `7/1-0:${obis}.24.0.255/2`;
