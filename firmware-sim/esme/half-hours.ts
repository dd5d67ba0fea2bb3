import { objectsOf } from '../device/cosem/objects.ts';
import { type EnergyRegister, energyOf } from '../device/cosem/register-values.ts';
import type { Device } from '../device/device.ts';
import { LocalTicks } from '../device/life/local-ticks.ts';
import type { Organ, OrganState } from '../device/life/organ.ts';
import { EnergyWalk, hasMains, UNITS_PER_WATT_HOUR } from '../device/metering/energy-walk.ts';
import type { ElectricityLoad, LoadProfile } from '../device/metering/load.ts';
import { SlotSeries, type SlotSeriesState } from '../device/metering/slot-series.ts';
import { type Millis, toSeconds2000 } from '../kernel/time.ts';

const HALF_HOUR_SECONDS = 1_800;
const HALF_HOURS_PER_DAY = 48;

/** Days of consumption the meter shows (SMETS 5.7.5.14); nothing older is needed of the half hours. */
const DAYS_KEPT = 731;

/** Registers whose growth makes up a half hour, in the order of `EnergyWalk`. */
const REGISTERS: readonly EnergyRegister[] = [
  'activeImport',
  'secondaryImport',
  'activeExport',
  'reactiveExport',
  'reactiveImport',
];

const NOTHING: State = { closed: [], open: [], fits: [], measuring: [], newest: [], powerless: [], tick: [] };

const some = (value: number | undefined): readonly number[] => (value === undefined ? [] : [value]);

/** Registers go on from 0 after this. */
const REGISTER_WHOLE = 2 ** 32;
/** No register grows by more in a half hour, in Wh: one that seems to has been written to. */
const GROWTH_MAX = 1_000_000;

/** What a register grew by; nothing when it was set to less. */
function growth(before: number, now: number): number {
  if (now >= before) return now - before;
  const around = now + REGISTER_WHOLE - before;
  return around <= GROWTH_MAX ? around : 0;
}

/** What is being measured: since when, and what the registers held then. */
interface Measuring {
  readonly start: Millis;
  readonly registers: readonly number[];
}

type State = SlotSeriesState & {
  readonly measuring: readonly number[];
  /** The latest time of any row, when power went, and when the next half hour ends, each if there is one. */
  readonly newest: readonly number[];
  readonly powerless: readonly number[];
  readonly tick: readonly number[];
};

/**
 * Energy of each half hour by the device's own clock (SMETS 5.7.5.27): what its registers grew by since the row before, so that the rows
 * add up to the registers.
 * - A half hour without power has no row. The one in which power goes has, once power is back: it held something.
 * - A half hour whose end the clock jumps over has none; what was counted in it goes into the next. One that ends twice has one.
 * - Nothing is logged while the time is not known, nor later what was counted then.
 */
export class HalfHours implements Organ {
  readonly name = 'half-hours';
  readonly series: SlotSeries;
  readonly #device: Device;
  readonly #profile: () => LoadProfile<ElectricityLoad>;
  readonly #ticks: LocalTicks;
  /** Undefined on a bench and while the time is not known. */
  #measuring: Measuring | undefined;
  #started = false;
  #newest: number | undefined;
  #powerless: Millis | undefined;

  constructor(device: Device, profile: () => LoadProfile<ElectricityLoad>) {
    this.#device = device;
    this.#profile = profile;
    this.#ticks = new LocalTicks(device, HALF_HOUR_SECONDS * 1000);
    const forecast = {
      fields: REGISTERS.length,
      unit: UNITS_PER_WATT_HOUR,
      from: (start: Millis) => new EnergyWalk(profile(), start),
    };
    this.series = new SlotSeries(forecast, DAYS_KEPT * HALF_HOURS_PER_DAY);
  }

  start(now: Millis): void {
    this.#started = true;
    this.#follow(now);
  }

  deadline(): Millis | undefined {
    return this.#measuring && this.#ticks.next;
  }

  act(now: Millis): void {
    const tick = this.#measuring && this.#ticks.take(now);
    if (tick !== undefined) this.#end(tick, now, now);
  }

  clockMoved(now: Millis): void {
    this.#follow(now);
    this.#ticks.restart(now);
  }

  /** Measuring begins when the time becomes known, and ends when it is not known any more. */
  #follow(now: Millis): void {
    const known = this.#started && this.#device.clock.status !== 'invalid';
    if (known === (this.#measuring !== undefined)) return;
    this.#measuring = known ? { start: now, registers: this.#registers() } : undefined;
    this.#ticks.restart(now);
  }

  powerDown(now: Millis): void {
    this.#powerless = now;
  }

  powerUp(now: Millis): void {
    const { next } = this.#ticks;
    if (this.#measuring && next !== undefined && next <= now) {
      const counted = Math.min(next, this.#powerless ?? next);
      if (this.#device.parameters.interruptedHalfHours) this.#end(this.#device.localTime(next), next, counted);
      this.#measuring = { start: now, registers: this.#registers() };
    }
    this.#powerless = undefined;
    this.#ticks.restart(now);
  }

  /** A half hour ends. @param tick its end by the device's own clock @param counted up to when anything was measured */
  #end(tick: Millis, end: Millis, counted: Millis): void {
    const before = this.#measuring;
    const time = toSeconds2000(tick);
    if (!before || (this.#newest !== undefined && time <= this.#newest && this.series.has(time))) return;
    const registers = this.#registers();
    this.#measuring = { start: end, registers };
    const values = registers.map((register, i) => growth(before.registers[i] ?? 0, register));
    if (values.every((value) => value === 0) && !hasMains(this.#profile(), before.start, counted)) return;
    this.#newest = Math.max(time, this.#newest ?? time);
    this.series.add({ time, every: HALF_HOUR_SECONDS, start: before.start, end }, values);
  }

  #registers(): readonly number[] {
    const store = objectsOf(this.#device);
    return REGISTERS.map((register) => energyOf(store, register));
  }

  state(): OrganState | undefined {
    if (!this.#started) return undefined;
    const state: State = {
      ...this.series.state(),
      measuring: this.#measuring ? [this.#measuring.start, ...this.#measuring.registers] : [],
      newest: some(this.#newest),
      powerless: some(this.#powerless),
      tick: some(this.#ticks.kept),
    };
    return state;
  }

  restore(state: OrganState | undefined): void {
    const { measuring, newest, powerless, tick, ...series } = (state ?? NOTHING) as State;
    const [start, ...registers] = measuring;
    this.#started = state !== undefined;
    this.#measuring = start === undefined ? undefined : { start, registers };
    [this.#newest] = newest;
    [this.#powerless] = powerless;
    this.series.restore(series);
    this.#ticks.restore(tick[0]);
  }
}
