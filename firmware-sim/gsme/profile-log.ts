import type { Device } from '../device/device.ts';
import type { Organ, OrganState } from '../device/life/organ.ts';
import { storeOf } from '../device/zcl/engine.ts';
import { NO_DATA, type SampleSource } from '../device/zcl/sample-source.ts';
import { PROFILE_ENTRIES } from '../device/zcl/samples.ts';
import { fromSeconds2000, type Millis, toSeconds2000 } from '../kernel/time.ts';
import { ClockSpans } from './clock-spans.ts';
import type { GasRegisters } from './gas-registers.ts';

const HALF_HOUR_MS: Millis = 1_800_000;

/**
 * The profile data log of a gas meter: thousandths of a cubic metre for each half hour of its clock. Nothing is recorded: what flowed
 * follows from the load and from when the valve was open, and the half hours from how the clock stood.
 */
export class ProfileLog implements Organ, SampleSource {
  readonly name = 'profile-log';
  readonly interval = HALF_HOUR_MS / 1000;
  readonly #device: Device;
  readonly #registers: GasRegisters;
  readonly #clock = new ClockSpans(HALF_HOUR_MS, (PROFILE_ENTRIES + 1) * HALF_HOUR_MS);

  constructor(device: Device, registers: GasRegisters) {
    this.#device = device;
    this.#registers = registers;
    storeOf(device).setSampleSource('samples.profile', this);
  }

  get span(): SampleSource['span'] {
    const logged = this.#clock.logged(this.#now);
    if (!logged) return undefined;
    const oldest = logged.last - (PROFILE_ENTRIES - 1) * HALF_HOUR_MS;
    return { first: toSeconds2000(Math.max(logged.first, oldest)), last: toSeconds2000(logged.last) };
  }

  samples(first: number, count: number): readonly number[] {
    return Array.from({ length: count }, (_, i) => this.#litresIn(fromSeconds2000(first + i * this.interval)));
  }

  #litresIn(end: Millis): number {
    const period = this.#clock.period(end, this.#now);
    return period ? this.#registers.litresBetween(period.from, period.to) : NO_DATA;
  }

  get #now(): Millis {
    return this.#device.life?.livedTo ?? 0;
  }

  deadline(): Millis | undefined {
    return undefined;
  }

  pass(from: Millis): void {
    this.#note(from);
  }

  settle(now: Millis): void {
    if (this.#device.life?.livedTo !== undefined) this.#note(now);
  }

  clockMoved(now: Millis): void {
    this.#note(now);
  }

  powerDown(now: Millis): void {
    if (this.#device.life?.livedTo !== undefined) this.#clock.note(now, this.#device.clock.offsetMs, false);
  }

  powerUp(now: Millis): void {
    if (this.#device.life?.livedTo !== undefined) this.#note(now);
  }

  state(): OrganState {
    return this.#clock.state();
  }

  restore(state: OrganState | undefined): void {
    this.#clock.restore(state);
  }

  #note(now: Millis): void {
    const { offsetMs, status } = this.#device.clock;
    this.#clock.note(now, offsetMs, status !== 'invalid');
  }
}
