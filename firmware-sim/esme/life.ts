import { CosemSupply } from '../device/cosem/supply.ts';
import type { Device } from '../device/device.ts';
import { Life } from '../device/life/life.ts';
import type { SupplySwitch } from '../device/life/supply-switch.ts';
import { constantLoad, type ElectricityLoad, interrupted, NO_ELECTRICITY } from '../device/metering/load.ts';
import { LoadInput } from '../device/metering/load-input.ts';
import { assert } from '../kernel/errors.ts';
import { LoadLimit } from './load-limit.ts';
import { Outages } from './outages.ts';
import { AverageVoltage } from './voltage-average.ts';
import { VoltageEvents } from './voltage-events.ts';

/** What an electricity meter does as time passes. Organs act in the order they are listed in. */
export class EsmeLife extends Life {
  readonly load: LoadInput<ElectricityLoad>;
  readonly supply: SupplySwitch;
  readonly outages: Outages;

  constructor(device: Device) {
    const supply = new CosemSupply(device);
    const load = new LoadInput(constantLoad(NO_ELECTRICITY), (one) => (flows(one, supply) ? one : interrupted(one)));
    const outages = new Outages(device, load);
    super(
      [
        outages,
        new LoadLimit(device, supply, () => load.current),
        new AverageVoltage(device, () => load.profile),
        new VoltageEvents(device, () => load.current),
        load,
      ],
      outages,
    );
    this.load = load;
    this.supply = supply;
    this.outages = outages;
  }
}

/** Something can flow while the switch is closed and there is mains. */
const flows = ({ volts }: ElectricityLoad, { supply }: SupplySwitch): boolean =>
  supply === 'enabled' && volts.some((one) => one > 0);

/** The life of an electricity meter. */
export function esmeLifeOf({ life, eui }: Device): EsmeLife {
  assert(life instanceof EsmeLife, `${eui} is an electricity meter`);
  return life;
}
