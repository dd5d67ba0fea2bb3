import type { Device } from '../device/device.ts';
import { moneyText, priceText } from '../device/display-text.ts';
import type { SupplyState } from '../device/life/supply-switch.ts';
import { combinedCredit, emergencyOwed, standingOf } from '../device/payment/standing.ts';
import { ZclAccount } from '../device/zcl/account.ts';
import { consumptionToday } from '../device/zcl/consumption-today.ts';
import { storeOf } from '../device/zcl/engine.ts';
import { zclNonDisablement } from '../device/zcl/non-disablement.ts';
import { octetsIn } from '../device/zcl/plain.ts';
import type { ZclStore } from '../device/zcl/store.ts';
import { toAscii } from '../kernel/bytes.ts';
import { type Millis, toSeconds2000 } from '../kernel/time.ts';
import type { GasValve } from './gas-valve.ts';
import { gsmeLifeOf } from './life.ts';
import type { GasVariant } from './variants.ts';

const METERING = 0x0702;
const PRICE = 0x0700;
const TOTAL = 0x0000;
const CURRENCY = 0x0616;
const EURO = 978;

/** Digits a domestic gas meter shows of its register, three of them behind the point (SECMP0006). */
const DIGITS = 8;
const DECIMALS = 3;

/** Money of a prepayment or credit account, in pounds or euros, cut off after the second decimal. */
export interface GasAccountDisplay {
  /** Credit left, or in credit mode what is due. */
  readonly balance: string;
  readonly lowCredit: boolean;
  /** Balance and emergency credit in use; absent in credit mode like what follows. */
  readonly availableCredit?: string;
  readonly emergencyCredit?: Readonly<{ state: 'available' | 'in use' | 'not available'; remaining: string; owed: string }>;
  /** What is still to be recovered. */
  readonly debts?: Readonly<{ time1: string; time2: string; payment: string; accumulated: string }>;
}

/** What a household sees on a gas meter, in words and digits. */
export interface GasDisplay {
  /** Cubic metres. */
  readonly register: string;
  readonly supply: Readonly<{ state: SupplyState; testing: boolean; text: string }>;
  readonly mode: 'credit' | 'prepayment';
  /** `rate 2`, or `block 3`. */
  readonly rate: string;
  /** Of a kilowatt hour. */
  readonly price: string;
  readonly today: Readonly<{ kilowattHours: string; cost: string }>;
  /** Shown during non-disablement periods. */
  readonly nonDisablement: 'F' | undefined;
  readonly message: string | undefined;
  readonly supplier: Readonly<{ name: string; phone: string }>;
  /** Customer Identification Number. */
  readonly customer: string;
  readonly batteryDays: number;
  /** Behind the privacy PIN; undefined without it. */
  readonly account?: GasAccountDisplay;
}

const SUPPLY_TEXTS: Readonly<Record<SupplyState, string>> = {
  enabled: 'on',
  armed: 'ready: hold the button to turn on',
  disabled: 'off',
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

/** What the display of a gas meter shows. @param open whether no PIN protects it, or it has been entered */
export function gasDisplay(device: Device, now: Millis, open: boolean): GasDisplay {
  const { registers, valve, variant, battery } = gsmeLifeOf(device);
  const store = storeOf(device);
  const account = new ZclAccount(store);
  const seconds = device.clock.status === 'invalid' ? undefined : toSeconds2000(device.localTime(now));
  const { wattHours, millipence } = consumptionToday(store, seconds);
  const [contact, customer] = [store.record('contact'), store.record('customerNumber')];
  const message = store.record('message');
  const { tier, block } = registers.counting(now);
  return {
    register: registerText(store.number(METERING, TOTAL), variant),
    supply: supplyDisplay(valve),
    mode: account.prepayment ? 'prepayment' : 'credit',
    rate: tier > 0 ? `rate ${tier}` : `block ${block + 1}`,
    price: priceText(inPounds(store), registers.price(now)),
    today: { kilowattHours: kilowattHours(wattHours), cost: moneyText(inPounds(store), millipence) },
    nonDisablement: isHeld(device, account, now) ? 'F' : undefined,
    message: typeof message?.Message === 'string' && message.Acknowledged !== true ? message.Message : undefined,
    supplier: {
      name: toAscii(octetsIn(contact, 'Proposed Provider Name')),
      phone: toAscii(octetsIn(contact, 'Proposed Provider Contact Details')),
    },
    customer: toAscii(octetsIn(customer, 'CustomerID Number')),
    batteryDays: battery.days,
    ...(open && { account: accountDisplay(device, account) }),
  };
}

const inPounds = (store: ZclStore): boolean => store.number(PRICE, CURRENCY) !== EURO;

function supplyDisplay({ supply: state, testing, locked }: GasValve): GasDisplay['supply'] {
  const text = locked ? 'off: call your supplier' : SUPPLY_TEXTS[state];
  return { state, testing, text: testing ? 'testing for leaks' : text };
}

/** Supply is not disabled for want of credit now. */
function isHeld(device: Device, { prepayment }: ZclAccount, now: Millis): boolean {
  const known = device.clock.status !== 'invalid';
  return prepayment && known && zclNonDisablement(storeOf(device)).isActive(device.localTime(now));
}

function accountDisplay(device: Device, account: ZclAccount): GasAccountDisplay {
  const pounds = inPounds(storeOf(device));
  const money = (name: Parameters<ZclAccount['balance']>[0]): string => moneyText(pounds, account.balance(name));
  if (!account.prepayment) return { balance: money('billToDate'), lowCredit: false };
  const standing = standingOf(account, device.parameters.creditThresholdsInclusive);
  return {
    balance: money('meterBalance'),
    lowCredit: standing.low,
    availableCredit: moneyText(pounds, combinedCredit(account)),
    emergencyCredit: {
      state: account.emergencyActive ? 'in use' : standing.available ? 'available' : 'not available',
      remaining: money('emergencyCredit'),
      owed: moneyText(pounds, emergencyOwed(account)),
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
