import type { PublicKey } from '../crypto/keys.ts';
import type { CryptoSuite } from '../crypto/suite.ts';
import { subjectKeyIdentifier } from '../gbcs/certificates/check.ts';
import { DEFAULT_ACCESS_CONTROL_BROKER, type KeyProvider, type KeyUse, type RemotePartyRole } from '../gbcs/key-provider.ts';
import { type Bytes, toHex } from '../kernel/bytes.ts';
import { type Eui64, eui64Hex } from '../kernel/eui64.ts';
import { type DeviceIdentity, OwnKeys } from './security/own-keys.ts';

export type { DeviceIdentity } from './security/own-keys.ts';

/** What a cell's key is for: a remote party's keys, or the root's key that certificate paths end at. */
export type CellUse = KeyUse | 'keyCertSign';

/** One trust anchor cell: whose key it holds, in which role, for what (GBCS 4.3.2.5). Plain data. */
export interface TrustAnchorCell {
  readonly role: RemotePartyRole;
  readonly use: CellUse;
  /** Subject unique identifier; 00-00-00-00-00-00-00-00 in a root cell. */
  readonly party: Eui64;
  readonly key: PublicKey;
  /** Subject key identifier, where it is not the one the key gives. */
  readonly keyIdentifier?: Bytes | undefined;
  /** A root cell's encrypted contingency key, as its certificate carries it (CS02b by contingency). */
  readonly contingency?: Bytes | undefined;
}

/** What names a cell. */
export type CellName = Pick<TrustAnchorCell, 'role' | 'use'>;

/** What is looked up for every message, so that no list of cells is searched. */
interface CellIndex {
  readonly parties: ReadonlyMap<RemotePartyRole, Eui64>;
  readonly roles: ReadonlyMap<Eui64, readonly RemotePartyRole[]>;
  readonly keys: ReadonlyMap<CellUse, ReadonlyMap<Eui64, PublicKey>>;
}

/** What belongs to a list of cells; devices that were given one and the same list share it. */
const INDICES = new WeakMap<readonly TrustAnchorCell[], CellIndex>();

function indexOf(cells: readonly TrustAnchorCell[]): CellIndex {
  const known = INDICES.get(cells) ?? makeIndex(cells);
  INDICES.set(cells, known);
  return known;
}

const NO_PEERS: ReadonlyMap<Eui64, PublicKey> = new Map();

/** Where several cells would answer, the first one does. */
function makeIndex(cells: readonly TrustAnchorCell[]): CellIndex {
  const parties = new Map<RemotePartyRole, Eui64>();
  const roles = new Map<Eui64, RemotePartyRole[]>();
  const keys = new Map<CellUse, Map<Eui64, PublicKey>>();
  for (const { role, use, party, key } of cells) {
    if (!parties.has(role)) parties.set(role, party);
    const held = roles.get(party);
    if (!held) roles.set(party, [role]);
    else if (!held.includes(role)) held.push(role);
    const ofUse = keys.get(use) ?? new Map<Eui64, PublicKey>();
    if (!ofUse.has(party)) keys.set(use, ofUse.set(party, key));
  }
  return { parties, roles, keys };
}

/**
 * The only keys a device knows: its own, those in its trust anchor cells, and those of devices it has joined with. As a
 * `KeyProvider` it lets the message layer check and protect messages with exactly these.
 *
 * Where a device's own private key is not held (a bench that has only its certificate), `lent` may hold the remote parties'
 * private key-agreement keys: a shared secret is the same from either end.
 */
export class TrustAnchors implements KeyProvider {
  readonly own: OwnKeys;
  readonly #lent: KeyProvider | undefined;
  #cells: readonly TrustAnchorCell[];
  #index: CellIndex;
  #peers: ReadonlyMap<Eui64, PublicKey> = NO_PEERS;

  constructor(identity: DeviceIdentity, cells: readonly TrustAnchorCell[], lent?: KeyProvider) {
    this.own = new OwnKeys(identity);
    this.#cells = cells;
    this.#index = indexOf(cells);
    this.#lent = lent;
  }

  get cells(): readonly TrustAnchorCell[] {
    return this.#cells;
  }

  set cells(cells: readonly TrustAnchorCell[]) {
    this.#cells = cells;
    this.#index = indexOf(cells);
  }

  cell({ role, use }: CellName): TrustAnchorCell | undefined {
    return this.#cells.find((cell) => cell.role === role && cell.use === use);
  }

  /** Puts a key into the cell of the same role and use, in place of the one that was there. */
  replace(cell: TrustAnchorCell): void {
    const at = this.#cells.findIndex((c) => c.role === cell.role && c.use === cell.use);
    this.cells = at < 0 ? [...this.#cells, cell] : this.#cells.with(at, cell);
  }

  /** Key-agreement keys of devices this one has joined with (CS03C), by their identifiers. */
  get peers(): ReadonlyMap<Eui64, PublicKey> {
    return this.#peers;
  }

  addPeer(eui: Eui64, key: PublicKey): void {
    this.#peers = new Map(this.#peers).set(eui, key);
  }

  removePeer(eui: Eui64): void {
    const peers = new Map(this.#peers);
    if (peers.delete(eui)) this.#peers = peers;
  }

  get accessControlBroker(): Eui64 {
    return this.partyOf('accessControlBroker') ?? DEFAULT_ACCESS_CONTROL_BROKER;
  }

  /** Who holds a role on this device. */
  partyOf(role: RemotePartyRole): Eui64 | undefined {
    return this.#index.parties.get(role);
  }

  /** Every role a party holds on this device. */
  rolesOf(party: Eui64): readonly RemotePartyRole[] {
    return this.#index.roles.get(party) ?? [];
  }

  publicKey(eui: Eui64, use: KeyUse): PublicKey | undefined {
    if (eui === this.own.eui) return this.own.publicKey(use);
    const held = this.#index.keys.get(use)?.get(eui);
    return held ?? (use === 'keyAgreement' ? this.#peers.get(eui) : undefined);
  }

  privateKey(eui: Eui64, use: KeyUse) {
    if (eui === this.own.eui) return this.own.privateKey(use);
    const needed = use !== 'digitalSignature' && this.own.privateKey('keyAgreement') === undefined;
    return needed ? this.#lent?.privateKey(eui, use) : undefined;
  }

  /** The cells as texts, for comparing before and after. */
  snapshot(): Record<string, string> {
    const out: Record<string, string> = {};
    for (const cell of this.#cells) out[`${cell.role}.${cell.use}`] = `${eui64Hex(cell.party)}:${toHex(cell.key.point)}`;
    return out;
  }
}

/** The subject key identifier a cell reports, 8 octets. */
export function cellKeyIdentifier(suite: Pick<CryptoSuite, 'sha1'>, cell: TrustAnchorCell): Bytes {
  return cell.keyIdentifier ?? subjectKeyIdentifier(suite, cell.key);
}
