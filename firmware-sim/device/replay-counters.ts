import type { RemotePartyRole } from '../gbcs/key-provider.ts';

/**
 * How finely replay counters are kept. The released text's granularity could not be read, hence a parameter
 * (docs/deviations.md).
 */
export type ReplayGranularity = 'role+code' | 'role';

/** Highest originator counter accepted so far, per role and message code (GBCS 4.3.1.4). */
export class ReplayCounters {
  readonly granularity: ReplayGranularity;
  readonly #highest: Map<string, bigint>;

  constructor(granularity: ReplayGranularity = 'role+code', stored: Readonly<Record<string, string>> = {}) {
    this.granularity = granularity;
    this.#highest = new Map(Object.entries(stored).map(([key, value]) => [key, BigInt(value)]));
  }

  #key(role: RemotePartyRole, messageCode: number): string {
    return this.granularity === 'role' ? role : `${role}:${messageCode.toString(16).padStart(4, '0')}`;
  }

  /** True when `counter` is above everything accepted before. Changes nothing. */
  isFresh(role: RemotePartyRole, messageCode: number, counter: bigint): boolean {
    return counter > (this.#highest.get(this.#key(role, messageCode)) ?? -1n);
  }

  /** Call only after MAC and signature have been verified. */
  record(role: RemotePartyRole, messageCode: number, counter: bigint): void {
    this.#highest.set(this.#key(role, messageCode), counter);
  }

  snapshot(): Record<string, string> {
    return Object.fromEntries([...this.#highest].sort().map(([key, value]) => [key, value.toString()]));
  }
}
