import type { Bytes } from '../../kernel/bytes.ts';

/** An element of GF(2^m): 32-bit limbs, the lowest first. Never changed once made. */
export type FieldElement = Uint32Array;

/** Each octet with zeros between its bits: its square before reduction. */
const SPREAD = Uint16Array.from({ length: 256 }, (_, octet) => {
  let out = 0;
  for (let bit = 0; bit < 8; bit++) if ((octet >> bit) & 1) out |= 1 << (2 * bit);
  return out;
});

/** Bits of an operand that one look into the table of multiples covers. */
const WINDOW = 4;
const WINDOWS = 32 / WINDOW;
const MULTIPLES = 1 << WINDOW;

/** Arithmetic in GF(2^m) with a sparse reduction polynomial (SEC 1 2.1.2). Not constant-time: test keys only. */
export class BinaryField {
  readonly degree: number;
  readonly octets: number;
  readonly words: number;
  readonly zero: FieldElement;
  readonly one: FieldElement;
  readonly #taps: readonly number[];
  readonly #table: Uint32Array;
  readonly #product: Uint32Array;

  /** @param taps exponents of the reduction polynomial below the degree, 0 among them, all below `degree - 31` */
  constructor(degree: number, taps: readonly number[]) {
    this.degree = degree;
    this.octets = Math.ceil(degree / 8);
    this.words = Math.ceil(degree / 32);
    this.#taps = taps;
    this.#table = new Uint32Array(MULTIPLES * (this.words + 1));
    this.#product = new Uint32Array(2 * this.words + 1);
    this.zero = new Uint32Array(this.words);
    this.one = new Uint32Array(this.words);
    this.one[0] = 1;
  }

  isZero(a: FieldElement): boolean {
    return a.every((word) => word === 0);
  }

  equal(a: FieldElement, b: FieldElement): boolean {
    return a.every((word, i) => word === b[i]);
  }

  add(a: FieldElement, b: FieldElement): FieldElement {
    const out = new Uint32Array(this.words);
    for (let i = 0; i < out.length; i++) out[i] = (a[i] as number) ^ (b[i] as number);
    return out;
  }

  /** Left-to-right comb: the operand's windows of equal place are added together before the product moves up. */
  multiply(a: FieldElement, b: FieldElement): FieldElement {
    const { words } = this;
    const table = this.#multiplesOf(b);
    const product = this.#product.fill(0);
    for (let window = WINDOWS - 1; window >= 0; window--) {
      const shift = window * WINDOW;
      for (let i = 0; i < words; i++) {
        const row = (((a[i] as number) >>> shift) & (MULTIPLES - 1)) * (words + 1);
        if (row === 0) continue;
        for (let j = 0; j <= words; j++) product[i + j] = (product[i + j] as number) ^ (table[row + j] as number);
      }
      if (window > 0) shiftUp(product, WINDOW);
    }
    return this.#reduced(product);
  }

  /** Multiples of an element by the polynomials of degree below the window, before reduction. */
  #multiplesOf(b: FieldElement): Uint32Array {
    const width = this.words + 1;
    const table = this.#table;
    table.set(b, width);
    table[width + this.words] = 0;
    for (let k = 2; k < MULTIPLES; k++) {
      const [from, to] = [(k >> 1) * width, k * width];
      let carry = 0;
      for (let j = 0; j < width; j++) {
        const word = table[from + j] as number;
        const added = (k & 1) === 1 ? (table[width + j] as number) : 0;
        table[to + j] = ((word << 1) | carry) ^ added;
        carry = word >>> 31;
      }
    }
    return table;
  }

  square(a: FieldElement): FieldElement {
    const product = this.#product.fill(0);
    for (let i = 0; i < this.words; i++) {
      const word = a[i] as number;
      product[2 * i] = (SPREAD[word & 0xff] as number) | ((SPREAD[(word >>> 8) & 0xff] as number) << 16);
      product[2 * i + 1] = (SPREAD[(word >>> 16) & 0xff] as number) | ((SPREAD[word >>> 24] as number) << 16);
    }
    return this.#reduced(product);
  }

  /** `a` squared `times` over. */
  power2(a: FieldElement, times: number): FieldElement {
    let out = a;
    for (let i = 0; i < times; i++) out = this.square(out);
    return out;
  }

  #reduced(product: Uint32Array): FieldElement {
    const { degree, words } = this;
    for (let i = 2 * words; i >= words; i--) {
      const high = product[i] as number;
      if (high === 0) continue;
      product[i] = 0;
      for (const tap of this.#taps) xorAt(product, high, 32 * i - degree + tap);
    }
    const top = words - 1;
    const inTop = degree - 32 * top;
    if (inTop < 32) {
      const high = (product[top] as number) >>> inTop;
      product[top] = (product[top] as number) & ((1 << inTop) - 1);
      for (const tap of this.#taps) xorAt(product, high, tap);
    }
    return product.slice(0, words);
  }

  /** 1 / a by Fermat, in a chain of squarings (Itoh and Tsujii). Zero has none and gives zero. */
  invert(a: FieldElement): FieldElement {
    const exponent = this.degree - 1;
    let done = 1;
    let power = a;
    for (let bit = 31 - Math.clz32(exponent) - 1; bit >= 0; bit--) {
      power = this.multiply(this.power2(power, done), power);
      done *= 2;
      if ((exponent >> bit) & 1) {
        power = this.multiply(this.square(power), a);
        done += 1;
      }
    }
    return this.square(power);
  }

  /** z with z² + z = c, or undefined when there is none (SEC 1 2.3.4; the degree is odd). The other one is z + 1. */
  solveQuadratic(c: FieldElement): FieldElement | undefined {
    let z = c;
    for (let i = 1; i <= (this.degree - 1) / 2; i++) z = this.add(this.power2(z, 2), c);
    return this.equal(this.add(this.square(z), z), c) ? z : undefined;
  }

  /** Big-endian octets of the field's width. */
  toBytes(a: FieldElement): Bytes {
    const out = new Uint8Array(this.octets);
    for (let i = 0; i < out.length; i++) out[out.length - 1 - i] = ((a[i >> 2] as number) >>> (8 * (i & 3))) & 0xff;
    return out;
  }

  /** Inverse of `toBytes`; undefined when there are not exactly so many octets, or a bit above the degree is set. */
  fromBytes(bytes: Bytes): FieldElement | undefined {
    if (bytes.length !== this.octets) return undefined;
    const out = new Uint32Array(this.words);
    for (let i = 0; i < bytes.length; i++) {
      const octet = bytes[bytes.length - 1 - i] as number;
      out[i >> 2] = (out[i >> 2] as number) | (octet << (8 * (i & 3)));
    }
    const above = this.degree % 32;
    return above > 0 && (out[this.words - 1] as number) >>> above !== 0 ? undefined : out;
  }
}

/** Adds a word at a bit position. */
function xorAt(product: Uint32Array, word: number, position: number): void {
  const [i, shift] = [position >> 5, position & 31];
  product[i] = (product[i] as number) ^ (word << shift);
  if (shift > 0) product[i + 1] = (product[i + 1] as number) ^ (word >>> (32 - shift));
}

function shiftUp(product: Uint32Array, bits: number): void {
  for (let i = product.length - 1; i > 0; i--) {
    product[i] = ((product[i] as number) << bits) | ((product[i - 1] as number) >>> (32 - bits));
  }
  product[0] = (product[0] as number) << bits;
}
