import { toBigInt } from '../../kernel/bytes.ts';
import type { Entropy } from '../suite.ts';
import type { KoblitzCurve } from './koblitz-curve.ts';

/** Octets drawn beyond the field's, so that the remainder has no bias that matters (FIPS 186-4 B.5.1). */
const EXTRA_OCTETS = 8;

/** A scalar from 1 to the order less one, by extra random bits. */
export function extraScalar(curve: KoblitzCurve, entropy: Entropy): bigint {
  return (toBigInt(entropy(curve.field.octets + EXTRA_OCTETS)) % (curve.order - 1n)) + 1n;
}
