import type { PrivateKey, PublicKey } from '../crypto/keys.ts';
import type { Eui64 } from '../kernel/eui64.ts';

/** What a key is for. `prePaymentTopUp` is the key-agreement key behind prepayment tokens. */
export type KeyUse = 'digitalSignature' | 'keyAgreement' | 'prePaymentTopUp';

/** Remote party roles (GBCS: numbers in certificates' organisational unit and in trust anchor cells). */
export const REMOTE_PARTY_ROLES = {
  root: 0,
  recovery: 1,
  supplier: 2,
  networkOperator: 3,
  accessControlBroker: 4,
  transitionalCoS: 5,
  wanProvider: 6,
  issuingAuthority: 7,
  loadController: 8,
  other: 127,
} as const;

export type RemotePartyRole = keyof typeof REMOTE_PARTY_ROLES;

/** The Access Control Broker's well-known Entity Identifier, used when a keystore names none. */
export const DEFAULT_ACCESS_CONTROL_BROKER = '90-B3-D5-1F-30-00-00-02' as Eui64;

/** Where keys come from: a keystore directory, a test PKI, or a device's own trust anchor cells. */
export interface KeyProvider {
  publicKey(eui: Eui64, use: KeyUse): PublicKey | undefined;
  privateKey(eui: Eui64, use: KeyUse): PrivateKey | undefined;
  /** Entity Identifier of the Access Control Broker. */
  readonly accessControlBroker: Eui64;
}
