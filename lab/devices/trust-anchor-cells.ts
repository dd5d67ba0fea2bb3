import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { PublicKey } from '../../firmware-sim/crypto/keys.ts';
import { trustAnchorCells } from '../../firmware-sim/device/security/cell-table.ts';
import type { TrustAnchorCell } from '../../firmware-sim/device/trust-anchors.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { readCertificateFile } from '../keystore/key-files.ts';
import type { Keystore } from '../keystore/keystore.ts';
import { AUTHORITIES_FOLDER, ORGANISATION_ROOT_FILE } from '../keystore/write-keystore.ts';
import type { DeviceType } from './device-types.ts';
import { holderOf } from './organisations.ts';

/** What a root cell has in place of a party (RTDS 4.5.0 CS02a). */
const NO_PARTY = '00-00-00-00-00-00-00-00' as Eui64;

/** The key of the organisations' root; undefined for a keystore without authorities. */
function rootKey(keystore: Keystore): PublicKey | undefined {
  const file = join(keystore.directory, AUTHORITIES_FOLDER, `${ORGANISATION_ROOT_FILE}.pem`);
  return existsSync(file) ? readCertificateFile(file).key : undefined;
}

/**
 * The cells of a new device, filled from the organisation certificates of a keystore by role; a cell nobody fits stays empty.
 * @param named parties of the device's commands (`holderOf`)
 */
export function cellsFor(type: DeviceType, keystore: Keystore, named: readonly Eui64[] = []): readonly TrustAnchorCell[] {
  return trustAnchorCells(type).flatMap(({ role, use }): TrustAnchorCell[] => {
    if (use === 'keyCertSign') {
      const key = role === 'root' ? rootKey(keystore) : undefined;
      return key ? [{ role, use, party: NO_PARTY, key }] : [];
    }
    const party = role === 'accessControlBroker' ? keystore.accessControlBroker : holderOf(role, keystore, named);
    const key = party && keystore.publicKey(party, use);
    return party && key ? [{ role, use, party, key }] : [];
  });
}
