import type { OrganState } from '../device/life/organ.ts';
import { NO_DATA, type SampleSource } from '../device/zcl/sample-source.ts';

const OCTETS = 3;

/** Samples that are kept one by one, three octets each; the oldest give way. */
export class PackedSamples implements SampleSource {
  readonly interval: number;
  readonly #capacity: number;
  #first = 0;
  #count = 0;
  #octets = new Uint8Array(0);

  /** @param interval seconds between two samples */
  constructor(interval: number, capacity: number) {
    this.interval = interval;
    this.#capacity = capacity;
  }

  get span(): SampleSource['span'] {
    if (this.#count === 0) return undefined;
    return { first: this.#first, last: this.#first + (this.#count - 1) * this.interval };
  }

  /** Adds the sample of a time; what lies between it and the last one is missing. A time that has one keeps it. */
  add(time: number, value: number): void {
    if (this.#count === 0) this.#first = time;
    const index = (time - this.#first) / this.interval;
    if (index < this.#count) return;
    while (this.#count < index) this.#append(NO_DATA);
    this.#append(value);
  }

  samples(first: number, count: number): readonly number[] {
    return Array.from({ length: count }, (_, i) => this.#at((first - this.#first) / this.interval + i));
  }

  #at(index: number): number {
    if (index < 0 || index >= this.#count) return NO_DATA;
    const [high = 0, middle = 0, low = 0] = this.#octets.subarray(index * OCTETS, (index + 1) * OCTETS);
    return high * 0x1_0000 + middle * 0x100 + low;
  }

  #append(value: number): void {
    if (this.#count * OCTETS >= this.#octets.length) this.#grow();
    this.#octets.set([value >> 16, (value >> 8) & 0xff, value & 0xff], this.#count * OCTETS);
    this.#count++;
  }

  /** Makes room: by half as much again, or by what the oldest beyond the capacity leave. */
  #grow(): void {
    const old = Math.max(0, this.#count - this.#capacity);
    const kept = this.#octets.subarray(old * OCTETS, this.#count * OCTETS);
    this.#first += old * this.interval;
    this.#count -= old;
    this.#octets = new Uint8Array((Math.ceil(this.#count * 1.5) + 8) * OCTETS);
    this.#octets.set(kept);
  }

  state(): OrganState | undefined {
    if (this.#count === 0) return undefined;
    return { first: this.#first, octets: this.#octets.slice(0, this.#count * OCTETS) };
  }

  restore(state: OrganState | undefined): void {
    const kept = state as { readonly first: number; readonly octets: Uint8Array } | undefined;
    this.#first = kept?.first ?? 0;
    this.#octets = kept ? Uint8Array.from(kept.octets) : new Uint8Array(0);
    this.#count = this.#octets.length / OCTETS;
  }
}
