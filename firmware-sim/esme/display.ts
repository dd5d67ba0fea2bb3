import { CosemAccount } from '../device/cosem/account.ts';
import { MESSAGE, MESSAGE_READ } from '../device/cosem/household.ts';
import { logSourceOf } from '../device/cosem/log-source.ts';
import { cosemNonDisablement } from '../device/cosem/non-disablement.ts';
import { octetsOf } from '../device/cosem/numbers.ts';
import { objectsOf } from '../device/cosem/objects.ts';
import type { CosemKey, CosemStore } from '../device/cosem/store.ts';
import { readLogForHome, visibleSince } from '../device/cosem/tenancy.ts';
import type { Device } from '../device/device.ts';
import { moneyText, priceText } from '../device/display-text.ts';
import type { SupplyState } from '../device/life/supply-switch.ts';
import type { Account } from '../device/payment/account.ts';
import type { Element } from '../device/payment/spending.ts';
import { combinedCredit, emergencyOwed, standingOf } from '../device/payment/standing.ts';
import { toAscii } from '../kernel/bytes.ts';
import { fromSeconds2000, type Millis, toIso, toSeconds2000 } from '../kernel/time.ts';
import type { HistoryKind } from './consumption-history.ts';
import { esmeLifeOf } from './life.ts';

/** Import of the primary and the secondary element, and export (GBCS mapping table, ECS17a, ECS17b). */
const IMPORT: CosemKey = '1/0-0:94.44.34.10/2';
const EXPORT: CosemKey = '3/1-0:2.8.0.255/2';
const POWER: CosemKey = '1/0-0:94.44.34.20/2';
/** Pounds, or else euros. */
const IN_POUNDS: CosemKey = '9000/0-0:94.44.2.0/2';
const DAILY_LOG: CosemKey = '7/0-0:99.1.3.255/2';
const SUPPLIER: Readonly<Record<'name' | 'phone', CosemKey>> = {
  name: '9000/0-0:96.13.1.255/2',
  phone: '9000/0-0:96.13.0.255/2',
};
const CUSTOMER: CosemKey = '1/0-3:96.13.1.255/2';

/** Digits of a register in kilowatt hours, cut off (ours: common on the meters that are installed). */
const REGISTER_DIGITS = 6;
const DAYS_SHOWN = 7;
const DAY_MS: Millis = 86_400_000;

/** What an element is charged at now. */
export interface RateDisplay {
  readonly element: Element;
  /** `rate 1`, `rate 3, block 2`; undefined while nothing is known of it. */
  readonly rate: string | undefined;
  /** Of a kilowatt hour. */
  readonly price: string | undefined;
}

/** Money of a prepayment or credit account, in pounds or euros, cut off after the second decimal. */
export interface ElectricityAccountDisplay {
  readonly balance: string;
  readonly lowCredit: boolean;
  /** Balance and emergency credit in use. */
  readonly availableCredit: string;
  /** Lines of emergency credit; the display alternates between them. Absent in credit mode. */
  readonly emergencyCredit?: Readonly<{ state: 'available' | 'in use' | 'not available'; lines: readonly [string, string] }>;
  /** What is still to be recovered; absent in credit mode. */
  readonly debts?: Readonly<{ time1: string; time2: string; payment: string; accumulated: string }>;
}

/** What a household sees on an electricity meter, in words and digits. */
export interface EsmeDisplay {
  /** Kilowatt hours of import; of the secondary element where there is one; of export. */
  readonly registers: Readonly<{ import: string; secondary?: string; export: string }>;
  /** Active import now. */
  readonly power: string;
  readonly mode: 'credit' | 'prepayment';
  readonly supply: Readonly<{ state: SupplyState; text: string }>;
  readonly rates: readonly RateDisplay[];
  /** Shown during non-disablement periods. */
  readonly nonDisablement: 'F' | undefined;
  readonly message: string | undefined;
  readonly supplier: Readonly<{ name: string; phone: string }>;
  /** Customer Identification Number. */
  readonly customer: string;
  /** `boost 12 min`, rounded up; undefined while there is none. */
  readonly boost: string | undefined;
  /** Behind the privacy PIN; undefined without it. */
  readonly account?: ElectricityAccountDisplay;
  /** Consumption of the last days, newest first, as far as this household may see it; behind the PIN too. */
  readonly history?: readonly Readonly<{ day: string; kilowattHours: string }>[];
  /** Consumption and its cost today and on days before, this week, this month and so on, behind the PIN too. */
  readonly spent?: Readonly<Record<HistoryKind, readonly SpentDisplay[]>>;
}

/** What was consumed in a period, and what it cost without standing charge. */
export interface SpentDisplay {
  /** First day. */
  readonly from: string;
  readonly kilowattHours: string;
  readonly cost: string;
}

const SUPPLY_TEXTS: Readonly<Record<SupplyState, string>> = {
  enabled: 'on',
  armed: 'ready: hold the button to turn on',
  disabled: 'off',
};

/** What the display of an electricity meter shows. @param open whether no PIN protects it, or it has been entered */
export function esmeDisplay(device: Device, now: Millis, open: boolean): EsmeDisplay {
  const store = objectsOf(device);
  const { supply, locked } = esmeLifeOf(device).supply;
  const account = new CosemAccount(device);
  const text = (key: CosemKey): string => toAscii(octetsOf(store.get(key)));
  return {
    registers: registersIn(store),
    power: `${Number(store.get(POWER)?.children[0]?.value ?? 0)} W`,
    mode: account.prepayment ? 'prepayment' : 'credit',
    supply: { state: supply, text: locked ? 'off: call your supplier' : SUPPLY_TEXTS[supply] },
    rates: ratesOf(device, now),
    nonDisablement: isHeld(device, account, now) ? 'F' : undefined,
    message: store.has(MESSAGE_READ) ? undefined : text(MESSAGE) || undefined,
    supplier: { name: text(SUPPLIER.name), phone: text(SUPPLIER.phone) },
    customer: text(CUSTOMER),
    boost: boostText(esmeLifeOf(device).auxiliary.boost.until, now),
    ...(open && {
      account: accountOf(device, account),
      history: historyOf(device, now),
      spent: { days: spentIn(device, now, 'days'), weeks: spentIn(device, now, 'weeks'), months: spentIn(device, now, 'months') },
    }),
  };
}

const MINUTE_MS: Millis = 60_000;

const boostText = (until: Millis | undefined, now: Millis): string | undefined =>
  until === undefined ? undefined : `boost ${Math.ceil((until - now) / MINUTE_MS)} min`;

/** Kilowatt hours as a register shows them: whole ones, nothing rounded up. */
export function registerText(wattHours: number): string {
  return String(Math.floor(wattHours / 1_000)).padStart(REGISTER_DIGITS, '0');
}

function registersIn(store: CosemStore): EsmeDisplay['registers'] {
  const [imported, , , , secondary] = store.get(IMPORT)?.children ?? [];
  return {
    import: registerText(Number(imported?.value ?? 0)),
    ...(secondary && { secondary: registerText(Number(secondary.value)) }),
    export: registerText(Number(store.get(EXPORT)?.value ?? 0)),
  };
}

const inPounds = (store: CosemStore): boolean => store.get(IN_POUNDS)?.value !== false;

/** `tou-1` is rate 1; `block-2-3` rate 3 in its second block. */
function rateText(register: string): string {
  const [kind, first, second] = register.split('-');
  return kind === 'block' ? `rate ${second}, block ${first}` : `rate ${first}`;
}

function ratesOf(device: Device, now: Millis): readonly RateDisplay[] {
  const { tariff } = esmeLifeOf(device);
  return tariff.elements.map((element) => {
    const [register, price] = [tariff.register(element, now), tariff.price(element, now)];
    return {
      element,
      rate: register === undefined ? undefined : rateText(register),
      price: price && priceText(inPounds(objectsOf(device)), price),
    };
  });
}

/** Supply is not disabled for want of credit now. */
function isHeld(device: Device, { prepayment }: Account, now: Millis): boolean {
  const known = device.clock.status !== 'invalid';
  return prepayment && known && cosemNonDisablement(device).isActive(device.localTime(now));
}

function accountOf(device: Device, account: Account): ElectricityAccountDisplay {
  const store = objectsOf(device);
  const money = (millipence: number): string => moneyText(inPounds(store), millipence);
  const standing = standingOf(account, device.parameters.creditThresholdsInclusive);
  const shown = { balance: money(account.balance('meterBalance')), lowCredit: standing.low };
  if (!account.prepayment) return { ...shown, availableCredit: shown.balance };
  const offered = standing.available ? 'available' : 'not available';
  return {
    ...shown,
    availableCredit: money(combinedCredit(account)),
    emergencyCredit: {
      state: account.emergencyActive ? 'in use' : offered,
      lines: [
        `emergency credit ${money(account.balance('emergencyCredit'))}`,
        `emergency credit owed ${money(emergencyOwed(account))}`,
      ],
    },
    debts: {
      time1: money(account.balance('timeDebt1')),
      time2: money(account.balance('timeDebt2')),
      payment: money(account.balance('paymentDebt')),
      accumulated: money(account.balance('accumulatedDebt')),
    },
  };
}

function historyOf(device: Device, now: Millis): NonNullable<EsmeDisplay['history']> {
  const at = device.localTime(now);
  const range = { from: toSeconds2000(at - DAYS_SHOWN * DAY_MS), to: toSeconds2000(at) };
  const rows = readLogForHome(logSourceOf(device, objectsOf(device), at), DAILY_LOG, range)?.children ?? [];
  return [...rows].reverse().map(({ children: [end, wattHours] }) => ({
    day: toIso(fromSeconds2000(Number(end?.value)) - DAY_MS).slice(0, 10),
    kilowattHours: kilowattHours(Number(wattHours?.value ?? 0)),
  }));
}

const kilowattHours = (wattHours: number): string => (wattHours / 1_000).toFixed(3);

/** Periods that lie in the household's own tenancy, the present one first. */
function spentIn(device: Device, now: Millis, kind: HistoryKind): readonly SpentDisplay[] {
  const store = objectsOf(device);
  const since = visibleSince(store, device.localTime(now)) ?? 0;
  const values = esmeLifeOf(device).logs.history.values(kind);
  return values
    .filter(({ from }) => from >= since)
    .map(({ from, wattHours, millipence }) => ({
      from: toIso(from).slice(0, 10),
      kilowattHours: kilowattHours(wattHours),
      cost: moneyText(inPounds(store), millipence),
    }));
}
