import type { RemotePartyRole } from '../gbcs/key-provider.ts';
import { type LeanMap, leanMap, nothing, put, without } from '../kernel/lean-map.ts';

/**
 * How finely replay counters are kept. The released text's granularity could not be read, hence a parameter
 * (docs/deviations.md).
 */
export type ReplayGranularity = 'role+code' | 'role';

/** Replay counters as plain data: highest accepted counters by role and message code, and floors by role. */
export interface ReplayState {
  readonly highest: Readonly<Record<string, bigint>>;
  readonly floors: Readonly<Record<string, bigint>>;
  readonly sequences: Readonly<Record<string, bigint>>;
  readonly topUpFloors: Readonly<Record<string, bigint>>;
}

/** Keys of `role+code` that have been asked for: only message codes of use cases are. */
const KEYS = new Map<RemotePartyRole, Map<number, string>>();

function keyOf(role: RemotePartyRole, messageCode: number): string {
  const ofRole = KEYS.get(role) ?? new Map<number, string>();
  const made = ofRole.get(messageCode);
  if (made !== undefined) return made;
  const key = `${role}:${messageCode.toString(16).padStart(4, '0')}`;
  KEYS.set(role, ofRole.set(messageCode, key));
  return key;
}

/** Highest originator counter accepted so far, per role and message code, and floors set with credentials (GBCS 4.3.1.4). */
export class ReplayCounters {
  readonly granularity: ReplayGranularity;
  #highest: LeanMap<string, bigint>;
  #floors: LeanMap<string, bigint> = nothing();
  #sequences: LeanMap<string, bigint> = nothing();
  #topUpFloors: LeanMap<string, bigint> = nothing();

  constructor(granularity: ReplayGranularity = 'role+code', stored: Readonly<Record<string, string>> = {}) {
    this.granularity = granularity;
    this.#highest = leanMap(Object.entries(stored).map(([key, value]) => [key, BigInt(value)]));
  }

  #key(role: RemotePartyRole, messageCode: number): string {
    return this.granularity === 'role' ? role : keyOf(role, messageCode);
  }

  /** True when `counter` is above everything accepted before. Changes nothing. */
  isFresh(role: RemotePartyRole, messageCode: number, counter: bigint): boolean {
    return counter > (this.#highest.get(this.#key(role, messageCode)) ?? this.#floors.get(role) ?? -1n);
  }

  /** Call only after MAC and signature have been verified. */
  record(role: RemotePartyRole, messageCode: number, counter: bigint): void {
    this.#highest = put(this.#highest, this.#key(role, messageCode), counter);
  }

  /** A new holder of a role starts from a floor: whatever the old one had used up is forgotten (GBCS 13.3). */
  setFloor(role: RemotePartyRole, floor: bigint): void {
    for (const key of [...this.#highest.keys()]) {
      if (key === role || key.startsWith(`${role}:`)) this.#highest = without(this.#highest, key);
    }
    this.#floors = put(this.#floors, role, floor);
  }

  /** The same party keeps a role under new keys: counters below the floor rise to it, none goes back. */
  raiseFloor(role: RemotePartyRole, floor: bigint): void {
    for (const [key, value] of this.#highest) {
      if ((key === role || key.startsWith(`${role}:`)) && value < floor) this.#highest = put(this.#highest, key, floor);
    }
    if (floor > (this.#floors.get(role) ?? -1n)) this.#floors = put(this.#floors, role, floor);
  }

  /** Sequence number of a role's credentials, as CS02a reports it: the last authorising one, or the floor set with a change. */
  sequence(role: RemotePartyRole): bigint {
    return this.#sequences.get(role) ?? 0n;
  }

  setSequence(role: RemotePartyRole, sequence: bigint): void {
    this.#sequences = put(this.#sequences, role, sequence);
  }

  /** Prepayment tokens of a role count from here (GBCS 14.3); undefined when no credential update has said so. */
  topUpFloor(role: RemotePartyRole): bigint | undefined {
    return this.#topUpFloors.get(role);
  }

  setTopUpFloor(role: RemotePartyRole, floor: bigint): void {
    this.#topUpFloors = put(this.#topUpFloors, role, floor);
  }

  floor(role: RemotePartyRole): bigint | undefined {
    return this.#floors.get(role);
  }

  snapshot(): Record<string, string> {
    const lines = [...this.#highest].map(([key, value]): [string, string] => [key, value.toString()]);
    const floors = [...this.#floors].map(([role, value]): [string, string] => [`${role}:floor`, value.toString()]);
    return Object.fromEntries([...lines, ...floors].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  state(): ReplayState {
    return {
      highest: Object.fromEntries(this.#highest),
      floors: Object.fromEntries(this.#floors),
      sequences: Object.fromEntries(this.#sequences),
      topUpFloors: Object.fromEntries(this.#topUpFloors),
    };
  }

  restore(state: ReplayState): void {
    this.#highest = leanMap(Object.entries(state.highest));
    this.#floors = leanMap(Object.entries(state.floors));
    this.#sequences = leanMap(Object.entries(state.sequences));
    this.#topUpFloors = leanMap(Object.entries(state.topUpFloors));
  }
}
