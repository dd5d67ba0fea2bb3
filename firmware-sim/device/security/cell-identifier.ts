import type { DerValue } from '../../codec/der-schema.ts';
import type { TrustAnchorCellIdentifier } from '../../gbcs/asn1/structures.ts';
import { REMOTE_PARTY_ROLES, type RemotePartyRole } from '../../gbcs/key-provider.ts';
import type { CellName, CellUse } from '../trust-anchors.ts';

/** A cell as GBCS names it in DER: role, key usage, and cell usage where it is not management (GBCS 13.3). */
export type CellIdentifier = DerValue<typeof TrustAnchorCellIdentifier>;

/** Cell usage of the key behind prepayment tokens. */
export const PREPAYMENT_TOP_UP = 1;

/** KeyUsage bits as texts, first bit first (dictionary KEY_USAGE_NAMES). */
export const KEY_USAGE_BITS: Readonly<Record<CellUse, string>> = {
  digitalSignature: '1',
  keyAgreement: '00001',
  prePaymentTopUp: '00001',
  keyCertSign: '000001',
};

const ROLE_NAMES = new Map(
  Object.entries(REMOTE_PARTY_ROLES).map(([name, number]): [number, RemotePartyRole] => [number, name as RemotePartyRole]),
);

/** The role of a number; undefined for one GBCS does not have. */
export function roleOfNumber(number: number): RemotePartyRole | undefined {
  return ROLE_NAMES.get(number);
}

/** The use a key usage and a cell usage stand for; undefined when no cell has them. */
export function cellUseOf(keyUsage: string, cellUsage: number | undefined): CellUse | undefined {
  const topUp = cellUsage === PREPAYMENT_TOP_UP;
  if (keyUsage === KEY_USAGE_BITS.keyAgreement) return topUp ? 'prePaymentTopUp' : 'keyAgreement';
  if (topUp) return undefined;
  return keyUsage === KEY_USAGE_BITS.digitalSignature
    ? 'digitalSignature'
    : keyUsage.startsWith(KEY_USAGE_BITS.keyCertSign)
      ? 'keyCertSign'
      : undefined;
}

/** The cell an identifier names; undefined when there is none of that kind. */
export function cellNameOf({ remotePartyRole, keyUsage, cellUsage }: CellIdentifier): CellName | undefined {
  const role = roleOfNumber(remotePartyRole);
  const use = cellUseOf(keyUsage, cellUsage);
  return role && use && { role, use };
}

/** Key usage and, where it is not the default, cell usage of a use. */
export function usageFields(use: CellUse): { keyUsage: string; cellUsage?: number } {
  return { keyUsage: KEY_USAGE_BITS[use], ...(use === 'prePaymentTopUp' && { cellUsage: PREPAYMENT_TOP_UP }) };
}
