import type { UtrnParties } from '../gbcs/utrn.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import type { Device } from './device.ts';

/** Shared secret of the supplier's prepayment key and the device's key-agreement key, from whichever end's private key is held. */
function utrnSecret({ anchors, suite, eui }: Device, supplier: Eui64): UtrnParties['z'] | undefined {
  const own = anchors.privateKey(eui, 'keyAgreement');
  const theirs = anchors.publicKey(supplier, 'prePaymentTopUp');
  if (own && theirs) return suite.sharedSecret(own, theirs);
  const lent = anchors.privateKey(supplier, 'prePaymentTopUp');
  const mine = anchors.publicKey(eui, 'keyAgreement');
  return lent && mine ? suite.sharedSecret(lent, mine) : undefined;
}

/** Supplier and device of a prepayment token with their shared secret (GBCS 14); undefined when a key is not there. */
export function utrnParties(device: Device): UtrnParties | undefined {
  const cell = device.anchors.cells.find((one) => one.use === 'prePaymentTopUp');
  const supplier = cell?.party ?? device.anchors.partyOf('supplier');
  const z = supplier && utrnSecret(device, supplier);
  return supplier && z ? { supplier, device: device.eui, z } : undefined;
}
