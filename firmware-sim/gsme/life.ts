import type { Device } from '../device/device.ts';
import { Life } from '../device/life/life.ts';
import { constantLoad, type GasLoad, NO_GAS } from '../device/metering/load.ts';
import { LoadInput } from '../device/metering/load-input.ts';
import { assert } from '../kernel/errors.ts';

/** What a gas meter does as time passes. Organs act in the order they are listed in. */
export class GsmeLife extends Life {
  readonly load: LoadInput<GasLoad>;

  constructor(_device: Device) {
    const load = new LoadInput(constantLoad(NO_GAS));
    super([load]);
    this.load = load;
  }
}

/** The life of a gas meter. */
export function gsmeLifeOf({ life, eui }: Device): GsmeLife {
  assert(life instanceof GsmeLife, `${eui} is a gas meter`);
  return life;
}
