import type { RemotePartyRole } from '../../gbcs/key-provider.ts';
import type { CellName, CellUse } from '../trust-anchors.ts';

/** Devices that remote parties address. */
export type DeviceType = 'ESME' | 'GSME' | 'CHF' | 'GPF' | 'PPMID' | 'HCALCS' | 'SAPC';

type Cells = Partial<Record<RemotePartyRole, readonly CellUse[]>>;

const DS = 'digitalSignature';
const KA = 'keyAgreement';
const BOTH: readonly CellUse[] = [DS, KA];
const WITH_TOP_UP: readonly CellUse[] = [DS, KA, 'prePaymentTopUp'];
const COMMON: Cells = { root: ['keyCertSign'], recovery: [DS] };

/**
 * Cells by device type (GBCS 4.3.2.5 as far as RTDS 4.5.0 shows it: CS02a, CS02b, CS02f, CS02g; the rest is docs/deviations.md).
 * The broker's signing cell stands where RTDS has commands it signs: hub, gas proxy, PPMID and HCALCS.
 */
const CELLS: Readonly<Record<DeviceType, Cells>> = {
  ESME: {
    ...COMMON,
    supplier: WITH_TOP_UP,
    networkOperator: BOTH,
    accessControlBroker: [KA],
    transitionalCoS: [DS],
    loadController: BOTH,
  },
  GSME: { ...COMMON, supplier: WITH_TOP_UP, networkOperator: BOTH, accessControlBroker: [KA], transitionalCoS: [DS] },
  CHF: { ...COMMON, accessControlBroker: BOTH, wanProvider: [DS] },
  GPF: { ...COMMON, supplier: WITH_TOP_UP, networkOperator: BOTH, accessControlBroker: BOTH, transitionalCoS: [DS] },
  PPMID: { ...COMMON, supplier: BOTH, accessControlBroker: BOTH, transitionalCoS: [DS] },
  HCALCS: { ...COMMON, supplier: BOTH, accessControlBroker: BOTH, transitionalCoS: [DS] },
  SAPC: {
    ...COMMON,
    supplier: BOTH,
    networkOperator: BOTH,
    accessControlBroker: [KA],
    transitionalCoS: [DS],
    loadController: BOTH,
  },
};

/** The cells of a device type, in the order credentials are reported in. */
export function trustAnchorCells(type: DeviceType): readonly CellName[] {
  return Object.entries(CELLS[type]).flatMap(([role, uses]) => uses.map((use) => ({ role: role as RemotePartyRole, use })));
}
