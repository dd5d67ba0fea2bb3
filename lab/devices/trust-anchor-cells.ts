import type { TrustAnchorCell } from '../../firmware-sim/device/trust-anchors.ts';
import type { KeyUse, RemotePartyRole } from '../../firmware-sim/gbcs/key-provider.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { DeviceType } from './device-types.ts';
import { holderOf, organisationsOf } from './organisations.ts';

type CellTable = Partial<Record<RemotePartyRole, readonly KeyUse[]>>;

const SIGNING: readonly KeyUse[] = ['digitalSignature'];
const AGREEMENT: readonly KeyUse[] = ['keyAgreement'];
const BOTH: readonly KeyUse[] = ['digitalSignature', 'keyAgreement'];
const SUPPLIER: readonly KeyUse[] = ['digitalSignature', 'keyAgreement', 'prePaymentTopUp'];

const METER: CellTable = {
  recovery: SIGNING,
  supplier: SUPPLIER,
  networkOperator: BOTH,
  accessControlBroker: AGREEMENT,
  transitionalCoS: SIGNING,
};

/** A device that is not metering: a supplier joins it, a load controller may control it. */
const TYPE_2: CellTable = {
  recovery: SIGNING,
  supplier: BOTH,
  accessControlBroker: AGREEMENT,
  transitionalCoS: SIGNING,
};

/**
 * Which cells a type of device has, besides its root (GBCS 4.3.2.5; RTDS 4.5.0 CS02a, CS02b, CS02f, CS02g). Those of PPMID,
 * HCALCS and SAPC beyond what examples show are inferred (docs/deviations.md).
 */
export const TRUST_ANCHOR_CELLS: Readonly<Record<DeviceType, CellTable>> = {
  ESME: { ...METER, loadController: BOTH },
  GSME: METER,
  CHF: { recovery: SIGNING, accessControlBroker: BOTH, wanProvider: SIGNING },
  GPF: METER,
  PPMID: TYPE_2,
  HCALCS: { ...TYPE_2, loadController: BOTH },
  SAPC: { ...METER, loadController: BOTH },
};

/**
 * The cells of a new device, filled from the organisation certificates of a keystore by role.
 * @param named parties of the device's commands (`holderOf`)
 */
export function cellsFor(type: DeviceType, keystore: Keystore, named: readonly Eui64[] = []): readonly TrustAnchorCell[] {
  return Object.entries(TRUST_ANCHOR_CELLS[type]).flatMap(([name, uses]) => {
    const role = name as RemotePartyRole;
    const party = role === 'accessControlBroker' ? keystore.accessControlBroker : holderOf(role, keystore, named);
    if (party === undefined) return [];
    return uses.flatMap((use): TrustAnchorCell[] => {
      const key = keystore.publicKey(party, use);
      return key ? [{ role, use, party, key }] : [];
    });
  });
}

/** True for a party that could hold one of the device's cells. */
export function isOrganisation(keystore: Keystore, eui: Eui64): boolean {
  return [...organisationsOf(keystore).values()].some((parties) => parties.includes(eui));
}
