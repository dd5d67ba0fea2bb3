import { Fraction } from '../support/fraction.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** A value from a moment on. */
export type From<T> = readonly (readonly [at: number, value: T])[];

/** What a gas meter goes through, as a person would write it down. */
export interface GasStory {
  readonly from: number;
  readonly to: number;
  /** Flow in m³ an hour times 10,000. */
  readonly flow: From<number>;
  /** Whether the valve is open; open until the first word. */
  readonly open?: From<boolean>;
  /** Calorific value in MJ/m³ times 10. */
  readonly calorific: From<number>;
  /** Conversion factor times 100,000. */
  readonly factor: number;
  /** Tier of a day, by its first moment; 0: blocks. */
  readonly tier: (midnight: number) => number;
  /** Millipence a kWh: by tier 1 to 4, or by block 0 to 3. */
  readonly tierPrices: readonly number[];
  readonly blockPrices: readonly number[];
  /** kWh times 1000. */
  readonly thresholds: readonly number[];
  /** kWh used in the block period before the story begins. */
  readonly usedBefore?: Fraction;
}

/** What the meter must have counted. Volumes in thousandths of a cubic metre, money in millipence, nothing rounded. */
export interface GasTruth {
  readonly total: Fraction;
  readonly tiers: readonly Fraction[];
  readonly blocks: readonly Fraction[];
  readonly energy: Fraction;
  readonly cost: Fraction;
}

function at<T>(story: From<T>, moment: number, before: T): T {
  let value = before;
  for (const [from, one] of story) if (from <= moment) value = one;
  return value;
}

/**
 * Works out by arithmetic, half hour by half hour and piece by piece between whatever happens inside, what a meter counts: volume is
 * flow times hours, energy is volume times factor times calorific value over 3.6, and a block ends where its threshold is met.
 */
export function gasTruth(story: GasStory): GasTruth {
  const tiers = [0, 0, 0, 0].map(() => Fraction.zero);
  const blocks = [0, 0, 0, 0].map(() => Fraction.zero);
  let [total, energy, cost] = [Fraction.zero, Fraction.zero, Fraction.zero];
  let inPeriod = story.usedBefore ?? Fraction.zero;
  const changes = [story.flow, story.open ?? [], story.calorific].flatMap((list) => list.map(([moment]) => moment));
  for (let half = story.from - (story.from % (HOUR_MS / 2)); half < story.to; half += HOUR_MS / 2) {
    const ends = [half + HOUR_MS / 2, ...changes.filter((moment) => moment > half && moment < half + HOUR_MS / 2)];
    let start = Math.max(half, story.from);
    for (const end of ends.sort((a, b) => a - b).map((moment) => Math.min(moment, story.to))) {
      if (end <= start) continue;
      const flow = at(story.open ?? [], start, true) ? at(story.flow, start, 0) : 0;
      let litres = Fraction.of(flow * (end - start), 10 * HOUR_MS);
      const kwhPerLitre = Fraction.of(BigInt(story.factor) * BigInt(at(story.calorific, start, 0)), 1_000n * 100_000n * 36n);
      const tier = story.tier(start - (start % DAY_MS));
      total = total.plus(litres);
      while (Fraction.zero.lessThan(litres)) {
        const kwh = litres.times(kwhPerLitre);
        const limits = story.thresholds.map((threshold) => Fraction.of(threshold, 1000));
        const passed = limits.filter((limit) => !inPeriod.lessThan(limit)).length;
        const limit = limits[passed];
        const used = tier === 0 && limit && limit.lessThan(inPeriod.plus(kwh)) ? limit.minus(inPeriod) : kwh;
        const volume = used === kwh ? litres : used.dividedBy(kwhPerLitre);
        const price = tier === 0 ? story.blockPrices[passed] : story.tierPrices[tier - 1];
        if (tier === 0) {
          blocks[passed] = (blocks[passed] ?? Fraction.zero).plus(volume);
          inPeriod = inPeriod.plus(used);
        } else tiers[tier - 1] = (tiers[tier - 1] ?? Fraction.zero).plus(volume);
        energy = energy.plus(used);
        cost = cost.plus(used.times(Fraction.of(price ?? 0)));
        litres = litres.minus(volume);
      }
      start = end;
    }
  }
  return { total, tiers, blocks, energy, cost };
}
