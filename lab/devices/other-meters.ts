import type { CryptoSuite } from '../../firmware-sim/crypto/suite.ts';
import type { TrustAnchorCell } from '../../firmware-sim/device/trust-anchors.ts';
import type { UtrnParties } from '../../firmware-sim/gbcs/utrn.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import type { Keystore } from '../keystore/keystore.ts';

/** Devices that take tokens. */
const METERS: readonly (string | undefined)[] = ['ESME', 'GSME'];

/**
 * Whose tokens a meter's customer may mix up with its own: those the same supplier makes for the other meters of a keystore, as far as
 * the keystore has a private key at either end.
 */
export function otherMetersOf(
  suite: CryptoSuite,
  keystore: Keystore,
  eui: Eui64,
  cells: readonly TrustAnchorCell[],
): readonly UtrnParties[] {
  const supplier = cells.find(({ use }) => use === 'prePaymentTopUp')?.party;
  if (supplier === undefined) return [];
  const meters = new Set(keystore.entries().flatMap((one) => (METERS.includes(keystore.deviceType(one.eui)) ? [one.eui] : [])));
  meters.delete(eui);
  return [...meters].flatMap((device): UtrnParties[] => {
    const z = secretOf(suite, keystore, supplier, device);
    return z ? [{ supplier, device, z }] : [];
  });
}

function secretOf(suite: CryptoSuite, keys: Keystore, supplier: Eui64, device: Eui64): UtrnParties['z'] | undefined {
  const theirs = keys.privateKey(supplier, 'prePaymentTopUp');
  const mine = keys.publicKey(device, 'keyAgreement');
  if (theirs && mine) return suite.sharedSecret(theirs, mine);
  const own = keys.privateKey(device, 'keyAgreement');
  const peer = keys.publicKey(supplier, 'prePaymentTopUp');
  return own && peer ? suite.sharedSecret(own, peer) : undefined;
}
