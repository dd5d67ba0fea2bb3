import type { WanDownFrame, WanUpFrame } from '../../firmware-sim/commshub/wan-frame.ts';
import type { RandomSource } from '../../firmware-sim/kernel/random.ts';
import type { Scheduler } from '../../firmware-sim/kernel/scheduler.ts';
import type { Millis } from '../../firmware-sim/kernel/time.ts';

/** How fast power outage alerts get through: at once, or as measured in Central and South, or in North, in 2020 (MP096). */
export type WanProfile = 'ideal' | 'CS' | 'N';

export const WAN_PROFILES: readonly WanProfile[] = ['ideal', 'CS', 'N'];

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/**
 * How long a power outage alert takes from the hub to the DCC (MP096 figures).
 * Central and South: the first after 2 minutes, the last by 4 (up to 5,000 at once) or 7 minutes (up to 20,000).
 * North: from 0 s, 80 % within 45 s, the rest by 11 min 45 s.
 * @param place where among all alerts of the outage this one comes, in [0, 1)
 */
export function outageAlertDelayMs(profile: WanProfile, place: number, alerts = 1): Millis {
  if (profile === 'ideal') return 0;
  if (profile === 'CS') return Math.round(2 * MINUTE + place * (alerts <= 5_000 ? 2 : 5) * MINUTE);
  if (place < 0.8) return Math.round((place / 0.8) * 45 * SECOND);
  return Math.round(45 * SECOND + ((place - 0.8) / 0.2) * 11 * MINUTE);
}

export interface WanLinkOptions {
  readonly latencyMs: Millis;
  readonly profile: WanProfile;
  /** Named misbehaviour `lose-wan-frames`: true for a frame that gets lost on its way. */
  readonly loses?: (frame: WanDownFrame | WanUpFrame) => boolean;
}

export const WAN_LINK_DEFAULTS: WanLinkOptions = { latencyMs: 500, profile: 'ideal' };

/** Hub side and network side of one hub's WAN connection. What the hub cannot take waits in the network. */
export class WanLink {
  /** Whether the hub is on the network. */
  hubReachable: () => boolean = () => false;
  toHub: (frame: WanDownFrame) => void = () => {};
  toNetwork: (frame: WanUpFrame) => void = () => {};
  readonly #scheduler: Scheduler;
  readonly #options: WanLinkOptions;
  readonly #random: RandomSource;
  readonly #waiting: WanDownFrame[] = [];

  constructor(scheduler: Scheduler, random: RandomSource, options: Partial<WanLinkOptions> = {}) {
    this.#scheduler = scheduler;
    this.#random = random;
    this.#options = { ...WAN_LINK_DEFAULTS, ...options };
  }

  /** From the network to the hub, in order. */
  down(frame: WanDownFrame): void {
    if (this.#options.loses?.(frame)) return;
    this.#waiting.push(frame);
    this.#scheduler.after(this.#options.latencyMs, () => this.drain());
  }

  /** Delivers what waits, when the hub is there. Call it when the hub has come back. */
  drain(): void {
    while (this.hubReachable()) {
      const frame = this.#waiting.shift();
      if (!frame) return;
      this.toHub(frame);
    }
  }

  /** The network tells the time it is when the answer arrives. */
  #tellTime(): void {
    if (this.hubReachable()) this.toHub({ kind: 'network-time', utc: this.#scheduler.now });
  }

  /**
   * From the hub to the network. A power outage alert takes as long as the WAN profile says; the time is what the network itself
   * knows.
   */
  up(frame: WanUpFrame): void {
    if (this.#options.loses?.(frame)) return;
    if (frame.kind === 'time-request') {
      this.#scheduler.after(2 * this.#options.latencyMs, () => this.#tellTime());
      return;
    }
    const delay =
      frame.kind === 'power-outage' ? outageAlertDelayMs(this.#options.profile, this.#random.unit()) : this.#options.latencyMs;
    this.#scheduler.after(delay, () => this.toNetwork(frame));
  }
}
