import { dlmsDateTime } from '../../../firmware-sim/device/clock.ts';
import { PRICE_INDICES } from '../../../firmware-sim/device/cosem/default-values.ts';
import { numberAt, setPlain } from '../../../firmware-sim/device/cosem/numbers.ts';
import type { CosemStore } from '../../../firmware-sim/device/cosem/store.ts';
import type { Plain } from '../../../firmware-sim/device/cosem/value.ts';
import type { Device } from '../../../firmware-sim/device/device.ts';
import type { DeviceEffect } from '../../../firmware-sim/device/effects.ts';
import type { ClockKeeper } from '../../../firmware-sim/device/life/clock-keeper.ts';
import { constantLoad, type ElectricityLoad, NO_ELECTRICITY } from '../../../firmware-sim/device/metering/load.ts';
import type { Payment } from '../../../firmware-sim/device/payment/payment.ts';
import type { DeviceSetup } from '../../../firmware-sim/device/setup.ts';
import { type EsmeLife, esmeLifeOf } from '../../../firmware-sim/esme/life.ts';
import { dlms } from '../../../firmware-sim/gbcs/dlms-apdu.ts';
import { utrnOriginatorCounter } from '../../../firmware-sim/gbcs/utrn.ts';
import { fromAscii, toHex } from '../../../firmware-sim/kernel/bytes.ts';
import type { Millis } from '../../../firmware-sim/kernel/time.ts';
import type { ModelBalances, ModelSettings } from '../../second/payment-model.ts';
import { esmeDevice } from '../bench.ts';
import { type Called, call, codes, type Step } from '../cosem/calls.ts';
import { type Action, live, type Prepaid, START, tokenFor } from './prepaid.ts';

const NOW_TIME = '000000000000000000800000';

const BALANCES: Readonly<Record<Exclude<keyof ModelBalances, 'bill'>, string>> = {
  balance: '112/0-0:19.10.0.255/2',
  emergency: '112/0-0:19.10.1.255/2',
  accumulated: '112/0-0:19.10.2.255/2',
  debt1: '113/0-0:19.20.1.255/2',
  debt2: '113/0-0:19.20.2.255/2',
  paymentDebt: '113/0-0:19.20.3.255/2',
};

const credit = (f: number): string => `0000130a${f.toString(16).padStart(2, '0')}ff`;
const charge = (f: number): string => `00001314${f.toString(16).padStart(2, '0')}ff`;

/** The lists of structures 3: which credit pays what, in each mode. */
function creditCharges(prepayment: boolean, inEmergency: boolean, disabled: boolean): Plain {
  if (!prepayment) return [0, 4].map((f) => [credit(0), charge(f), '111']);
  const bits = (f: number): string => (disabled && (f === 1 || f === 2) ? '110' : '111');
  return [
    ...[0, 4, 1, 2, 3].map((f): Plain => [credit(0), charge(f), bits(f)]),
    ...[3, 0, 4, 1, 2].map((f): Plain => [credit(1), charge(f), bits(f)]),
    ...(inEmergency ? [4, 1, 2].map((f): Plain => [credit(2), charge(f), '111']) : []),
  ];
}

const flat = (amount: number): Plain => [[0, -5], [0, '000000000000', 0], [['', amount]]];

/** One entry for each switch of the non-disablement calendar, on every day of the week. */
function schedule(friendly: ModelSettings['friendly']): Plain {
  const time = (minute: number): string =>
    [Math.floor(minute / 60), minute % 60, 0, 0].map((part) => part.toString(16).padStart(2, '0')).join('');
  const entry = (index: number, selector: number, minute: number): Plain => [
    ...[index, true, '00000a006aff', selector, time(minute), 0xffff, '1111111', '', '07df0101ff', 'ffffffffff'],
  ];
  return friendly.flatMap(([from, to], i) => [entry(2 * i + 1, 32, from), entry(2 * i + 2, 33, to)]);
}

function configure(store: CosemStore, settings: ModelSettings, balances: ModelBalances): void {
  const values: Readonly<Record<string, Plain>> = {
    '111/0-0:19.0.0.255/2': [settings.prepayment ? 2 : 1, 2],
    '111/0-0:19.0.0.255/11': creditCharges(settings.prepayment, settings.suspendInEmergency, settings.suspendDisabled),
    '111/0-0:19.0.0.255/16': settings.low,
    '111/0-0:19.0.0.255/18': settings.cap / 100_000,
    '112/0-0:19.10.1.255/9': settings.emergencyLimit,
    '112/0-0:19.10.1.255/10': settings.emergencyThreshold,
    '21/0-0:16.0.1.255/2': [settings.disablement],
    '9000/0-0:94.44.2.10/2': settings.maximumCredit,
    '9000/0-0:94.44.2.20/2': settings.maximumBalance,
    '113/0-0:19.20.0.255/5': [[3, -5], [3, '0100010800ff', 2], PRICE_INDICES.map((index) => [index, settings.price])],
    '113/0-0:19.20.4.255/5': flat(settings.standingCharge),
    '113/0-0:19.20.1.255/5': flat(settings.rates[0]),
    '113/0-0:19.20.2.255/5': flat(settings.rates[1]),
    '113/0-0:19.20.1.255/8': settings.hourly[0] ? 3_600 : 86_400,
    '113/0-0:19.20.2.255/8': settings.hourly[1] ? 3_600 : 86_400,
    '113/0-0:19.20.3.255/13': settings.share,
    '10/0-0:12.0.1.255/2': schedule(settings.friendly),
    '11/0-0:11.0.2.255/2': [],
    // Neither load limit nor voltage is of interest here.
    '71/0-0:17.0.0.255/6': 0,
    '7/1-0:32.24.0.255/4': 0,
    '7/1-0:52.24.0.255/4': 0,
    '7/1-0:72.24.0.255/4': 0,
  };
  for (const [key, plain] of Object.entries(values)) setPlain(store, key, plain);
  for (const [name, key] of Object.entries(BALANCES)) {
    store.set(key, dlms('double-long', balances[name as keyof typeof BALANCES]));
  }
}

const method = (key: string, data: Plain = 0): Step => ({ operation: 'action', key, data });
const write = (key: string, data: Plain): Step => ({ operation: 'set', key, data });

/** An electricity meter that a test drives. */
export class PrepaidElectricity implements Prepaid {
  readonly device: Device;
  readonly effects: DeviceEffect[] = [];
  readonly #life: EsmeLife;
  readonly #store: CosemStore;
  #counter = 10;

  constructor(settings: ModelSettings, balances: ModelBalances, setup: Partial<DeviceSetup> = {}) {
    this.device = esmeDevice(setup);
    const { cosem } = this.device;
    if (!cosem) throw new TypeError('an electricity meter has objects');
    this.#store = cosem;
    configure(cosem, settings, balances);
    this.#life = esmeLifeOf(this.device);
    this.#life.load.replace(constantLoad(NO_ELECTRICITY), START - 1);
    this.#life.start(START);
  }

  get clock(): ClockKeeper {
    return this.#life.clock;
  }

  get supply(): 'on' | 'off' | 'armed' {
    return ({ enabled: 'on', disabled: 'off', armed: 'armed' } as const)[this.#life.supply.supply];
  }

  balances(): ModelBalances {
    const entries = Object.entries(BALANCES).map(([name, key]) => [name, numberAt(this.#store, key)]);
    return { ...Object.fromEntries(entries), bill: 0 } as unknown as ModelBalances;
  }

  #call(useCase: string, steps: readonly Step[], at: Millis, counter?: bigint): Called {
    live(this, at);
    const called = call(this.device, useCase, steps, { now: START + at, ...(counter !== undefined && { counter }) });
    this.effects.push(...called.effects);
    this.#life.settle(START + at, this.effects);
    return called;
  }

  act(action: Action, at: Millis): number | boolean | undefined {
    switch (action.do) {
      case 'load':
        return this.load({ importWatts: action.watts }, at);
      case 'top-up':
        return this.#topUp(action.pence, action.via, at);
      case 'adjust':
        this.#call('ECS04a', [method('112/0-0:19.10.0.255/1', action.amount)], at);
        return undefined;
      case 'reset':
        this.#call(
          'ECS04b',
          ['112/0-0:19.10.0.255/2', '112/0-0:19.10.1.255/2', '112/0-0:19.10.2.255/2'].map((key) => method(key)),
          at,
        );
        return undefined;
      case 'debt':
        this.#call('ECS07', [method(`113/0-0:19.20.${action.which}.255/4`, action.amount)], at);
        return undefined;
      case 'emergency':
        return codes(this.#call('ECS09', [method('112/0-0:19.10.1.255/3')], at))[0] === 0;
      case 'mode':
        return this.changeMode(action, at);
      case 'limit':
        this.#call('ECS08a', [write('9000/0-0:94.44.128.2/4', action.amount), write('9000/0-0:94.44.128.2/6', NOW_TIME)], at);
        return undefined;
      case 'enable':
        live(this, at);
        this.#life.supply.enable('local', START + at, this.effects);
        this.#life.settle(START + at, this.effects);
        return undefined;
    }
  }

  get payment(): Payment {
    return this.#life.payment;
  }

  /** What flows from a moment on. */
  load(change: Partial<ElectricityLoad>, at: Millis): undefined {
    live(this, at);
    this.#life.load.replace(constantLoad({ ...NO_ELECTRICITY, ...change }), START + at);
    this.#life.settle(START + at, this.effects);
  }

  /** Enable 51, disable 52, arm 54 (ECS42 to ECS44). */
  script(selector: 51 | 52 | 54, at: Millis): void {
    this.#call({ 51: 'ECS42', 52: 'ECS43', 54: 'ECS44' }[selector], [method('9/0-0:10.0.106.255/1', selector)], at);
  }

  /** @param from when the change is to happen; at once when it is not given */
  changeMode(
    { prepayment, inEmergency = false, disabled = false }: Extract<Action, { do: 'mode' }>,
    at: Millis,
    from?: Millis,
  ): undefined {
    const steps = [
      write('111/0-1:19.0.0.255/2', [prepayment ? 2 : 1, 1]),
      write('111/0-1:19.0.0.255/11', creditCharges(prepayment, inEmergency, disabled)),
      write('111/0-1:19.0.0.255/13', from === undefined ? NOW_TIME : toHex(dlmsDateTime(START + from))),
    ];
    this.#call(prepayment ? 'ECS03' : 'ECS02', steps, at);
  }

  /** What CS01a does not say, the meter shows: how it took the token. */
  #topUp(pence: number, via: 'keypad' | 'ppmid' | undefined, at: Millis): number {
    const counter = this.#counter++;
    const digits = tokenFor(this.device, pence, counter);
    if (via) return this.enter(digits, via, at);
    if (this.send(digits, counter, at)) return { on: 0x00, off: 0x11, armed: 0x12 }[this.supply];
    const why = this.device.logs.security.entries.at(-1)?.code;
    return why === 0x8f5b ? 0x06 : why === 0x8f47 ? 0x04 : 0x03;
  }

  enter(digits: string, via: 'keypad' | 'ppmid', at: Millis): number {
    live(this, at);
    const { result, effects } = this.#life.enterUtrn(digits, via, START + at);
    this.effects.push(...effects);
    return result;
  }

  send(digits: string, counter: number, at: Millis): boolean {
    const step = method('115/0-0:19.40.0.255/1');
    const token: Step = { ...step, data: dlms('octet-string', fromAscii(digits)) };
    return codes(this.#call('CS01a', [token], at, utrnOriginatorCounter(counter)))[0] === 0;
  }
}
