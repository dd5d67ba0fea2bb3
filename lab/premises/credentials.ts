import type { DeviceIdentity, TrustAnchorCell } from '../../firmware-sim/device/trust-anchors.ts';
import { TEST_PARTIES } from '../../firmware-sim/gbcs/certificates/test-cast.ts';
import type { KeyProvider, KeyUse, RemotePartyRole } from '../../firmware-sim/gbcs/key-provider.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';

/** Which cells a kind of device has (GBCS 4.3.2.5, RTDS 4.5.0 CS02a; the root cell comes with credential replacement). */
const CELLS: Readonly<Record<'ESME' | 'GSME' | 'CHF', Partial<Record<RemotePartyRole, readonly KeyUse[]>>>> = {
  ESME: {
    recovery: ['digitalSignature'],
    supplier: ['digitalSignature', 'keyAgreement', 'prePaymentTopUp'],
    networkOperator: ['digitalSignature', 'keyAgreement'],
    accessControlBroker: ['keyAgreement'],
    transitionalCoS: ['digitalSignature'],
    loadController: ['digitalSignature', 'keyAgreement'],
  },
  GSME: {
    recovery: ['digitalSignature'],
    supplier: ['digitalSignature', 'keyAgreement', 'prePaymentTopUp'],
    networkOperator: ['digitalSignature', 'keyAgreement'],
    accessControlBroker: ['keyAgreement'],
    transitionalCoS: ['digitalSignature'],
  },
  CHF: {
    recovery: ['digitalSignature'],
    accessControlBroker: ['digitalSignature', 'keyAgreement'],
    wanProvider: ['digitalSignature'],
  },
};

/** The party of a role in the test cast; the first where there are several. */
export function partyOf(role: RemotePartyRole): Eui64 {
  const party = TEST_PARTIES.find((one) => one.role === role);
  if (!party) throw new UsageError('no-party', `the test cast has no ${role}`);
  return party.eui;
}

/** The trust anchor cells a device leaves the factory with, over a test PKI. */
export function trustAnchorCells(type: 'ESME' | 'GSME' | 'CHF', keys: KeyProvider): TrustAnchorCell[] {
  return Object.entries(CELLS[type]).flatMap(([name, uses]) => {
    const role = name as RemotePartyRole;
    const party = partyOf(role);
    return uses.flatMap((use): TrustAnchorCell[] => {
      const key = keys.publicKey(party, use);
      return key ? [{ role, use, party, key }] : [];
    });
  });
}

/** A device's own keys. @throws UsageError `no-key` */
export function deviceIdentity(eui: Eui64, keys: KeyProvider): DeviceIdentity {
  const signing = keys.privateKey(eui, 'digitalSignature');
  const agreement = keys.privateKey(eui, 'keyAgreement');
  if (!signing || !agreement) throw new UsageError('no-key', `there are no private keys for device ${eui}`);
  return { eui, signing, agreement };
}
