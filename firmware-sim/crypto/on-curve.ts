import { type Curve, FIELD_OCTETS, type PublicKey } from './keys.ts';
import { scalarOf } from './scalar.ts';

interface CurveEquation {
  readonly p: bigint;
  readonly b: bigint;
}

/** Field and coefficient b of y² = x³ - 3x + b (FIPS 186-4 D.1.2.3 and D.1.2.4). */
const EQUATIONS: Readonly<Record<Curve, CurveEquation>> = {
  'P-256': {
    p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
  },
  'P-384': {
    p: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffffn,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
  },
};

/** True when a public key is a point of its curve, which the engine otherwise finds out only when the key is used. */
export function isOnCurve({ curve, point }: PublicKey): boolean {
  const width = FIELD_OCTETS[curve];
  if (point.length !== 1 + 2 * width || point[0] !== 4) return false;
  const { p, b } = EQUATIONS[curve];
  const x = scalarOf(point.subarray(1, 1 + width));
  const y = scalarOf(point.subarray(1 + width));
  return x < p && y < p && (y * y - (x * x - 3n) * x - b) % p === 0n;
}
