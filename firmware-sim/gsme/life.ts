import type { Device } from '../device/device.ts';
import type { DeviceEffect } from '../device/effects.ts';
import type { CaseSensors } from '../device/life/case-sensors.ts';
import { ClockKeeper } from '../device/life/clock-keeper.ts';
import { Life } from '../device/life/life.ts';
import { constantLoad, type GasLoad, type LoadProfile, NO_GAS, type Step } from '../device/metering/load.ts';
import { LoadInput } from '../device/metering/load-input.ts';
import { Payment } from '../device/payment/payment.ts';
import { enterTokenAtHome, type HomeEntry, type HomeOutcome } from '../device/payment/tokens.ts';
import { ZclAccount } from '../device/zcl/account.ts';
import { storeOf } from '../device/zcl/engine.ts';
import { zclNonDisablement } from '../device/zcl/non-disablement.ts';
import { assert } from '../kernel/errors.ts';
import type { Millis } from '../kernel/time.ts';
import { GasBattery } from './gas-battery.ts';
import { GasLogs } from './gas-logs.ts';
import { GasPushes } from './gas-pushes.ts';
import { GasRegisters } from './gas-registers.ts';
import { type GasTamper, gasSensors } from './gas-sensors.ts';
import { GasValve } from './gas-valve.ts';
import { NetworkLog } from './network-log.ts';
import { ProfileLog } from './profile-log.ts';
import type { GasVariant } from './variants.ts';

/** What a gas meter does as time passes. Organs act in the order they are listed in. */
export class GsmeLife extends Life {
  readonly load: LoadInput<GasLoad>;
  readonly clock: ClockKeeper;
  readonly battery: GasBattery;
  readonly valve: GasValve;
  readonly registers: GasRegisters;
  readonly sensors: CaseSensors<GasTamper>;
  readonly payment: Payment;
  readonly profileLog: ProfileLog;
  readonly pushes: GasPushes;
  readonly variant: GasVariant;
  readonly #device: Device;

  constructor(device: Device, variant: GasVariant) {
    const load = new LoadInput(constantLoad(NO_GAS));
    const valve = new GasValve(device, load);
    const registers = new GasRegisters(device, valve, variant.litresPerStep);
    const store = storeOf(device);
    const account = new ZclAccount(store);
    const payment = new Payment(device, { account, supply: valve, calendar: zclNonDisablement(store), rate: registers });
    registers.charger = payment;
    const profileLog = new ProfileLog(device, registers);
    const clock = new ClockKeeper(device);
    const battery = new GasBattery(device, valve);
    const pushes = new GasPushes(device, profileLog);
    const logs = [profileLog, new NetworkLog(device, registers), new GasLogs(device, registers), pushes];
    const sensors = gasSensors(device, valve);
    super([clock, battery, sensors, valve, registers, payment, ...logs, load], battery);
    this.clock = clock;
    this.battery = battery;
    this.sensors = sensors;
    this.profileLog = profileLog;
    this.pushes = pushes;
    this.load = load;
    this.valve = valve;
    this.registers = registers;
    this.payment = payment;
    this.variant = variant;
    this.#device = device;
  }

  /** Somebody puts a battery in, with so many days of life, or takes it out: 0 days. */
  changeBattery(days: number, now: Millis, effects: DeviceEffect[]): void {
    this.advance(now, effects);
    this.battery.replace(days, now, effects);
    if (days > 0) this.powerUp(now, effects);
    else this.powerDown(now);
    this.settle(now, effects);
  }

  override get handedIn(): readonly Step<LoadProfile<GasLoad>>[] {
    return this.load.replacements;
  }

  override handIn(loads: readonly Step<LoadProfile<GasLoad>>[]): void {
    for (const { value, from } of loads) this.load.replace(value, from);
  }

  /** Somebody enters a token at the meter, or at a display that passes it on. */
  enterUtrn(digits: string, via: HomeEntry, now: Millis): HomeOutcome {
    return enterTokenAtHome(this.#device, new ZclAccount(storeOf(this.#device)), { digits, via }, now);
  }
}

/** The life of a gas meter. */
export function gsmeLifeOf({ life, eui }: Device): GsmeLife {
  assert(life instanceof GsmeLife, `${eui} is a gas meter`);
  return life;
}
