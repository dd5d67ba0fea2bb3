import { earliest } from '../device/deadline.ts';
import type { Device } from '../device/device.ts';
import type { Organ, OrganState } from '../device/life/organ.ts';
import type { Millis } from '../kernel/time.ts';

const HOUR: Millis = 3_600_000;

/**
 * The hub has its time from the wide area network and gives it to the home. Without the network its clock runs on, and after a while
 * it no longer vouches for it; a hub that was dead knows no time until the network tells it.
 */
export class HubClock implements Organ {
  readonly name = 'clock';
  readonly #device: Device;
  #heardAt: Millis = 0;
  #askAt: Millis | undefined;
  #asking = false;

  constructor(device: Device) {
    this.#device = device;
  }

  /** Whether the network is to be asked for the time now; true once for each question. */
  takeQuestion(): boolean {
    const asking = this.#asking;
    this.#asking = false;
    return asking;
  }

  /** The network has come: it is asked at once. */
  networkIsThere(now: Millis): void {
    this.#asking = true;
    if (this.#askAt !== undefined) this.#askAt = now + this.#periodMs;
  }

  /** The time of the network. */
  heard(utc: Millis, now: Millis): void {
    this.#heardAt = now;
    this.#device.clock = { offsetMs: utc - now, status: 'reliable' };
  }

  /** The hub was dead and has lost its time. */
  lost(): void {
    this.#device.clock = { offsetMs: this.#device.clock.offsetMs, status: 'invalid' };
  }

  begin(now: Millis): void {
    this.#heardAt = now;
    this.#askAt = now + this.#periodMs;
  }

  deadline(): Millis | undefined {
    return earliest(this.#askAt, this.#device.clock.status === 'reliable' ? this.#doubtAt : undefined);
  }

  act(now: Millis): void {
    if (this.#askAt !== undefined && now >= this.#askAt) {
      this.#asking = true;
      this.#askAt = now + this.#periodMs;
    }
    const { clock } = this.#device;
    if (clock.status === 'reliable' && now >= this.#doubtAt) this.#device.clock = { ...clock, status: 'unreliable' };
  }

  get #periodMs(): Millis {
    return this.#device.parameters.wanTimeHours * HOUR;
  }

  get #doubtAt(): Millis {
    return this.#heardAt + this.#device.parameters.wanTimeTrustHours * HOUR;
  }

  state(): OrganState | undefined {
    return this.#askAt === undefined ? undefined : { heardAt: this.#heardAt, askAt: this.#askAt };
  }

  restore(state: OrganState | undefined): void {
    const { heardAt, askAt } = (state ?? {}) as { readonly heardAt?: Millis; readonly askAt?: Millis };
    this.#heardAt = heardAt ?? 0;
    this.#askAt = askAt;
  }
}
