import { describe, expect, it } from 'vitest';
import type { LoadProfile } from '../../firmware-sim/device/metering/load.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import { ELECTRICITY_LOADS, GAS_LOADS, namedLoad } from '../../lab/loads/named-loads.ts';

const HALF_HOUR = 1_800_000;
const START = Date.UTC(2030, 0, 1);
const SLOTS_PER_YEAR = 365 * 48;

function load<T>(loads: Parameters<typeof namedLoad<T>>[0], text: string, seed = '1'): LoadProfile<T> {
  const made = namedLoad(loads, text, seed);
  if (!made) throw new TypeError(`${text} is no built-in load`);
  return made;
}

const electricity = (text: string, seed?: string) => load(ELECTRICITY_LOADS, text, seed);
const gas = (text: string, seed?: string) => load(GAS_LOADS, text, seed);

/** Values of each half hour of a year, from the middle of it. */
function year<T>(profile: LoadProfile<T>): T[] {
  return Array.from({ length: SLOTS_PER_YEAR }, (_, i) => profile.at(START + i * HALF_HOUR + 900_000).value);
}

const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0);

describe('built-in loads', () => {
  it.each(['household', 'prosumer', 'twin', 'polyphase'])(
    '%s: half hours of whole watt hours, the same whatever is asked before',
    (name) => {
      const [one, other] = [electricity(name), electricity(name)];
      for (let i = 400; i >= 0; i--) {
        const at = START + i * 977 * HALF_HOUR + i;
        const { value, until } = one.at(at);
        expect(until).toBe((Math.floor(at / HALF_HOUR) + 1) * HALF_HOUR);
        expect(other.at(until - 1).value).toEqual(value);
        for (const part of [value.importWatts, value.secondaryWatts, value.exportWatts, value.importVars]) {
          expect(part % 2).toBe(0);
          expect(part).toBeGreaterThanOrEqual(0);
        }
        expect(value.importWatts > 0 && value.exportWatts > 0).toBe(false);
        for (const volts of value.volts) expect(Number.isInteger(volts) && volts >= 216 && volts <= 253).toBe(true);
      }
    },
  );

  it('homes differ by seed, and are of the size that is usual', () => {
    const kwh = ['1', '2', '3', '4', '5', '6'].map((seed) =>
      sum(year(electricity('household', seed)).map(({ importWatts }) => importWatts / 2000)),
    );
    expect(new Set(kwh).size).toBe(kwh.length);
    for (const one of kwh) expect(one).toBeGreaterThan(1500);
    for (const one of kwh) expect(one).toBeLessThan(4200);
  });

  it('a household draws more in the evening than at night, and more in winter than in summer', () => {
    const values = year(electricity('household')).map(({ importWatts }) => importWatts);
    const at = (ofDay: number): number => sum(values.filter((_, i) => i % 48 === ofDay));
    expect(at(36)).toBeGreaterThan(2 * at(8));
    expect(sum(values.slice(0, 31 * 48))).toBeGreaterThan(1.2 * sum(values.slice(181 * 48, 212 * 48)));
  });

  it('solar panels export by day only, most in summer', () => {
    const values = year(electricity('prosumer')).map(({ exportWatts }) => exportWatts);
    expect(sum(values.filter((_, i) => i % 48 < 8))).toBe(0);
    expect(sum(values.slice(151 * 48, 181 * 48))).toBeGreaterThan(3 * sum(values.slice(0, 30 * 48)));
  });

  it('the secondary element runs at night', () => {
    const values = year(electricity('twin')).map(({ secondaryWatts }) => secondaryWatts);
    expect(sum(values.filter((_, i) => i % 48 >= 15))).toBe(0);
    expect(sum(values)).toBeGreaterThan(0);
  });

  it('a polyphase meter has three voltages of its own', () => {
    const { volts } = electricity('polyphase').at(START).value;
    expect(volts).toHaveLength(3);
  });

  it('gas: about a thousand cubic metres a year, even flows, none at night', () => {
    const values = year(gas('gas-household')).map(({ flow }) => flow);
    expect(values.every((flow) => flow % 2 === 0 && flow >= 0)).toBe(true);
    const m3 = sum(values) / 2 / 10_000;
    expect(m3).toBeGreaterThan(500);
    expect(m3).toBeLessThan(1700);
    expect(sum(values.filter((_, i) => i % 48 < 8))).toBe(0);
    expect(sum(values.slice(0, 31 * 48))).toBeGreaterThan(5 * sum(values.slice(181 * 48, 212 * 48)));
  });

  it('constant loads say what was said', () => {
    expect(electricity('constant:500').at(START)).toMatchObject({ value: { importWatts: 500, exportWatts: 0 } });
    expect(electricity('constant:-500').at(START)).toMatchObject({ value: { importWatts: 0, exportWatts: 500 } });
    expect(gas('gas-constant:0.25').at(START)).toEqual({ value: { flow: 2500 }, until: Number.POSITIVE_INFINITY });
    expect(electricity('none').at(START).value).toMatchObject({ importWatts: 0, volts: [230, 230, 230] });
  });

  it.each(['constant', 'constant:', 'constant:1.5', 'constant:abc', 'constant:99999999', 'household:3', 'none:'])(
    'refuses %s with what would be right',
    (text) => {
      expect(() => electricity(text)).toThrow(UsageError);
      expect(() => electricity(text)).toThrow(/constant:WATTS|household|none/);
    },
  );

  it('refuses a gas flow below zero', () => {
    expect(() => gas('gas-constant:-1')).toThrow(UsageError);
  });

  it('leaves other names to files', () => {
    expect(namedLoad(ELECTRICITY_LOADS, 'toString', '1')).toBeUndefined();
    expect(namedLoad(ELECTRICITY_LOADS, 'gas-household', '1')).toBeUndefined();
  });
});
