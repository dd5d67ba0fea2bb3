import type { Millis } from '../../kernel/time.ts';
import type { Organ } from '../life/organ.ts';
import { type Cut, cutLoads, type LoadProfile, type Step, type Stretch, successiveLoads } from './load.ts';

/**
 * What a meter measures, as an organ: it acts whenever the load changes, so that between any two moments at which a life acts the
 * load is one and the same. Put it last among the organs: while time passes `current` is the load of that time, and when organs act it is
 * the load from now on. The profile is handed in again after a restart and is not part of the state.
 */
export class LoadInput<T> implements Organ {
  readonly name = 'load';
  readonly #first: LoadProfile<T>;
  readonly #later: Step<LoadProfile<T>>[] = [];
  readonly #cuts: Step<Cut<T>>[] = [];
  readonly #through: (load: T) => T;
  #profile: LoadProfile<T>;
  #at: Millis = 0;
  #living = false;
  /** The stretch that was looked up last, and for which moment. */
  #found: { readonly from: Millis; readonly stretch: Stretch<T> } | undefined;

  /** @param through what of a load flows as the switch or valve stands now; everything by default */
  constructor(profile: LoadProfile<T>, through: (load: T) => T = (load) => load) {
    this.#through = through;
    this.#first = profile;
    this.#profile = profile;
  }

  /** What is measured as a function of time, with every replacement there has been. */
  get profile(): LoadProfile<T> {
    return this.#profile;
  }

  /** What flows from the moment up to which the device has lived. */
  get current(): T {
    return this.#through(this.#stretch.value);
  }

  /** The stretch of the moment up to which the device has lived; organs ask for it many times over. */
  get #stretch(): Stretch<T> {
    const found = this.#found;
    if (found && this.#at >= found.from && this.#at < found.stretch.until) return found.stretch;
    const stretch = this.#profile.at(this.#at);
    this.#found = { from: this.#at, stretch };
    return stretch;
  }

  /** Every replacement there has been, in order of time. */
  get replacements(): readonly Step<LoadProfile<T>>[] {
    return this.#later;
  }

  /** Another profile from a moment on; what was measured before stays as it was. */
  replace(profile: LoadProfile<T>, from: Millis): void {
    this.#later.push({ from, value: profile });
    this.#profile = cutLoads(successiveLoads(this.#first, this.#later), this.#cuts);
    this.#found = undefined;
  }

  /**
   * From a moment on, what the profile says is cut off, or back.
   * @param left what is left of a load while it is cut off; undefined: nothing is cut off any more
   */
  cut(from: Millis, left: ((load: T) => T) | undefined): void {
    this.#cuts.push({ from, value: left });
    this.#profile = cutLoads(successiveLoads(this.#first, this.#later), this.#cuts);
    this.#found = undefined;
  }

  ready(now: Millis): void {
    this.#at = now;
    this.#living = true;
  }

  deadline(): Millis | undefined {
    if (!this.#living) return undefined;
    const { until } = this.#stretch;
    return until === Number.POSITIVE_INFINITY ? undefined : until;
  }

  pass(_from: Millis, to: Millis): void {
    this.#at = to;
  }

  state(): Millis | undefined {
    return this.#living ? this.#at : undefined;
  }

  restore(state: unknown): void {
    this.#living = typeof state === 'number';
    if (typeof state === 'number') this.#at = state;
  }
}
