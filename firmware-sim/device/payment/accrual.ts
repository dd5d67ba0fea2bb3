import type { OrganState } from '../life/organ.ts';
import type { Price } from './account.ts';

/** Power of ten of the millipence in the unit of currency. */
const MILLIPENCE_EXPONENT = 5;

/** Money as an exact fraction of millipence. */
export interface Fraction {
  readonly amount: bigint;
  readonly per: bigint;
}

/**
 * What a quantity costs.
 * @param units energy, of which `unitsPerKwh` make what the price is for
 */
export function costOf(units: bigint, { value, scale }: Price, unitsPerKwh: bigint): Fraction {
  const exponent = scale + MILLIPENCE_EXPONENT;
  const amount = units * BigInt(value);
  return exponent >= 0
    ? { amount: amount * 10n ** BigInt(exponent), per: unitsPerKwh }
    : { amount, per: unitsPerKwh * 10n ** BigInt(-exponent) };
}

/** A price that is for one of something. */
export function amountOf(price: Price): Fraction {
  return costOf(1n, price, 1n);
}

const floorDivide = (a: bigint, b: bigint): bigint => (a < 0n && a % b !== 0n ? a / b - 1n : a / b);
const ceilDivide = (a: bigint, b: bigint): bigint => -floorDivide(-a, b);

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

const commonMultiple = (a: bigint, b: bigint): bigint => (a === b ? a : (a / greatestCommonDivisor(a, b)) * b);

/** Money that falls due in parts of a millipence: whole ones are given out, the rest is carried exactly. */
export class Accrual {
  /** Less than a millipence, not negative: `#rest` of `#per`. */
  #rest = 0n;
  #per = 1n;

  /** Adds a fraction. @returns whole millipence that have fallen due with it */
  add({ amount, per }: Fraction): number {
    if (per !== this.#per) this.#measureIn(this.#rest === 0n ? per : commonMultiple(per, this.#per));
    const sum = this.#rest + amount * (this.#per / per);
    const whole = floorDivide(sum, this.#per);
    this.#rest = sum - whole * this.#per;
    return Number(whole);
  }

  #measureIn(per: bigint): void {
    this.#rest = (this.#rest * per) / this.#per;
    this.#per = per;
  }

  /** What is carried. */
  get carried(): Fraction {
    return { amount: this.#rest, per: this.#per };
  }

  state(): OrganState | undefined {
    return this.#rest === 0n ? undefined : [this.#rest, this.#per];
  }

  restore(state: OrganState | undefined): void {
    const [rest, per] = Array.isArray(state) ? (state as readonly OrganState[]) : [];
    [this.#rest, this.#per] = typeof rest === 'bigint' && typeof per === 'bigint' ? [rest, per] : [0n, 1n];
  }
}

/** Money that falls due steadily: what is carried already, and so much more in each millisecond. */
export interface Flow {
  readonly carried: Fraction;
  readonly perMs: Fraction;
}

/** The same with one denominator: `rest` and `rate` of `per`. */
interface Stream {
  readonly rest: bigint;
  readonly rate: bigint;
  readonly per: bigint;
}

function streamOf({ carried, perMs }: Flow): Stream {
  const per = commonMultiple(carried.per, perMs.per);
  return { rest: carried.amount * (per / carried.per), rate: perMs.amount * (per / perMs.per), per };
}

/** The same for one flow, without trying. */
function millisecondsOfOne({ rest, rate, per }: Stream, millipence: number): bigint | undefined {
  return rate > 0n ? ceilDivide(BigInt(millipence) * per - rest, rate) : undefined;
}

const wholeAfter = (streams: readonly Stream[], ms: bigint): bigint =>
  streams.reduce((sum, { rest, rate, per }) => sum + floorDivide(rest + rate * ms, per), 0n);

/**
 * How many milliseconds it takes until so many whole millipence have fallen due from flows that each give out whole ones only.
 * @returns undefined when they never do
 */
export function millisecondsUntil(flows: readonly Flow[], millipence: number): bigint | undefined {
  const streams = flows.map(streamOf);
  const [only] = streams;
  if (only && streams.length === 1) return millisecondsOfOne(only, millipence);
  const per = streams.reduce((common, stream) => commonMultiple(common, stream.per), 1n);
  const rest = streams.reduce((sum, stream) => sum + stream.rest * (per / stream.per), 0n);
  const rate = streams.reduce((sum, stream) => sum + stream.rate * (per / stream.per), 0n);
  if (rate <= 0n) return undefined;
  const due = (whole: bigint): bigint => ceilDivide(whole * per - rest, rate);
  const wanted = BigInt(millipence);
  // Fractions of several flows do not make a whole one together, so that it may take as much longer as they can hold back.
  let [low, high] = [due(wanted), due(wanted + BigInt(streams.length - 1))];
  while (low < high) {
    const middle = (low + high) / 2n;
    if (wholeAfter(streams, middle) >= wanted) high = middle;
    else low = middle + 1n;
  }
  return low;
}
