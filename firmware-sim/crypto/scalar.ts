import type { Bytes } from '../kernel/bytes.ts';
import type { Curve } from './keys.ts';

/** Order n of the base point (FIPS 186-4 D.1.2.3 and D.1.2.4). */
export const ORDER: Readonly<Record<Curve, bigint>> = {
  'P-256': 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  'P-384': 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
};

/** Unsigned big-endian value of octets whose number is a multiple of 8. */
export function scalarOf(bytes: Bytes): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let value = view.getBigUint64(0);
  for (let at = 8; at < bytes.length; at += 8) value = (value << 64n) | view.getBigUint64(at);
  return value;
}

/** Writes `length` octets (a multiple of 8), big-endian, of an unsigned value. */
export function writeScalar(out: Bytes, at: number, length: number, value: bigint): void {
  const view = new DataView(out.buffer, out.byteOffset, out.length);
  let rest = value;
  for (let i = at + length - 8; i >= at; i -= 8) {
    view.setBigUint64(i, rest);
    rest >>= 64n;
  }
}

/** `length` octets (a multiple of 8), big-endian, of an unsigned value. */
export function scalarBytes(value: bigint, length: number): Bytes {
  const out = new Uint8Array(length);
  writeScalar(out, 0, length, value);
  return out;
}

/** Bits of each operand that a round of `inverse` looks at; the cofactors they give fit a double exactly. */
const LEHMER_BITS = 50;

/** Cofactors of some Euclid steps that leading digits alone decide: `(a, b)` becomes `(A a + B b, C a + D b)`. */
interface Cofactors {
  a: number;
  b: number;
  c: number;
  d: number;
}

const LEHMER_LIMIT = 2 ** 25;

/** Runs Euclid's steps on the leading bits for as long as Collins' condition makes every quotient certain. */
function lehmerRound(high: number, low: number, out: Cofactors): void {
  let x = high;
  let y = low;
  let a = 1;
  let b = 0;
  let c = 0;
  let d = 1;
  while (y + c !== 0 && y + d !== 0) {
    const q = Math.floor((x + a) / (y + c));
    if (q !== Math.floor((x + b) / (y + d))) break;
    const nextC = a - q * c;
    const nextD = b - q * d;
    if (Math.abs(nextC) > LEHMER_LIMIT || Math.abs(nextD) > LEHMER_LIMIT) break;
    a = c;
    b = d;
    c = nextC;
    d = nextD;
    const remainder = x - q * y;
    x = y;
    y = remainder;
  }
  out.a = a;
  out.b = b;
  out.c = c;
  out.d = d;
}

/**
 * Inverse of `value` modulo an odd prime by Lehmer's form of Euclid's algorithm: most steps run on doubles.
 * Not constant-time: test keys only.
 * @param value 0 < value < modulus < 2^1000
 */
export function inverse(value: bigint, modulus: bigint): bigint {
  let r0 = modulus;
  let r1 = value;
  let t0 = 0n;
  let t1 = 1n;
  const step: Cofactors = { a: 1, b: 0, c: 0, d: 1 };
  while (r1 !== 0n) {
    const shift = BigInt(Math.max(0, Math.ceil(Math.log2(Number(r0))) - LEHMER_BITS));
    lehmerRound(Number(r0 >> shift), Number(r1 >> shift), step);
    if (step.b === 0) {
      const q = r0 / r1;
      [r0, r1] = [r1, r0 - q * r1];
      [t0, t1] = [t1, t0 - q * t1];
    } else {
      const a = BigInt(step.a);
      const b = BigInt(step.b);
      const c = BigInt(step.c);
      const d = BigInt(step.d);
      [r0, r1] = [a * r0 + b * r1, c * r0 + d * r1];
      [t0, t1] = [a * t0 + b * t1, c * t0 + d * t1];
    }
  }
  return t0 < 0n ? t0 + modulus : t0;
}
