import { createNodeSuite } from '../../../firmware-sim/crypto/node-suite.ts';
import { Device } from '../../../firmware-sim/device/device.ts';
import { BENCH_DEVICE_LOG, DeviceLog } from '../../../firmware-sim/device/management/device-log.ts';
import { managementUseCases } from '../../../firmware-sim/device/management/use-cases.ts';
import { type DeviceType, trustAnchorCells } from '../../../firmware-sim/device/security/cell-table.ts';
import type { DeviceSetup } from '../../../firmware-sim/device/setup.ts';
import type { TrustAnchorCell } from '../../../firmware-sim/device/trust-anchors.ts';
import { useCaseTable } from '../../../firmware-sim/device/use-case.ts';
import type { KeyProvider, RemotePartyRole } from '../../../firmware-sim/gbcs/key-provider.ts';
import type { Eui64 } from '../../../firmware-sim/kernel/eui64.ts';
import { type Keystore, loadKeystore } from '../../../lab/keystore/keystore.ts';

export const suite = createNodeSuite({ entropy: (count) => new Uint8Array(count).fill(7) });

/** RTDS 4.5.0 devices answer as of 2015-01-01. */
export const RTDS_TIME = Date.UTC(2015, 0, 1);

/** Who holds a role in RTDS 4.5.0. */
const HOLDERS: Partial<Record<RemotePartyRole, Eui64>> = {
  recovery: '90-B3-D5-1F-30-00-00-01' as Eui64,
  supplier: '90-B3-D5-1F-30-01-00-00' as Eui64,
  networkOperator: '90-B3-D5-1F-30-02-00-00' as Eui64,
  accessControlBroker: '90-B3-D5-1F-30-00-00-02' as Eui64,
  transitionalCoS: '90-B3-D5-1F-30-00-00-04' as Eui64,
  wanProvider: '90-B3-D5-1F-30-00-00-07' as Eui64,
  loadController: '90-B3-D5-1F-30-01-00-08' as Eui64,
};

export function referenceCells(type: DeviceType, keys: KeyProvider): TrustAnchorCell[] {
  return trustAnchorCells(type).flatMap(({ role, use }) => {
    const party = HOLDERS[role];
    const key = party && use !== 'keyCertSign' ? keys.publicKey(party, use) : undefined;
    return party && key ? [{ role, use, party, key }] : [];
  });
}

export function referenceKeystore(directory: string): Keystore {
  return loadKeystore(directory, suite);
}

const TYPES = ['ESME', 'GSME', 'CHF', 'GPF', 'PPMID', 'HCALCS', 'SAPC'] as const;

export function typeOf(keystore: Keystore, eui: Eui64): DeviceType {
  const named = keystore.deviceType(eui);
  return TYPES.find((type) => type === named) ?? 'ESME';
}

/** A reference device as a bench without its private keys makes it. */
export function referenceDevice(keystore: Keystore, eui: Eui64, changes: Partial<DeviceSetup> = {}): Device {
  const type = typeOf(keystore, eui);
  const profile = {
    useCases: useCaseTable(...managementUseCases(type)),
    notation: type === 'GSME' || type === 'GPF' ? ('gbz' as const) : ('dlms' as const),
  };
  return new Device(profile, {
    suite,
    identity: {
      eui,
      certificates: {
        digitalSignature: keystore.certificate(eui, 'digitalSignature')?.der,
        keyAgreement: keystore.certificate(eui, 'keyAgreement')?.der,
      },
    },
    cells: referenceCells(type, keystore),
    firmware: { version: 0x00000001, hash: new Uint8Array(32) },
    signatureProfile: 'deterministic',
    lentKeys: keystore,
    certificateValidity: false,
    pathWithoutRoot: 'accept',
    deviceLog: new DeviceLog(BENCH_DEVICE_LOG),
    ...changes,
  });
}
