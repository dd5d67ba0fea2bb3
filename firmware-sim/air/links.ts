import type { Eui64 } from '../kernel/eui64.ts';
import type { RandomSource } from '../kernel/random.ts';
import type { Millis } from '../kernel/time.ts';

/** How one radio hears another. Probabilities are from 0 to 1, each frame on its own. */
export interface LinkQuality {
  /** A frame does not arrive. */
  readonly loss: number;
  /** A frame arrives a second time. */
  readonly duplication: number;
  /** A frame arrives so much later, up to; frames may overtake each other. */
  readonly jitterMs: Millis;
  readonly rssiDbm: number;
  /** The two do not hear each other at all. */
  readonly silent: boolean;
}

export const GOOD_LINK: LinkQuality = { loss: 0, duplication: 0, jitterMs: 0, rssiDbm: -45, silent: false };

/** Sensitivity of a usual radio; a link this weak has quality 0, one 60 dB stronger 255. */
const SENSITIVITY_DBM = -100;
const LQI_RANGE_DB = 60;

/** Link quality indication of a signal strength, 0 to 255. */
export function lqiOf(rssiDbm: number): number {
  return Math.max(0, Math.min(255, Math.round(((rssiDbm - SENSITIVITY_DBM) * 255) / LQI_RANGE_DB)));
}

/** When a frame arrives at a receiver: once, never, or twice. Draws from `random` in a fixed order. */
export function arrivals({ loss, duplication, jitterMs, silent }: LinkQuality, random: RandomSource): readonly Millis[] {
  if (silent) return [];
  const delay = (): Millis => (jitterMs > 0 ? Math.round(random.unit() * jitterMs * 1000) / 1000 : 0);
  if (loss > 0 && random.unit() < loss) return [];
  const first = delay();
  return duplication > 0 && random.unit() < duplication ? [first, first + delay()] : [first];
}

/** Qualities of links, the same both ways unless set for one direction. */
export class LinkTable {
  readonly #base: LinkQuality;
  readonly #links = new Map<string, LinkQuality>();

  constructor(base: Partial<LinkQuality> = {}) {
    this.#base = { ...GOOD_LINK, ...base };
  }

  set(from: Eui64, to: Eui64, quality: Partial<LinkQuality>): void {
    this.#links.set(`${from} ${to}`, { ...this.#base, ...quality });
  }

  setBoth(one: Eui64, other: Eui64, quality: Partial<LinkQuality>): void {
    this.set(one, other, quality);
    this.set(other, one, quality);
  }

  get(from: Eui64, to: Eui64): LinkQuality {
    return this.#links.get(`${from} ${to}`) ?? this.#base;
  }
}
