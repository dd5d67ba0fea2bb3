/** How often a cache answered, and how much it holds. */
export interface CacheStatistics {
  readonly hits: number;
  readonly misses: number;
  readonly entries: number;
}

/**
 * A bounded cache by object identity in two generations: when the young one is full it becomes the old one and the former
 * old one is dropped. Whatever was used since the last turn survives, a hit in the young generation costs one look-up, and
 * never more than `limit` entries are held.
 */
export class GenerationalCache<K extends object, V> {
  readonly #half: number;
  #young = new Map<K, V>();
  #old = new Map<K, V>();
  #hits = 0;
  #misses = 0;

  /** @param limit the most entries held; 0 turns the cache off */
  constructor(limit: number) {
    this.#half = Math.ceil(limit / 2);
  }

  /** The value of `key`, made by `make` when it is not held. `undefined` is no value. */
  get(key: K, make: (key: K) => V): V {
    const held = this.#young.get(key);
    if (held !== undefined) {
      this.#hits++;
      return held;
    }
    const older = this.#old.get(key);
    if (older === undefined) this.#misses++;
    else this.#hits++;
    const value = older ?? make(key);
    this.#keep(key, value);
    return value;
  }

  #keep(key: K, value: V): void {
    if (this.#half === 0) return;
    if (this.#young.size >= this.#half) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }

  get statistics(): CacheStatistics {
    let entries = this.#young.size;
    for (const key of this.#old.keys()) if (!this.#young.has(key)) entries++;
    return { hits: this.#hits, misses: this.#misses, entries };
  }
}

/** The same for a pair of handles: bounded by the number of pairs, two look-ups a hit. */
export class GenerationalPairCache<A extends object, B extends object, V> {
  readonly #half: number;
  #young = new Map<A, Map<B, V>>();
  #old = new Map<A, Map<B, V>>();
  #youngSize = 0;
  #oldSize = 0;
  #hits = 0;
  #misses = 0;

  /** @param limit the most pairs held; 0 turns the cache off */
  constructor(limit: number) {
    this.#half = Math.ceil(limit / 2);
  }

  /** The value of the pair, made by `make` when it is not held. What `make` throws is passed on and not kept. */
  get(a: A, b: B, make: (a: A, b: B) => V): V {
    const held = this.#young.get(a)?.get(b);
    if (held !== undefined) {
      this.#hits++;
      return held;
    }
    const older = this.#takeOld(a, b);
    if (older === undefined) this.#misses++;
    else this.#hits++;
    const value = older ?? make(a, b);
    this.#keep(a, b, value);
    return value;
  }

  #takeOld(a: A, b: B): V | undefined {
    const row = this.#old.get(a);
    const value = row?.get(b);
    if (row && value !== undefined) {
      row.delete(b);
      this.#oldSize--;
    }
    return value;
  }

  #keep(a: A, b: B, value: V): void {
    if (this.#half === 0) return;
    if (this.#youngSize >= this.#half) {
      this.#old = this.#young;
      this.#oldSize = this.#youngSize;
      this.#young = new Map();
      this.#youngSize = 0;
    }
    const row = this.#young.get(a);
    if (row) row.set(b, value);
    else this.#young.set(a, new Map([[b, value]]));
    this.#youngSize++;
  }

  get statistics(): CacheStatistics {
    return { hits: this.#hits, misses: this.#misses, entries: this.#youngSize + this.#oldSize };
  }
}
