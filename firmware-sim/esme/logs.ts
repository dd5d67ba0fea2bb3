import type { CosemKey } from '../device/cosem/key.ts';
import { DAILY_CONSUMPTION } from '../device/cosem/log.ts';
import type { CapturedLogs, Reading, RowSource, TimeRange } from '../device/cosem/log-source.ts';
import { type HistoryEnd, historySeed, MadeUpEnergy } from '../device/cosem/made-up-energy.ts';
import type { Row } from '../device/cosem/row-form.ts';
import type { Device } from '../device/device.ts';
import type { Organ } from '../device/life/organ.ts';
import type { ElectricityLoad, LoadProfile } from '../device/metering/load.ts';
import type { SlotSeries } from '../device/metering/slot-series.ts';
import { BillingCalendar } from './billing-calendar.ts';
import { ConsumptionHistory } from './consumption-history.ts';
import { DailyReads } from './daily-reads.ts';
import { HalfHours } from './half-hours.ts';
import { LogBeginning } from './log-beginning.ts';
import { phasesOf } from './phases.ts';
import { VoltageLogs } from './voltage-logs.ts';

const DAY_SECONDS = 86_400;

/** Fields of half hours, in the order of their series, that a log shows. */
const SHOWN: Readonly<Record<CosemKey, { readonly twin: readonly number[]; readonly single: readonly number[] }>> = {
  '7/0-0:99.1.0.255/2': { twin: [0, 1], single: [0] },
  '7/0-0:99.1.1.255/2': { twin: [2, 3], single: [2, 3] },
  '7/0-0:99.1.2.255/2': { twin: [4], single: [4] },
};

function rowsOf(series: SlotSeries, fields: readonly number[]): RowSource {
  return {
    count: series.count,
    earliest: series.earliest,
    rows: ({ from, to }, skip) => {
      const rows: Row[] = [];
      series.visit(from, to, skip, (time, values) => {
        const row = [time];
        for (const field of fields) row.push(values[field] ?? 0);
        rows.push(row);
      });
      return rows;
    },
  };
}

/** Ends of the days that half hours lie in and that are over, oldest first. */
function daysOf(series: SlotSeries, at: number): readonly number[] {
  const days = new Set<number>();
  let newest = at;
  for (const [first, last] of series.spans()) {
    for (let day = dayEnd(first); day <= dayEnd(last); day += DAY_SECONDS) days.add(day);
    newest = Math.max(newest, last);
  }
  return [...days].filter((day) => day <= newest).sort((a, b) => a - b);
}

/** The midnight at which the day ends that a half hour belongs to. */
const dayEnd = (time: number): number => Math.ceil(time / DAY_SECONDS) * DAY_SECONDS;

/** Everything an electricity meter logs as time passes, and what its logs read where rows follow from what is measured. */
export class EsmeLogs implements CapturedLogs {
  /** In the order in which they act at one moment. */
  readonly organs: readonly Organ[];
  readonly voltages: VoltageLogs;
  readonly history: ConsumptionHistory;
  readonly #name: string;
  readonly #beginning: LogBeginning;
  readonly #halfHours: SlotSeries;

  /** @param flow what flows while time passes @param profile what could flow, as a function of time */
  constructor(device: Device, flow: () => ElectricityLoad, profile: () => LoadProfile<ElectricityLoad>) {
    const halfHours = new HalfHours(device, profile);
    this.#name = device.eui;
    this.#beginning = new LogBeginning(device);
    this.#halfHours = halfHours.series;
    this.voltages = new VoltageLogs(profile, device.cosem ? phasesOf(device.cosem) : []);
    this.history = new ConsumptionHistory(device, flow);
    const daily = new DailyReads(device);
    this.organs = [this.#beginning, halfHours, this.voltages, this.history, daily, new BillingCalendar(device)];
  }

  get begun(): HistoryEnd | undefined {
    return this.#beginning.begun;
  }

  captured(key: CosemKey, { twin, at }: Reading): RowSource | undefined {
    const shown = SHOWN[key];
    if (shown) return rowsOf(this.#halfHours, twin ? shown.twin : shown.single);
    if (key === DAILY_CONSUMPTION) return this.#days(twin ? [0, 1] : [0], at);
    const voltages = this.voltages.rowsOf(key);
    return voltages && rowsOf(voltages, [0]);
  }

  /** Days that are over, each the sum of its half hours; a day without any has no row. */
  #days(fields: readonly number[], at: number): RowSource {
    const series = this.#halfHours;
    const days = daysOf(series, at);
    const rows = ({ from, to }: TimeRange, skip: number): readonly Row[] => {
      const sums = new Map(
        days
          .slice(skip)
          .filter((day) => day >= from && day <= to)
          .map((day) => [day, 0]),
      );
      const [first = 0] = sums.keys();
      const last = [...sums.keys()].at(-1) ?? 0;
      series.visit(first - DAY_SECONDS + 1, last, 0, (time, values) => {
        const day = dayEnd(time);
        const sum = sums.get(day);
        if (sum !== undefined)
          sums.set(
            day,
            fields.reduce((total, field) => total + (values[field] ?? 0), sum),
          );
      });
      return [...sums].map(([day, wh]) => [day, wh + this.#madeUpPart(day, fields)]);
    };
    return { count: days.length, earliest: days.length > 0 ? Math.min(...days) : undefined, rows };
  }

  /** What the made-up past has of the day in which time began to pass. */
  #madeUpPart(day: number, fields: readonly number[]): number {
    const { begun } = this;
    const midnight = day - DAY_SECONDS;
    if (!begun || begun.at <= midnight || begun.at >= day) return 0;
    const { activeImport, secondaryImport } = new MadeUpEnergy(historySeed(this.#name), begun);
    const parts = [activeImport, secondaryImport].slice(0, fields.length);
    return parts.reduce((total, register) => total + register.growth(begun.at, begun.at - midnight), 0);
  }
}
