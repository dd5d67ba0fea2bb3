import { CosemAccount } from '../device/cosem/account.ts';
import type { CapturedLogs } from '../device/cosem/log-source.ts';
import { cosemNonDisablement } from '../device/cosem/non-disablement.ts';
import type { CosemKey } from '../device/cosem/store.ts';
import { CosemSupply } from '../device/cosem/supply.ts';
import type { Device } from '../device/device.ts';
import type { CaseSensors } from '../device/life/case-sensors.ts';
import { ClockKeeper } from '../device/life/clock-keeper.ts';
import { Life } from '../device/life/life.ts';
import type { SupplySwitch } from '../device/life/supply-switch.ts';
import {
  constantLoad,
  type ElectricityLoad,
  interrupted,
  type LoadProfile,
  NO_ELECTRICITY,
  type Step,
} from '../device/metering/load.ts';
import { LoadInput } from '../device/metering/load-input.ts';
import { Payment } from '../device/payment/payment.ts';
import { enterTokenAtHome, type HomeEntry, type HomeOutcome } from '../device/payment/tokens.ts';
import { assert } from '../kernel/errors.ts';
import type { Millis } from '../kernel/time.ts';
import { AuxiliaryControllers } from './auxiliary-controllers.ts';
import { BlockCounterReset } from './block-counter-reset.ts';
import { MaximumDemand } from './demand.ts';
import { LoadLimit } from './load-limit.ts';
import { EsmeLogs } from './logs.ts';
import { Outages } from './outages.ts';
import { PowerReading } from './power-reading.ts';
import { PriceReading } from './price-reading.ts';
import { EnergyRegisters } from './registers.ts';
import { type ElectricityTamper, electricitySensors } from './sensors.ts';
import { Tariff } from './tariff.ts';
import { AverageVoltage } from './voltage-average.ts';
import { VoltageEvents } from './voltage-events.ts';
import { Wiring } from './wiring.ts';

/** What an electricity meter does as time passes. Organs act in the order they are listed in. */
export class EsmeLife extends Life {
  readonly load: LoadInput<ElectricityLoad>;
  readonly supply: SupplySwitch;
  readonly tariff: Tariff;
  readonly clock: ClockKeeper;
  readonly payment: Payment;
  readonly outages: Outages;
  readonly sensors: CaseSensors<ElectricityTamper>;
  readonly #auxiliary: AuxiliaryControllers;
  readonly #price: PriceReading;
  readonly logs: EsmeLogs;
  readonly #device: Device;

  constructor(device: Device) {
    const supply = new CosemSupply(device);
    const load = new LoadInput(constantLoad(NO_ELECTRICITY), (one) => (flows(one, supply) ? one : interrupted(one)));
    const flow = () => load.current;
    const account = new CosemAccount(device);
    const tariff = new Tariff(device, flow);
    const payment = new Payment(device, { account, supply, calendar: cosemNonDisablement(device), rate: tariff });
    tariff.charger = payment;
    const profile = () => load.profile;
    const logs = new EsmeLogs(device, flow, profile);
    tariff.history = logs.history;
    const outages = new Outages(device, load);
    const sensors = electricitySensors(device, supply);
    const clock = new ClockKeeper(device);
    const auxiliary = new AuxiliaryControllers(device);
    const price = new PriceReading(device, tariff);
    super(
      [
        clock,
        outages,
        sensors,
        new Wiring(device, flow),
        new LoadLimit(device, supply, flow),
        new AverageVoltage(device, profile, logs.voltages),
        new VoltageEvents(device, flow),
        new EnergyRegisters(device, flow),
        auxiliary,
        new BlockCounterReset(device),
        tariff,
        payment,
        new MaximumDemand(device, flow),
        new PowerReading(device, flow),
        price,
        ...logs.organs,
        load,
      ],
      outages,
    );
    this.load = load;
    this.logs = logs;
    this.supply = supply;
    this.tariff = tariff;
    this.clock = clock;
    this.payment = payment;
    this.outages = outages;
    this.sensors = sensors;
    this.#auxiliary = auxiliary;
    this.#price = price;
    this.#device = device;
  }

  override beforeRead(key: CosemKey): void {
    if (this.#price.shows(key)) this.#price.refresh();
  }

  override get auxiliary(): AuxiliaryControllers {
    return this.#auxiliary;
  }

  override get handedIn(): readonly Step<LoadProfile<ElectricityLoad>>[] {
    return this.load.replacements;
  }

  override handIn(loads: readonly Step<LoadProfile<ElectricityLoad>>[]): void {
    for (const { value, from } of loads) this.load.replace(value, from);
  }

  /** Somebody enters a token at the meter, or at a display that passes it on. */
  enterUtrn(digits: string, via: HomeEntry, now: Millis): HomeOutcome {
    return enterTokenAtHome(this.#device, new CosemAccount(this.#device), { digits, via }, now);
  }

  override get captured(): CapturedLogs {
    return this.logs;
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
