import { PRICE_INDICES } from '../../firmware-sim/device/cosem/default-values.ts';
import type { Plain } from '../../firmware-sim/device/cosem/value.ts';
import type { ZclAttribute } from '../../firmware-sim/device/zcl/store.ts';

/** Values that a variant leaves the factory with, by the keys of objects: COSEM ones in plain form, ZCL attributes as they are. */
export interface Start {
  readonly cosem?: Readonly<Record<string, Plain>>;
  readonly zcl?: Readonly<Record<string, ZclAttribute['value']>>;
}

const PRICES = '113/0-0:19.20.0.255/5';
const STANDING_CHARGE = '113/0-0:19.20.4.255/5';
const BALANCES = '1/0-0:94.44.34.30/2';
const ACCOUNT = '111/0-0:19.0.0.255/2';
const REFERENCES = '111/0-0:19.0.0.255/11';
const DAYS = '20/0-0:13.0.0.255/5';
const THRESHOLDS = '21/0-0:16.0.11.255/2';

const TARIFF_SCRIPTS = '00000a0064ff';
const IMPORT: Plain = [3, '0100010800ff', 2];
const NO_COMMODITY: Plain = [0, '000000000000', 0];

/** A price matrix in millipence for each kilowatt hour, zero where nothing is said (structures of ECS01a). */
function prices(of: Readonly<Record<string, number>>): Plain {
  return [[3, -5], IMPORT, PRICE_INDICES.map((index): Plain => [index, of[index] ?? 0])];
}

/** Millipence for each day. */
const standingCharge = (millipence: number): Plain => [[0, -5], NO_COMMODITY, [['', millipence]]];

/** Every day the same: hours and minutes at which tariffs begin, with their selectors. */
function everyDay(switches: readonly (readonly [hour: number, minute: number, selector: number])[]): Plain {
  const octet = (value: number): string => value.toString(16).padStart(2, '0');
  return [
    [1, switches.map(([hour, minute, selector]): Plain => [`${octet(hour)}${octet(minute)}0000`, TARIFF_SCRIPTS, selector])],
  ];
}

const BALANCE = '0000130a00ff';
const charge = (number: number): string => `00001314${number.toString(16).padStart(2, '0')}ff`;

/** Credit mode: the balance pays consumption and standing charge (RTDS 4.5.0 ECS02). */
const paidByBalance = (charges: readonly number[]): Plain => charges.map((one): Plain => [BALANCE, charge(one), '111']);
const CREDIT_MODE: Plain = [1, 2];
const NO_BALANCES: Plain = [0, 500_000, 0, 0, 0, 0];

/** Prices of a British household about 2024, rounded (ours): 24.5p for each kilowatt hour, 53p a day. */
const DAY_PRICE = 24_500;
const STANDING: Readonly<Record<string, Plain>> = { [STANDING_CHARGE]: standingCharge(53_000) };

/** Gas in credit mode, and with prepayment (behaviour.md, GSME_PAYCTL). */
const GAS_CREDIT = 0x0c94;

/** Ways a meter may start, by name. */
const STARTS_TABLE = {
  credit: {
    cosem: { [ACCOUNT]: CREDIT_MODE, [REFERENCES]: paidByBalance([0, 4]), [BALANCES]: NO_BALANCES },
    zcl: { '0705/0000': GAS_CREDIT, '0702/0a00': 0, '0705/0211': 0, '0705/0221': 0, '0705/0231': 0 },
  },
  creditTwin: {
    cosem: { [ACCOUNT]: CREDIT_MODE, [REFERENCES]: paidByBalance([0, 4, 5]), [BALANCES]: NO_BALANCES, ...STANDING },
  },
  prepayment: {
    cosem: { [BALANCES]: [1_000_000, 500_000, 0, 0, 0, 0] },
    zcl: { '0705/0001': 1_000_000, '0705/0211': 0, '0705/0221': 0, '0705/0231': 0 },
  },
  flat: { cosem: { [DAYS]: everyDay([[0, 0, 1]]), [PRICES]: prices({ '01': DAY_PRICE }), ...STANDING } },
  threeRates: {
    cosem: {
      [DAYS]: everyDay([
        [0, 0, 2],
        [5, 30, 1],
        [16, 0, 3],
        [19, 0, 1],
      ]),
      [PRICES]: prices({ '01': DAY_PRICE, '02': 9_500, '03': 42_000 }),
      ...STANDING,
    },
  },
  blocks: {
    cosem: {
      [DAYS]: everyDay([[0, 0, 101]]),
      [THRESHOLDS]: [50_000, 100_000, 200_000],
      [PRICES]: prices({ a1: 18_000, b1: DAY_PRICE, c1: 30_000, d1: 36_000 }),
      ...STANDING,
    },
  },
} as const satisfies Readonly<Record<string, Start>>;

export type StartName = keyof typeof STARTS_TABLE;

/** What a way to start sets. */
export const STARTS: Readonly<Record<StartName, Start>> = STARTS_TABLE;
