import type { Element } from '../codec/element.ts';
import { dlmsDateTime } from '../device/clock.ts';
import { withValue } from '../device/cosem/numbers.ts';
import { objectsOf } from '../device/cosem/objects.ts';
import { Schedule } from '../device/cosem/schedule.ts';
import type { CosemKey } from '../device/cosem/store.ts';
import type { Device } from '../device/device.ts';
import type { Organ, OrganState } from '../device/life/organ.ts';
import type { ElectricityLoad } from '../device/metering/load.ts';
import type { Millis } from '../kernel/time.ts';

/** Demand is averaged over the half hours of the device's clock (SMETS 5.7.5 Maximum Demand; recalled). */
const HALF_HOUR: Millis = 1_800_000;

/** The configurable period, and the selectors that begin and end it (GBCS mapping table, ECS37; structures 5). */
const PERIOD = '10/0-0:12.0.0.255/2';
const PERIOD_BEGINS = 1;

/** A demand register: its average power in watts with the time of capture, and what it averages. */
interface DemandRegister {
  readonly object: string;
  readonly watts: (load: ElectricityLoad) => number;
  /** Counts only in the configurable period. */
  readonly inPeriod: boolean;
}

const imported = ({ importWatts, secondaryWatts }: ElectricityLoad): number => importWatts + secondaryWatts;

/** Import at any time, import in the configurable period, export (GBCS mapping table, ECS18a and ECS18b); import of all elements. */
const REGISTERS: readonly DemandRegister[] = [
  { object: '4/1-0:1.6.0.255', watts: imported, inPeriod: false },
  { object: '4/1-0:1.6.1.255', watts: imported, inPeriod: true },
  { object: '4/1-0:2.6.0.255', watts: ({ exportWatts }) => exportWatts, inPeriod: false },
];

/** A half hour that has begun. */
interface HalfHourState {
  readonly halfHour: number;
  readonly elapsed: Millis;
  readonly used: readonly number[];
}

const valueKey = ({ object }: DemandRegister): CosemKey => `${object}/2`;
const captureKey = ({ object }: DemandRegister): CosemKey => `${object}/5`;

/**
 * Maximum demand: the highest average power of a half hour since the last reset, with the time at which the half hour ended. Of a half
 * hour in which the meter was without power, or its clock was set, what it has seen is averaged over the whole; what was used before its
 * register was reset does not count. While the clock is invalid there are no half hours.
 */
export class MaximumDemand implements Organ {
  readonly name = 'demand';
  readonly #device: Device;
  readonly #flow: () => ElectricityLoad;
  /** Watt milliseconds in the half hour so far, for each register. */
  #used: number[] = [0, 0, 0];
  #elapsed: Millis = 0;
  /** Which half hour of the device's clock that is, counted from 1970. */
  #halfHour = 0;
  /** Values of the registers as this organ knows them: another one has been reset or set. */
  #known: (Element | undefined)[] = [];

  constructor(device: Device, flow: () => ElectricityLoad) {
    this.#device = device;
    this.#flow = flow;
  }

  begin(): void {
    this.#known = REGISTERS.map((register) => this.#valueOf(register));
  }

  deadline(): Millis | undefined {
    const { life, clock } = this.#device;
    if (life?.livedTo === undefined) return undefined;
    return (Math.floor((life.livedTo + clock.offsetMs) / HALF_HOUR) + 1) * HALF_HOUR - clock.offsetMs;
  }

  pass(from: Millis, to: Millis): void {
    const halfHour = Math.floor(this.#device.localTime(from) / HALF_HOUR);
    if (halfHour !== this.#halfHour) this.#startAnew(halfHour);
    const load = this.#flow();
    this.#used = this.#used.map((used, i) => used + (REGISTERS[i] as DemandRegister).watts(load) * (to - from));
    this.#elapsed += to - from;
  }

  act(now: Millis): void {
    const local = this.#device.localTime(now);
    if (this.#elapsed > 0 && local === (this.#halfHour + 1) * HALF_HOUR) this.#close(local);
  }

  #close(local: Millis): void {
    const averages = this.#used.map((used) => Math.floor(used / Math.max(HALF_HOUR, this.#elapsed)));
    this.#startAnew(this.#halfHour + 1);
    if (this.#device.clock.status === 'invalid') return;
    for (const [i, register] of REGISTERS.entries()) {
      if (!register.inPeriod || this.#isInPeriod(local)) this.#capture(i, register, averages[i] ?? 0, local);
    }
  }

  #capture(i: number, register: DemandRegister, watts: number, local: Millis): void {
    const store = objectsOf(this.#device);
    const value = this.#valueOf(register);
    if (!value || watts <= Number(value.value)) return;
    store.set(valueKey(register), withValue(value, watts));
    this.#known[i] = this.#valueOf(register);
    const captured = store.get(captureKey(register));
    if (captured) store.set(captureKey(register), withValue(captured, dlmsDateTime(local)));
  }

  /** Whether the half hour that ends now lies in the configurable period. */
  #isInPeriod(end: Millis): boolean {
    const schedule = Schedule.of(objectsOf(this.#device), PERIOD);
    const start = end - HALF_HOUR;
    const isIn = (at: Millis): boolean => schedule.last(at)?.selector === PERIOD_BEGINS;
    const next = schedule.next(start);
    const undisturbed = next === undefined || next.at >= end;
    if (this.#device.parameters.demandWindowWholeHalfHours) return isIn(start) && undisturbed;
    return isIn(start) || (!undisturbed && isIn(end - 1));
  }

  settle(): void {
    for (const [i, register] of REGISTERS.entries()) {
      const value = this.#valueOf(register);
      if (value !== this.#known[i]) this.#used[i] = 0;
      this.#known[i] = value;
    }
  }

  #startAnew(halfHour: number): void {
    this.#halfHour = halfHour;
    this.#used = [0, 0, 0];
    this.#elapsed = 0;
  }

  #valueOf(register: DemandRegister): Element | undefined {
    return objectsOf(this.#device).get(valueKey(register));
  }

  state(): OrganState | undefined {
    return this.#elapsed > 0 ? { halfHour: this.#halfHour, elapsed: this.#elapsed, used: this.#used } : undefined;
  }

  restore(state: OrganState | undefined): void {
    const { halfHour, elapsed, used } = (state ?? {}) as Partial<HalfHourState>;
    this.#halfHour = halfHour ?? 0;
    this.#elapsed = elapsed ?? 0;
    this.#used = [...(used ?? [0, 0, 0])];
    this.#known = REGISTERS.map((register) => this.#valueOf(register));
  }
}
