import { keyLoadKey, keyTransportKey } from '../crypto/aes-mmo.ts';
import type { Bytes } from '../kernel/bytes.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import { OutgoingCounter } from './frame-counters.ts';
import type { KeyKind } from './security.ts';

/** Where a link key comes from: an install code before key establishment, or what key establishment agreed on. */
export type LinkKeyOrigin = 'install-code' | 'established' | 'well-known';

/** A link key as it is kept. */
export interface LinkKeyState {
  readonly key: Bytes;
  readonly origin: LinkKeyOrigin;
  readonly outgoing: number;
  readonly incoming: number;
}

interface Entry {
  readonly key: Bytes;
  readonly origin: LinkKeyOrigin;
  readonly outgoing: OutgoingCounter;
  incoming: number;
  derived: Partial<Record<KeyKind, Bytes>>;
}

/** Link keys by partner, with the counters of each (ZigBee 05-3474 4.4.12, apsDeviceKeyPairSet). */
export class LinkKeys {
  readonly #entries = new Map<Eui64, Entry>();
  #preconfigured: Entry | undefined;

  constructor(stored: Readonly<Record<string, LinkKeyState>> = {}) {
    for (const [eui, { key, origin, outgoing, incoming }] of Object.entries(stored)) {
      this.#entries.set(eui as Eui64, { key, origin, outgoing: new OutgoingCounter(outgoing), incoming, derived: {} });
    }
  }

  /** The key that whoever turns out to be the trust centre shares with a joining device; undefined once that is known. */
  preconfigure(key: Bytes | undefined, origin: LinkKeyOrigin = 'install-code'): void {
    this.#preconfigured = key && { key: key.slice(), origin, outgoing: new OutgoingCounter(), incoming: 0, derived: {} };
  }

  #entryOf(partner: Eui64): Entry | undefined {
    return this.#entries.get(partner) ?? this.#preconfigured;
  }

  /** A new key begins with new counters; the same key again keeps them. */
  install(partner: Eui64, key: Bytes, origin: LinkKeyOrigin): void {
    const known = this.#entries.get(partner);
    if (known && known.key.length === key.length && known.key.every((octet, i) => octet === key[i])) {
      this.#entries.set(partner, { ...known, origin });
      return;
    }
    this.#entries.set(partner, { key: key.slice(), origin, outgoing: new OutgoingCounter(), incoming: 0, derived: {} });
  }

  remove(partner: Eui64): void {
    this.#entries.delete(partner);
  }

  origin(partner: Eui64): LinkKeyOrigin | undefined {
    return this.#entries.get(partner)?.origin;
  }

  key(partner: Eui64): Bytes | undefined {
    return this.#entries.get(partner)?.key;
  }

  /** The key that secures a kind of frame with a partner. */
  keyFor(partner: Eui64, kind: KeyKind): Bytes | undefined {
    const entry = this.#entryOf(partner);
    if (!entry || kind === 'network') return undefined;
    if (kind === 'link') return entry.key;
    entry.derived[kind] ??= kind === 'key-transport' ? keyTransportKey(entry.key) : keyLoadKey(entry.key);
    return entry.derived[kind];
  }

  nextCounter(partner: Eui64): number | undefined {
    return this.#entryOf(partner)?.outgoing.take();
  }

  isFresh(partner: Eui64, counter: number): boolean {
    return counter >= (this.#entryOf(partner)?.incoming ?? Number.POSITIVE_INFINITY);
  }

  /** Call only after a frame has been authenticated: its sender holds the key, the preconfigured one too. */
  record(partner: Eui64, counter: number): void {
    const entry = this.#entryOf(partner);
    if (entry && entry === this.#preconfigured) {
      this.#entries.set(partner, entry);
      this.#preconfigured = undefined;
    }
    if (entry) entry.incoming = counter + 1;
  }

  get partners(): readonly Eui64[] {
    return [...this.#entries.keys()];
  }

  get state(): Readonly<Record<string, LinkKeyState>> {
    const rows = [...this.#entries].map(([eui, { key, origin, outgoing, incoming }]): [string, LinkKeyState] => [
      eui,
      { key, origin, outgoing: outgoing.stored, incoming },
    ]);
    return Object.fromEntries(rows);
  }
}
