import { type Entropy, seededEntropy } from '../../firmware-sim/crypto/suite.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { toHex } from '../../firmware-sim/kernel/bytes.ts';
import { systemEntropy } from './native-suite.ts';

/** Where the per-message secrets of a run come from, and which message they are for. */
export interface RunEntropy {
  readonly entropy: Entropy;
  /** Call before each message: with a seed, its secrets follow from seed and message, so that no two messages share one. */
  readonly next: (message: () => Bytes) => void;
}

/** Seeded when the person gave a seed, else the system's. */
export function runEntropy(run: { readonly seed: string; readonly seedGiven: boolean }, purpose: string): RunEntropy {
  if (!run.seedGiven) return { entropy: systemEntropy, next: () => undefined };
  let source: Entropy = seededEntropy(run.seed, purpose);
  return {
    entropy: (count) => source(count),
    next: (message) => {
      source = seededEntropy(run.seed, `${purpose} ${toHex(message())}`);
    },
  };
}
