import { earliest } from '../device/deadline.ts';
import type { Millis } from '../kernel/time.ts';

/** Life of a hub on its 12 V feed; it has no other source. */
export type HubPowerState = 'powered' | 'holdup' | 'poaSent' | 'dead' | 'booting';

/** Whether an outage of exactly the threshold counts: SEC texts say both "more than" and "three or more minutes". */
export type PoaComparator = 'gt' | 'ge';

/** How a hub outlives its feed. The hold-up and boot times are not published; these are defaults. */
export interface HubPowerOptions {
  readonly poaThresholdMs: Millis;
  readonly poaComparator: PoaComparator;
  /** How long stored energy lasts; shorter than the threshold means that no power outage alert is ever sent. */
  readonly holdupMs: Millis;
  readonly chBootMs: Millis;
  /** Interruptions up to this long leave the hub running. */
  readonly dipMs: Millis;
}

export const HUB_POWER_DEFAULTS: HubPowerOptions = {
  poaThresholdMs: 180_000,
  poaComparator: 'gt',
  holdupMs: 200_000,
  chBootMs: 30_000,
  dipMs: 500,
};

type HubPowerEvent = 'feedLost' | 'dipEnded' | 'feedRestored' | 'thresholdPassed' | 'energyGone' | 'restart' | 'started';

const TRANSITIONS: Readonly<Record<HubPowerState, Partial<Record<HubPowerEvent, HubPowerState>>>> = {
  powered: { feedLost: 'holdup', restart: 'booting' },
  holdup: { dipEnded: 'powered', feedRestored: 'booting', thresholdPassed: 'poaSent', energyGone: 'dead' },
  poaSent: { feedRestored: 'booting', energyGone: 'dead' },
  dead: { feedRestored: 'booting' },
  booting: { feedLost: 'holdup', started: 'powered' },
};

/** What the power model reports: a new state, or that the power outage alert goes out now. */
export type HubPowerOutput =
  | { readonly kind: 'hub-state'; readonly state: HubPowerState }
  | { readonly kind: 'power-outage'; readonly startedAt: Millis };

/**
 * The hub's supply (SEC power outage alert, CHTS): it times the loss of its feed on stored energy and says so once per
 * outage, exactly when the comparator holds. With `ge` an outage that ends at the threshold still counts.
 */
export class HubPower {
  readonly #options: HubPowerOptions;
  #state: HubPowerState = 'powered';
  #lostAt: Millis | undefined;
  #bootedAt: Millis | undefined;

  constructor(options: Partial<HubPowerOptions> = {}) {
    this.#options = { ...HUB_POWER_DEFAULTS, ...options };
  }

  get state(): HubPowerState {
    return this.#state;
  }

  get deadline(): Millis | undefined {
    return earliest(this.#thresholdAt, this.#energyGoneAt, this.#state === 'booting' ? this.#bootedAt : undefined);
  }

  get #thresholdAt(): Millis | undefined {
    if (this.#state !== 'holdup' || this.#lostAt === undefined) return undefined;
    return this.#lostAt + this.#options.poaThresholdMs + (this.#options.poaComparator === 'gt' ? 1 : 0);
  }

  get #energyGoneAt(): Millis | undefined {
    if ((this.#state !== 'holdup' && this.#state !== 'poaSent') || this.#lostAt === undefined) return undefined;
    return this.#lostAt + this.#options.holdupMs;
  }

  feedLost(now: Millis): HubPowerOutput[] {
    const output = this.poll(now);
    if (this.#lostAt !== undefined) return output;
    this.#lostAt = now;
    return [...output, ...this.#go('feedLost')];
  }

  feedRestored(now: Millis): HubPowerOutput[] {
    const output = this.poll(now);
    const lostAt = this.#lostAt;
    if (lostAt === undefined) return output;
    this.#lostAt = undefined;
    if (this.#state === 'holdup' && now - lostAt <= this.#options.dipMs && this.#bootedAt === undefined) {
      return [...output, ...this.#go('dipEnded')];
    }
    this.#bootedAt = now + this.#options.chBootMs;
    return [...output, ...this.#go('feedRestored')];
  }

  /** The application starts again, to run other firmware, while the feed is there. */
  restart(now: Millis): HubPowerOutput[] {
    const output = this.poll(now);
    if (this.#state !== 'powered') return output;
    this.#bootedAt = now + this.#options.chBootMs;
    return [...output, ...this.#go('restart')];
  }

  /** Carries out what is due at or before `now`, in order of time. */
  poll(now: Millis): HubPowerOutput[] {
    const output: HubPowerOutput[] = [];
    for (let at = this.deadline; at !== undefined && at <= now; at = this.deadline) output.push(...this.#due(at));
    return output;
  }

  #due(at: Millis): HubPowerOutput[] {
    if (at === this.#thresholdAt && this.#lostAt !== undefined) {
      return [{ kind: 'power-outage', startedAt: this.#lostAt }, ...this.#go('thresholdPassed')];
    }
    if (at === this.#energyGoneAt) return this.#go('energyGone');
    this.#bootedAt = undefined;
    return this.#go('started');
  }

  #go(event: HubPowerEvent): HubPowerOutput[] {
    const next = TRANSITIONS[this.#state][event];
    if (next === undefined) return [];
    this.#state = next;
    return [{ kind: 'hub-state', state: next }];
  }
}
