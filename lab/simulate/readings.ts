import type { Element } from '../../firmware-sim/codec/element.ts';
import type { CosemStore } from '../../firmware-sim/device/cosem/store.ts';
import type { Device } from '../../firmware-sim/device/device.ts';
import type { ZclStore } from '../../firmware-sim/device/zcl/store.ts';
import type { MeterType } from './simulated-meter.ts';

/** How a reading is shown to people. */
export type Unit = 'energy' | 'reactive' | 'volume' | 'money' | 'price' | 'number';

/** Something that a simulation follows from day to day. */
export interface Reading {
  /** Name in JSON and CSV, with its unit. */
  readonly name: string;
  readonly title: string;
  readonly unit: Unit;
  /** `register`: its growth is what people look at; `balance`: it goes up and down; `setting`: what holds at the time. */
  readonly kind: 'register' | 'balance' | 'setting';
}

/** A reading of an ESME: an attribute, or a field inside one. */
interface CosemReading extends Reading {
  readonly key: string;
  readonly path?: readonly number[];
}

/** A reading of a GSME: an attribute. */
interface ZclReading extends Reading {
  readonly attribute: readonly [cluster: number, attribute: number];
}

const IMPORT = '1/0-0:94.44.34.10/2';

/** Values inside objects of an ESME (GBCS mapping table; structures of ECS17, ECS19, ECS24). */
const ESME_READINGS: readonly CosemReading[] = [
  { name: 'importWh', title: 'imported', unit: 'energy', kind: 'register', key: IMPORT, path: [0] },
  { name: 'importVarh', title: 'reactive in', unit: 'reactive', kind: 'register', key: IMPORT, path: [2] },
  { name: 'secondaryWh', title: 'secondary', unit: 'energy', kind: 'register', key: IMPORT, path: [4] },
  { name: 'exportWh', title: 'exported', unit: 'energy', kind: 'register', key: '3/1-0:2.8.0.255/2' },
  { name: 'exportVarh', title: 'reactive out', unit: 'reactive', kind: 'register', key: '3/1-0:4.8.0.255/2' },
  { name: 'meterBalanceMillipence', title: 'balance', unit: 'money', kind: 'balance', key: '112/0-0:19.10.0.255/2' },
  {
    name: 'emergencyCreditMillipence',
    title: 'emergency credit',
    unit: 'money',
    kind: 'balance',
    key: '112/0-0:19.10.1.255/2',
  },
  {
    name: 'accumulatedDebtMillipence',
    title: 'accumulated debt',
    unit: 'money',
    kind: 'balance',
    key: '112/0-0:19.10.2.255/2',
  },
  { name: 'timeDebt1Millipence', title: 'time debt 1', unit: 'money', kind: 'balance', key: '113/0-0:19.20.1.255/2' },
  { name: 'timeDebt2Millipence', title: 'time debt 2', unit: 'money', kind: 'balance', key: '113/0-0:19.20.2.255/2' },
  { name: 'paymentDebtMillipence', title: 'payment debt', unit: 'money', kind: 'balance', key: '113/0-0:19.20.3.255/2' },
  { name: 'priceMillipencePerKwh', title: 'price', unit: 'price', kind: 'setting', key: '3/0-0:94.44.1.7/2' },
  {
    name: 'secondaryPriceMillipencePerKwh',
    title: 'secondary price',
    unit: 'price',
    kind: 'setting',
    key: '3/0-0:94.44.1.8/2',
  },
  { name: 'paymentMode', title: 'payment mode', unit: 'number', kind: 'setting', key: '111/0-0:19.0.0.255/2', path: [0] },
];

const METERING = 0x0702;
const PREPAYMENT = 0x0705;
const DEBT_AMOUNTS = [0x0211, 0x0221, 0x0231] as const;

/** Attributes of a GSME (GBCS mapping table). */
const GSME_READINGS: readonly ZclReading[] = [
  { name: 'volumeLitres', title: 'volume', unit: 'volume', kind: 'register', attribute: [METERING, 0x0000] },
  { name: 'meterBalanceMillipence', title: 'balance', unit: 'money', kind: 'balance', attribute: [PREPAYMENT, 0x0001] },
  {
    name: 'emergencyCreditMillipence',
    title: 'emergency credit',
    unit: 'money',
    kind: 'balance',
    attribute: [PREPAYMENT, 0x0002],
  },
  {
    name: 'accumulatedDebtMillipence',
    title: 'accumulated debt',
    unit: 'money',
    kind: 'balance',
    attribute: [PREPAYMENT, 0x0005],
  },
  {
    name: 'timeDebt1Millipence',
    title: 'time debt 1',
    unit: 'money',
    kind: 'balance',
    attribute: [PREPAYMENT, DEBT_AMOUNTS[0]],
  },
  {
    name: 'timeDebt2Millipence',
    title: 'time debt 2',
    unit: 'money',
    kind: 'balance',
    attribute: [PREPAYMENT, DEBT_AMOUNTS[1]],
  },
  {
    name: 'paymentDebtMillipence',
    title: 'payment debt',
    unit: 'money',
    kind: 'balance',
    attribute: [PREPAYMENT, DEBT_AMOUNTS[2]],
  },
  { name: 'billToDateMillipence', title: 'bill to date', unit: 'money', kind: 'balance', attribute: [METERING, 0x0a00] },
  { name: 'batteryDays', title: 'battery', unit: 'number', kind: 'setting', attribute: [METERING, 0x0205] },
];

/** What is followed of a type of meter, in the order it is shown. */
export function readingsOf(type: MeterType): readonly Reading[] {
  return type === 'ESME' ? ESME_READINGS : GSME_READINGS;
}

/** Values by the names of readings; one that the device does not have is left out. */
export type Values = Readonly<Record<string, number>>;

function cosemNumber(store: CosemStore, { key, path = [] }: CosemReading): number | undefined {
  let element: Element | undefined = store.get(key);
  for (const index of path) element = element?.children[index];
  const value = element?.value;
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : undefined;
}

function zclNumber(store: ZclStore, { attribute: [cluster, attribute] }: ZclReading): number | undefined {
  const value = store.attribute(cluster, attribute)?.value;
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : undefined;
}

/** What the device's objects hold now. */
export function readValues({ cosem, zcl }: Device): Values {
  const cosemValues = cosem ? ESME_READINGS.map((reading) => [reading.name, cosemNumber(cosem, reading)] as const) : [];
  const zclValues = zcl ? GSME_READINGS.map((reading) => [reading.name, zclNumber(zcl, reading)] as const) : [];
  const known = [...cosemValues, ...zclValues].filter((entry): entry is [string, number] => entry[1] !== undefined);
  return Object.fromEntries(known);
}

/** State of the load switch or valve in words. */
const COSEM_SUPPLY: readonly string[] = ['disabled', 'enabled', 'armed'];
const ZCL_SUPPLY: readonly string[] = ['disabled', 'armed', 'enabled'];
const SUPPLY_KEY = '70/0-0:96.3.10.255/3';
const SUPPLY_STATUS = 0x0014;

/** Whether supply is enabled, armed or disabled (Blue Book 4.5.8 control state; ZSE supply status). */
export function supplyOf({ cosem, zcl }: Device): string {
  const state = cosem ? Number(cosem.get(SUPPLY_KEY)?.value) : zcl?.number(METERING, SUPPLY_STATUS);
  return (cosem ? COSEM_SUPPLY : ZCL_SUPPLY)[state ?? -1] ?? 'unknown';
}
