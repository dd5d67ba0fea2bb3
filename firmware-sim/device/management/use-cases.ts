import { ACTIVATE_FIRMWARE, executePendingActivation } from '../activate-firmware.ts';
import type { DeviceType } from '../security/cell-table.ts';
import { ownCredentialRows } from '../security/own-credentials.ts';
import { provideCredentialsRows } from '../security/provide-credentials.ts';
import { updateCredentialsRows } from '../security/update-credentials.ts';
import type { SupportedUseCase } from '../use-case.ts';
import { joinRows } from './join.ts';
import { READ_DEVICE_LOG, READ_FIRMWARE, RESTORE_GPF_LOG } from './read-log.ts';
import { SET_TIME_GBZ } from './set-time.ts';

/** CS06 with what its future-dated command does. */
const ACTIVATION: SupportedUseCase = {
  ...ACTIVATE_FIRMWARE,
  executePending: ({ device, pending, now, effects }) => executePendingActivation(device, pending, now, effects),
};

/** A hub has no supplier: its own keys are the broker's affair, its firmware the WAN provider's (not published; docs/deviations.md). */
const HUB_ROWS: readonly SupportedUseCase[] = [
  { ...ACTIVATION, roles: ['wanProvider'] },
  ...ownCredentialRows().map((row): SupportedUseCase => ({ ...row, roles: ['accessControlBroker'] })),
];

const OWN: Readonly<Record<DeviceType, readonly SupportedUseCase[]>> = {
  ESME: [ACTIVATION, ...ownCredentialRows(), READ_DEVICE_LOG],
  GSME: [ACTIVATION, ...ownCredentialRows(), READ_DEVICE_LOG, SET_TIME_GBZ],
  CHF: HUB_ROWS,
  GPF: [...ownCredentialRows(), READ_DEVICE_LOG, RESTORE_GPF_LOG],
  PPMID: [READ_DEVICE_LOG, READ_FIRMWARE],
  HCALCS: [READ_DEVICE_LOG, READ_FIRMWARE],
  SAPC: [ACTIVATION, ...ownCredentialRows(), READ_DEVICE_LOG],
};

/**
 * Every use case with an ASN.1 payload that a device type supports: credentials, its own keys, joins, device log, firmware, time
 * (GBCS 13; CS02 to CS08, GCS28, GCS59).
 */
export function managementUseCases(type: DeviceType): SupportedUseCase[] {
  return [...provideCredentialsRows(type), ...updateCredentialsRows(type), ...joinRows(type), ...OWN[type]];
}
