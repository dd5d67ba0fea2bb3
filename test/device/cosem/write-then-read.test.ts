import { describe, expect, it } from 'vitest';
import type { CosemDeviceType } from '../../../firmware-sim/device/cosem/store.ts';
import type { Plain } from '../../../firmware-sim/device/cosem/value.ts';
import type { Device } from '../../../firmware-sim/device/device.ts';
import { CATALOGUE } from '../../../firmware-sim/gbcs/catalogue.ts';
import { call, codes, deviceOf, itemOf, plainOf, ROWS, type Step } from './calls.ts';

const NOW_TIME = '0000000000000000008000ff';

type Row = readonly [
  /** What is written, by whom, and which attributes say when. */
  write: string,
  values: Readonly<Record<string, Plain>>,
  activate: readonly string[],
  /** Who reads it back, and what it then says. */
  read: string,
  expected: Readonly<Record<string, Plain>>,
];

const SEASONS: Plain = [['73756d6d6572', '07df031dff000000008000ff', '02']];
const WEEKS: Plain = [['02', 3, 3, 3, 3, 3, 4, 4]];
const DAYS: Plain = [[3, [['07000000', '00000a0064ff', 101]]]];
const SPECIAL: Plain = [[1, '07df0501ff', 3]];
const charge = (amount: number): Plain => [[0, -5], [0, '000000000000', 0], [['', amount]]];
const prices = (amount: number): Plain => [[3, -5], [3, '0100010800ff', 2], [['01', amount]]];
const secondPrices = (amount: number): Plain => [
  [3, -5],
  [3, '0114010800ff', 2],
  [
    ['01', amount],
    ['02', 0],
    ['03', 0],
    ['04', 0],
  ],
];
const SCHEDULE: Plain = [[1, true, '00000a006aff', 33, '09000000', 65535, '1111100', '10000', '07df0101ff', 'ffffffffff']];
const LIST: Plain = [['0000130a00ff', '0000131400ff', '111']];
const PHASES = [32, 52, 72];

const voltage = (phases: readonly number[], base: number): Record<string, Plain> =>
  Object.fromEntries([
    ...phases.flatMap((phase, i) => [
      [`1/1-0:${phase}.31.0.4/2`, base + i],
      [`1/1-0:${phase}.35.0.4/2`, base + 50 + i],
    ]),
    ...[1, 2, 3, 4].flatMap((monitor) => [
      [`71/0-0:17.0.${monitor}.255/4`, base + 10 * monitor],
      [`71/0-0:17.0.${monitor}.255/6`, monitor],
    ]),
  ]);

/** Mask and action bits of ECS25x, and the settings they make out of all. */
const MASK = `${'11110000'.repeat(32)}${'10100101'.repeat(32)}`;
const SETTINGS = '10101111'.repeat(32);

const ROWS_BACK: readonly Row[] = [
  [
    'ECS01a',
    {
      '20/0-0:13.0.0.255/7': SEASONS,
      '20/0-0:13.0.0.255/8': WEEKS,
      '20/0-0:13.0.0.255/9': DAYS,
      '11/0-1:11.0.0.255/2': SPECIAL,
      '21/0-0:16.1.11.255/2': [10_000, 20_000],
      '21/0-0:16.1.18.255/2': [5],
      '9000/0-0:94.44.2.0/4': false,
      '113/0-0:19.20.4.255/6': charge(777),
      '113/0-0:19.20.0.255/6': prices(888),
    },
    [
      '20/0-0:13.0.0.255/10',
      '9000/0-0:94.44.128.29/6',
      '9000/0-0:94.44.2.0/6',
      '113/0-0:19.20.4.255/7',
      '113/0-0:19.20.0.255/7',
      '9000/0-0:63.1.1.255/6',
    ],
    'ECS24',
    {
      '20/0-0:13.0.0.255/3': SEASONS,
      '20/0-0:13.0.0.255/4': WEEKS,
      '20/0-0:13.0.0.255/5': DAYS,
      '11/0-0:11.0.0.255/2': SPECIAL,
      '21/0-0:16.0.11.255/2': [10_000, 20_000, 0xffffffff],
      '21/0-0:16.0.18.255/2': [5, 0xffffffff, 0xffffffff],
      '9000/0-0:94.44.2.0/2': false,
      '113/0-0:19.20.4.255/5': charge(777),
      '113/0-0:19.20.0.255/5': prices(888),
    },
  ],
  [
    'ECS01b',
    { '113/0-0:19.20.4.255/6': charge(1), '113/0-0:19.20.0.255/6': prices(2) },
    ['113/0-0:19.20.4.255/7', '113/0-0:19.20.0.255/7'],
    'ECS24',
    { '113/0-0:19.20.4.255/5': charge(1), '113/0-0:19.20.0.255/5': prices(2) },
  ],
  [
    'ECS01c',
    {
      '113/0-0:19.20.5.255/6': secondPrices(3),
      '20/0-0:13.0.1.255/7': SEASONS,
      '20/0-0:13.0.1.255/8': WEEKS,
      '20/0-0:13.0.1.255/9': DAYS,
      '11/0-1:11.0.1.255/2': SPECIAL,
    },
    ['20/0-0:13.0.1.255/10', '113/0-0:19.20.5.255/7', '9000/0-0:94.44.128.30/6'],
    'ECS24b',
    {
      '113/0-0:19.20.5.255/5': secondPrices(3),
      '20/0-0:13.0.1.255/3': SEASONS,
      '20/0-0:13.0.1.255/4': WEEKS,
      '20/0-0:13.0.1.255/5': DAYS,
      '11/0-0:11.0.1.255/2': SPECIAL,
    },
  ],
  [
    'ECS01d',
    { '113/0-0:19.20.5.255/6': secondPrices(4) },
    ['113/0-0:19.20.5.255/7'],
    'ECS24b',
    { '113/0-0:19.20.5.255/5': secondPrices(4) },
  ],
  [
    'ECS02',
    { '111/0-1:19.0.0.255/2': [1, 1], '111/0-1:19.0.0.255/11': LIST },
    ['111/0-1:19.0.0.255/13'],
    'ECS26j',
    { '111/0-0:19.0.0.255/2': [1, 2] },
  ],
  [
    'ECS02',
    { '111/0-1:19.0.0.255/2': [1, 1], '111/0-1:19.0.0.255/11': LIST },
    ['111/0-1:19.0.0.255/13'],
    'ECS26a',
    { '111/0-0:19.0.0.255/11': LIST },
  ],
  [
    'ECS03',
    { '111/0-1:19.0.0.255/2': [2, 1], '9000/0-0:94.44.128.22/4': -500, '111/0-1:19.0.0.255/11': LIST },
    ['9000/0-0:94.44.128.22/6', '111/0-1:19.0.0.255/13'],
    'ECS26a',
    { '21/0-0:16.0.1.255/2': [-500], '111/0-0:19.0.0.255/11': LIST },
  ],
  [
    'ECS08a',
    {
      '11/0-1:11.0.2.255/2': SPECIAL,
      '9000/0-0:94.44.2.20/4': 11,
      '9000/0-0:94.44.2.10/4': 12,
      '10/0-1:12.0.1.255/2': SCHEDULE,
      '9000/0-0:94.44.128.12/4': 13,
      '9000/0-0:94.44.128.13/4': 14,
      '9000/0-0:94.44.128.9/4': 15,
      '9000/0-0:94.44.128.2/4': 16,
      '9000/0-0:94.44.128.3/4': 17,
    },
    [
      '9000/0-0:94.44.128.31/6',
      '9000/0-0:94.44.2.20/6',
      '9000/0-0:94.44.2.10/6',
      '9000/0-0:94.44.128.12/6',
      '9000/0-0:94.44.128.13/6',
      '9000/0-0:94.44.128.9/6',
      '9000/0-0:94.44.128.2/6',
      '9000/0-0:94.44.128.3/6',
      '9000/0-0:94.44.128.28/6',
    ],
    'ECS26a',
    {
      '11/0-0:11.0.2.255/2': SPECIAL,
      '9000/0-0:94.44.2.20/2': 11,
      '9000/0-0:94.44.2.10/2': 12,
      '10/0-0:12.0.1.255/2': SCHEDULE,
      '111/0-0:19.0.0.255/18': 13,
      '111/0-0:19.0.0.255/19': 14,
      '111/0-0:19.0.0.255/16': 15,
      '112/0-0:19.10.1.255/9': 16,
      '112/0-0:19.10.1.255/10': 17,
    },
  ],
  ['ECS08', { '9000/0-0:94.44.2.20/2': 99 }, [], 'ECS26a', { '9000/0-0:94.44.2.20/2': 99 }],
  [
    'ECS07',
    { '113/0-0:19.20.3.255/13': 2_500, '113/0-0:19.20.1.255/8': 3_600, '113/0-0:19.20.2.255/8': 3_600 },
    [],
    'ECS26a',
    { '113/0-0:19.20.3.255/13': 2_500, '113/0-0:19.20.1.255/8': 3_600, '113/0-0:19.20.2.255/8': 3_600 },
  ],
  [
    'ECS28a',
    { '9000/0-0:94.44.0.3/4': true, '9000/0-0:94.44.128.7/4': 1, '9000/0-0:94.44.128.6/4': 2, '9000/0-0:94.44.128.8/4': 3 },
    ['9000/0-0:94.44.0.3/6', '9000/0-0:94.44.128.7/6', '9000/0-0:94.44.128.6/6', '9000/0-0:94.44.128.8/6'],
    'ECS27',
    { '9000/0-0:94.44.0.3/2': true, '71/0-0:17.0.0.255/4': 1, '71/0-0:17.0.0.255/6': 2, '71/0-0:17.0.0.255/7': 3 },
  ],
  ['ECS29a', voltage([32], 200), [], 'ECS26b', voltage([32], 200)],
  ['ECS29b', voltage(PHASES, 201), [], 'ECS26k', voltage(PHASES, 201)],
  ['ECS29c', voltage([32], 202), [], 'ECS26b', voltage([32], 202)],
  ['ECS29d', voltage(PHASES, 203), [], 'ECS26k', voltage(PHASES, 203)],
  ['ECS29a', { '7/1-0:32.24.0.255/4': 30 }, [], 'ECS23', { '7/1-0:32.24.0.255/4': 30 }],
  ['ECS29d', { '7/1-0:72.24.0.255/4': 31 }, [], 'ECS23b', { '7/1-0:72.24.0.255/4': 31 }],
  [
    'ECS30',
    { '22/0-0:15.0.0.255/4': [['00000000', 'ffff0101ff']] },
    [],
    'ECS26d',
    { '22/0-0:15.0.0.255/4': [['00000000', 'ffff0101ff']] },
  ],
  [
    'ECS30a',
    { '22/0-0:15.0.0.255/4': [['00000000', 'ffff0401ff']] },
    [],
    'ECS26l',
    { '22/0-0:15.0.0.255/4': [['00000000', 'ffff0401ff']] },
  ],
  ['ECS34', { '21/0-0:16.0.0.255/2': [1, 2] }, [], 'ECS26f', { '21/0-0:16.0.0.255/2': [1, 2] }],
  ['ECS37', { '10/0-0:12.0.0.255/2': SCHEDULE }, [], 'ECS18b', { '10/0-0:12.0.0.255/2': SCHEDULE }],
  ['ECS38', { '1/0-0:94.44.0.1/2': 1_234 }, [], 'ECS26c', { '1/0-0:94.44.0.1/2': 1_234 }],
  ['ECS39a', { '1/0-0:94.44.34.11/2': '31'.repeat(13) }, [], 'ECS40', { '1/0-0:94.44.34.11/2': '31'.repeat(13) }],
  ['ECS39b', { '1/1-0:0.0.2.255/2': '32'.repeat(13) }, [], 'ECS40', { '1/1-0:0.0.2.255/2': '32'.repeat(13) }],
  ['ECS81', { '1/0-0:94.44.0.4/2': true }, [], 'ECS26m', { '1/0-0:94.44.0.4/2': true }],
  ['ECS25a', { '1/0-30:97.98.11.255/2': MASK }, [], 'ECS25r1', { '1/0-30:97.98.15.255/2': SETTINGS }],
  ['ECS25a1', { '1/0-30:97.98.12.255/2': MASK }, [], 'ECS25r1', { '1/0-30:97.98.16.255/2': SETTINGS }],
  ['ECS25a2', { '1/0-30:97.98.13.255/2': MASK }, [], 'ECS25r1', { '1/0-30:97.98.17.255/2': SETTINGS }],
  ['ECS25a3', { '1/0-30:97.98.14.255/2': MASK }, [], 'ECS25r1', { '1/0-30:97.98.18.255/2': SETTINGS }],
  ['ECS25b', { '1/0-33:97.98.11.255/2': MASK }, [], 'ECS25r2', { '1/0-33:97.98.15.255/2': SETTINGS }],
  ['ECS25b3', { '1/0-33:97.98.14.255/2': MASK }, [], 'ECS25r2', { '1/0-33:97.98.18.255/2': SETTINGS }],
  ['ECS46a', { '1/0-0:94.44.0.13/2': 'Immersion heater' }, [], 'ECS61d', { '1/0-0:94.44.0.13/2': 'Immersion heater' }],
  ['ECS46a', { '1/0-0:94.44.0.11/2': 'Charger' }, [], 'ECS61a', { '1/0-0:94.44.0.11/2': 'Charger' }],
  [
    'ECS46c',
    { '1/0-0:94.44.0.24/2': '00db123456789099', '11/0-1:11.0.3.255/2': SPECIAL, '10/0-1:12.0.2.255/2': SCHEDULE },
    ['9000/0-0:94.44.128.26/6', '9000/0-0:94.44.128.35/6'],
    'ECS61a',
    { '1/0-0:94.44.0.24/2': '00db123456789099', '11/0-0:11.0.3.255/2': SPECIAL, '10/0-0:12.0.2.255/2': SCHEDULE },
  ],
  [
    'ECS46d',
    { '11/0-1:11.0.3.255/2': SPECIAL, '10/0-1:12.0.2.255/2': SCHEDULE },
    ['9000/0-0:94.44.128.26/6', '9000/0-0:94.44.128.35/6'],
    'ECS61d',
    { '11/0-0:11.0.3.255/2': SPECIAL, '10/0-0:12.0.2.255/2': SCHEDULE },
  ],
  [
    'ECS62',
    { '1/0-0:94.44.6.4/2': true, '1/0-0:94.44.6.1/2': false },
    [],
    'ECS61c',
    { '1/0-0:94.44.6.4/2': true, '1/0-0:94.44.6.1/2': false },
  ],
];

const SUB_GHZ: Plain = ['1'.repeat(32), '01'.repeat(16), '10'.repeat(16), '0'.repeat(32), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

function writeAndRead(device: Device, [write, values, activate, read, expected]: Row): void {
  const sets = Object.entries(values).map(([key, data]): Step => ({ operation: 'set', key, data }));
  const times = activate.map((key): Step => ({ operation: 'set', key, data: NOW_TIME }));
  const results = codes(call(device, write, [...sets, ...times]));
  expect(results).toEqual(results.map(() => 0));
  const gets = Object.keys(expected).map((key): Step => ({ operation: 'get', key }));
  const answered = call(device, read, gets).results;
  expect(answered.map(({ result }) => result)).toEqual(gets.map(() => 0));
  const made = new Map(answered.map(({ data }, i) => [gets[i]?.key, plainOf(data)]));
  for (const [key, plain] of Object.entries(expected)) expect([key, made.get(key)]).toEqual([key, typed(key, plain)]);
}

/** What a value in plain form says once it has the type of its attribute. */
const typed = (key: string, data: Plain): unknown => plainOf(itemOf({ operation: 'set', key, data }).data);

describe('what a use case writes, the use case that reads it gives back', () => {
  for (const row of ROWS_BACK) {
    it(`${row[0]} then ${row[3]} (${Object.keys(row[4])[0]})`, () => writeAndRead(deviceOf(), row));
  }

  it('DBCH04 then DBCH03', () => {
    const key = '1/0-0:94.44.10.0/2';
    writeAndRead(deviceOf('CHF'), ['DBCH04', { [key]: SUB_GHZ }, [], 'DBCH03', { [key]: SUB_GHZ }]);
  });

  it('the value survives a snapshot of the store', () => {
    const device = deviceOf();
    call(device, 'ECS38', [{ operation: 'set', key: '1/0-0:94.44.0.1/2', data: 77 }]);
    const again = deviceOf();
    again.cosem?.restore(device.cosem?.snapshot() ?? {});
    expect(plainOf(call(again, 'ECS26c', [{ operation: 'get', key: '1/0-0:94.44.0.1/2' }]).results[0]?.data)).toBe(77);
  });

  it('no write use case with an attribute that a read use case has is forgotten here', () => {
    const covered = new Set(ROWS_BACK.map(([write]) => write));
    const accessesOf = (type: CosemDeviceType, pick: (operation: string) => boolean): Map<string, Set<string>> =>
      new Map(
        [...(ROWS.get(type)?.values() ?? [])].map((row) => [
          row.name,
          new Set(
            CATALOGUE.filter((one) => one.command.includes(row.messageCode))
              .flatMap((one) => (one.access ?? []).flat())
              .filter(([operation]) => pick(operation))
              .map(([, classId, obis, member]) => `${classId}/${obis}/${member}`),
          ),
        ]),
      );
    const reads = new Set(
      [...accessesOf('ESME', (operation) => operation.startsWith('get')).values()].flatMap((keys) => [...keys]),
    );
    const writers = [...accessesOf('ESME', (operation) => operation === 'set')].filter(([, keys]) =>
      [...keys].some((key) => reads.has(key)),
    );
    expect(writers.map(([name]) => name).filter((name) => !covered.has(name))).toEqual([]);
    console.info(`write-then-read: ${covered.size} writing use cases in ${ROWS_BACK.length} rows`);
  });
});
