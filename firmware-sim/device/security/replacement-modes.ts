import type { RemotePartyRole } from '../../gbcs/key-provider.ts';
import type { CommandForm } from '../use-case.ts';
import { type DeviceType, trustAnchorCells } from './cell-table.ts';

/** One way to replace credentials: who authorises it, with which message, for whose cells (GBCS 13.3, tables of CS02b and CS02g). */
export interface ReplacementMode {
  readonly mode: number;
  readonly messageCode: number;
  /** Use case or variant of the catalogue. */
  readonly useCase: string;
  readonly authorises: RemotePartyRole;
  /** Roles whose cells it may replace. */
  readonly targets: readonly RemotePartyRole[];
}

/** What recovery and contingency may replace: everything, recovery not a root whose successor the old root does not vouch for. */
const ANY: readonly RemotePartyRole[] = [
  'root',
  'recovery',
  'supplier',
  'networkOperator',
  'accessControlBroker',
  'transitionalCoS',
  'wanProvider',
  'loadController',
];

const MODES: readonly ReplacementMode[] = [
  { mode: 0, messageCode: 0x0100, useCase: 'CS02b', authorises: 'supplier', targets: ['root'] },
  { mode: 1, messageCode: 0x0101, useCase: 'CS02b', authorises: 'wanProvider', targets: ['root'] },
  { mode: 2, messageCode: 0x0102, useCase: 'CS02bSupplierBySupplier', authorises: 'supplier', targets: ['supplier'] },
  { mode: 3, messageCode: 0x0103, useCase: 'CS02bNOByNO', authorises: 'networkOperator', targets: ['networkOperator'] },
  {
    mode: 4,
    messageCode: 0x0104,
    useCase: 'CS02bACBByACB',
    authorises: 'accessControlBroker',
    targets: ['accessControlBroker'],
  },
  { mode: 5, messageCode: 0x0105, useCase: 'CS02bWPByWP', authorises: 'wanProvider', targets: ['wanProvider'] },
  {
    mode: 6,
    messageCode: 0x0106,
    useCase: 'CS02bTransCoSByTransCoS',
    authorises: 'transitionalCoS',
    targets: ['transitionalCoS'],
  },
  { mode: 7, messageCode: 0x0107, useCase: 'CS02bSupplierByTransCoS', authorises: 'transitionalCoS', targets: ['supplier'] },
  { mode: 8, messageCode: 0x0108, useCase: 'CS02bAnyExceptAbnormalRootByRecovery', authorises: 'recovery', targets: ANY },
  { mode: 9, messageCode: 0x0109, useCase: 'CS02bAnyByContingency', authorises: 'root', targets: ANY },
  {
    mode: 10,
    messageCode: 0x0125,
    useCase: 'CS02gLoadControllerByLoadController',
    authorises: 'loadController',
    targets: ['loadController'],
  },
  {
    mode: 11,
    messageCode: 0x0126,
    useCase: 'CS02gLoadControllerBySupplier',
    authorises: 'supplier',
    targets: ['loadController'],
  },
];

/** Modes whose use case is the load controller's, CS02g; its future-dated outcome has an alert code of its own (0x0124). */
export function isLoadControllerMode({ mode }: ReplacementMode): boolean {
  return mode === 10 || mode === 11;
}

/** Whether the key in the root's own certificate authorises: it may replace a root that nothing vouches for. */
export function isContingencyMode(mode: number): boolean {
  return mode === 9;
}

/** Modes a device type can be asked for: it has a cell of whoever authorises, and one to replace. */
export function replacementModes(type: DeviceType): readonly ReplacementMode[] {
  const roles = new Set(trustAnchorCells(type).map(({ role }) => role));
  return MODES.filter(({ authorises, targets }) => roles.has(authorises) && targets.some((role) => roles.has(role)));
}

/**
 * Protection of a mode's command (GBCS 13.3.3.1): recovery and contingency sign only; the broker replaces its own key with a MAC only, except on
 * the hub, which has its signing key; all others sign, and the broker adds its MAC.
 */
export function modeForms({ mode }: ReplacementMode, type: DeviceType): readonly CommandForm[] {
  if (mode === 8 || isContingencyMode(mode)) return ['signed'];
  return mode === 4 && type !== 'CHF' ? ['maced'] : ['signed-and-maced'];
}

/** Who may send a mode's command. A gas proxy also takes handover of supplier and network operator from the broker (RTDS 4.5.0). */
export function modeRoles({ mode, authorises }: ReplacementMode, type: DeviceType): readonly RemotePartyRole[] {
  const handover = type === 'GPF' && (mode === 2 || mode === 3);
  return handover ? [authorises, 'accessControlBroker'] : [authorises];
}
