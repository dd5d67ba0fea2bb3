import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { consumptionToday } from '../../firmware-sim/device/zcl/consumption-today.ts';
import { GAS_UNITS_PER_KWH } from '../../firmware-sim/device/zcl/gas-energy.ts';
import { toSeconds2000 } from '../../firmware-sim/kernel/time.ts';
import { ask } from '../device/zcl/own-bench.ts';
import { Fraction } from '../support/fraction.ts';
import { holds } from '../support/property.ts';
import { DAY, flows, HOUR, type LivingGas, liveTo, livingGas, MIDNIGHT, setVolumes, volumes } from './bench.ts';
import { type GasStory, gasTruth } from './model.ts';

const PRICE = 0x0700;
const TIER_PRICES = [9_600, 10_200, 10_800, 11_400];
const BLOCK_PRICES = [10_600, 11_200, 11_800, 12_400];

/** The default calendar: in winter, day profile 1 on weekdays and 2 at weekends; from April, 3 and 4. 25 and 26 December: 2. */
function defaultTier(midnight: number): number {
  const date = new Date(midnight);
  const [month, day, weekend] = [date.getUTCMonth() + 1, date.getUTCDate(), [0, 6].includes(date.getUTCDay())];
  if (month === 12 && (day === 25 || day === 26)) return 2;
  const summer = month >= 4 && month < 10;
  return (summer ? 3 : 1) + (weekend ? 1 : 0);
}

/** What a meter told whoever charges, in kWh and millipence. */
function billed({ charged }: LivingGas): { readonly energy: Fraction; readonly cost: Fraction } {
  let [energy, cost] = [Fraction.zero, Fraction.zero];
  for (const { units, price } of charged) {
    expect(price.scale).toBe(-5);
    const kwh = Fraction.of(units, GAS_UNITS_PER_KWH);
    energy = energy.plus(kwh);
    cost = cost.plus(kwh.times(Fraction.of(price.value)));
  }
  return { energy, cost };
}

/** A meter that goes through a story, in the steps given. */
function lived(story: GasStory, steps: readonly number[] = []): LivingGas {
  const gas = livingGas({
    load: flows(story.flow),
    from: story.from,
    prepare: (store) => {
      setVolumes(store, 0, [0, 0, 0, 0], [0, 0, 0, 0]);
      if (story.tier(story.from) === 0) store.setRecords('tariff.information', [{ 'Tariff Type / Charging Scheme': 0x10 }]);
      // No period ends in the middle of a story.
      store.setRecords('billing.period', []);
      // Without a measurement period nothing is tested when the valve opens.
      store.change(0x0702, 0x0b15, 0);
      store.change(PRICE, 0x0302, story.factor);
      store.change(PRICE, 0x0304, story.calorific[0]?.[1] ?? 0);
      for (const [i, price] of story.blockPrices.entries()) store.change(PRICE, 0x0400 + i, price);
      for (const [i, price] of story.tierPrices.entries()) store.change(PRICE, 0x0410 + 0x10 * i, price);
      for (const [i, threshold] of story.thresholds.entries()) store.change(PRICE, 0x0100 + i, threshold);
    },
  });
  const events = [
    ...story.calorific.slice(1).map(([at, value]) => ({ at, run: () => setCalorific(gas, at, value) })),
    ...(story.open ?? []).map(([at, open]) => ({ at, run: () => setOpen(gas, at, open) })),
  ].sort((a, b) => a.at - b.at);
  for (const { at, run } of events) {
    liveTo(gas, at, steps);
    run();
  }
  liveTo(gas, story.to, steps);
  return gas;
}

function setCalorific(gas: LivingGas, at: number, value: number): void {
  const fields = { 'Calorific Value': value, 'Calorific Value Unit': 1, 'Calorific Value Trailing Digit': 0x10 };
  ask(gas, 'GCS23', [{ cluster: PRICE, command: 3, fields }], at);
  gas.device.life?.settle(at, []);
}

function setOpen({ life }: LivingGas, at: number, open: boolean): void {
  if (!open) life.valve.disable('credit', at, []);
  else {
    life.valve.arm('top-up', at, []);
    life.valve.enable('local', at, []);
  }
}

function expectTruth(gas: LivingGas, story: GasStory): void {
  const truth = gasTruth(story);
  const { total, tiers, blocks } = volumes(gas.store);
  expect(total).toBe(truth.total.floor);
  expect(tiers).toEqual(truth.tiers.map(({ floor }) => floor));
  expect(blocks).toEqual(truth.blocks.map(({ floor }) => floor));
  expect(billed(gas)).toEqual({ energy: truth.energy, cost: truth.cost });
}

const FLAT: GasStory = {
  from: MIDNIGHT,
  to: MIDNIGHT + 3 * DAY + 7 * HOUR + 1,
  flow: [
    [MIDNIGHT, 12_345],
    [MIDNIGHT + 5 * HOUR + 1234, 0],
    [MIDNIGHT + 17 * HOUR, 7],
    [MIDNIGHT + 30 * HOUR + 333, 59_999],
  ],
  calorific: [[MIDNIGHT, 395]],
  factor: 102_264,
  tier: () => 1,
  tierPrices: [9_600, 9_600, 9_600, 9_600],
  blockPrices: BLOCK_PRICES,
  thresholds: [100_000, 200_000, 300_000],
};

const TARIFFS: Readonly<Record<string, GasStory>> = {
  'one price': { ...FLAT, tier: defaultTier },
  'tiers by the calendar over a weekend': { ...FLAT, to: MIDNIGHT + 5 * DAY, tier: defaultTier, tierPrices: TIER_PRICES },
  'tiers over the end of March, when summer begins (UTC)': {
    ...FLAT,
    from: Date.UTC(2015, 2, 30, 20),
    to: Date.UTC(2015, 3, 2, 4),
    flow: [[Date.UTC(2015, 2, 30), 4_321]],
    tier: defaultTier,
    tierPrices: TIER_PRICES,
  },
  'tiers over Christmas and a leap day': {
    ...FLAT,
    from: Date.UTC(2015, 11, 24, 23, 59),
    to: Date.UTC(2016, 2, 1),
    flow: [[Date.UTC(2015, 0, 1), 1_001]],
    tier: defaultTier,
    tierPrices: TIER_PRICES,
  },
  blocks: { ...FLAT, tier: () => 0 },
  'blocks, and a calorific value that changes inside one': {
    ...FLAT,
    tier: () => 0,
    calorific: [
      [MIDNIGHT, 395],
      [MIDNIGHT + 31 * HOUR + 77, 381],
      [MIDNIGHT + 33 * HOUR, 402],
    ],
  },
  'blocks with a supply that is off for a while': {
    ...FLAT,
    tier: () => 0,
    open: [
      [MIDNIGHT + 2 * HOUR + 5, false],
      [MIDNIGHT + 4 * HOUR + 17, true],
      [MIDNIGHT + 40 * HOUR, false],
      [MIDNIGHT + 41 * HOUR + 1, true],
    ],
  },
  'tiers with a calorific value that changes': {
    ...FLAT,
    tier: defaultTier,
    tierPrices: TIER_PRICES,
    calorific: [
      [MIDNIGHT, 395],
      [MIDNIGHT + 3 * HOUR + 99, 400],
    ],
  },
};

describe('registers of a gas meter against arithmetic by half hours', () => {
  it.each(Object.entries(TARIFFS))('%s', (_, story) => {
    expectTruth(lived(story), story);
  });

  it('whatever flows, whatever the tariff, and whatever steps the caller takes', () => {
    const span = 2 * DAY;
    const moment = fc.integer({ min: 0, max: span });
    const story = fc.record({
      flow: fc.uniqueArray(fc.tuple(moment, fc.integer({ min: 0, max: 160_000 })), { maxLength: 8, selector: ([at]) => at }),
      calorific: fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: span }), fc.integer({ min: 350, max: 430 })), {
        maxLength: 3,
        selector: ([at]) => at,
      }),
      blocks: fc.boolean(),
      factor: fc.integer({ min: 90_000, max: 110_000 }),
      thresholds: fc.tuple(
        fc.integer({ min: 1, max: 50_000 }),
        fc.integer({ min: 1, max: 90_000 }),
        fc.integer({ min: 1, max: 900_000 }),
      ),
      steps: fc.array(moment, { maxLength: 12 }),
    });
    const shifted = <T>(list: readonly (readonly [number, T])[]): (readonly [number, T])[] =>
      list.map(([at, value]) => [MIDNIGHT + at, value] as const).sort(([a], [b]) => a - b);
    holds(
      fc.property(story, ({ flow, calorific, blocks, factor, thresholds, steps }) => {
        const [first, second, third] = thresholds;
        const told: GasStory = {
          ...FLAT,
          to: MIDNIGHT + span,
          flow: shifted(flow),
          calorific: [[MIDNIGHT, 395], ...shifted(calorific)],
          factor,
          tier: blocks ? () => 0 : defaultTier,
          tierPrices: TIER_PRICES,
          thresholds: [first, first + second, first + second + third],
        };
        expectTruth(
          lived(
            told,
            steps.map((at) => MIDNIGHT + at),
          ),
          told,
        );
      }),
      60,
    );
  });

  it('lived in many steps or in one, the meter is the same to the last fraction', () => {
    const story = { ...FLAT, tier: (): number => 0 };
    const steps = Array.from({ length: 200 }, (_, i) => MIDNIGHT + i * 1_700_123);
    expect(lived(story, steps).device.state()).toEqual(lived(story).device.state());
  });

  it('kept in the middle and taken up again it goes on as if nothing had happened', () => {
    const story = { ...FLAT, tier: (): number => 0 };
    const middle = MIDNIGHT + 31 * HOUR + 123;
    const before = lived({ ...story, to: middle });
    const after = livingGas({ load: flows(story.flow), from: story.from });
    after.device.restore(before.device.state());
    liveTo(after, story.to);
    expect(after.device.state()).toEqual(lived(story).device.state());
  });
});

describe('cost and consumption of the day', () => {
  it('begin again at midnight, and are what was used and what it costs', () => {
    const story: GasStory = { ...FLAT, tier: defaultTier, tierPrices: TIER_PRICES };
    const gas = lived(story);
    const today = gasTruth({ ...story, from: MIDNIGHT + 3 * DAY });
    const { wattHours, millipence } = consumptionToday(gas.store, toSeconds2000(story.to));
    expect(wattHours).toBe(today.energy.times(Fraction.of(1000)).floor);
    expect(millipence).toBe(today.cost.floor);
    expect(consumptionToday(gas.store, toSeconds2000(MIDNIGHT + 4 * DAY))).toEqual({ wattHours: 0, millipence: 0 });
  });
});

describe('a block threshold', () => {
  const story: GasStory = { ...FLAT, flow: [[MIDNIGHT, 10_000]], tier: () => 0, thresholds: [10_000, 20_000, 0] };
  // 1 m³ an hour at 39.5 MJ/m³ and 1.02264 is 11.2206... kWh an hour.
  const crossing = Fraction.of(10n * 36n * 100_000n * 1000n * 3_600_000n, 102_264n * 395n * 1000n);

  it('is met at its millisecond: the price changes there and not before', () => {
    const gas = lived({ ...story, to: MIDNIGHT + crossing.floor });
    const priceOf = (): number | undefined => gas.life.registers.spending(gas.life.livedTo ?? 0)[0]?.price.value;
    expect(priceOf()).toBe(BLOCK_PRICES[0]);
    expect(gas.device.deadline).toBe(MIDNIGHT + crossing.floor + 1);
    liveTo(gas, MIDNIGHT + crossing.floor + 1);
    expect(priceOf()).toBe(BLOCK_PRICES[1]);
  });

  it('of 0 is not in use: the last block goes on', () => {
    const gas = lived({ ...story, to: MIDNIGHT + DAY });
    expect(volumes(gas.store).blocks[3]).toBe(0);
    expect(gas.life.registers.spending(MIDNIGHT + DAY)[0]?.price.value).toBe(BLOCK_PRICES[2]);
  });
});

describe('a meter that does not know the time', () => {
  it('counts in the default tier', () => {
    const gas = livingGas({
      load: flows([[MIDNIGHT, 10_000]]),
      from: MIDNIGHT + 2 * DAY,
      clock: { offsetMs: 0, status: 'invalid' },
      parameters: { gasDefaultTier: 4 },
      prepare: (store) => setVolumes(store, 0, [0, 0, 0, 0], [0, 0, 0, 0]),
    });
    liveTo(gas, MIDNIGHT + 4 * DAY);
    expect(volumes(gas.store)).toEqual({ total: 48_000, tiers: [0, 0, 0, 48_000], blocks: [0, 0, 0, 0] });
  });
});
