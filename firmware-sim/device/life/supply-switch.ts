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

type Codes = Readonly<Partial<Record<SupplyCause, number>>>;

/**
 * Codes that belong to a change of the supply, by what it becomes and what moved it (GBCS table 16.2). That credit has run out, and that
 * power is lost, are alerts of their own and not the switch's.
 */
export const SUPPLY_CODES: Readonly<Record<SupplyState, Codes>> = {
  disabled: { tamper: 0x81be },
  armed: {
    command: 0x8f32,
    'top-up': 0x8f32,
    'emergency-credit': 0x8168,
    'load-limit': 0x8f33,
    'uncontrolled-flow': 0x81bf,
  },
  enabled: { restoration: 0x8f34, local: 0x8161, ppmid: 0x8154 },
};

/** Codes of a switch or valve that does not move, and of somebody in the home who is refused. */
export const SUPPLY_FAILURES: Codes & { readonly connect: number; readonly disconnect: number } = {
  connect: 0x81bd,
  disconnect: 0x81c0,
  local: 0x8162,
  ppmid: 0x8155,
};
