import type { Element } from '../../codec/element.ts';
import type { OrganState } from '../life/organ.ts';
import { withValue } from './numbers.ts';
import type { CosemKey, CosemStore } from './store.ts';

/** Where a register stands: an attribute, and the way to a field inside it. */
export interface RegisterPlace {
  /** Name of what is left below one unit, in the state of whoever counts. */
  readonly name: string;
  readonly key: CosemKey;
  readonly path: readonly number[];
}

/** A register of 32 bits goes on from 0 (GBCS mapping table: double-long-unsigned). */
const WRAP = 2 ** 32;

interface Rest {
  amount: number;
  /** The register's value that the rest belongs to; not known of a rest that was restored. */
  value: Element | undefined;
}

/** The field that a path leads to. */
function fieldAt(element: Element | undefined, path: readonly number[]): Element | undefined {
  let field = element;
  for (const index of path) field = field?.children[index];
  return field;
}

/** The same value with another field at a path. */
function withField(element: Element, [index, ...rest]: readonly number[], field: Element): Element {
  if (index === undefined) return field;
  const children = element.children.slice();
  const child = children[index];
  if (child) children[index] = withField(child, rest, field);
  return withValue(element, children);
}

/**
 * Counts into registers that hold whole units only: the objects keep those, and here stays what is below one. A register that somebody
 * else has written, because it was reset or set, starts from that value without a rest.
 */
export class Tallies {
  readonly #store: CosemStore;
  readonly #unit: number;
  readonly #rests = new Map<string, Rest>();

  /** @param unit how many of what is added make one unit of a register */
  constructor(store: CosemStore, unit: number) {
    this.#store = store;
    this.#unit = unit;
  }

  /** Adds an amount, whole and not negative; a register that the device does not have takes none. */
  add(place: RegisterPlace, amount: number): void {
    const whole = this.#store.get(place.key);
    const register = fieldAt(whole, place.path);
    if (!whole || !register) return;
    const rest = this.#restOf(place, register);
    rest.amount += amount;
    const units = Math.floor(rest.amount / this.#unit);
    if (units === 0) return;
    rest.amount -= units * this.#unit;
    this.#store.set(place.key, withField(whole, place.path, withValue(register, (Number(register.value) + units) % WRAP)));
    rest.value = fieldAt(this.#store.get(place.key), place.path);
  }

  /** What a register holds: whole units, and the rest below one. */
  held(place: RegisterPlace): { readonly units: number; readonly rest: number } {
    const register = fieldAt(this.#store.get(place.key), place.path);
    return register ? { units: Number(register.value), rest: this.#restOf(place, register).amount } : { units: 0, rest: 0 };
  }

  #restOf({ name }: RegisterPlace, register: Element): Rest {
    const known = this.#rests.get(name);
    if (known && (known.value ?? register) === register) {
      known.value = register;
      return known;
    }
    const none = { amount: 0, value: register };
    this.#rests.set(name, none);
    return none;
  }

  state(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      [...this.#rests].filter(([, { amount }]) => amount > 0).map(([name, { amount }]) => [name, amount]),
    );
  }

  restore(state: OrganState | undefined): void {
    this.#rests.clear();
    if (typeof state !== 'object') return;
    for (const [name, amount] of Object.entries(state)) {
      if (typeof amount === 'number') this.#rests.set(name, { amount, value: undefined });
    }
  }
}
