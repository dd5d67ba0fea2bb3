import type { Millis } from '../../kernel/time.ts';
import type { DeviceEffect } from '../effects.ts';

/** State of the load switch or valve. Disabled and locked: only the supplier can change it (behaviour of SMETS 5.6, 4.5). */
export type SupplyState = 'disabled' | 'enabled' | 'armed';

/** What moved it. */
export type SupplyCause =
  | 'command'
  | 'credit'
  | 'top-up'
  | 'emergency-credit'
  | 'load-limit'
  | 'restoration'
  | 'tamper'
  | 'depletion'
  | 'uncontrolled-flow'
  | 'local'
  | 'ppmid';

/** The switch between the grid and the home, as organs use it. Each call says by effect what changed, and raises the code that belongs to it. */
export interface SupplySwitch {
  readonly supply: SupplyState;
  /** Disabled in a way that neither credit nor a hand at the meter undoes. */
  readonly locked: boolean;
  disable(cause: SupplyCause, now: Millis, effects: DeviceEffect[]): void;
  /** Disabled and not locked becomes armed; anything else stays. */
  arm(cause: SupplyCause, now: Millis, effects: DeviceEffect[]): void;
  /** @returns whether supply is on afterwards */
  enable(cause: SupplyCause, now: Millis, effects: DeviceEffect[]): boolean;
}
