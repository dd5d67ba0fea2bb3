import { type Bytes, concat, fromHex, toBigInt } from '../../kernel/bytes.ts';
import { assert } from '../../kernel/errors.ts';
import { BinaryField, type FieldElement } from './binary-field.ts';

/** A point other than infinity, by its coordinates. */
export interface Point {
  readonly x: FieldElement;
  readonly y: FieldElement;
}

/** A point with x = X/Z and y = Y/Z² (López and Dahab); Z = 0 is infinity. */
interface Projective {
  readonly x: FieldElement;
  readonly y: FieldElement;
  readonly z: FieldElement;
}

interface CurveConstants {
  readonly field: BinaryField;
  /** Coefficient a, 0 or 1; b is 1. */
  readonly a: 0 | 1;
  readonly order: bigint;
  readonly cofactor: number;
  readonly base: readonly [x: string, y: string];
}

/** Width of the signed windows of a scalar: so many bits are taken with one addition. */
const WINDOW = 4;

/** Koblitz curve y² + xy = x³ + ax² + 1 over GF(2^m) (SEC 2). Not constant-time: test keys only. */
export class KoblitzCurve {
  readonly field: BinaryField;
  readonly order: bigint;
  readonly cofactor: number;
  readonly base: Point;
  readonly #a: 0 | 1;

  constructor({ field, a, order, cofactor, base }: CurveConstants) {
    this.field = field;
    this.#a = a;
    this.order = order;
    this.cofactor = cofactor;
    const [x, y] = base.map((text) => field.fromBytes(fromHex(text)));
    assert(x && y, 'a base point has coordinates of the field');
    this.base = { x, y };
  }

  /** Octets of a compressed point. */
  get pointOctets(): number {
    return this.field.octets + 1;
  }

  isOnCurve({ x, y }: Point): boolean {
    const f = this.field;
    const left = f.multiply(y, f.add(y, x));
    const x2 = f.square(x);
    const right = f.add(f.multiply(x2, this.#a === 1 ? f.add(x, f.one) : x), f.one);
    return f.equal(left, right);
  }

  /**
   * The point of compressed octets (02 or 03 and x, SEC 1 2.3.4); undefined when they name none. Its order is not looked at: see
   * `isUsable`.
   */
  decompress(octets: Bytes): Point | undefined {
    const f = this.field;
    const [form] = octets;
    const x = f.fromBytes(octets.subarray(1));
    if (!x || (form !== 2 && form !== 3)) return undefined;
    if (f.isZero(x)) return form === 2 ? { x, y: f.one } : undefined;
    const xInverse = f.invert(x);
    const constant = this.#a === 1 ? f.add(x, f.one) : x;
    const z = f.solveQuadratic(f.add(constant, f.square(xInverse)));
    if (!z) return undefined;
    const odd = ((z[0] as number) & 1) === 1;
    const right = odd === (form === 3) ? z : f.add(z, f.one);
    return { x, y: f.multiply(x, right) };
  }

  compress({ x, y }: Point): Bytes {
    const f = this.field;
    const odd = !f.isZero(x) && ((f.multiply(y, f.invert(x))[0] as number) & 1) === 1;
    return concat(Uint8Array.of(odd ? 3 : 2), f.toBytes(x));
  }

  /** On the curve and of more than a small order, so that the cofactor does not take it to infinity. */
  isUsable(point: Point): boolean {
    return this.isOnCurve(point) && this.multiply(point, BigInt(this.cofactor)) !== undefined;
  }

  negate({ x, y }: Point): Point {
    return { x, y: this.field.add(x, y) };
  }

  /** Undefined is infinity, here as in `multiply`. */
  add(p: Point, q: Point): Point | undefined {
    return this.#affine(this.#addAffine(this.#projective(p), q));
  }

  /** `k` times a point; k >= 0. */
  multiply(point: Point, k: bigint): Point | undefined {
    const digits = signedWindows(k);
    const multiples = digits.some((digit) => Math.abs(digit) > 1) ? this.#oddMultiples(point) : [point];
    let sum: Projective = { x: this.field.one, y: this.field.zero, z: this.field.zero };
    for (let i = digits.length - 1; i >= 0; i--) {
      sum = this.#double(sum);
      const digit = digits[i] as number;
      const multiple = digit === 0 ? undefined : multiples[Math.abs(digit) >> 1];
      if (multiple) sum = this.#addAffine(sum, digit > 0 ? multiple : this.negate(multiple));
    }
    return this.#affine(sum);
  }

  /** 1, 3, 5 and 7 times a point; what is infinity is left out, and adds nothing. */
  #oddMultiples(point: Point): readonly (Point | undefined)[] {
    const twice = this.#affine(this.#double(this.#projective(point)));
    const multiples: (Point | undefined)[] = [point];
    for (let i = 1; i < 1 << (WINDOW - 2); i++) {
      const before = multiples[i - 1];
      multiples.push(before && twice ? this.add(before, twice) : (before ?? twice));
    }
    return multiples;
  }

  #projective({ x, y }: Point): Projective {
    return { x, y, z: this.field.one };
  }

  #affine({ x, y, z }: Projective): Point | undefined {
    const f = this.field;
    if (f.isZero(z)) return undefined;
    const inverse = f.invert(z);
    return { x: f.multiply(x, inverse), y: f.multiply(y, f.square(inverse)) };
  }

  #double({ x, y, z }: Projective): Projective {
    const f = this.field;
    const [x2, z2] = [f.square(x), f.square(z)];
    const z4 = f.square(z2);
    const z3 = f.multiply(x2, z2);
    const x3 = f.add(f.square(x2), z4);
    const inner = f.add(f.square(y), z4);
    const factor = this.#a === 1 ? f.add(inner, z3) : inner;
    return { x: x3, y: f.add(f.multiply(z4, z3), f.multiply(x3, factor)), z: z3 };
  }

  #addAffine(p: Projective, q: Point): Projective {
    const f = this.field;
    if (f.isZero(p.z)) return this.#projective(q);
    const z2 = f.square(p.z);
    const a = f.add(p.y, f.multiply(q.y, z2));
    const b = f.add(p.x, f.multiply(q.x, p.z));
    if (f.isZero(b)) return f.isZero(a) ? this.#double(p) : { x: f.one, y: f.zero, z: f.zero };
    const c = f.multiply(p.z, b);
    const z3 = f.square(c);
    const e = f.multiply(a, c);
    const d = f.multiply(f.square(b), this.#a === 1 ? f.add(c, z2) : c);
    const x3 = f.add(f.add(f.square(a), d), e);
    const left = f.multiply(f.add(e, z3), f.add(x3, f.multiply(q.x, z3)));
    return { x: x3, y: f.add(left, f.multiply(f.add(q.x, q.y), f.square(z3))), z: z3 };
  }
}

/** A number as signed odd digits below 2^(w-1), at most one in any w places, the lowest first. */
function signedWindows(k: bigint): number[] {
  const digits: number[] = [];
  const modulus = 1n << BigInt(WINDOW);
  for (let rest = k; rest > 0n; rest >>= 1n) {
    let digit = 0;
    if (rest & 1n) {
      digit = Number(rest % modulus);
      if (digit >= 1 << (WINDOW - 1)) digit -= 1 << WINDOW;
      rest -= BigInt(digit);
    }
    digits.push(digit);
  }
  return digits;
}

/** Curve of CBKE suite 1 (SEC 2 3.2.1). */
export const SECT163K1 = new KoblitzCurve({
  field: new BinaryField(163, [7, 6, 3, 0]),
  a: 1,
  order: 0x4000000000000000000020108a2e0cc0d99f8a5efn,
  cofactor: 2,
  base: ['02fe13c0537bbc11acaa07d793de4e6d5e5c94eee8', '0289070fb05d38ff58321f2e800536d538ccdaa3d9'],
});

/** Curve of CBKE suite 2 (SEC 2 3.5.1). */
export const SECT283K1 = new KoblitzCurve({
  field: new BinaryField(283, [12, 7, 5, 0]),
  a: 0,
  order: 0x1ffffffffffffffffffffffffffffffffffe9ae2ed07577265dff7f94451e061e163c61n,
  cofactor: 4,
  base: [
    '0503213f78ca44883f1a3b8162f188e553cd265f23c1567a16876913b0c2ac2458492836',
    '01ccda380f1c9e318d90f95d07e5426fe87e45c0e8184698e45962364e34116177dd2259',
  ],
});

/** A scalar of octets, when it is one: from 1 to the order less one. */
export function scalarOn(curve: KoblitzCurve, octets: Bytes): bigint | undefined {
  const value = toBigInt(octets);
  return value > 0n && value < curve.order ? value : undefined;
}
