import type { Device } from '../../../firmware-sim/device/device.ts';
import type { DeviceEffect } from '../../../firmware-sim/device/effects.ts';
import type { ClockKeeper } from '../../../firmware-sim/device/life/clock-keeper.ts';
import { constantLoad } from '../../../firmware-sim/device/metering/load.ts';
import type { DeviceSetup } from '../../../firmware-sim/device/setup.ts';
import { publishedCalendar } from '../../../firmware-sim/device/zcl/default-calendars.ts';
import { gasDefaults } from '../../../firmware-sim/device/zcl/defaults.ts';
import { numberIn } from '../../../firmware-sim/device/zcl/plain.ts';
import { type ZclRecord, type ZclStateName, ZclStore } from '../../../firmware-sim/device/zcl/store.ts';
import { utrnOriginatorCounter } from '../../../firmware-sim/gbcs/utrn.ts';
import { type GsmeLife, gsmeLifeOf } from '../../../firmware-sim/gsme/life.ts';
import { fromAscii } from '../../../firmware-sim/kernel/bytes.ts';
import { type Millis, toSeconds2000 } from '../../../firmware-sim/kernel/time.ts';
import type { ModelBalances, ModelSettings } from '../../second/payment-model.ts';
import { type Ask, ask, gasMeter } from '../zcl/own-bench.ts';
import { type Action, live, type Prepaid, START, tokenFor } from './prepaid.ts';

const METERING = 0x0702;
const PRICE = 0x0700;
const PREPAYMENT = 0x0705;

const BALANCES: Readonly<Record<keyof ModelBalances, readonly [number, number]>> = {
  balance: [PREPAYMENT, 0x0001],
  emergency: [PREPAYMENT, 0x0002],
  accumulated: [PREPAYMENT, 0x0005],
  debt1: [PREPAYMENT, 0x0211],
  debt2: [PREPAYMENT, 0x0221],
  paymentDebt: [PREPAYMENT, 0x0231],
  bill: [METERING, 0x0a00],
};

/** Payment control word (behaviour 1.3). */
const controlOf = (prepayment: boolean, inEmergency: boolean, disabled: boolean): number =>
  prepayment ? 0x0097 | (disabled ? 0x0400 : 0) | (inEmergency ? 0 : 0x0800) : 0x0c94;

/** A cubic metre is ten kilowatt hours: factor 1, 36.0 MJ; so that a unit of flow is a watt. */
const CONVERSION: readonly (readonly [number, number])[] = [
  [0x0302, 100_000],
  [0x0303, 0x50],
  [0x0304, 360],
  [0x0306, 0x10],
];

const PRICES = [0x0400, 0x0401, 0x0402, 0x0403, 0x0410, 0x0420, 0x0430, 0x0440];
const FLOW_MEASUREMENT_PERIOD = 0x0b15;

function friendlyDay(friendly: ModelSettings['friendly']): readonly (readonly [number, number])[] {
  const starts = friendly.some(([from, to]) => from > to || from === 0) ? 1 : 0;
  const switches = friendly.flatMap(([from, to]): [number, number][] => [
    [from, 1],
    [to, 0],
  ]);
  return [[0, starts] as const, ...switches.filter(([at]) => at > 0).sort((a, b) => a[0] - b[0])];
}

function configure(store: ZclStore, settings: ModelSettings, balances: ModelBalances): void {
  const prepay = (attribute: number, value: number): void => store.change(PREPAYMENT, attribute, value);
  prepay(0x0000, controlOf(settings.prepayment, settings.suspendInEmergency, settings.suspendDisabled));
  prepay(0x0006, settings.cap);
  prepay(0x0010, settings.emergencyLimit);
  prepay(0x0011, settings.emergencyThreshold);
  prepay(0x0021, settings.maximumBalance);
  prepay(0x0022, settings.maximumCredit);
  prepay(0x0031, settings.low);
  prepay(0x0040, settings.disablement);
  prepay(0x0239, settings.share);
  for (const i of [0, 1] as const) {
    prepay(0x0216 + 0x10 * i, settings.hourly[i] ? 0 : 1);
    prepay(0x0217 + 0x10 * i, settings.rates[i]);
  }
  for (const [name, place] of Object.entries(BALANCES)) store.change(...place, balances[name as keyof ModelBalances]);
  for (const [attribute, value] of CONVERSION) store.change(PRICE, attribute, value);
  for (const attribute of PRICES) store.change(PRICE, attribute, settings.price);
  store.change(PRICE, 0x0301, settings.standingCharge);
  store.change(METERING, FLOW_MEASUREMENT_PERIOD, 0);
  store.setRecords('log.debts', []);
  const shape = { type: 3, seasons: [['ff0101ff', 1]] as const, weeks: [[1, 1, 1, 1, 1, 1, 1]], specialDays: [] };
  const calendar = publishedCalendar(
    'nonDisablement',
    { ...shape, days: [friendlyDay(settings.friendly)] },
    toSeconds2000(START),
  );
  for (const [name, records] of Object.entries(calendar)) store.setRecords(name as ZclStateName, records as readonly ZclRecord[]);
}

/** A gas meter that a test drives. */
export class PrepaidGas implements Prepaid {
  readonly device: Device;
  readonly effects: DeviceEffect[] = [];
  readonly #life: GsmeLife;
  readonly #store: ZclStore;
  #counter = 10;

  constructor(settings: ModelSettings, balances: ModelBalances, setup: Partial<DeviceSetup> = {}) {
    this.#store = new ZclStore(gasDefaults(START));
    configure(this.#store, settings, balances);
    this.device = gasMeter(undefined, this.#store, setup).device;
    this.#life = gsmeLifeOf(this.device);
    this.#life.load.replace(constantLoad({ flow: 0 }), START - 1);
    this.#life.start(START);
  }

  get clock(): ClockKeeper {
    return this.#life.clock;
  }

  get supply(): 'on' | 'off' | 'armed' {
    return ({ enabled: 'on', disabled: 'off', armed: 'armed' } as const)[this.#life.valve.supply];
  }

  balances(): ModelBalances {
    const entries = Object.entries(BALANCES).map(([name, place]) => [name, this.#store.number(...place)]);
    return Object.fromEntries(entries) as unknown as ModelBalances;
  }

  #ask(useCase: string, asked: Ask, at: Millis, counter?: bigint) {
    live(this, at);
    const { said, effects } = ask(this, useCase, [asked], START + at, counter);
    this.effects.push(...effects);
    this.#life.settle(START + at, this.effects);
    return said[0];
  }

  get store(): ZclStore {
    return this.#store;
  }

  #prepay(useCase: string, command: number, fields: ZclRecord, at: Millis) {
    return this.#ask(useCase, { cluster: PREPAYMENT, command, fields }, at);
  }

  #adjust(useCase: string, type: number, value: number, at: Millis): undefined {
    this.#prepay(useCase, 5, { 'Credit Adjustment Type': type, 'Credit Adjustment Value': value }, at);
  }

  get #inCreditMode(): boolean {
    return this.#store.number(PREPAYMENT, 0x0000) === 0x0c94;
  }

  act(action: Action, at: Millis): number | boolean | undefined {
    switch (action.do) {
      case 'load':
        live(this, at);
        this.#life.load.replace(constantLoad({ flow: action.watts }), START + at);
        this.#life.settle(START + at, this.effects);
        return undefined;
      case 'top-up': {
        const counter = this.#counter++;
        const digits = tokenFor(this.device, action.pence, counter);
        return action.via ? this.enter(digits, action.via, at) : this.send(digits, counter, at);
      }
      case 'adjust':
        return this.#inCreditMode ? this.#adjust('GCS40c', 3, action.amount, at) : this.#adjust('GCS40a', 0, action.amount, at);
      case 'reset':
        return this.#inCreditMode ? this.#adjust('GCS40d', 2, 0, at) : this.#adjust('GCS40b', 1, 0, at);
      case 'debt':
        return this.#changeDebt(action.which, action.amount, at);
      case 'emergency':
        return this.#prepay('GCS06', 0, {}, at)?.status === 0;
      case 'mode':
        return this.#changeMode(action, at);
      case 'limit': {
        const fields = {
          'Emergency Credit Limit': action.amount,
          'Emergency Credit Threshold': this.#store.number(PREPAYMENT, 0x0011),
        };
        this.#prepay('GCS05', 3, fields, at);
        return undefined;
      }
      case 'enable':
        live(this, at);
        this.#life.valve.enable('local', START + at, this.effects);
        this.#life.settle(START + at, this.effects);
        return undefined;
    }
  }

  #changeDebt(which: 1 | 2 | 3, amount: number, at: Millis): undefined {
    const block = 0x0200 + 0x10 * which;
    const frequency = which === 3 ? 0xff : this.#store.number(PREPAYMENT, block + 6);
    const fields = {
      'Debt Amount': amount,
      'Debt Amount Type': 2 * which - 1,
      'Debt Recovery Frequency': frequency,
      'Debt Recovery Amount': this.#store.number(PREPAYMENT, block + 7),
      'Debt Recovery Balance Percentage': this.#store.number(PREPAYMENT, 0x0239),
    };
    this.#prepay('GCS04', 2, fields, at);
  }

  #changeMode({ prepayment, inEmergency = false, disabled = false }: Extract<Action, { do: 'mode' }>, at: Millis): undefined {
    const control = controlOf(prepayment, inEmergency, disabled);
    const fields = { 'Proposed Payment Control Configuration': control, 'Cut Off Value': -1 };
    this.#prepay(prepayment ? 'GCS03' : 'GCS02', 6, fields, at);
  }

  enter(digits: string, via: 'keypad' | 'ppmid', at: Millis): number {
    if (via === 'ppmid') return this.#token('PCS01', 2, digits, at);
    live(this, at);
    const { result, effects } = this.#life.enterUtrn(digits, via, START + at);
    this.effects.push(...effects);
    return result;
  }

  send(digits: string, counter: number, at: Millis): number {
    return this.#token('CS01b', 0, digits, at, utrnOriginatorCounter(counter));
  }

  #token(useCase: string, from: number, digits: string, at: Millis, counter?: bigint): number {
    const fields = { 'Originating Device': from, 'TopUp Code': fromAscii(digits) };
    const said = this.#ask(useCase, { cluster: PREPAYMENT, command: 4, fields }, at, counter);
    return numberIn(said?.record, 'Result Type');
  }
}
