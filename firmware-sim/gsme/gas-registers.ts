import { earliest } from '../device/deadline.ts';
import type { Device } from '../device/device.ts';
import type { Organ, OrganState } from '../device/life/organ.ts';
import type { ConsumptionCharger, Spending, SpendingRate, UnitPrice } from '../device/payment/spending.ts';
import { calendarEntryUntil } from '../device/zcl/calendar.ts';
import { addToday } from '../device/zcl/consumption-today.ts';
import { storeOf } from '../device/zcl/engine.ts';
import { COUNTS_PER_LITRE, energyPerCount, GAS_UNITS_PER_KWH } from '../device/zcl/gas-energy.ts';
import type { ZclStore } from '../device/zcl/store.ts';
import {
  blockEnergy,
  blockReached,
  blockRegister,
  GAS_BLOCKS,
  keepBlockEnergy,
  priceIn,
  thresholdEnergies,
  tierInForce,
  tierRegister,
} from '../device/zcl/tariff-in-force.ts';
import { assert } from '../kernel/errors.ts';
import { fromSeconds2000, type Millis, toSeconds2000 } from '../kernel/time.ts';
import type { GasValve } from './gas-valve.ts';

const METERING = 0x0702;
/** CurrentSummationDelivered, the consumption register (SMETS 4.6.5.5). */
const TOTAL = 0x0000;

/** What holds until a command or the calendar says otherwise. */
interface InForce {
  /** Price tier, 0 for blocks. */
  readonly tier: number;
  /** When the calendar has the next word; never for a meter that does not know the time. */
  readonly until: Millis | undefined;
  readonly energyPerCount: bigint;
  readonly thresholds: readonly bigint[];
  /** Prices by block, or the tier's alone. */
  readonly prices: readonly UnitPrice[];
}

/**
 * Counts gas: the total, and the register of the tier or block in force. What was counted is converted to energy and told to whoever
 * charges, at the price that held when it flowed. Registers in the store are in whole thousandths of a cubic metre; what is below
 * stays here, so that nothing is rounded.
 */
export class GasRegisters implements Organ, SpendingRate {
  readonly name = 'registers';
  readonly unitsPerKwh = GAS_UNITS_PER_KWH;
  /** Whoever charges for what is consumed. */
  charger: ConsumptionCharger | undefined;
  readonly #device: Device;
  readonly #store: ZclStore;
  readonly #valve: GasValve;
  /** Smallest volume the registers show, in counts. */
  readonly #step: bigint;
  readonly #litresPerStep: number;
  /** Volume below a step by register. */
  readonly #below = new Map<number, bigint>();
  /** Energy used in the block period. */
  #energy = 0n;
  #inForce: InForce | undefined;

  /** @param litresPerStep smallest volume the meter can measure, in thousandths of a cubic metre */
  constructor(device: Device, valve: GasValve, litresPerStep: number) {
    this.#device = device;
    this.#store = storeOf(device);
    this.#valve = valve;
    this.#litresPerStep = litresPerStep;
    this.#step = BigInt(litresPerStep) * COUNTS_PER_LITRE;
  }

  /** What the consumption register grew by between two moments the meter has lived, in thousandths of a cubic metre. */
  litresBetween(from: Millis, to: Millis): number {
    const { history } = this.#valve;
    return this.#shown(history.counted(to)) - this.#shown(history.counted(from));
  }

  /** Whole steps of a volume in counts, in thousandths of a cubic metre. */
  #shown(counts: bigint): number {
    return Number(counts / this.#step) * this.#litresPerStep;
  }

  /** What consumption counts in now: a tier from 1, or where that is 0 a block from 0. */
  counting(now: Millis): { readonly tier: number; readonly block: number } {
    const { tier, thresholds } = this.#now(now);
    return { tier, block: tier > 0 ? 0 : blockReached(this.#energy, thresholds) };
  }

  /** Price of a kilowatt hour now. */
  price(now: Millis): UnitPrice {
    return priceOf(this.#now(now).prices, this.counting(now).block);
  }

  spending(now: Millis): readonly Spending[] {
    const { flow } = this.#valve;
    if (flow === 0) return [];
    return [{ element: 'primary', unitsPerMs: BigInt(flow) * this.#now(now).energyPerCount, price: this.price(now) }];
  }

  /** The block period is over: counters start again (SMETS 4.6.5.18). */
  resetBlocks(): void {
    for (let block = 0; block < GAS_BLOCKS; block++) {
      this.#store.change(METERING, blockRegister(block), 0);
      this.#below.delete(blockRegister(block));
    }
    keepBlockEnergy(this.#store, 0n);
    this.#inForce = undefined;
  }

  deadline(): Millis | undefined {
    const livedTo = this.#device.life?.livedTo;
    if (livedTo === undefined) return undefined;
    return earliest(this.#now(livedTo).until, this.#crossing(livedTo));
  }

  /** When the next block begins if gas goes on flowing like this: the first millisecond with the whole threshold used. */
  #crossing(now: Millis): Millis | undefined {
    const { tier, thresholds, energyPerCount } = this.#now(now);
    const next = tier > 0 ? undefined : thresholds[blockReached(this.#energy, thresholds)];
    const perMs = BigInt(this.#valve.flow) * energyPerCount;
    if (next === undefined || perMs === 0n) return undefined;
    return now + Number((next - this.#energy + perMs - 1n) / perMs);
  }

  pass(from: Millis, to: Millis): void {
    const { flow, history, supply } = this.#valve;
    if (!history.begun) history.begin(from, this.#below.get(TOTAL) ?? 0n, supply === 'enabled');
    if (flow === 0) return;
    const counts = BigInt(flow) * BigInt(to - from);
    const inForce = this.#now(from);
    this.#add(TOTAL, counts);
    if (inForce.tier > 0) {
      this.#add(tierRegister(inForce.tier), counts);
      this.#consumed(from, counts * inForce.energyPerCount, priceOf(inForce.prices, 0));
    } else this.#passInBlocks(from, counts, inForce);
  }

  /** Gas that meets a threshold on its way is divided exactly there: energy to the unit, volume to the count. */
  #passInBlocks(from: Millis, counts: bigint, { thresholds, energyPerCount, prices }: InForce): void {
    let energy = counts * energyPerCount;
    let left = counts;
    while (left > 0n) {
      const block = blockReached(this.#energy, thresholds);
      const room = (thresholds[block] ?? this.#energy + energy) - this.#energy;
      const whole = energy <= room;
      const [used, taken] = whole ? [energy, left] : [room, room / energyPerCount];
      this.#add(blockRegister(block), taken);
      this.#energy += used;
      this.#consumed(from, used, priceOf(prices, block));
      energy -= used;
      left -= taken;
      if (whole) break;
    }
    keepBlockEnergy(this.#store, this.#energy);
  }

  #consumed(from: Millis, energy: bigint, price: UnitPrice): void {
    addToday(this.#store, this.#seconds(from), energy, price);
    this.charger?.consumed('primary', energy, price);
  }

  act(now: Millis): void {
    const until = this.#inForce?.until;
    if (until === undefined || now < until) return;
    this.#inForce = undefined;
  }

  settle(): void {
    this.#inForce = undefined;
  }

  clockMoved(): void {
    this.#inForce = undefined;
  }

  state(): OrganState {
    return [...this.#below].filter(([, counts]) => counts > 0n).map(([register, counts]) => [register, counts]);
  }

  restore(state: OrganState | undefined): void {
    this.#below.clear();
    this.#inForce = undefined;
    for (const [register, counts] of (state ?? []) as [number, bigint][]) this.#below.set(register, counts);
  }

  #add(register: number, counts: bigint): void {
    const all = (this.#below.get(register) ?? 0n) + counts;
    const steps = all / this.#step;
    this.#below.set(register, all - steps * this.#step);
    if (steps === 0n) return;
    const litres = this.#store.number(METERING, register) + Number(steps) * this.#litresPerStep;
    this.#store.change(METERING, register, litres);
  }

  /** Seconds of the device's clock; undefined while it does not know the time. */
  #seconds(now: Millis): number | undefined {
    const { clock } = this.#device;
    return clock.status === 'invalid' ? undefined : toSeconds2000(this.#device.localTime(now));
  }

  #now(now: Millis): InForce {
    this.#inForce ??= this.#evaluate(now);
    return this.#inForce;
  }

  #evaluate(now: Millis): InForce {
    const store = this.#store;
    const seconds = this.#seconds(now);
    const tier = tierInForce(store, seconds, this.#device.parameters.gasDefaultTier);
    const blocks = Array.from({ length: GAS_BLOCKS }, (_, block) => block);
    this.#energy = blockEnergy(store);
    return {
      tier,
      until: seconds === undefined ? undefined : this.#runtime(calendarEntryUntil(store, 'tariff', seconds)),
      energyPerCount: energyPerCount(store),
      thresholds: thresholdEnergies(store),
      prices: tier > 0 ? [priceIn(store, tier, 0)] : blocks.map((block) => priceIn(store, 0, block)),
    };
  }

  #runtime(seconds: number): Millis {
    return fromSeconds2000(seconds) - this.#device.clock.offsetMs;
  }
}

function priceOf(prices: readonly UnitPrice[], index: number): UnitPrice {
  const price = prices[index];
  assert(price, 'there is a price for every tier and block');
  return price;
}
