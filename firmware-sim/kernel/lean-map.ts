/** Shared by everybody who keeps nothing yet: an empty map of one's own takes 200 octets. Nobody writes into it. */
const EMPTY: ReadonlyMap<never, never> = new Map<never, never>();

/** A map that takes no room until something is in it. `put` gives the map to keep; it is the same one wherever that is possible. */
export type LeanMap<K, V> = ReadonlyMap<K, V>;

/** A map with nothing in it. */
export function nothing<K, V>(): LeanMap<K, V> {
  // An empty map holds no key and no value of any type.
  return EMPTY as ReadonlyMap<unknown, unknown> as LeanMap<K, V>;
}

/** The map with an entry, in place of the one that was there under its key. */
export function put<K, V>(map: LeanMap<K, V>, key: K, value: V): LeanMap<K, V> {
  if (map.size === 0) return new Map([[key, value]]);
  // What is not empty was made here, as a map that can be written.
  (map as Map<K, V>).set(key, value);
  return map;
}

/** The map without an entry. */
export function without<K, V>(map: LeanMap<K, V>, key: K): LeanMap<K, V> {
  if (!map.has(key)) return map;
  if (map.size === 1) return nothing();
  (map as Map<K, V>).delete(key);
  return map;
}

/** A map of entries, which it owns. */
export function leanMap<K, V>(entries: readonly (readonly [K, V])[]): LeanMap<K, V> {
  return entries.length === 0 ? nothing() : new Map(entries);
}
