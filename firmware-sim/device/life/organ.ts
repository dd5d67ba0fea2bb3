import type { Millis } from '../../kernel/time.ts';
import type { DeviceEffect } from '../effects.ts';

/** What an organ keeps, as plain data. */
export type OrganState =
  | number
  | bigint
  | string
  | boolean
  | Uint8Array
  | readonly OrganState[]
  | { readonly [key: string]: OrganState | undefined };

/**
 * One thing a device does as time passes: counting, charging, switching, watching, logging. An organ keeps what reads can see in the
 * device's objects, and in its own state only what they do not show (fractions, timers, which side of a threshold it was on).
 * All times are the runtime's; `Device.localTime` tells the device's own.
 */
export interface Organ {
  /** Name of its state. */
  readonly name: string;
  /** A moment to stand at from which time begins or goes on: called for all organs before `begin` and `powerUp` of any of them. */
  ready?(now: Millis): void;
  /** The device begins to live, or to be used on a bench: the organ takes things as they stand, without consequences. */
  begin?(now: Millis): void;
  /** Time begins to pass, after `begin`: not called for a device that stays on a bench. */
  start?(now: Millis): void;
  /** When it has something to do by itself provided nothing else happens, at or after the time up to which it has lived. */
  deadline(): Millis | undefined;
  /** Time passes. No organ's deadline lies strictly between the two moments, so that conditions are the same throughout. */
  pass?(from: Millis, to: Millis): void;
  /** Does what is due. Called at every moment at which any organ has something to do. */
  act?(now: Millis, effects: DeviceEffect[]): void;
  /** Draws the consequences of what came from outside: a command, a hand, another load, power. Called again it does nothing more. */
  settle?(now: Millis, effects: DeviceEffect[]): void;
  /** Attributes that `settle` depends on: where a command has touched none of them, it is left out. Without it, it never is. */
  readonly concerns?: RegExp;
  /**
   * The clock of a living device has been set, or the time has become known or unknown; `beforeMs` and `afterMs` are what the clock was
   * and is ahead of the runtime.
   */
  clockMoved?(now: Millis, beforeMs: Millis, afterMs: Millis): void;
  /** The device loses power (its application goes down); until `powerUp` no time passes for it. */
  powerDown?(now: Millis): void;
  powerUp?(now: Millis, effects: DeviceEffect[]): void;
  /** Undefined while there is nothing to keep. */
  state(): OrganState | undefined;
  /** Takes back what `state` gave; undefined: as new. */
  restore(state: OrganState | undefined): void;
}
