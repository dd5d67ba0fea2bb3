import { keyLoadKey, keyTransportKey } from '../../firmware-sim/crypto/aes-mmo.ts';
import { type Bytes, equalBytes } from '../../firmware-sim/kernel/bytes.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { type KeyKind, type SecurityHeader, unsecure } from '../../firmware-sim/zigbee/security.ts';
import type { GivenKey } from './key-file.ts';

/** What secured octets turned out to be, and which key opened them. */
export interface Opened {
  readonly payload: Bytes;
  readonly label: string;
}

const DERIVED: Readonly<Record<KeyKind, (key: Bytes) => Bytes>> = {
  link: (key) => key,
  network: (key) => key,
  'key-transport': keyTransportKey,
  'key-load': keyLoadKey,
};

/** Keys that frames of a capture are tried with: those somebody gave, and network keys the capture itself gives away. */
export class KeyRing {
  readonly #keys: GivenKey[];
  readonly #derived = new Map<KeyKind, GivenKey[]>();

  constructor(keys: readonly GivenKey[]) {
    this.#keys = [...keys];
  }

  /** A key found in a Transport-Key command. */
  learn(key: Bytes, label: string): void {
    if (this.#keys.some((known) => equalBytes(known.key, key))) return;
    this.#keys.push({ key, label });
    this.#derived.clear();
  }

  #of(kind: KeyKind): GivenKey[] {
    const known = this.#derived.get(kind);
    if (known) return known;
    const derived = this.#keys.map(({ key, label }) => ({ key: DERIVED[kind](key), label }));
    this.#derived.set(kind, derived);
    return derived;
  }

  /** Opens secured octets with whatever key fits; the one that fitted last is tried first. */
  open(header: SecurityHeader, source: Eui64 | undefined, before: Bytes, sealed: Bytes): Opened | undefined {
    if (source === undefined) return undefined;
    const keys = this.#of(header.key);
    for (const [index, { key, label }] of keys.entries()) {
      const payload = unsecure(key, header, source, before, sealed);
      if (!payload) continue;
      if (index > 0) keys.unshift(...keys.splice(index, 1));
      return { payload, label };
    }
    return undefined;
  }
}
