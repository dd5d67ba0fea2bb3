import type { Device } from '../device/device.ts';
import {
  COPIED_LOG_NAMES,
  COPIED_LOGS,
  type CopiedLog,
  type GsmePush,
  type HalfHour,
  type LogRows,
  type Refill,
  type RefillRequest,
} from '../device/gas-push.ts';
import type { Organ, OrganState } from '../device/life/organ.ts';
import { storeOf } from '../device/zcl/engine.ts';
import { numberIn } from '../device/zcl/plain.ts';
import { NO_DATA } from '../device/zcl/sample-source.ts';
import { DAILY_ENTRIES, PROFILE_ENTRIES, storedSamplesEnd } from '../device/zcl/samples.ts';
import type { ZclStore } from '../device/zcl/store.ts';
import type { Millis } from '../kernel/time.ts';
import { PackedSamples } from './packed-samples.ts';
import { ValueStore } from './value-store.ts';

const HALF_HOUR = 1_800;
const DAY = 86_400;

/** The register at a time, ZCL UTCTime and thousandths of a cubic metre. */
interface Reading {
  readonly time: number;
  readonly litres: number;
}

/**
 * The gas proxy's copies of its meter's registers and logs, as of the last push (behaviour of GBCS 10.4.2). From the registers at
 * half hours it makes a profile data log and a daily consumption log of its own; what it has missed it asks the meter for.
 */
export class GasCopies implements Organ {
  readonly name = 'copies';
  /** Consumption and cost by day, week and month. */
  readonly values = new ValueStore();
  readonly #store: ZclStore;
  readonly #profile = new PackedSamples(HALF_HOUR, PROFILE_ENTRIES);
  readonly #daily = new PackedSamples(DAY, DAILY_ENTRIES);
  #sequence = 0;
  #last: Reading | undefined;
  /** The register when the last day that is in the daily log ended. */
  #dayBegan: Reading | undefined;
  /** Half hours that wait for what is missing before them. */
  #waiting: readonly HalfHour[] = [];

  constructor(device: Device) {
    this.#store = storeOf(device);
    this.#store.setSampleSource('samples.profile', this.#profile);
    this.#store.setSampleSource('samples.daily', this.#daily);
  }

  /**
   * Takes what the meter pushes. One that has been overtaken by a later one is ignored, so that registers never go back.
   * @returns what it has missed, if it has missed anything
   */
  push(push: GsmePush): RefillRequest | undefined {
    if (push.sequence <= this.#sequence) return undefined;
    const missed = push.sequence !== this.#sequence + 1;
    this.#sequence = push.sequence;
    for (const [key, value] of Object.entries(push.attributes)) {
      const [cluster = '', attribute = ''] = key.split('/');
      this.#store.setAttribute(Number.parseInt(cluster, 16), Number.parseInt(attribute, 16), value);
    }
    this.#store.setRecords('clock.header', [{ relayed: true, 'Meter Time': push.meterTime, 'Meter Clock': push.clock }]);
    this.#addRows(push.logs);
    for (const { time, wattHours, millipence } of push.halfHours) this.values.add(time - 1, wattHours, millipence);
    this.#waiting = [...this.#waiting, ...push.halfHours].slice(-PROFILE_ENTRIES);
    this.#recordWaiting();
    return missed || this.#waiting.length > 0 ? this.#request() : undefined;
  }

  /** Takes what the meter answers; whatever is missing now nobody has any more. */
  refill({ samples, logs }: Refill): void {
    this.#addRows(logs);
    const readings = samples ? this.#readings(samples) : [];
    for (const [i, value] of (samples?.values ?? []).entries()) this.#profile.add((samples?.first ?? 0) + i * HALF_HOUR, value);
    for (const { time, litres } of readings) this.#note(time, litres);
    for (const { time, litres } of this.#waiting) if (time > (this.#last?.time ?? 0)) this.#record(time, litres);
    this.#waiting = [];
  }

  /** What the register was at the half hours of samples, as far as that follows from what is known before, among and after them. */
  #readings({ first, values }: NonNullable<Refill['samples']>): readonly Reading[] {
    const timeAt = (i: number): number => first + (i - 1) * HALF_HOUR;
    const known = new Map(this.#waiting.map(({ time, litres }) => [time, litres]));
    if (this.#last) known.set(this.#last.time, this.#last.litres);
    const litres = [undefined, ...values].map((_, i) => known.get(timeAt(i)));
    for (const [i, value] of values.entries()) {
      const before = litres[i];
      if (before !== undefined && value !== NO_DATA) litres[i + 1] ??= before + value;
    }
    for (const [i, value] of [...values.entries()].reverse()) {
      const after = litres[i + 1];
      if (after !== undefined && value !== NO_DATA) litres[i] ??= after - value;
    }
    return litres.flatMap((one, i) => (one === undefined ? [] : [{ time: timeAt(i), litres: one }]));
  }

  /** Half hours that follow what is known without a gap. */
  #recordWaiting(): void {
    for (const { time, litres } of this.#waiting) {
      if (!this.#last || time > this.#last.time + HALF_HOUR) return;
      this.#record(time, litres);
      this.#waiting = this.#waiting.slice(1);
    }
  }

  /**
   * The register at the end of a half hour. Without the one before, what was used in it is not known; one that ends again after the
   * meter's clock was set back only counts for the next.
   */
  #record(time: number, litres: number): void {
    const last = this.#last;
    if (last && time <= last.time) {
      this.#last = { time: last.time, litres };
      return;
    }
    this.#profile.add(time, last && time === last.time + HALF_HOUR ? litres - last.litres : NO_DATA);
    this.#note(time, litres);
  }

  /** A day ends with the half hour that ends at midnight: what was used in it is what the register has grown by since the one before. */
  #note(time: number, litres: number): void {
    this.#last = { time, litres };
    const began = this.#dayBegan;
    if (time % DAY !== 0 || (began && time <= began.time)) return;
    if (began) this.#daily.add(time, time === began.time + DAY ? litres - began.litres : NO_DATA);
    this.#dayBegan = { time, litres };
  }

  #addRows(logs: LogRows): void {
    for (const name of COPIED_LOG_NAMES) {
      const newest = this.#newest(name);
      const { time, capacity } = COPIED_LOGS[name];
      const rows = (logs[name] ?? []).filter((row) => numberIn(row, time) > newest);
      if (rows.length > 0) this.#store.setRecords(name, [...this.#store.records(name), ...rows].slice(-capacity));
    }
  }

  #newest(name: CopiedLog): number {
    return numberIn(this.#store.records(name).at(-1), COPIED_LOGS[name].time);
  }

  #request(): RefillRequest {
    const known = this.#last?.time ?? storedSamplesEnd(this.#store, 'samples.profile') ?? 0;
    const after = COPIED_LOG_NAMES.map((name) => [name, this.#newest(name)]);
    return { samplesFrom: known + HALF_HOUR, logsAfter: Object.fromEntries(after) as RefillRequest['logsAfter'] };
  }

  deadline(): Millis | undefined {
    return undefined;
  }

  state(): OrganState | undefined {
    if (this.#sequence === 0) return undefined;
    const [profile, daily] = [this.#profile.state(), this.#daily.state()];
    return {
      sequence: this.#sequence,
      values: this.values.state(),
      waiting: this.#waiting.map((one) => ({ ...one })),
      ...(this.#last && { last: { ...this.#last } }),
      ...(this.#dayBegan && { dayBegan: { ...this.#dayBegan } }),
      ...(profile !== undefined && { profile }),
      ...(daily !== undefined && { daily }),
    };
  }

  restore(state: OrganState | undefined): void {
    const kept = (state ?? {}) as {
      readonly sequence?: number;
      readonly values?: OrganState;
      readonly waiting?: readonly HalfHour[];
      readonly last?: Reading;
      readonly dayBegan?: Reading;
      readonly profile?: OrganState;
      readonly daily?: OrganState;
    };
    this.#sequence = kept.sequence ?? 0;
    this.#waiting = kept.waiting ?? [];
    this.#last = kept.last;
    this.#dayBegan = kept.dayBegan;
    this.values.restore(kept.values);
    this.#profile.restore(kept.profile);
    this.#daily.restore(kept.daily);
  }
}
