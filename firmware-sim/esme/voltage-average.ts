import { numberAt, setNumber } from '../device/cosem/numbers.ts';
import { objectsOf } from '../device/cosem/objects.ts';
import { earliest } from '../device/deadline.ts';
import type { Device } from '../device/device.ts';
import type { DeviceEffect } from '../device/effects.ts';
import type { Organ, OrganState } from '../device/life/organ.ts';
import type { ElectricityLoad, LoadProfile } from '../device/metering/load.ts';
import { EPOCH_2000, type Millis, toSeconds2000 } from '../kernel/time.ts';
import { type Phase, phasesOf } from './phases.ts';
import { type VoltageLogs, type VoltageSum, voltageSum } from './voltage-logs.ts';

const SECOND_MS: Millis = 1_000;

/** Sides an average may be on, with the codes of getting there and back (GBCS table 16.2) and group D of threshold and counter. */
const SIDES = [
  { name: 'over', entered: 0x8002, left: 0x8085, threshold: 35, counter: 36 },
  { name: 'under', entered: 0x8006, left: 0x8089, threshold: 31, counter: 32 },
] as const;

type Side = (typeof SIDES)[number];

/** What is kept of a phase: the period it is measured in, since when, and on which sides the last average was. */
interface Measuring {
  readonly periodSeconds: number;
  readonly from: Millis;
  readonly over: boolean;
  readonly under: boolean;
}

/**
 * Average RMS voltage of each phase (SMETS 5.7 Average RMS Voltage Profile Data Log). Periods begin at whole multiples of the measurement
 * period of the device's clock; at the end of each one the average over the time there was voltage goes into the log and is
 * tested against the thresholds: an event when it gets out, counted, and another when it is back. A period of 0 is off.
 */
export class AverageVoltage implements Organ {
  readonly name = 'voltage-average';
  readonly concerns = /^7\/1-0:/;
  readonly #device: Device;
  readonly #load: () => LoadProfile<ElectricityLoad>;
  readonly #logs: VoltageLogs;
  readonly #phases: readonly Phase[];
  #measuring: readonly Measuring[];

  constructor(device: Device, load: () => LoadProfile<ElectricityLoad>, logs: VoltageLogs) {
    this.#device = device;
    this.#load = load;
    this.#logs = logs;
    this.#phases = device.cosem ? phasesOf(device.cosem) : [];
    this.#measuring = [];
  }

  begin(now: Millis): void {
    this.#measuring = this.#phases.map((phase) => ({
      periodSeconds: this.#periodOf(phase),
      from: now,
      over: false,
      under: false,
    }));
  }

  ready(now: Millis): void {
    this.#restart(now);
  }

  deadline(): Millis | undefined {
    return earliest(...this.#measuring.map((one) => this.#endOf(one)));
  }

  act(now: Millis, effects: DeviceEffect[]): void {
    this.#measuring = this.#measuring.map((one, i) => {
      const phase = this.#phases[i];
      return phase && (this.#endOf(one) ?? now + 1) <= now ? this.#endPeriod(phase, one, now, effects) : one;
    });
  }

  settle(now: Millis): void {
    this.#measuring = this.#measuring.map((one, i) => {
      const phase = this.#phases[i];
      const periodSeconds = phase ? this.#periodOf(phase) : 0;
      return periodSeconds === one.periodSeconds ? one : { ...one, periodSeconds, from: now };
    });
  }

  clockMoved(now: Millis): void {
    this.#restart(now);
  }

  #restart(now: Millis): void {
    this.#measuring = this.#measuring.map((one) => ({ ...one, from: now }));
  }

  #periodOf({ obis }: Phase): number {
    return numberAt(objectsOf(this.#device), `7/1-0:${obis}.24.0.255/4`);
  }

  /** When the period ends that is being measured. */
  #endOf({ periodSeconds, from }: Measuring): Millis | undefined {
    if (periodSeconds <= 0) return undefined;
    const periodMs = periodSeconds * SECOND_MS;
    const passed = (this.#device.localTime(from) - EPOCH_2000) % periodMs;
    return from + periodMs - passed;
  }

  #endPeriod(phase: Phase, one: Measuring, now: Millis, effects: DeviceEffect[]): Measuring {
    const sum = voltageSum(this.#load(), phase, one.from, now);
    if (sum.ms === 0) return { ...one, from: now };
    if (this.#device.clock.status !== 'invalid') {
      const time = toSeconds2000(this.#device.localTime(now));
      this.#logs.add(phase, { time, every: one.periodSeconds, start: one.from, end: now });
    }
    const [over, under] = SIDES.map((side) => this.#test(phase, side, one[side.name], sum, now, effects));
    return { ...one, from: now, over: over ?? false, under: under ?? false };
  }

  /** @returns whether the average is out on a side; a threshold of 0 is none */
  #test(
    { obis, code }: Phase,
    side: Side,
    before: boolean,
    { voltMs, ms }: VoltageSum,
    now: Millis,
    effects: DeviceEffect[],
  ): boolean {
    const store = objectsOf(this.#device);
    const limit = numberAt(store, `1/1-0:${obis}.${side.threshold}.0.4/2`) * ms;
    const out = limit > 0 && (side.name === 'over' ? voltMs > limit : voltMs < limit);
    if (out === before) return out;
    const counter = `3/1-0:${obis}.${side.counter}.0.4/2`;
    if (out) setNumber(store, counter, numberAt(store, counter) + 1);
    effects.push(...this.#device.alert((out ? side.entered : side.left) + code, now));
    return out;
  }

  state(): OrganState | undefined {
    return this.#measuring.length === 0 ? undefined : this.#measuring.map((one) => ({ ...one }));
  }

  restore(state: OrganState | undefined): void {
    this.#measuring = Array.isArray(state) ? (state as unknown as readonly Measuring[]) : [];
  }
}
