import type { Device } from '../device/device.ts';
import type { SupplyState } from '../device/life/supply-switch.ts';
import { ZclAccount } from '../device/zcl/account.ts';
import { consumptionToday } from '../device/zcl/consumption-today.ts';
import { storeOf } from '../device/zcl/engine.ts';
import { octetsIn } from '../device/zcl/plain.ts';
import type { ZclStore } from '../device/zcl/store.ts';
import { toAscii } from '../kernel/bytes.ts';
import { type Millis, toSeconds2000 } from '../kernel/time.ts';
import { gsmeLifeOf } from './life.ts';
import { pinAllows } from './privacy-pin.ts';
import type { GasVariant } from './variants.ts';

const METERING = 0x0702;
const PRICE = 0x0700;
const TOTAL = 0x0000;
const CURRENCY = 0x0616;
const EURO = 978;

/** Digits a domestic gas meter shows of its register, three of them behind the point (SECMP0006). */
const DIGITS = 8;
const DECIMALS = 3;

/** What a household sees on a gas meter, in words and digits. Money is in pounds or euros with two decimals, cut off. */
export interface GasDisplay {
  /** Cubic metres. */
  readonly register: string;
  readonly supply: Readonly<{ state: SupplyState; testing: boolean; text: string }>;
  readonly mode: 'credit' | 'prepayment';
  /** Behind the privacy PIN; undefined without it. */
  readonly account?: GasAccountDisplay;
  readonly today: Readonly<{ kilowattHours: string; cost: string }>;
  /** Price of a kilowatt hour now. */
  readonly price: string;
  readonly message: string | undefined;
  readonly supplier: Readonly<{ name: string; phone: string }>;
  readonly batteryDays: number;
}

export interface GasAccountDisplay {
  /** Credit left, or in credit mode what is due. */
  readonly balance: string;
  readonly emergencyCredit?: Readonly<{ state: 'available' | 'in use' | 'not available'; remaining: string; owed: string }>;
  /** What is still to be recovered. */
  readonly debts?: Readonly<{ time1: string; time2: string; payment: string; accumulated: string }>;
}

const SUPPLY_TEXTS: Readonly<Record<SupplyState, string>> = {
  enabled: 'gas on',
  armed: 'ready: press to turn gas on',
  disabled: 'gas off',
};

/**
 * The consumption register as a gas meter shows it: the eight digits of least weight, nothing rounded up, with the point before the last
 * three. A large meter may show more (SECMP0006, MP101).
 * @param litres the register in thousandths of a cubic metre
 */
export function registerText(litres: number, { large }: Pick<GasVariant, 'large'>): string {
  const all = String(litres).padStart(DIGITS, '0');
  const digits = large ? all : all.slice(-DIGITS);
  return `${digits.slice(0, -DECIMALS)}.${digits.slice(-DECIMALS)}`;
}

/** Money as a display has it, cut off after the second decimal. */
function moneyText(store: ZclStore, millipence: number): string {
  const pence = Math.trunc(millipence / 1000);
  const sign = store.number(PRICE, CURRENCY) === EURO ? '€' : '£';
  const [whole, rest] = [Math.trunc(Math.abs(pence) / 100), Math.abs(pence) % 100];
  return `${pence < 0 ? '-' : ''}${sign}${whole}.${String(rest).padStart(2, '0')}`;
}

function accountDisplay(store: ZclStore): GasAccountDisplay {
  const account = new ZclAccount(store);
  const money = (name: Parameters<ZclAccount['balance']>[0]): string => moneyText(store, account.balance(name));
  if (!account.prepayment) return { balance: money('billToDate') };
  const remaining = account.balance('emergencyCredit');
  const below = account.balance('meterBalance') < account.emergencyThreshold;
  const available = account.emergencyLimit > 0 && below ? 'available' : 'not available';
  return {
    balance: money('meterBalance'),
    emergencyCredit: {
      state: account.emergencyActive ? 'in use' : available,
      remaining: moneyText(store, remaining),
      owed: moneyText(store, Math.max(0, account.emergencyLimit - remaining)),
    },
    debts: {
      time1: money('timeDebt1'),
      time2: money('timeDebt2'),
      payment: money('paymentDebt'),
      accumulated: money('accumulatedDebt'),
    },
  };
}

/** Kilowatt hours with three decimals. */
const kilowattHours = (wattHours: number): string =>
  `${Math.floor(wattHours / 1000)}.${String(wattHours % 1000).padStart(DECIMALS, '0')}`;

/** Pence with the decimals a price has. */
function priceText({ value, scale }: { readonly value: number; readonly scale: number }): string {
  const decimals = Math.max(0, -scale - 2);
  const digits = String(value).padStart(decimals + 1, '0');
  return decimals === 0 ? `${digits}p` : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}p`;
}

function messageIn(store: ZclStore): string | undefined {
  const message = store.record('message');
  return typeof message?.Message === 'string' && message.Acknowledged !== true ? message.Message : undefined;
}

/** What the display of a gas meter shows. @param pin where a privacy PIN is set */
export function gasDisplay(device: Device, now: Millis, pin?: string): GasDisplay {
  const { registers, valve, variant, battery } = gsmeLifeOf(device);
  const store = storeOf(device);
  const seconds = device.clock.status === 'invalid' ? undefined : toSeconds2000(device.localTime(now));
  const { wattHours, millipence } = consumptionToday(store, seconds);
  const contact = store.record('contact');
  const text = (field: string): string => toAscii(octetsIn(contact, field));
  const state = valve.supply;
  return {
    register: registerText(store.number(METERING, TOTAL), variant),
    supply: { state, testing: valve.testing, text: valve.testing ? 'testing' : SUPPLY_TEXTS[state] },
    mode: new ZclAccount(store).prepayment ? 'prepayment' : 'credit',
    ...(pinAllows(store, pin) && { account: accountDisplay(store) }),
    today: { kilowattHours: kilowattHours(wattHours), cost: moneyText(store, millipence) },
    price: priceText(registers.price(now)),
    message: messageIn(store),
    supplier: { name: text('Proposed Provider Name'), phone: text('Proposed Provider Contact Details') },
    batteryDays: battery.days,
  };
}
