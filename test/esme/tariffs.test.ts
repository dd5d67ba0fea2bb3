import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { setPlain } from '../../firmware-sim/device/cosem/numbers.ts';
import { objectsOf } from '../../firmware-sim/device/cosem/objects.ts';
import type { Plain } from '../../firmware-sim/device/cosem/value.ts';
import { esmeDevice, NOW } from '../device/bench.ts';
import type { NaiveCalendar } from '../device/cosem/naive-calendar.ts';
import { type PlainTariff, TariffModel } from '../second/tariff-model.ts';
import { holds } from '../support/property.ts';
import { Correspondence } from './correspondence.ts';
import { type Changes, Living } from './living.ts';
import { dateTime, primaryTariff, secondaryTariff, tariffValues } from './tariff-commands.ts';

const HALF_HOUR = 1_800;
const DAY = 86_400;

const IMPORT = '1/0-0:94.44.34.10/2';
const TIME_OF_USE = '1/0-0:94.44.34.1/2';
const BLOCKS = '1/0-0:94.44.34.2/2';
const EXPORT = '3/1-0:2.8.0.255/2';
const PRICE = '3/0-0:94.44.1.7/2';
const SECONDARY_PRICE = '3/0-0:94.44.1.8/2';

const WH: Plain = [0, 30];
const FROM_ZERO: Readonly<Record<string, Plain>> = {
  // No billing period ends: it would reset the block counters.
  '22/0-0:15.0.0.255/4': [],
  [IMPORT]: [0, WH, 0, [0, 32], 0],
  [EXPORT]: 0,
  [TIME_OF_USE]: [[], []],
  [BLOCKS]: [[]],
};

/** Watts of a half hour: looks like a home, and is a function of its number alone. */
const watts = (i: number, salt: number): number => 40 + ((Math.imul(i + 17 * salt, 2_654_435_761) >>> 8) % 6_800);

interface Flows {
  readonly importWatts: number;
  readonly secondaryWatts: number;
  readonly exportWatts: number;
}

const flows = (i: number): Flows => ({
  importWatts: watts(i, 1),
  secondaryWatts: watts(i, 2) >> 2,
  exportWatts: watts(i, 3) >> 3,
});

const halfHours = (count: number): Changes => Array.from({ length: count }, (_, i) => [i * HALF_HOUR, flows(i)]);

const calendar = (changes: Partial<NaiveCalendar> & Pick<NaiveCalendar, 'days'>): NaiveCalendar => ({
  seasons: [{ start: { year: 2029, month: 1, day: 1 }, week: 1 }],
  weeks: [[1, 1, 1, 1, 1, 1, 1]],
  special: [],
  ...changes,
});

type Actions = NaiveCalendar['days'][number];
const at = (hour: number, selector: number, minute = 0): Actions[number] => ({ hour, minute, selector });

const prices: Readonly<Record<string, number>> = {
  ...Object.fromEntries(Array.from({ length: 48 }, (_, i) => [`tou ${i + 1}`, 10_000 + 137 * i])),
  ...Object.fromEntries(
    [1, 2, 3, 4].flatMap((block) =>
      [1, 2, 3, 4, 5, 6, 7, 8].map((column) => [`block ${block} column ${column}`, 2_000 * block + 31 * column]),
    ),
  ),
  ...Object.fromEntries([1, 2, 3, 4].map((n) => [`secondary ${n}`, 5_000 + n])),
};

const tariff = (days: readonly Actions[], changes: Partial<NaiveCalendar> = {}, thresholds = {}): PlainTariff => ({
  calendar: calendar({ days, ...changes }),
  thresholds,
  prices,
});

const THRESHOLDS = { 1: [10_000, 40_000, 90_000], 2: [5_000, 5_001], 8: [0, 25_000] };
const EVERY_HALF_HOUR = Array.from({ length: 48 }, (_, i) => at(i >> 1, i + 1, 30 * (i & 1)));

const TARIFFS: Readonly<Record<string, PlainTariff>> = {
  flat: tariff([[at(0, 1)]]),
  'two rates': tariff([[at(0, 2), at(7, 1)]]),
  'another register each half hour': tariff([EVERY_HALF_HOUR]),
  blocks: tariff([[at(0, 101)]], {}, THRESHOLDS),
  'time of use with blocks': tariff([[at(0, 102), at(7, 101), at(16, 108), at(19, 101)]], {}, THRESHOLDS),
  'time of use and blocks in turn': tariff([[at(0, 5), at(7, 101), at(16, 48), at(19, 102)]], {}, THRESHOLDS),
  seasons: tariff([[at(0, 1)], [at(6, 2), at(20, 3)], [at(12, 4)]], {
    seasons: [
      { start: { month: 10, day: 'last' }, week: 1 },
      { start: { month: 2, day: 1 }, week: 2 },
      { start: { year: 2030, month: 3, day: 29 }, week: 1 },
    ],
    weeks: [
      [1, 1, 1, 1, 1, 3, 3],
      [2, 2, 2, 2, 2, 2, 1],
    ],
  }),
  'special days': tariff([[at(0, 2), at(7, 1)], [at(0, 9)]], {
    special: [
      { date: { month: 2, day: 'last' }, dayId: 2 },
      { date: { year: 2030, month: 1, day: 21 }, dayId: 2 },
      { date: { year: 2031, month: 1, day: 22 }, dayId: 2 },
    ],
  }),
};

const SECONDARY = tariff([[at(0, 201), at(5, 204), at(12, 202), at(12, 203, 30)]]);

const primaryRegisters = (model: TariffModel): unknown => {
  const blocks = [1, 2, 3, 4].flatMap((block) => {
    const names = [1, 2, 3, 4, 5, 6, 7, 8].map((column) => `block ${block} column ${column}`);
    return [...names.map((name) => model.wattHours(name)), ...names.map((name) => model.counter(name))];
  });
  return {
    import: Number(model.total / 3_600_000n),
    timeOfUse: Array.from({ length: 48 }, (_, i) => model.wattHours(`tou ${i + 1}`)),
    blocks,
  };
};

/** What a supplier reads of the primary element. */
function readPrimary(supplier: Correspondence): unknown {
  const [importWh] = supplier.read('ECS17b')[IMPORT] as number[];
  const [timeOfUse] = supplier.read('ECS17d')[TIME_OF_USE] as number[][];
  const [blocks] = supplier.read('ECS17e')[BLOCKS] as number[][];
  return { import: importWh, timeOfUse, blocks };
}

const readPrice = (supplier: Correspondence): unknown => supplier.read('ECS24')[PRICE];

/** Half hours between two reads; a month in all. */
const STRIDES = [1, 30, 48, 500, 3, 500, 337, 21] as const;

describe('what a supplier reads of a tariff is what a model by half hours has counted', () => {
  for (const [name, plain] of Object.entries(TARIFFS)) {
    it(name, () => {
      const home = new Living(halfHours(1_500), {}, FROM_ZERO);
      const supplier = new Correspondence(home);
      const model = new TariffModel(plain);
      expect(supplier.ask('ECS01a', primaryTariff(plain)).codes).toEqual(Array(22 - 1).fill(0));
      let done = 0;
      for (const stride of STRIDES) {
        for (const end = done + stride; done < end; done++) model.use(NOW + done * HALF_HOUR * 1_000, flows(done).importWatts);
        home.until(done * HALF_HOUR);
        expect(readPrimary(supplier)).toEqual(primaryRegisters(model));
        expect(readPrice(supplier)).toBe(model.price(home.now));
      }
    });
  }

  it('secondary element', () => {
    const home = new Living(halfHours(1_500), {}, FROM_ZERO);
    const supplier = new Correspondence(home);
    const model = new TariffModel(SECONDARY);
    expect(supplier.ask('ECS01c', secondaryTariff(SECONDARY)).codes).toEqual(Array(8).fill(0));
    for (let i = 0; i < 1_440; i++) model.use(NOW + i * HALF_HOUR * 1_000, flows(i).secondaryWatts);
    home.until(30 * DAY);
    const [, secondary] = supplier.read('ECS17d')[TIME_OF_USE] as number[][];
    expect(secondary).toEqual([1, 2, 3, 4].map((n) => model.wattHours(`secondary ${n}`)));
    expect((supplier.read('ECS17b')[IMPORT] as number[])[4]).toBe(Number(model.total / 3_600_000n));
    expect(supplier.read('ECS24b')[SECONDARY_PRICE]).toBe(model.price(home.now));
  });

  it('export', () => {
    const home = new Living(halfHours(1_500), {}, FROM_ZERO).until(30 * DAY);
    const wattHalfHours = Array.from({ length: 1_440 }, (_, i) => flows(i).exportWatts).reduce((sum, one) => sum + one, 0);
    expect(new Correspondence(home).read('ECS17a')[EXPORT]).toBe(Math.floor(wattHalfHours / 2));
  });
});

describe('a change of tariff', () => {
  const before = TARIFFS.blocks as PlainTariff;
  const after: PlainTariff = {
    ...tariff([[at(0, 101), at(20, 3)]], {}, { 1: [30_000] }),
    prices: { ...prices, 'block 2 column 1': 7_777, 'tou 3': 1_234 },
  };

  it('in the middle of a block keeps registers and counters, and the new thresholds apply to them at once', () => {
    const home = new Living(halfHours(500), {}, FROM_ZERO);
    const supplier = new Correspondence(home);
    const model = new TariffModel(before);
    supplier.ask('ECS01a', primaryTariff(before));
    for (let i = 0; i < 20; i++) model.use(NOW + i * HALF_HOUR * 1_000, flows(i).importWatts);
    home.until(20 * HALF_HOUR);
    expect(model.inForce(home.now)).toBe('block 3 column 1');
    supplier.ask('ECS01a', primaryTariff(after));
    model.change(after);
    expect(model.inForce(home.now)).toBe('block 2 column 1');
    expect([readPrimary(supplier), readPrice(supplier)]).toEqual([primaryRegisters(model), 7_777]);
    for (let i = 20; i < 400; i++) model.use(NOW + i * HALF_HOUR * 1_000, flows(i).importWatts);
    home.until(400 * HALF_HOUR);
    expect([readPrimary(supplier), readPrice(supplier)]).toEqual([primaryRegisters(model), model.price(home.now)]);
  });

  it('takes effect at its future date, after a snapshot of the registers as they then are', () => {
    const home = new Living(halfHours(500), {}, FROM_ZERO);
    const supplier = new Correspondence(home);
    const model = new TariffModel(before);
    supplier.ask('ECS01a', primaryTariff(before));
    home.until(60);
    const change = NOW + 100 * HALF_HOUR * 1_000;
    expect(new Set(supplier.ask('ECS01a', primaryTariff(after, dateTime(change))).codes)).toEqual(new Set([0]));
    for (let i = 0; i < 100; i++) model.use(NOW + i * HALF_HOUR * 1_000, flows(i).importWatts);
    const imported = Number(model.total / 3_600_000n);
    const registers = Array.from({ length: 8 }, (_, i) => model.wattHours(`block 1 column ${i + 1}`));
    model.change(after);
    for (let i = 100; i < 300; i++) model.use(NOW + i * HALF_HOUR * 1_000, flows(i).importWatts);
    home.until(300 * HALF_HOUR);
    expect([readPrimary(supplier), readPrice(supplier)]).toEqual([primaryRegisters(model), model.price(home.now)]);
    const rows = supplier.read('ECS20b')['7/0-0:98.1.2.255/2'] as unknown[][];
    const row = rows.find(([seconds]) => seconds === (change - Date.UTC(2000, 0, 1)) / 1_000);
    expect([row?.[1], row?.[5]]).toEqual([imported, registers]);
    expect(home.alerts().filter(([code]) => code === 0x8f66).length).toBe(6);
  });

  it('changes the price on a bench too, and nothing else does', () => {
    const device = esmeDevice();
    setPlain(objectsOf(device), PRICE, 99);
    const supplier = new Correspondence({ device, now: NOW, effects: [] });
    expect([readPrice(supplier), readPrice(supplier)]).toEqual([99, 99]);
    supplier.ask(
      'ECS01b',
      primaryTariff(after).filter(({ key }) => key.startsWith('113/')),
    );
    expect(readPrice(supplier)).toBe(prices['tou 1']);
  });
});

/** Watt milliseconds that a load uses. */
function energyUsed(changes: Changes, seconds: number): bigint {
  const parts = changes.map(([at, { importWatts = 0 }], i) => {
    const until = Math.min(changes[i + 1]?.[0] ?? seconds, seconds);
    return BigInt(importWatts) * BigInt(Math.round((until - at) * 1_000));
  });
  return parts.reduce((sum, part) => sum + part, 0n);
}

/** Watt milliseconds in all registers of the primary element's tariff: whole watt hours, and what is below one. */
function registersSum(home: Living): bigint {
  const [timeOfUse = []] = home.held(TIME_OF_USE) as number[][];
  const [blocks = []] = home.held(BLOCKS) as number[][];
  const units = [...timeOfUse, ...blocks.filter((_, i) => i % 16 < 8)].reduce((sum, one) => sum + one, 0);
  const rests = (home.life.state()?.organs.tariff ?? {}) as Readonly<Record<string, number>>;
  const counted = Object.entries(rests).filter(([name]) => /^(tou|block)-/.test(name));
  return BigInt(units) * 3_600_000n + counted.reduce((sum, [, rest]) => sum + BigInt(rest), 0n);
}

describe('tariffs in any steps', () => {
  const plain = TARIFFS['time of use and blocks in turn'] as PlainTariff;

  it('count and charge the same, and every watt hour once', () => {
    const stops = fc.array(fc.integer({ min: 0, max: 5 * DAY * 1_000 }), { maxLength: 8 });
    const load = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 * DAY * 1_000 }), fc.integer({ min: 0, max: 9_000 })), {
      maxLength: 10,
    });
    holds(
      fc.property(load, stops, (points, moments) => {
        const changes = [...new Map(points)]
          .sort(([a], [b]) => a - b)
          .map(([ms, importWatts]) => [ms / 1_000, { importWatts }] as const);
        const run = (seconds: readonly number[]) => {
          const home = new Living(changes, {}, { ...FROM_ZERO, ...tariffValues(plain) });
          const spent: Record<number, bigint> = {};
          const { charger } = home.life.tariff;
          home.life.tariff.charger = {
            consumed(element, units, price) {
              spent[price.value] = (spent[price.value] ?? 0n) + units;
              charger?.consumed(element, units, price);
            },
          };
          for (const one of [...seconds, 5 * DAY]) home.until(one);
          return { home, spent };
        };
        const [once, stepped] = [run([]), run(moments.sort((a, b) => a - b).map((ms) => ms / 1_000))];
        expect(stepped.home.device.state()).toEqual(once.home.device.state());
        expect(stepped.home.effects).toEqual(once.home.effects);
        expect(stepped.spent).toEqual(once.spent);
        expect(registersSum(once.home)).toEqual(energyUsed(changes, 5 * DAY));
        expect(Object.values(once.spent).reduce((sum, units) => sum + units, 0n)).toBe(energyUsed(changes, 5 * DAY));
      }),
      30,
    );
  });
});
