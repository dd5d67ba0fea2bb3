/*
 * A register counts whole units of something that flows in fractions of them. Whoever knows the flow and sees the register can tell
 * what the register must have had as a fraction when he began to look, or that the register did not count that flow.
 */

/** What is known of one register over the periods that have been looked at. */
export interface RemainderFit {
  /** Whether a period fits in with those before: `amount` flowed, in fractions, and the register grew by `grown` wholes. */
  take(grown: number, amount: number): boolean;
  /** A number to remember it by: see `growths`. */
  readonly code: number;
  /** The same as numbers, to go on from. */
  readonly state: readonly number[];
}

/** The register counts what flows: the fraction it began with lies between two bounds. */
class Counting implements RemainderFit {
  readonly #unit: number;
  /** The fraction it began with is at least this, and less than that. */
  #low: number;
  #high: number;
  /** Fraction that has flowed since it began beyond whole units. */
  #flowed: number;
  /** 1 where what it began with and what flowed make up one whole more. */
  #more: number;

  constructor(unit: number, [low = 0, high = unit, flowed = 0, more = 0]: readonly number[] = []) {
    this.#unit = unit;
    this.#low = low;
    this.#high = high;
    this.#flowed = flowed;
    this.#more = more;
  }

  take(grown: number, amount: number): boolean {
    const sum = this.#flowed + amount;
    const wholes = Math.floor(sum / this.#unit);
    const flowed = sum - wholes * this.#unit;
    const more = this.#more + grown - wholes;
    const low = more === 1 ? Math.max(this.#low, this.#unit - flowed) : this.#low;
    const high = more === 0 ? Math.min(this.#high, this.#unit - flowed) : this.#high;
    if (more < 0 || more > 1 || low >= high) return false;
    [this.#low, this.#high, this.#flowed, this.#more] = [low, high, flowed, more];
    return true;
  }

  get code(): number {
    return -1 - this.#low;
  }

  get state(): readonly number[] {
    return [-1, this.#low, this.#high, this.#flowed, this.#more];
  }
}

/** The register grows by the same in every period, whatever flows: by nothing where the supply is off. */
class Steady implements RemainderFit {
  readonly #grown: number;

  constructor(grown: number) {
    this.#grown = grown;
  }

  take(grown: number): boolean {
    return grown === this.#grown;
  }

  get code(): number {
    return this.#grown;
  }

  get state(): readonly number[] {
    return [this.#grown, 0, 0, 0, 0];
  }
}

/** Numbers of a fit's state. */
export const FIT_NUMBERS = 5;

/** A first period: the register counts what flowed in it if that is possible at all. */
export function firstFit(unit: number, grown: number, amount: number): RemainderFit {
  const counting = new Counting(unit);
  return counting.take(grown, amount) ? counting : new Steady(grown);
}

/** @param state what `RemainderFit.state` gave */
export function restoredFit(unit: number, state: readonly number[]): RemainderFit {
  const [kind = 0, ...rest] = state;
  return kind < 0 ? new Counting(unit, rest) : new Steady(kind);
}

/** What a register grew by, period by period, from the code of its fit. */
export class Growths {
  readonly #unit: number;
  readonly #steady: number;
  /** Fraction the register has; below zero where it grows steadily. */
  #fraction: number;

  constructor(unit: number, code: number) {
    this.#unit = unit;
    this.#steady = code;
    this.#fraction = code < 0 ? -1 - code : -1;
  }

  /** @param amount what flows in the next period, in fractions */
  next(amount: number): number {
    if (this.#fraction < 0) return this.#steady;
    const sum = this.#fraction + amount;
    const wholes = Math.floor(sum / this.#unit);
    this.#fraction = sum - wholes * this.#unit;
    return wholes;
  }
}
