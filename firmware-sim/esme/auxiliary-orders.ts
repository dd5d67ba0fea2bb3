import type { Direction, Period } from '../device/cosem/auxiliary.ts';
import type { OrganState } from '../device/life/organ.ts';
import type { Millis } from '../kernel/time.ts';

/** One level of one controller: what it puts out, or what it takes in. */
export interface Part {
  readonly n: number;
  readonly direction: Direction;
}

export const keyOf = ({ n, direction }: Part): string => `${n} ${direction}`;

/** A level the supplier has commanded. */
export interface Commanded extends Period {
  readonly selector: number;
  readonly level: number;
}

/** A limit, and the level before it. */
export interface Limited extends Period {
  readonly level: number;
  readonly before: number;
}

interface Kept {
  readonly commands: Readonly<Record<string, Commanded>>;
  readonly limits: Readonly<Record<string, Limited>>;
}

const holds = ({ from, to }: Period, local: Millis): boolean => from <= local && local < to;

/** What the supplier wants of controllers for a time: levels, and limits of levels. One of each for every level there is. */
export class AuxiliaryOrders {
  readonly #commands = new Map<string, Commanded>();
  readonly #limits = new Map<string, Limited>();

  command(part: Part, command: Commanded): void {
    this.#commands.set(keyOf(part), command);
  }

  /** The controller goes back to its calendar. */
  revert(part: Part): void {
    this.#commands.delete(keyOf(part));
  }

  /** The command that holds at a moment of the device's own time. */
  commanded(part: Part, local: Millis): Commanded | undefined {
    const command = this.#commands.get(keyOf(part));
    return command && holds(command, local) ? command : undefined;
  }

  /** A command whose time is over. */
  overdue(part: Part, local: Millis): Commanded | undefined {
    const command = this.#commands.get(keyOf(part));
    return command && command.to <= local ? command : undefined;
  }

  /** A new limit keeps the level that was there before an earlier one. */
  limit(part: Part, limit: Limited): void {
    const { before } = this.#limits.get(keyOf(part)) ?? limit;
    this.#limits.set(keyOf(part), { ...limit, before });
  }

  limited(part: Part, local: Millis): Limited | undefined {
    const limit = this.#limits.get(keyOf(part));
    return limit && holds(limit, local) ? limit : undefined;
  }

  /** Ends a limit, or one whose time is over at a moment. @returns the limit that was */
  unlimit(part: Part, overdueAt?: Millis): Limited | undefined {
    const limit = this.#limits.get(keyOf(part));
    if (!limit || (overdueAt !== undefined && limit.to > overdueAt)) return undefined;
    this.#limits.delete(keyOf(part));
    return limit;
  }

  /** Beginnings and ends of all that is ordered, in the device's own time. */
  get moments(): readonly Millis[] {
    return [...this.#commands.values(), ...this.#limits.values()].flatMap(({ from, to }) => [from, to]);
  }

  state(): OrganState | undefined {
    if (this.#commands.size + this.#limits.size === 0) return undefined;
    const kept: Kept = { commands: Object.fromEntries(this.#commands), limits: Object.fromEntries(this.#limits) };
    return kept as unknown as OrganState;
  }

  restore(state: OrganState | undefined): void {
    const { commands = {}, limits = {} } = (state ?? {}) as unknown as Partial<Kept>;
    this.#commands.clear();
    this.#limits.clear();
    for (const [key, command] of Object.entries(commands)) this.#commands.set(key, command);
    for (const [key, limit] of Object.entries(limits)) this.#limits.set(key, limit);
  }
}
