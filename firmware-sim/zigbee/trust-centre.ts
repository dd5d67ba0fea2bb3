import type { Bytes } from '../kernel/bytes.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import type { RandomSource } from '../kernel/random.ts';
import type { Millis } from '../kernel/time.ts';
import type { LinkKeyOrigin } from './link-keys.ts';
import type { Capability } from './mac-command.ts';
import type { ShortAddress } from './wire.ts';

/** A device that may come in until a moment. */
export interface Admission {
  readonly linkKey: Bytes;
  readonly origin: LinkKeyOrigin;
  readonly until: Millis;
}

/** A device of the network. */
export interface Member {
  readonly address: ShortAddress;
  readonly capability: Capability;
  /** It has announced itself under the network key. */
  readonly present: boolean;
}

/** A network key on its way to a device that has no way to ask for it again. */
interface Delivery {
  readonly at: Millis;
  readonly tries: number;
}

/** How long after a network key has gone out it goes out again, and how often. */
const KEY_AGAIN_MS = 2_500;
const KEY_TRIES_MAX = 3;
/** Network addresses a device may get (ZigBee 05-3474 3.6.1.7). */
const ADDRESS_MAX = 0xfff7;

/** Who is in the network, who may come in, and to whom the network key is on its way (ZigBee 05-3474 4.6; GBCS CCS01). */
export class TrustCentre {
  readonly #random: RandomSource;
  readonly #admissions = new Map<Eui64, Admission>();
  readonly #members = new Map<Eui64, Member>();
  readonly #deliveries = new Map<Eui64, Delivery>();

  constructor(random: RandomSource, members: Readonly<Record<string, Member>> = {}) {
    this.#random = random;
    for (const [eui, member] of Object.entries(members)) this.#members.set(eui as Eui64, member);
  }

  get members(): ReadonlyMap<Eui64, Member> {
    return this.#members;
  }

  admit(eui: Eui64, admission: Admission): void {
    this.#admissions.set(eui, admission);
  }

  closeAdmission(eui: Eui64): void {
    this.#admissions.delete(eui);
  }

  /** Anybody may come in at present: beacons say so. */
  isOpen(now: Millis): boolean {
    return [...this.#admissions.values()].some(({ until }) => until > now);
  }

  admission(eui: Eui64, now: Millis): Admission | undefined {
    const admission = this.#admissions.get(eui);
    return admission && admission.until > now ? admission : undefined;
  }

  /** Gives an admitted device an address: the one it had, the one it asks under, or one nobody has. */
  enter(eui: Eui64, capability: Capability, wanted?: ShortAddress): ShortAddress {
    const taken = [...this.#members.values()].some(({ address }) => address === wanted);
    const usable = wanted !== undefined && wanted >= 1 && wanted <= ADDRESS_MAX && !taken;
    const address = this.#members.get(eui)?.address ?? (usable ? wanted : this.#freeAddress());
    this.#members.set(eui, { address, capability, present: false });
    return address;
  }

  #freeAddress(): ShortAddress {
    const taken = new Set([...this.#members.values()].map(({ address }) => address));
    for (;;) {
      const address = 1 + this.#random.below(ADDRESS_MAX);
      if (!taken.has(address)) return address;
    }
  }

  /** The device has the network key. @returns false when it was known to be there */
  arrived(eui: Eui64): boolean {
    this.#deliveries.delete(eui);
    const member = this.#members.get(eui);
    if (!member || member.present) return false;
    this.#members.set(eui, { ...member, present: true });
    this.#admissions.delete(eui);
    return true;
  }

  /** A device has not been heard for too long: when it is heard again, it has come anew. */
  silent(address: ShortAddress): void {
    for (const [eui, member] of this.#members)
      if (member.address === address) this.#members.set(eui, { ...member, present: false });
  }

  remove(eui: Eui64): Member | undefined {
    const member = this.#members.get(eui);
    this.#members.delete(eui);
    this.#deliveries.delete(eui);
    this.#admissions.delete(eui);
    return member;
  }

  /** The network key goes out to a device; without a sign of life it goes out again. */
  keySent(eui: Eui64, now: Millis): void {
    const tries = (this.#deliveries.get(eui)?.tries ?? 0) + 1;
    if (tries >= KEY_TRIES_MAX) this.#deliveries.delete(eui);
    else this.#deliveries.set(eui, { at: now + KEY_AGAIN_MS, tries });
  }

  /** Devices to whom the network key has to go out again. */
  keysDue(now: Millis): readonly Eui64[] {
    return [...this.#deliveries].filter(([, { at }]) => at <= now).map(([eui]) => eui);
  }

  get deadline(): Millis | undefined {
    const times = [
      ...[...this.#deliveries.values()].map(({ at }) => at),
      ...[...this.#admissions.values()].map(({ until }) => until),
    ];
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Drops admissions that are over. @returns whose they were */
  expire(now: Millis): readonly Eui64[] {
    const over = [...this.#admissions].filter(([, { until }]) => until <= now).map(([eui]) => eui);
    for (const eui of over) this.#admissions.delete(eui);
    return over;
  }

  get state(): Readonly<Record<string, Member>> {
    return Object.fromEntries(this.#members);
  }
}
