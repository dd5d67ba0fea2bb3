import fc from 'fast-check';
import { ProtocolFault, UsageError } from '../../firmware-sim/kernel/errors.ts';
import { full } from './shared.ts';

/** Every property starts from this seed, so that a failure repeats; another one looks elsewhere. */
const SEED = Number(process.env.HANBENCH_PROPERTY_SEED ?? 20_300_115);

/** Runs a property with the fixed seed; twenty times as often when everything is run. */
export function holds<T>(property: fc.IProperty<T>, runs = 100): void {
  fc.assert(property, { seed: SEED, numRuns: full ? runs * 20 : runs });
}

/** What `run` gives, or undefined where it refuses a peer's octets. Anything else it throws goes up. */
export function unlessRefused<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof ProtocolFault) return undefined;
    throw error;
  }
}

/** Whether `run` refuses what a person wrote, as content of a message. Anything else it throws goes up. */
export function refusedAsContent(run: () => unknown): boolean {
  try {
    run();
    return false;
  } catch (error) {
    if (error instanceof ProtocolFault || (error instanceof UsageError && error.exitCode === 1)) return true;
    throw error;
  }
}
