import type { Plain } from './value.ts';

/*
 * What a meter set up for a home with prepayment holds, where it is not zero: little credit left, emergency credit on offer. Values are made up; scalers, units and
 * constants are those of the GBCS mapping table (Blue Book units: 27 W, 30 Wh, 32 varh, 254 price, 255 count).
 */

const WH: Plain = [0, 30];
const VARH: Plain = [0, 32];
const WATT: Plain = [0, 27];
const COUNT: Plain = [0, 255];
const PRICE: Plain = [-5, 254];

/** Now and never of an activation time (RTDS 4.5.0). */
const NEVER = 'ffffffffffffffffff8000ff';

const TARIFF_SCRIPTS = '00000a0064ff';
const AUXILIARY_SCRIPTS = '00000a0067ff';
const NON_DISABLEMENT_SCRIPTS = '00000a006aff';
const DEMAND_SCRIPTS = '00000a8064ff';

const BALANCE = '0000130a00ff';
const EMERGENCY = '0000130a01ff';
const ACCUMULATED = '0000130a02ff';
const charge = (f: number): string => `00001314${f.toString(16).padStart(2, '0')}ff`;

const hexOctet = (value: number): string => value.toString(16).padStart(2, '0');

/** Indices of the price matrix in the order of the wire: TOU 1 to 48, then 4 blocks of 8 columns (structures of ECS01a). */
export const PRICE_INDICES: readonly string[] = [
  ...Array.from({ length: 48 }, (_, i) => hexOctet(i + 1)),
  ...['a', 'b', 'c', 'd'].flatMap((block) => Array.from({ length: 8 }, (_, i) => `${block}${i + 1}`)),
];

const prices = (of: Readonly<Record<string, number>>): Plain => PRICE_INDICES.map((index) => [index, of[index] ?? 0]);

const PRIMARY_COMMODITY: Plain = [3, '0100010800ff', 2];
const SECONDARY_COMMODITY: Plain = [3, '0114010800ff', 2];
const NO_COMMODITY: Plain = [0, '000000000000', 0];
const flat = (amount: number): Plain => [[0, -5], NO_COMMODITY, [['', amount]]];

const PRIMARY_PRICES: Plain = [[3, -5], PRIMARY_COMMODITY, prices({ '01': 24_500, '02': 9_500 })];
const SECONDARY_PRICES: Plain = [
  [3, -5],
  SECONDARY_COMMODITY,
  [
    ['01', 12_500],
    ['02', 0],
    ['03', 0],
    ['04', 0],
  ],
];

const SEASONS: Plain = [['616c6c', '07df0101ff000000008000ff', '01']];
const WEEKS: Plain = [['01', 1, 1, 1, 1, 1, 1, 1]];
const primaryDay: Plain = [
  1,
  [
    ['00000000', TARIFF_SCRIPTS, 2],
    ['07000000', TARIFF_SCRIPTS, 1],
  ],
];
const secondaryDay: Plain = [1, [['00000000', TARIFF_SCRIPTS, 201]]];
const CHRISTMAS: Plain = [[1, 'ffff0c19ff', 1]];

const EVERY_DAY = '1111111';
const FROM_ANY = 'ffffffffff';
const schedule = (index: number, script: string, selector: number, time: string, begin = FROM_ANY): Plain => [
  index,
  true,
  script,
  selector,
  time,
  0xffff,
  EVERY_DAY,
  '',
  begin,
  FROM_ANY,
];
const NON_DISABLEMENT: Plain = [
  schedule(1, NON_DISABLEMENT_SCRIPTS, 32, '16000000', '07df0101ff'),
  schedule(2, NON_DISABLEMENT_SCRIPTS, 33, '0a000000', '07df0101ff'),
];
const AUXILIARY_CALENDAR: Plain = [
  schedule(1, AUXILIARY_SCRIPTS, 0x101, '00000000', '07df0101ff'),
  schedule(2, AUXILIARY_SCRIPTS, 0x102, '07000000', '07df0101ff'),
];
const DEMAND_PERIOD: Plain = [
  schedule(1, DEMAND_SCRIPTS, 1, '10000000', '000001ffff'),
  schedule(2, DEMAND_SCRIPTS, 2, '13000000', '000001ffff'),
];

/** Which credit pays which charge on a twin-element meter in credit mode (RTDS 4.5.0 ECS02). */
const CREDIT_MODE_LIST: Plain = [0, 4, 5].map((f): Plain => [BALANCE, charge(f), '111']);
const bits = (f: number): string => (f === 1 || f === 2 ? '110' : '111');
const SINGLE_PREPAYMENT_LIST: readonly Plain[] = [
  ...[0, 4, 1, 2, 3].map((f): Plain => [BALANCE, charge(f), bits(f)]),
  ...[3, 0, 4, 1, 2].map((f): Plain => [EMERGENCY, charge(f), bits(f)]),
  ...[4, 1, 2].map((f): Plain => [ACCUMULATED, charge(f), '111']),
];
/** Prepayment with debts suspended in emergency credit (RTDS 4.5.0 ECS26a). */
const PREPAYMENT_LIST: Plain = [...SINGLE_PREPAYMENT_LIST, [BALANCE, charge(5), '111'], [EMERGENCY, charge(5), '111']];

const AUXILIARY_TYPES = ['0000000000000000', '00db123456789097', 'ff', '0000000000000000', 'ff'];
const STATES = '{"outputState": 0, "inputState": 0}';

type Values = Record<string, Plain>;

/** Every configurable code is sent and logged until somebody silences it. */
function alertSettings(): Values {
  const all = '1'.repeat(256);
  const objects = [...[15, 16, 17, 18].map((f) => `0-30:97.98.${f}.255`), ...[15, 18].map((f) => `0-33:97.98.${f}.255`)];
  return Object.fromEntries(objects.map((obis) => [`1/${obis}/2`, all]));
}

function voltage(): Values {
  const out: Values = {};
  for (const phase of [32, 52, 72]) {
    out[`1/1-0:${phase}.31.0.4/2`] = 210;
    out[`1/1-0:${phase}.35.0.4/2`] = 258;
    out[`3/1-0:${phase}.32.0.4/3`] = COUNT;
    out[`3/1-0:${phase}.36.0.4/3`] = COUNT;
    out[`3/1-0:${phase}.32.0.4/2`] = 3;
    out[`3/1-0:${phase}.36.0.4/2`] = 5;
    out[`7/1-0:${phase}.24.0.255/4`] = 1800;
  }
  for (const [monitor, threshold] of [270, 190, 207, 262].entries()) {
    out[`71/0-0:17.0.${monitor + 1}.255/4`] = threshold;
    out[`71/0-0:17.0.${monitor + 1}.255/6`] = 60;
  }
  return out;
}

function auxiliary(): Values {
  const out: Values = {};
  for (let n = 1; n <= 5; n++) {
    out[`1/0-0:94.44.0.1${n}/2`] = `Auxiliary load ${n}`;
    out[`1/0-0:94.44.0.2${n}/2`] = AUXILIARY_TYPES[n - 1] ?? '';
    out[`1/0-0:94.44.0.3${n}/2`] = STATES;
    out[`1/0-0:94.44.6.${n}/2`] = n === 1;
    out[`70/0-${n}:96.3.10.255/2`] = false;
  }
  out['1/0-0:94.44.7.255/2'] = true;
  return out;
}

function thresholds(): Values {
  const out: Values = {};
  for (let column = 1; column <= 8; column++) {
    out[`21/0-0:16.0.1${column}.255/2`] = [0xffffffff, 0xffffffff, 0xffffffff];
    out[`21/0-0:16.1.1${column}.255/2`] = [0xffffffff, 0xffffffff, 0xffffffff];
  }
  return out;
}

/** Attributes of every kind of electricity meter that are not zero. */
export const ESME_VALUES: Readonly<Values> = {
  ...voltage(),
  ...auxiliary(),
  ...thresholds(),
  ...alertSettings(),
  '1/0-0:94.44.0.0/2': 0,
  '1/0-0:94.44.0.1/2': 0,
  '1/0-0:94.44.0.2/2': 2_000,
  '1/0-0:94.44.0.4/2': false,
  '1/0-0:94.44.3.2/2': '07df0101ff000000008000ff',
  '1/0-0:94.44.34.1/2': [[7_200_000, 3_100_000], [1_400_000]],
  '1/0-0:94.44.34.10/2': [10_300_000, WH, 420_000, VARH, 1_400_000],
  '1/0-0:94.44.34.11/2': '31323030303030303030303131',
  '1/0-0:94.44.34.20/2': [640, WATT, 0],
  '1/0-0:94.44.34.30/2': [80_000, 500_000, 0, 0, 0, 0],
  '1/0-0:94.44.5.0/2': '07df0101ff000000008000ff',
  '1/0-0:94.44.5.1/2': '07df0101ff000000008000ff',
  '1/0-0:94.44.5.2/2': '07df0101ff000000008000ff',
  '1/0-0:96.1.2.255/2': '42',
  '1/0-0:96.1.4.255/2': '48414e424e434845',
  '1/0-0:96.1.6.255/2': '48414e42',
  '1/0-2:96.13.1.255/2': '',
  '1/0-3:96.13.1.255/2': '30303030',
  '1/1-0:0.0.2.255/2': '31323030303030303030303133',
  '3/0-0:94.44.1.7/2': 24_500,
  '3/0-0:94.44.1.7/3': PRICE,
  '3/0-0:94.44.1.8/2': 12_500,
  '3/0-0:94.44.1.8/3': PRICE,
  '3/0-0:94.44.42.255/2': 2,
  '3/0-0:94.44.42.255/3': COUNT,
  '3/1-0:2.8.0.255/2': 1_250_000,
  '3/1-0:2.8.0.255/3': WH,
  '3/1-0:4.8.0.255/2': 80_000,
  '3/1-0:4.8.0.255/3': VARH,
  '4/1-0:1.6.0.255/2': 5_200,
  '4/1-0:1.6.0.255/3': WATT,
  '4/1-0:1.6.0.255/5': '07df0101ff000000008000ff',
  '4/1-0:1.6.1.255/2': 4_100,
  '4/1-0:1.6.1.255/3': WATT,
  '4/1-0:1.6.1.255/5': '07df0101ff000000008000ff',
  '4/1-0:2.6.0.255/2': 2_800,
  '4/1-0:2.6.0.255/3': WATT,
  '4/1-0:2.6.0.255/5': '07df0101ff000000008000ff',
  '8/0-0:1.0.0.255/9': 5,
  '10/0-0:12.0.0.255/2': DEMAND_PERIOD,
  '10/0-0:12.0.1.255/2': NON_DISABLEMENT,
  '10/0-0:12.0.2.255/2': AUXILIARY_CALENDAR,
  '10/0-1:12.0.1.255/2': NON_DISABLEMENT,
  '10/0-1:12.0.2.255/2': AUXILIARY_CALENDAR,
  '11/0-0:11.0.0.255/2': CHRISTMAS,
  '11/0-0:11.0.1.255/2': CHRISTMAS,
  '11/0-0:11.0.2.255/2': CHRISTMAS,
  '11/0-0:11.0.3.255/2': CHRISTMAS,
  '20/0-0:13.0.0.255/3': SEASONS,
  '20/0-0:13.0.0.255/4': WEEKS,
  '20/0-0:13.0.0.255/5': [primaryDay],
  '20/0-0:13.0.1.255/3': SEASONS,
  '20/0-0:13.0.1.255/4': WEEKS,
  '20/0-0:13.0.1.255/5': [secondaryDay],
  '21/0-0:16.0.0.255/2': [1_500, 4_000],
  '22/0-0:15.0.0.255/4': [['00000000', 'ffffff01ff']],
  '22/0-0:15.1.0.255/4': [],
  '70/0-0:96.3.10.255/3': 1,
  '71/0-0:17.0.0.255/4': 15_000,
  '71/0-0:17.0.0.255/6': 300,
  '71/0-0:17.0.0.255/7': 600,
  '111/0-0:19.0.0.255/2': [2, 2],
  '111/0-0:19.0.0.255/11': PREPAYMENT_LIST,
  '111/0-0:19.0.0.255/16': 200_000,
  '111/0-0:19.0.0.255/18': 10,
  '111/0-0:19.0.0.255/19': 604_800,
  '111/0-1:19.0.0.255/2': [1, 1],
  '111/0-1:19.0.0.255/11': CREDIT_MODE_LIST,
  '112/0-0:19.10.1.255/9': 500_000,
  '112/0-0:19.10.1.255/10': 100_000,
  '113/0-0:19.20.0.255/5': PRIMARY_PRICES,
  '113/0-0:19.20.0.255/6': PRIMARY_PRICES,
  '113/0-0:19.20.1.255/5': flat(0),
  '113/0-0:19.20.1.255/6': flat(0),
  '113/0-0:19.20.1.255/8': 86_400,
  '113/0-0:19.20.2.255/5': flat(0),
  '113/0-0:19.20.2.255/6': flat(0),
  '113/0-0:19.20.2.255/8': 86_400,
  '113/0-0:19.20.4.255/5': flat(25_000),
  '113/0-0:19.20.4.255/6': flat(25_000),
  '113/0-0:19.20.5.255/5': SECONDARY_PRICES,
  '113/0-0:19.20.5.255/6': SECONDARY_PRICES,
  '9000/0-0:94.44.0.3/2': false,
  '9000/0-0:94.44.2.0/2': true,
  '9000/0-0:94.44.2.0/4': true,
  '9000/0-0:94.44.2.10/2': 25_000_000,
  '9000/0-0:94.44.2.20/2': 100_000_000,
};

/** What a single-element meter has instead; optional fields of its values are left out. */
export const SINGLE_ELEMENT_VALUES: Readonly<Values> = {
  '111/0-0:19.0.0.255/11': SINGLE_PREPAYMENT_LIST,
  '111/0-1:19.0.0.255/11': [0, 4].map((f): Plain => [BALANCE, charge(f), '111']),
};

/** A device as the log of a hub has it: quality of its radio link, last contact, hops and counts. */
const deviceLogRow = (eui: string, lastContact: string): Plain => [
  eui,
  '11001000',
  -40,
  -55,
  -70,
  200,
  180,
  160,
  lastContact,
  1,
  0,
  12,
  7,
  2,
];

const PAN = '0001020304050607';

/** Attributes of a hub. The sub-GHz thresholds lie within the ranges of DUIS 5.4 SubGHzConfiguration. */
export const CHF_VALUES: Readonly<Values> = {
  '1/0-0:94.44.10.0/2': [
    '11100000000000000000000000000011',
    '11101000000000000000000000000011',
    '11110000000000000000000000000011',
    '11111000000000000000000000000011',
    100,
    180,
    2,
    12,
    6,
    10,
    2_000,
    50,
    120,
    500,
    1_000,
  ],
  '1/0-0:94.44.10.2/2': '11100000000000000000000000000010',
  '1/0-0:96.1.4.255/2': '48414e424e434846',
  '1/0-0:96.1.6.255/2': '48414e42',
  '104/0-0:30.3.0.255/2': false,
  '104/0-0:30.3.0.255/3': 0,
  '104/0-0:30.3.0.255/4': [
    deviceLogRow('00db1234567890a0', '07df0101ff000000008000ff'),
    deviceLogRow('00db1234567890a1', '07df0101ff000000008000ff'),
  ],
};

const BACKED_UP_AT = '07df0101ff000000008000ff';

/** Answers of a hub's backup methods: time, extended PAN identifier, devices with the hashes of their link keys. */
export const CHF_ANSWERS: Readonly<Values> = {
  '104/0-0:30.3.0.255/m4': [
    BACKED_UP_AT,
    PAN,
    [
      ['00db1234567890a0', '5a'.repeat(16)],
      ['00db1234567890a1', 'a5'.repeat(16)],
    ],
  ],
  '104/0-0:30.3.1.255/m4': [BACKED_UP_AT, PAN, [['00db1234567890a4', '3c'.repeat(16)]]],
};

/** Activation times that nobody has written stand for never. */
export const DEFAULT_ACTIVATION_TIME: Plain = NEVER;
