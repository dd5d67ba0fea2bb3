import { trustAnchorCells as cellsOf, type DeviceType } from '../../firmware-sim/device/security/cell-table.ts';
import type { DeviceIdentity, TrustAnchorCell } from '../../firmware-sim/device/trust-anchors.ts';
import { TEST_PARTIES } from '../../firmware-sim/gbcs/certificates/test-cast.ts';
import type { KeyProvider, RemotePartyRole } from '../../firmware-sim/gbcs/key-provider.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';

/** The party of a role in the test cast; the first where there are several. */
export function partyOf(role: RemotePartyRole): Eui64 {
  const party = TEST_PARTIES.find((one) => one.role === role);
  if (!party) throw new UsageError('no-party', `the test cast has no ${role}`);
  return party.eui;
}

/** The trust anchor cells a device leaves the factory with, over a test PKI; a root comes with credential replacement. */
export function trustAnchorCells(type: DeviceType, keys: KeyProvider): TrustAnchorCell[] {
  return cellsOf(type).flatMap(({ role, use }): TrustAnchorCell[] => {
    if (use === 'keyCertSign') return [];
    const party = partyOf(role);
    const key = keys.publicKey(party, use);
    return key ? [{ role, use, party, key }] : [];
  });
}

/** A device's own keys. @throws UsageError `no-key` */
export function deviceIdentity(eui: Eui64, keys: KeyProvider): DeviceIdentity {
  const signing = keys.privateKey(eui, 'digitalSignature');
  const agreement = keys.privateKey(eui, 'keyAgreement');
  if (!signing || !agreement) throw new UsageError('no-key', `there are no private keys for device ${eui}`);
  return { eui, signing, agreement };
}
