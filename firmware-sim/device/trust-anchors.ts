import type { PrivateKey, PublicKey } from '../crypto/keys.ts';
import { DEFAULT_ACCESS_CONTROL_BROKER, type KeyProvider, type KeyUse, type RemotePartyRole } from '../gbcs/key-provider.ts';
import { toHex } from '../kernel/bytes.ts';
import { type Eui64, eui64Hex } from '../kernel/eui64.ts';

/** One trust anchor cell: whose key it holds, in which role, for what (GBCS 4.3.2.5). */
export interface TrustAnchorCell {
  readonly role: RemotePartyRole;
  readonly use: KeyUse;
  readonly party: Eui64;
  readonly key: PublicKey;
}

/** A device's own identity and key pairs. */
export interface DeviceIdentity {
  readonly eui: Eui64;
  readonly signing: PrivateKey;
  readonly agreement: PrivateKey;
}

/**
 * The only keys a device knows: its own and those in its trust anchor cells. As a `KeyProvider` it lets the message
 * layer check and protect messages with exactly these.
 */
export class TrustAnchors implements KeyProvider {
  readonly identity: DeviceIdentity;
  #cells: readonly TrustAnchorCell[];

  constructor(identity: DeviceIdentity, cells: readonly TrustAnchorCell[]) {
    this.identity = identity;
    this.#cells = cells;
  }

  get cells(): readonly TrustAnchorCell[] {
    return this.#cells;
  }

  /** Puts a key into the cell of the same role and use, in place of the one that was there. */
  replace(cell: TrustAnchorCell): void {
    this.#cells = [...this.#cells.filter((c) => c.role !== cell.role || c.use !== cell.use), cell];
  }

  get accessControlBroker(): Eui64 {
    return this.partyOf('accessControlBroker') ?? DEFAULT_ACCESS_CONTROL_BROKER;
  }

  /** Who holds a role on this device. */
  partyOf(role: RemotePartyRole): Eui64 | undefined {
    return this.#cells.find((cell) => cell.role === role)?.party;
  }

  /** Every role a party holds on this device. */
  rolesOf(party: Eui64): readonly RemotePartyRole[] {
    return [...new Set(this.#cells.filter((cell) => cell.party === party).map((cell) => cell.role))];
  }

  publicKey(eui: Eui64, use: KeyUse): PublicKey | undefined {
    if (eui === this.identity.eui) return this.privateKey(eui, use)?.publicKey;
    return this.#cells.find((cell) => cell.party === eui && cell.use === use)?.key;
  }

  privateKey(eui: Eui64, use: KeyUse): PrivateKey | undefined {
    if (eui !== this.identity.eui) return undefined;
    if (use === 'digitalSignature') return this.identity.signing;
    return use === 'keyAgreement' ? this.identity.agreement : undefined;
  }

  /** The cells as plain data, for a snapshot. */
  snapshot(): Record<string, string> {
    const out: Record<string, string> = {};
    for (const cell of this.#cells) out[`${cell.role}.${cell.use}`] = `${eui64Hex(cell.party)}:${toHex(cell.key.point)}`;
    return out;
  }
}
