import type { Device } from '../device/device.ts';
import { COPIED_LOGS, type CopiedLog } from '../device/gas-push.ts';
import { storeOf } from '../device/zcl/engine.ts';
import { numberIn } from '../device/zcl/plain.ts';
import { type Sampled, sampled } from '../device/zcl/samples.ts';
import type { ZclRecord } from '../device/zcl/store.ts';
import { type Millis, toSeconds2000 } from '../kernel/time.ts';
import { gpfLifeOf } from './gpf-life.ts';
import type { PeriodKind, PeriodValue } from './value-store.ts';

const PERIOD_SECONDS = { 'samples.profile': 1_800, 'samples.daily': 86_400 } as const;

/**
 * What displays in the home may read of a gas proxy: everything, or after a change of tenancy only what is from later than its date
 * (GBCS GCS09; CHTS 4.5.4.10). What the supplier reads is not affected.
 */
export class HomeView {
  readonly #device: Device;

  constructor(device: Device) {
    this.#device = device;
  }

  /**
   * From when on data may be shown, ZCL UTCTime: the date of the change of tenancy once it has come; 0 without one.
   */
  visibleFrom(now: Millis): number {
    const from = numberIn(storeOf(this.#device).record('tenancy'), 'Implementation Date/Time');
    return from <= toSeconds2000(this.#device.localTime(now)) ? from : 0;
  }

  /** Samples from an earliest time on; a period that had begun before the tenancy is not shown. */
  samples(name: keyof typeof PERIOD_SECONDS, earliest: number, wanted: number, now: Millis): Sampled | undefined {
    const visible = this.visibleFrom(now);
    return sampled(storeOf(this.#device), name, Math.max(earliest, visible === 0 ? 0 : visible + PERIOD_SECONDS[name]), wanted);
  }

  rows(name: CopiedLog, now: Millis): readonly ZclRecord[] {
    const visible = this.visibleFrom(now);
    return storeOf(this.#device)
      .records(name)
      .filter((row) => numberIn(row, COPIED_LOGS[name].time) >= visible);
  }

  /** Consumption and cost by day, week or month, newest first. */
  values(kind: PeriodKind, now: Millis): readonly PeriodValue[] {
    const visible = this.visibleFrom(now);
    return gpfLifeOf(this.#device)
      .copies.values.periods(kind)
      .filter(({ from }) => from >= visible);
  }
}
