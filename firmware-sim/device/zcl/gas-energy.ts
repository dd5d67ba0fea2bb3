import type { ZclStore } from './store.ts';

/** Commodity attributes of the price cluster (ZSE D.4; GBCS GCS21a, GCS23). */
const PRICE = 0x0700;
const CONVERSION_FACTOR = 0x0302;
const CONVERSION_DIGITS = 0x0303;
const CALORIFIC_VALUE = 0x0304;
const CALORIFIC_DIGITS = 0x0306;

/** Decimals GBCS gives the conversion factor and the calorific value (GCS23). */
const FACTOR_DECIMALS = 5;
const CALORIFIC_DECIMALS = 1;

/**
 * Volume is counted inside in units of 0.0001 m³ an hour for a millisecond: a flow times the milliseconds it lasts, without rounding.
 * So many counts make a thousandth of a cubic metre, the unit of the registers (0.001 m³ = 10 units, 3,600,000 ms in an hour).
 */
export const COUNTS_PER_LITRE = 36_000_000n;

/**
 * Energy is counted inside as volume in counts times conversion factor in 0.00001 times calorific value in 0.1 MJ/m³. So many
 * make a kilowatt hour: kWh = m³ x factor x calorific value / 3.6 (behaviour of SMETS 4.6.4.3, 4.6.4.4).
 */
export const GAS_UNITS_PER_KWH = 129_600_000_000_000_000n;

/** A decimal as a whole number with so many decimals; ZCL writes the decimals it has into a high nibble. */
function withDecimals(value: number, trailingDigit: number, decimals: number): bigint {
  const has = trailingDigit >> 4;
  if (has === decimals) return BigInt(value);
  return has < decimals ? BigInt(value) * 10n ** BigInt(decimals - has) : BigInt(value) / 10n ** BigInt(has - decimals);
}

/** Energy in a count of volume, in units of which `GAS_UNITS_PER_KWH` make a kilowatt hour, at the values in force. */
export function energyPerCount(store: ZclStore): bigint {
  const factor = withDecimals(store.number(PRICE, CONVERSION_FACTOR), store.number(PRICE, CONVERSION_DIGITS), FACTOR_DECIMALS);
  const calorific = store.number(PRICE, CALORIFIC_VALUE);
  return factor * withDecimals(calorific, store.number(PRICE, CALORIFIC_DIGITS), CALORIFIC_DECIMALS);
}
