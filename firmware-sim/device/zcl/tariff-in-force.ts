import type { UnitPrice } from '../payment/spending.ts';
import { calendarEntry } from './calendar.ts';
import { COUNTS_PER_LITRE, energyPerCount, GAS_UNITS_PER_KWH } from './gas-energy.ts';
import { numberIn } from './plain.ts';
import type { ZclStore } from './store.ts';

/** Price cluster (ZSE D.4; GBCS GCS01a, GCS21f) and the registers of the metering cluster that follow the tariff (GCS13b, GCS13c). */
const PRICE = 0x0700;
const METERING = 0x0702;
const BLOCK_THRESHOLDS = 0x0100;
const THRESHOLD_MULTIPLIER = 0x0202;
const THRESHOLD_DIVISOR = 0x0203;
const TRAILING_DIGIT = 0x0617;
/** A gas meter has four blocks or four tiers (SMETS 4.6.5.18, 4.6.5.19). */
export const GAS_BLOCKS = 4;
export const GAS_TIERS = 4;

/** Attribute of the price in block 0 to 3 without tiers, or in tier 1 to 4. */
export const blockPrice = (block: number): number => 0x0400 + block;
export const tierPrice = (tier: number): number => 0x0400 + 0x10 * tier;

/** Attribute of the volume counted in block 0 to 3, or in tier 1 to 4. */
export const blockRegister = (block: number): number => 0x0700 + block;
export const tierRegister = (tier: number): number => 0x0100 + 2 * (tier - 1);

/** Block tariff in the high nibble of the charging scheme (GBCS GCS01a). */
export const isBlockTariff = (store: ZclStore): boolean =>
  numberIn(store.record('tariff.information'), 'Tariff Type / Charging Scheme') >> 4 === 1;

/**
 * The price tier that consumption counts in: 1 to 4 by the calendar, 0 where blocks apply.
 * @param seconds the device's time as ZCL UTCTime; undefined when it does not know it
 * @param without tier when the calendar says nothing
 */
export function tierInForce(store: ZclStore, seconds: number | undefined, without: number): number {
  if (isBlockTariff(store)) return 0;
  return (seconds === undefined ? undefined : calendarEntry(store, 'tariff', seconds)) ?? without;
}

/** Energy from which each further block applies, in units of `GAS_UNITS_PER_KWH`; a threshold of 0 is not in use. */
export function thresholdEnergies(store: ZclStore): readonly bigint[] {
  const multiplier = BigInt(store.number(PRICE, THRESHOLD_MULTIPLIER));
  const divisor = BigInt(store.number(PRICE, THRESHOLD_DIVISOR));
  const energies: bigint[] = [];
  for (let i = 0; i < GAS_BLOCKS - 1; i++) {
    const threshold = BigInt(store.number(PRICE, BLOCK_THRESHOLDS + i));
    if (threshold === 0n || multiplier === 0n || divisor === 0n) break;
    energies.push((threshold * multiplier * GAS_UNITS_PER_KWH) / divisor);
  }
  return energies;
}

const litresInBlocks = (store: ZclStore): number =>
  [0, 1, 2, 3].reduce((sum, block) => sum + store.number(METERING, blockRegister(block)), 0);

/**
 * Energy used since the block period began. The counters are read in m³ and thresholds are in kWh, so a meter keeps the energy beside
 * them; where the counters were set from outside it is what they amount to at the calorific value in force.
 */
export function blockEnergy(store: ZclStore): bigint {
  const kept = store.record('tariff.blockEnergy');
  const litres = litresInBlocks(store);
  if (kept && kept.Litres === litres) return BigInt(kept.Energy as bigint);
  return BigInt(litres) * COUNTS_PER_LITRE * energyPerCount(store);
}

/** Keeps the energy that belongs to the block counters as they are now. */
export function keepBlockEnergy(store: ZclStore, energy: bigint): void {
  store.setRecords('tariff.blockEnergy', [{ Litres: litresInBlocks(store), Energy: energy }]);
}

/** The block reached, 0 to 3: each threshold that has been met moves to the next (SMETS 4.6.4.25). */
export function blockReached(energy: bigint, thresholds: readonly bigint[]): number {
  const next = thresholds.findIndex((threshold) => energy < threshold);
  return next === -1 ? thresholds.length : next;
}

/** Price of a kilowatt hour in a tier, or in a block where the tier is 0. */
export function priceIn(store: ZclStore, tier: number, block: number): UnitPrice {
  const value = store.number(PRICE, tier > 0 ? tierPrice(tier) : blockPrice(block));
  return { value, scale: -(store.number(PRICE, TRAILING_DIGIT) >> 4) };
}
