import { describe, expect, it } from 'vitest';
import { gasDisplay } from '../../firmware-sim/gsme/display.ts';
import { GAS_VARIANTS, type GasVariant } from '../../firmware-sim/gsme/variants.ts';
import { ask } from '../device/zcl/own-bench.ts';
import { flows, HOUR, type LivingGas, liveTo, livingGas, MIDNIGHT } from '../gsme/bench.ts';

const METERING = 0x0702;
const WRAP = 100_000_000;

/** S07: the register of a gas meter on its display and as it is read (SECMP0006, MP101). */
function meter(variant: GasVariant, litres: number, flow: number): LivingGas {
  return livingGas({
    variant,
    load: flows([[MIDNIGHT, flow]]),
    prepare: (store) => store.change(METERING, 0, litres),
  });
}

const shown = (gas: LivingGas): string => gasDisplay(gas.device, gas.life.livedTo ?? 0, true).register;

/** GCS13a: thousandths of a cubic metre. */
function read(gas: LivingGas): number {
  const asks = [{ cluster: METERING, command: 0, attributes: [770, 769, 768, 0] }];
  const attributes = ask(gas, 'GCS13a', asks, gas.life.livedTo ?? 0).said[0]?.attributes ?? {};
  expect([attributes[769], attributes[770], attributes[768]]).toEqual([1, 1000, 1]);
  return Number(attributes[0]);
}

/** Lives until so much has flowed, in units of 0.0001 m³, at 1 m³ an hour: 10,000 units. */
const flowed = (gas: LivingGas, units: number): void => {
  liveTo(gas, (gas.life.livedTo ?? MIDNIGHT) + units * 360);
};

describe('S07: the display of a gas meter', () => {
  it('shows the eight digits of least weight of thousandths, with leading zeros and the point before the last three', () => {
    for (const [litres, text] of [
      [0, '00000.000'],
      [7, '00000.007'],
      [1_234_567, '01234.567'],
      [99_999_999, '99999.999'],
      [WRAP, '00000.000'],
      [1_234_567_890, '34567.890'],
    ] as const) {
      expect(shown(meter(GAS_VARIANTS.U6, litres, 0))).toBe(text);
    }
  });

  it('a U6 cuts off what is below a thousandth: 99,999.9994 and 99,999.9996 are 99999.999', () => {
    const gas = meter(GAS_VARIANTS.U6, 99_999_999, 10_000);
    flowed(gas, 4);
    expect([shown(gas), read(gas)]).toEqual(['99999.999', 99_999_999]);
    flowed(gas, 2);
    expect([shown(gas), read(gas)]).toEqual(['99999.999', 99_999_999]);
  });

  it('and 0.001 m³ later begins again at 00000.000, while the register keeps its full value', () => {
    const gas = meter(GAS_VARIANTS.U6, 99_999_999, 10_000);
    flowed(gas, 6);
    flowed(gas, 10);
    expect([shown(gas), read(gas)]).toEqual(['00000.000', WRAP]);
    flowed(gas, 10);
    expect([shown(gas), read(gas)]).toEqual(['00000.001', WRAP + 1]);
  });

  it('a U16 after 8,000 hours at its maximum shows all of 128,000 m³; a U6 that had measured it would have wrapped', () => {
    const qMax = GAS_VARIANTS.U16.maxFlow;
    const gas = meter(GAS_VARIANTS.U16, 0, qMax);
    for (const hours of [1, 6_249, 6_250, 6_251, 8_000]) {
      liveTo(gas, MIDNIGHT + hours * HOUR);
      const cubicMetres = 16 * hours;
      expect(read(gas)).toBe(cubicMetres * 1000);
      expect(shown(gas)).toBe(`${String(cubicMetres).padStart(5, '0')}.000`);
    }
    const small = meter(GAS_VARIANTS.U6, 0, qMax);
    liveTo(small, MIDNIGHT + 8_000 * HOUR);
    expect([shown(small), read(small)]).toEqual(['28000.000', 128_000_000]);
  });

  it('what is read remotely is the register at all times, whatever the display shows', () => {
    for (const variant of Object.values(GAS_VARIANTS)) {
      const gas = meter(variant, 99_999_990, 12_345);
      for (let hour = 1; hour <= 48; hour++) {
        liveTo(gas, MIDNIGHT + hour * HOUR + hour);
        const litres = gas.store.number(METERING, 0);
        expect(read(gas)).toBe(litres);
        expect(Number(shown(gas).replace('.', ''))).toBe(variant.large ? litres : litres % WRAP);
      }
    }
  });

  it('a large meter that cannot measure thousandths counts in its own steps, and loses nothing in between', () => {
    const { litresPerStep } = GAS_VARIANTS.U40;
    const gas = meter(GAS_VARIANTS.U40, 0, 12_345);
    for (let hour = 1; hour <= 24; hour++) {
      liveTo(gas, MIDNIGHT + hour * HOUR);
      const exact = 1_234.5 * hour;
      expect(read(gas)).toBe(exact - (exact % litresPerStep));
    }
  });

  it('closing and arming are not asked of a large meter', () => {
    const names = (gas: LivingGas): Set<string> => new Set([...gas.device.profile.useCases.values()].map(({ name }) => name));
    const [small, large] = [GAS_VARIANTS.U6, GAS_VARIANTS.U16].map((variant) => names(meter(variant, 0, 0)));
    for (const name of ['GCS32', 'GCS39']) expect([small?.has(name), large?.has(name)]).toEqual([true, false]);
    for (const name of ['GCS13a', 'GCS17', 'GCS33', 'GCS01a']) expect(large?.has(name)).toBe(true);
  });
});
