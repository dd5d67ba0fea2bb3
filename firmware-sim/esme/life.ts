import { setFactoryAlerts } from '../device/cosem/alert-settings.ts';
import type { Device } from '../device/device.ts';
import { Life } from '../device/life/life.ts';
import { constantLoad, type ElectricityLoad, NO_ELECTRICITY } from '../device/metering/load.ts';
import { LoadInput } from '../device/metering/load-input.ts';
import { assert } from '../kernel/errors.ts';

/** What an electricity meter does as time passes. Organs act in the order they are listed in. */
export class EsmeLife extends Life {
  readonly load: LoadInput<ElectricityLoad>;

  constructor(device: Device) {
    setFactoryAlerts(device);
    const load = new LoadInput(constantLoad(NO_ELECTRICITY));
    super([load]);
    this.load = load;
  }
}

/** The life of an electricity meter. */
export function esmeLifeOf({ life, eui }: Device): EsmeLife {
  assert(life instanceof EsmeLife, `${eui} is an electricity meter`);
  return life;
}
