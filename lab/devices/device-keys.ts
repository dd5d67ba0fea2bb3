import type { DeviceIdentity } from '../../firmware-sim/device/security/own-keys.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import type { Keystore } from '../keystore/keystore.ts';

/**
 * True when the keystore has the key-agreement key or certificate of a device, without which no MAC can be checked: one that
 * `devices.json` lists, or whose certificate is a device's.
 */
export function knowsDevice(keystore: Keystore, eui: Eui64): boolean {
  const certificate = keystore.certificate(eui, 'keyAgreement');
  if (certificate?.kind === 'device') return true;
  const held = certificate !== undefined || keystore.privateKey(eui, 'keyAgreement') !== undefined;
  return held && keystore.deviceType(eui) !== undefined;
}

/** A device's keys as far as the keystore has them. @throws UsageError for a key file that cannot be used */
export function identityOf(keystore: Keystore, eui: Eui64): DeviceIdentity {
  return {
    eui,
    signing: keystore.privateKey(eui, 'digitalSignature'),
    agreement: keystore.privateKey(eui, 'keyAgreement'),
    certificates: {
      digitalSignature: keystore.certificate(eui, 'digitalSignature')?.der,
      keyAgreement: keystore.certificate(eui, 'keyAgreement')?.der,
    },
  };
}
