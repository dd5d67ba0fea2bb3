function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b];
  while (y > 0n) [x, y] = [y, x % y];
  return x;
}

/** An exact rational number, for models that must not round. */
export class Fraction {
  static readonly zero = new Fraction(0n, 1n);
  readonly over: bigint;
  readonly under: bigint;

  private constructor(over: bigint, under: bigint) {
    this.over = over;
    this.under = under;
  }

  static of(over: bigint | number, under: bigint | number = 1n): Fraction {
    const [a, b] = [BigInt(over), BigInt(under)];
    const common = gcd(a, b) || 1n;
    return new Fraction(a / common, b / common);
  }

  plus(other: Fraction): Fraction {
    return Fraction.of(this.over * other.under + other.over * this.under, this.under * other.under);
  }

  minus(other: Fraction): Fraction {
    return this.plus(other.times(Fraction.of(-1)));
  }

  times(other: Fraction): Fraction {
    return Fraction.of(this.over * other.over, this.under * other.under);
  }

  dividedBy(other: Fraction): Fraction {
    const sign = other.over < 0n ? -1n : 1n;
    return Fraction.of(this.over * other.under * sign, this.under * other.over * sign);
  }

  lessThan(other: Fraction): boolean {
    return this.over * other.under < other.over * this.under;
  }

  /** The greatest whole number that is not greater; for numbers that are not negative. */
  get floor(): number {
    return Number(this.over / this.under);
  }
}
