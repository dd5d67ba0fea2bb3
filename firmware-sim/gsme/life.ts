import type { Device } from '../device/device.ts';
import { Life } from '../device/life/life.ts';
import { constantLoad, type GasLoad, NO_GAS } from '../device/metering/load.ts';
import { LoadInput } from '../device/metering/load-input.ts';
import { assert } from '../kernel/errors.ts';
import { GasRegisters } from './gas-registers.ts';
import { GasValve } from './gas-valve.ts';
import type { GasVariant } from './variants.ts';

/** What a gas meter does as time passes. Organs act in the order they are listed in. */
export class GsmeLife extends Life {
  readonly load: LoadInput<GasLoad>;
  readonly valve: GasValve;
  readonly registers: GasRegisters;
  readonly variant: GasVariant;

  constructor(device: Device, variant: GasVariant) {
    const load = new LoadInput(constantLoad(NO_GAS));
    const valve = new GasValve(device, load);
    const registers = new GasRegisters(device, valve, variant.litresPerStep);
    super([valve, registers, load]);
    this.load = load;
    this.valve = valve;
    this.registers = registers;
    this.variant = variant;
  }
}

/** The life of a gas meter. */
export function gsmeLifeOf({ life, eui }: Device): GsmeLife {
  assert(life instanceof GsmeLife, `${eui} is a gas meter`);
  return life;
}
