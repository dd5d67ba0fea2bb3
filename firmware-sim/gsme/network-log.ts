import type { Device } from '../device/device.ts';
import type { Organ, OrganState } from '../device/life/organ.ts';
import { storeOf } from '../device/zcl/engine.ts';
import { numberIn, numbersIn } from '../device/zcl/plain.ts';
import type { ZclStore } from '../device/zcl/store.ts';
import { fromSeconds2000, type Millis } from '../kernel/time.ts';
import type { GasRegisters } from './gas-registers.ts';

/** Samples the log holds (SMETS 4.6.5.12). */
const CAPACITY = 41;

/** A sampling that has been started: when its samples are taken, in the runtime's time. */
interface Sampling {
  readonly from: Millis;
  readonly everyMs: Millis;
  readonly count: number;
}

/**
 * The network data log: samples six minutes apart over four hours, started by command (GCS31). The first is taken when sampling
 * starts; each is the volume of the interval that ends with it. Another start begins it afresh.
 */
export class NetworkLog implements Organ {
  readonly name = 'network-log';
  readonly #device: Device;
  readonly #store: ZclStore;
  readonly #registers: GasRegisters;
  #sampling: Sampling | undefined;

  constructor(device: Device, registers: GasRegisters) {
    this.#device = device;
    this.#store = storeOf(device);
    this.#registers = registers;
  }

  get #samples(): readonly number[] {
    return numbersIn(this.#store.record('samples.network'), 'Samples');
  }

  deadline(): Millis | undefined {
    const sampling = this.#sampling;
    return sampling && sampling.from + this.#samples.length * sampling.everyMs;
  }

  act(now: Millis): void {
    const [sampling, due] = [this.#sampling, this.deadline()];
    if (!sampling || due === undefined || now < due) return;
    const samples = [...this.#samples, this.#registers.litresBetween(due - sampling.everyMs, due)];
    this.#store.setRecords('samples.network', [{ ...this.#store.record('samples.network'), Samples: samples }]);
    if (samples.length >= sampling.count) this.#sampling = undefined;
  }

  /** A command has started a sampling when the log is empty and says how many samples it will have. */
  settle(now: Millis): void {
    const record = this.#store.record('samples.network');
    const [interval, count] = [numberIn(record, 'SampleRequestInterval'), numberIn(record, 'MaxNumber of Samples')];
    if (this.#device.life?.livedTo === undefined || this.#samples.length > 0 || interval === 0 || count === 0) return;
    const from = fromSeconds2000(numberIn(record, 'SampleStartTime')) - this.#device.clock.offsetMs;
    this.#sampling = { from: Math.max(from, now), everyMs: interval * 1000, count: Math.min(count, CAPACITY) };
  }

  state(): OrganState | undefined {
    return this.#sampling && { ...this.#sampling };
  }

  restore(state: OrganState | undefined): void {
    this.#sampling = state as unknown as Sampling | undefined;
  }
}
