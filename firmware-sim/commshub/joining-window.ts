import { numberAt, withValue } from '../device/cosem/numbers.ts';
import type { Device } from '../device/device.ts';
import type { Organ } from '../device/life/organ.ts';
import type { Millis } from '../kernel/time.ts';

/** enable_disable_joining and join_timeout in seconds (Blue Book, ZigBee network control; GBCS CCS01). */
export const JOINING = '104/0-0:30.3.0.255/2';
export const TIMEOUT = '104/0-0:30.3.0.255/3';

const SECOND: Millis = 1_000;

/** Joining is permitted for as long as CCS01 says; then the attribute is false again by itself. */
export class JoiningWindow implements Organ {
  readonly name = 'joining';
  readonly #device: Device;
  #until: Millis | undefined;

  constructor(device: Device) {
    this.#device = device;
  }

  get open(): boolean {
    return this.#device.cosem?.get(JOINING)?.value === true;
  }

  /** Joining is permitted anew: the time counts from now, whatever was left. */
  renewed(): void {
    this.#until = undefined;
  }

  deadline(): Millis | undefined {
    return this.#until;
  }

  act(now: Millis): void {
    if (this.#until === undefined || now < this.#until) return;
    this.#until = undefined;
    const { cosem: store } = this.#device;
    const joining = store?.get(JOINING);
    if (store && joining) store.set(JOINING, withValue(joining, false));
  }

  settle(now: Millis): void {
    const { cosem: store } = this.#device;
    if (!store || !this.open) this.#until = undefined;
    else this.#until ??= now + numberAt(store, TIMEOUT) * SECOND;
  }

  state(): Millis | undefined {
    return this.#until;
  }

  restore(state: unknown): void {
    this.#until = typeof state === 'number' ? state : undefined;
  }
}
