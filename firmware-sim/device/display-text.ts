import type { UnitPrice } from './payment/spending.ts';

/** Pounds, or else euros. */
type InPounds = boolean;

/** Money cut off after the second decimal: `-£1.05`. */
export function moneyText(inPounds: InPounds, millipence: number): string {
  const pence = Math.trunc(millipence / 1_000);
  const digits = String(Math.abs(pence)).padStart(3, '0');
  return `${pence < 0 ? '-' : ''}${inPounds ? '£' : '€'}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** A price of a kilowatt hour in hundredths of the currency unit, with the decimals it has: `9.600p/kWh`. */
export function priceText(inPounds: InPounds, { value, scale }: UnitPrice): string {
  const decimals = Math.max(0, -scale - 2);
  const digits = String(Math.abs(value) * 10 ** Math.max(0, scale + 2)).padStart(decimals + 1, '0');
  const number = decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
  return `${value < 0 ? '-' : ''}${number}${inPounds ? 'p' : 'c'}/kWh`;
}
