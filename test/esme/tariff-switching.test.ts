import { describe, expect, it } from 'vitest';
import type { Plain } from '../../firmware-sim/device/cosem/value.ts';
import type { DeviceSetup } from '../../firmware-sim/device/setup.ts';
import { NOW } from '../device/bench.ts';
import type { PlainTariff } from '../second/tariff-model.ts';
import { Correspondence } from './correspondence.ts';
import { Living } from './living.ts';
import { tariffValues } from './tariff-commands.ts';

const TIME_OF_USE = '1/0-0:94.44.34.1/2';
const BLOCKS = '1/0-0:94.44.34.2/2';
const PRICE = '3/0-0:94.44.1.7/2';
const PRICE_SCALER = '3/0-0:94.44.1.7/3';
const OFFSET_LIMIT = '1/0-0:94.44.0.1/2';
const FROM_ZERO = { [TIME_OF_USE]: [[], []], [BLOCKS]: [[]] };

const HOUR = 3_600;
/** The bench begins at nine in the morning. */
const NINE = 9 * HOUR;
const MIDNIGHT = 24 * HOUR - NINE;

const tariff = (days: PlainTariff['calendar']['days'], thresholds: PlainTariff['thresholds'] = {}): PlainTariff => ({
  calendar: { seasons: [{ start: { month: 1, day: 1 }, week: 1 }], weeks: [[1, 1, 1, 1, 1, 1, 1]], days, special: [] },
  thresholds,
  prices: { 'tou 1': 24_500, 'tou 2': 9_500, 'block 1 column 1': 30_000, 'block 2 column 1': 20_000, 'block 3 column 1': 10_000 },
});

const at = (hour: number, selector: number, minute = 0) => ({ hour, minute, selector });
const TWO_RATES = tariff([[at(0, 2), at(7, 1), at(12, 2)]]);

const KILOWATT = [[0, { importWatts: 1_000 }]] as const;

function home(plain: PlainTariff, setup: Partial<DeviceSetup> = {}, values: Readonly<Record<string, Plain>> = {}): Living {
  return new Living(KILOWATT, setup, { ...FROM_ZERO, ...tariffValues(plain), ...values });
}

const timesOfUse = (living: Living): readonly number[] => (living.held(TIME_OF_USE) as number[][])[0]?.slice(0, 3) ?? [];

describe('the calendar of a tariff', () => {
  it('is followed by the device clock and not by that of the runtime', () => {
    const late = home(TWO_RATES, { clock: { offsetMs: -600_000, status: 'reliable' } });
    expect(timesOfUse(late.until(4 * HOUR))).toEqual([3_166, 833, 0]);
    const early = home(TWO_RATES, { clock: { offsetMs: 600_000, status: 'unreliable' } });
    expect(timesOfUse(early.until(4 * HOUR))).toEqual([2_833, 1_166, 0]);
  });

  it('follows a clock that is set, forward and back', () => {
    const living = home(TWO_RATES).until(HOUR);
    living.device.clock = { offsetMs: 2 * HOUR * 1_000, status: 'reliable' };
    living.device.life?.settle(living.now, []);
    expect(living.held(PRICE)).toBe(9_500);
    living.until(2 * HOUR);
    living.device.clock = { offsetMs: 0, status: 'reliable' };
    living.device.life?.settle(living.now, []);
    expect(living.held(PRICE)).toBe(24_500);
    expect(timesOfUse(living.until(4 * HOUR))).toEqual([2_000, 2_000, 0]);
  });

  it('has no say while the clock is invalid: the default tariff counts', () => {
    const clock = { offsetMs: 0, status: 'invalid' } as const;
    expect(timesOfUse(home(TWO_RATES, { clock }).until(10 * HOUR))).toEqual([10_000, 0, 0]);
    const third = home(TWO_RATES, { clock, parameters: { tariffWithoutCalendar: 3 } }).until(10 * HOUR);
    expect([timesOfUse(third), third.held(PRICE)]).toEqual([[0, 0, 10_000], 0]);
  });

  it('has its say as soon as the time is known', () => {
    const living = home(TWO_RATES, { clock: { offsetMs: 3 * HOUR * 1_000, status: 'invalid' } }).until(HOUR);
    living.device.clock = { offsetMs: 3 * HOUR * 1_000, status: 'reliable' };
    expect(timesOfUse(living.until(3 * HOUR))).toEqual([1_000, 2_000, 0]);
  });

  it('has no say before a season begins, or with a selector that means nothing', () => {
    const future = tariff([[at(0, 2)]]);
    const seasons = [{ start: { year: 2030, month: 1, day: 16 }, week: 1 }];
    const before = home({ ...future, calendar: { ...future.calendar, seasons } });
    expect(timesOfUse(before.until(MIDNIGHT))).toEqual([15_000, 0, 0]);
    expect(timesOfUse(before.until(MIDNIGHT + HOUR))).toEqual([15_000, 1_000, 0]);
    expect(timesOfUse(home(tariff([[at(0, 77)]])).until(HOUR))).toEqual([1_000, 0, 0]);
  });

  it('switches later by the randomised offset, which follows its limit', () => {
    const values = { '1/0-0:94.44.0.2/2': 2_500 };
    const living = home(TWO_RATES, {}, values);
    const supplier = new Correspondence(living);
    supplier.ask('ECS38', [{ operation: 'set', key: OFFSET_LIMIT, data: 1_440 }]);
    expect(living.held('1/0-0:94.44.0.0/2')).toBe(360);
    living.until(3 * HOUR + 359.999);
    expect(living.held(PRICE)).toBe(24_500);
    expect(living.until(3 * HOUR + 360).held(PRICE)).toBe(9_500);
    expect(timesOfUse(living.until(4 * HOUR))).toEqual([3_100, 900, 0]);
    const sharp = home(TWO_RATES, { parameters: { tariffRandomised: false } }, { ...values, [OFFSET_LIMIT]: 1_440 });
    expect(timesOfUse(sharp.until(4 * HOUR))).toEqual([3_000, 1_000, 0]);
  });

  it('takes midnights, months, years, leap days and the days of summer time as they come in UTC', () => {
    const daily = tariff([[at(0, 1), at(1, 2)]]);
    for (const [start, days] of [
      [Date.UTC(2031, 11, 30, 9), 4],
      [Date.UTC(2032, 1, 27, 9), 4],
      [Date.UTC(2030, 2, 30, 9), 3],
      [Date.UTC(2030, 9, 26, 9), 3],
    ] as const) {
      const living = home(daily, { clock: { offsetMs: start - NOW, status: 'reliable' } }).until(days * 24 * HOUR);
      expect(timesOfUse(living)).toEqual([days * 1_000, days * 23_000, 0]);
    }
  });
});

describe('the active price', () => {
  it('follows switches at their moment, with the scale of the price table', () => {
    const table = [
      [3, -4],
      [3, '0100010800ff', 2],
      [
        ['01', 2_450],
        ['02', 950],
      ],
    ];
    const living = home(TWO_RATES, {}, { '113/0-0:19.20.0.255/5': table });
    expect([living.held(PRICE), living.held(PRICE_SCALER)]).toEqual([2_450, [-4, 254]]);
    expect(living.until(3 * HOUR - 0.001).held(PRICE)).toBe(2_450);
    expect(living.until(3 * HOUR).held(PRICE)).toBe(950);
  });

  it('shows nothing for a price below nothing', () => {
    const living = home(TWO_RATES, {}, { '113/0-0:19.20.0.255/5': [[3, -5], [3, '0100010800ff', 2], [['02', -700]]] });
    expect(living.until(3 * HOUR).held(PRICE)).toBe(0);
    expect(living.life.tariff.price('primary', living.now)).toEqual({ value: -700, scale: -5 });
  });
});

describe('blocks', () => {
  const BLOCK_TARIFF = tariff([[at(0, 101)]], { 1: [1_000, 2_500] });
  const counters = (living: Living): readonly number[] => {
    const [values = []] = living.held(BLOCKS) as number[][];
    return [0, 1, 2].map((block) => values[16 * block + 8] ?? 0);
  };
  const registers = (living: Living): readonly number[] => {
    const [values = []] = living.held(BLOCKS) as number[][];
    return [0, 1, 2].map((block) => values[16 * block] ?? 0);
  };

  it('change at the millisecond of their threshold, and with them the price', () => {
    const living = new Living([[0, { importWatts: 1_001 }]], {}, { ...FROM_ZERO, ...tariffValues(BLOCK_TARIFF) });
    const first = Math.ceil((1_000 * 3_600_000) / 1_001);
    expect(living.until((first - 1) / 1_000).held(PRICE)).not.toBe(20_000);
    expect([living.until(first / 1_000).held(PRICE), counters(living)]).toEqual([20_000, [1_000, 0, 0]]);
    expect([living.until(3 * HOUR).held(PRICE), registers(living)]).toEqual([10_000, [1_000, 1_500, 503]]);
  });

  it('say what is being spent at which price', () => {
    const living = new Living(
      [[0, { importWatts: 3_000, secondaryWatts: 500 }]],
      {},
      { ...FROM_ZERO, ...tariffValues(BLOCK_TARIFF) },
    );
    const { tariff: rate } = living.life;
    expect(rate.unitsPerKwh).toBe(3_600_000_000n);
    expect(rate.spending(living.now)).toEqual([
      { element: 'primary', unitsPerMs: 3_000n, price: { value: 30_000, scale: -5 } },
      { element: 'secondary', unitsPerMs: 500n, price: { value: 12_500, scale: -5 } },
    ]);
    expect(rate.spending(living.until(HOUR).now)[0]?.price.value).toBe(10_000);
  });

  it('begin again when the supplier resets the counters; registers stay', () => {
    const living = home(BLOCK_TARIFF).until(3 * HOUR + 1);
    expect([registers(living), living.held(PRICE)]).toEqual([[1_000, 1_500, 500], 10_000]);
    new Correspondence(living).ask('ECS05', [{ operation: 'action', key: '9/0-0:10.0.100.255/1', data: 99 }]);
    expect([counters(living), registers(living), living.held(PRICE)]).toEqual([[0, 0, 0], [1_000, 1_500, 500], 30_000]);
    expect(counters(living.until(3 * HOUR + 4))).toEqual([0, 0, 0]);
    expect(counters(living.until(3 * HOUR + 4.6))).toEqual([1, 0, 0]);
    expect(registers(living.until(4 * HOUR + 1))).toEqual([2_000, 1_500, 500]);
  });

  const DAILY = '22/0-0:15.1.0.255/4';
  const midnightly: Plain = [['00000000', 'ffffffffff']];

  it('begin again each midnight when the supplier wants it, and not otherwise', () => {
    const living = home(BLOCK_TARIFF);
    new Correspondence(living).ask('ECS48', [{ operation: 'set', key: DAILY, data: midnightly }]);
    expect(counters(living.until(MIDNIGHT - 1))).toEqual([1_000, 1_500, 12_499]);
    expect([counters(living.until(MIDNIGHT)), living.held(PRICE)]).toEqual([[0, 0, 0], 30_000]);
    expect(counters(living.until(MIDNIGHT + HOUR / 2))).toEqual([500, 0, 0]);
    expect(counters(home(BLOCK_TARIFF).until(MIDNIGHT + HOUR))).toEqual([1_000, 1_500, 13_500]);
  });

  it('make up a reset that fell into a loss of mains, but none that the clock jumped over', () => {
    const changes = [
      [0, { importWatts: 1_000 }],
      [MIDNIGHT - HOUR, { volts: [0, 0, 0] }],
      [MIDNIGHT + HOUR, { importWatts: 1_000 }],
    ] as const;
    const dark = new Living(changes, {}, { ...FROM_ZERO, ...tariffValues(BLOCK_TARIFF), [DAILY]: midnightly });
    expect(counters(dark.until(MIDNIGHT + 2 * HOUR))).toEqual([1_000, 0, 0]);
    const jump = home(BLOCK_TARIFF, {}, { [DAILY]: midnightly }).until(MIDNIGHT - 2 * HOUR);
    jump.device.clock = { offsetMs: 3 * HOUR * 1_000, status: 'reliable' };
    expect(counters(jump.until(MIDNIGHT - HOUR))).toEqual([1_000, 1_500, 11_500]);
    const lost = home(
      BLOCK_TARIFF,
      { clock: { offsetMs: 0, status: 'invalid' }, parameters: { tariffWithoutCalendar: 101 } },
      { [DAILY]: midnightly },
    );
    expect(counters(lost.until(MIDNIGHT + HOUR))).toEqual([1_000, 1_500, 13_500]);
  });
});
