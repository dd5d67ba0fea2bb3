import type { Device } from '../device/device.ts';
import { Life } from '../device/life/life.ts';
import { assert } from '../kernel/errors.ts';
import { GasCopies } from './gas-copies.ts';
import { GasTap } from './gas-tap.ts';

/** What a gas proxy function does as time passes: it keeps up with its meter. */
export class GpfLife extends Life {
  readonly copies: GasCopies;
  readonly tap: GasTap;

  constructor(device: Device) {
    const copies = new GasCopies(device);
    const tap = new GasTap(device);
    super([tap, copies]);
    this.copies = copies;
    this.tap = tap;
  }
}

/** The life of a gas proxy function. */
export function gpfLifeOf({ life, eui }: Device): GpfLife {
  assert(life instanceof GpfLife, `${eui} is a gas proxy function`);
  return life;
}
