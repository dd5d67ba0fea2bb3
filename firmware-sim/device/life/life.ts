import { assert } from '../../kernel/errors.ts';
import type { Millis } from '../../kernel/time.ts';
import type { AuxiliaryControl } from '../cosem/auxiliary.ts';
import type { CosemKey } from '../cosem/key.ts';
import type { CapturedLogs } from '../cosem/log-source.ts';
import { earliest } from '../deadline.ts';
import type { DeviceEffect } from '../effects.ts';
import type { Organ, OrganState } from './organ.ts';
import type { PowerSource } from './power-source.ts';

/** What a life that has begun keeps: up to when it has been lived, and each organ's state by its name. */
export interface LifeState {
  /** Absent for a device that has only been used on a bench, where no time passes. */
  readonly livedTo?: Millis;
  readonly poweredDown: boolean;
  readonly organs: Readonly<Record<string, OrganState>>;
}

/** What knows which attributes have changed; see `CosemStore.touched`. */
export interface ChangedObjects {
  readonly touched: readonly CosemKey[] | undefined;
  forgetTouched(seen: number | undefined): void;
}

const CONCERNS = new WeakMap<object, Map<CosemKey, number>>();

/** Moments at one and the same time after which something must be wrong: an organ whose deadline does not move. */
const STUCK_AFTER = 1_000;

/**
 * What a device does as time passes, put together from organs. Until `start` the device stands on a bench: commands have their
 * consequences, but no time passes. After it, `advance` lets every organ act at its own moments, in the order of the organs,
 * whatever steps the caller takes.
 */
export class Life {
  readonly #organs: readonly Organ[];
  readonly #power: PowerSource | undefined;
  #livedTo: Millis | undefined;
  #begun = false;
  #poweredDown = false;

  constructor(organs: readonly Organ[], power?: PowerSource) {
    this.#organs = organs;
    this.#power = power;
  }

  /** Up to when the device has lived; undefined on a bench. */
  get livedTo(): Millis | undefined {
    return this.#livedTo;
  }

  /** True while there is no power, and no time passes for the device. */
  get poweredDown(): boolean {
    return this.#poweredDown;
  }

  /** When an organ has something to do next; without power, when that is back; undefined on a bench. */
  get deadline(): Millis | undefined {
    if (this.#livedTo === undefined) return undefined;
    if (this.#poweredDown) return this.#power?.backAt(this.#livedTo);
    return earliest(...this.#organs.map((organ) => organ.deadline()));
  }

  /** What was handed in from outside and is no part of the state, as `handIn` takes it back; undefined for nothing. */
  get handedIn(): unknown {
    return undefined;
  }

  handIn(_handedIn: unknown): void {}

  /** Logs that follow from what is measured; undefined for a device that keeps all of them row by row. */
  get captured(): CapturedLogs | undefined {
    return undefined;
  }

  /** Somebody is about to read an attribute: one that is worked out only then is made what it is. */
  beforeRead(_key: CosemKey): void {}

  /** Whoever controls auxiliary controllers; undefined for a device that carries orders for them out at once. */
  get auxiliary(): AuxiliaryControl | undefined {
    return undefined;
  }

  /** Time begins to pass. */
  start(now: Millis): void {
    this.#begin(now);
    this.#ready(now);
    if (this.#livedTo === undefined) for (const organ of this.#organs) organ.start?.(now);
    this.#livedTo = now;
  }

  #begin(now: Millis): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#ready(now);
    for (const organ of this.#organs) organ.begin?.(now);
  }

  #ready(now: Millis): void {
    for (const organ of this.#organs) organ.ready?.(now);
  }

  /** Lives up to a moment: everything due until then happens, at its own time. A moment in the past changes nothing. */
  advance(now: Millis, effects: DeviceEffect[]): void {
    this.#advance(now, effects, true);
  }

  /** Lives up to a moment and leaves what is due at it: for somebody who looks just then. */
  advanceUntil(now: Millis, effects: DeviceEffect[]): void {
    this.#advance(now, effects, false);
  }

  #advance(now: Millis, effects: DeviceEffect[], inclusive: boolean): void {
    this.#begin(now);
    let stuck = 0;
    while (this.#livedTo !== undefined) {
      const deadline = this.deadline;
      const next = Math.max(this.#livedTo, Math.min(now, deadline ?? now));
      stuck = next > this.#livedTo ? 0 : stuck + 1;
      if (stuck >= STUCK_AFTER) assert(false, `some organ has something to do at ${next} for ever: ${this.#restless(next)}`);
      const due = deadline !== undefined && deadline <= next && (inclusive || next < now);
      if (this.#poweredDown && !due) return;
      if (this.#poweredDown) this.powerUp(next, effects);
      else {
        this.#passTo(next);
        if (!due) return;
        for (const organ of this.#organs) organ.act?.(next, effects);
      }
      if (this.#power?.runsOut(next)) this.powerDown(next);
    }
  }

  #restless(at: Millis): string {
    const names = this.#organs.filter((organ) => (organ.deadline() ?? Number.POSITIVE_INFINITY) <= at).map(({ name }) => name);
    return names.join(', ');
  }

  #passTo(next: Millis): void {
    const from = this.#livedTo;
    if (from === undefined || next <= from) return;
    for (const organ of this.#organs) organ.pass?.(from, next);
    this.#livedTo = next;
  }

  /**
   * Draws the consequences of what has just changed from outside.
   * @param changed what knows which attributes have changed; without it, any may have
   */
  settle(now: Millis, effects: DeviceEffect[], changed?: ChangedObjects): void {
    this.#begin(now);
    if (this.#poweredDown) return;
    const seen = changed?.touched?.length;
    let concerned = 0;
    let looked = 0;
    for (let i = 0; i < this.#organs.length; i++) {
      const organ = this.#organs[i] as Organ;
      if (!organ.settle) continue;
      const touched = changed?.touched;
      if (organ.concerns && touched) {
        // What organs have touched meanwhile concerns those behind them.
        for (; looked < touched.length; looked++) concerned |= this.#concernsOf(touched[looked] as CosemKey);
        if ((concerned & (1 << i)) === 0) continue;
      }
      organ.settle(now, effects);
    }
    // And those before them the next time.
    changed?.forgetTouched(seen);
  }

  /** A bit for each organ that an attribute concerns: found out once for all lives of a kind. */
  #concernsOf(key: CosemKey): number {
    const known = CONCERNS.get(this.constructor) ?? new Map<CosemKey, number>();
    CONCERNS.set(this.constructor, known);
    let bits = known.get(key);
    if (bits === undefined) {
      bits = this.#organs.reduce((sum, { concerns }, i) => (concerns?.test(key) ? sum | (1 << i) : sum), 0);
      known.set(key, bits);
    }
    return bits;
  }

  /** The device's clock has been set: it was and is now so much ahead of the runtime. */
  clockMoved(beforeMs: Millis, afterMs: Millis): void {
    if (this.#livedTo === undefined) return;
    for (const organ of this.#organs) organ.clockMoved?.(this.#livedTo, beforeMs, afterMs);
  }

  /** Power goes: what was due until now has happened (`advance` first), nothing more does. */
  powerDown(now: Millis): void {
    if (this.#poweredDown) return;
    for (const organ of this.#organs) organ.powerDown?.(now);
    this.#poweredDown = true;
  }

  /** Power is back: life goes on from now. */
  powerUp(now: Millis, effects: DeviceEffect[]): void {
    if (!this.#poweredDown) return;
    this.#poweredDown = false;
    if (this.#livedTo !== undefined) this.#livedTo = Math.max(this.#livedTo, now);
    this.#ready(now);
    for (const organ of this.#organs) organ.powerUp?.(now, effects);
  }

  /** Undefined while the life has not begun. */
  state(): LifeState | undefined {
    if (!this.#begun) return undefined;
    const organs = this.#organs.flatMap((organ): [string, OrganState][] => {
      const state = organ.state();
      return state === undefined ? [] : [[organ.name, state]];
    });
    return {
      ...(this.#livedTo !== undefined && { livedTo: this.#livedTo }),
      poweredDown: this.#poweredDown,
      organs: Object.fromEntries(organs),
    };
  }

  restore(state: LifeState | undefined): void {
    this.#livedTo = state?.livedTo;
    this.#begun = state !== undefined;
    this.#poweredDown = state?.poweredDown ?? false;
    for (const organ of this.#organs) organ.restore(state?.organs[organ.name]);
  }
}
