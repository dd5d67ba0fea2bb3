import { decodeDer } from '../../codec/der.ts';
import type { DerValue } from '../../codec/der-schema.ts';
import { ProvideCredentialsCommand, ProvideCredentialsResponse } from '../../gbcs/asn1/structures.ts';
import type { RemotePartyRole } from '../../gbcs/key-provider.ts';
import type { Bytes } from '../../kernel/bytes.ts';
import { ProtocolFault } from '../../kernel/errors.ts';
import { eui64Bytes } from '../../kernel/eui64.ts';
import type { Device } from '../device.ts';
import { cellKeyIdentifier } from '../trust-anchors.ts';
import { type ExecutionContext, type SupportedUseCase, supported } from '../use-case.ts';
import { cellNameOf, roleOfNumber, usageFields } from './cell-identifier.ts';
import { type DeviceType, trustAnchorCells } from './cell-table.ts';
import { CREDENTIAL_STATUS } from './certification-path.ts';
import { encodeReport } from './wide-lengths.ts';

type RoleReport = DerValue<typeof ProvideCredentialsResponse>[number];

/** Who may ask without a MAC, by a signature of its own (RTDS 4.5.0 CS02aSignature, CS02fSignature). */
const SIGNERS: readonly RemotePartyRole[] = [
  'supplier',
  'networkOperator',
  'transitionalCoS',
  'wanProvider',
  'recovery',
  'loadController',
];

/** CS02a and, where a device has load controller cells, CS02f: what its trust anchor cells hold. */
export function provideCredentialsRows(type: DeviceType): SupportedUseCase[] {
  const differs = {
    roles: ['accessControlBroker', ...SIGNERS] as const,
    critical: false,
    forms: ['maced', 'signed', 'signed-and-maced'] as const,
    replayProtected: false,
  };
  const row = (name: string): SupportedUseCase =>
    supported(name, (context) => provideCredentials(context, type, context.device.faults.get(name)), differs);
  const rows = type === 'SAPC' ? [] : [row('CS02a')];
  return type === 'ESME' || type === 'SAPC' ? [...rows, row('CS02f')] : rows;
}

function provideCredentials({ device, command }: ExecutionContext, type: DeviceType, fault: number | undefined): Bytes {
  const { authorisingCell, rolesRequired } = decodeDer(ProvideCredentialsCommand, command.payload);
  const cell = cellNameOf(authorisingCell);
  if (!cell || !device.anchors.rolesOf(command.header.originator).includes(cell.role)) {
    throw new ProtocolFault('bad-payload', 'the authorising cell is not the originator’s', 0, 'GBCS 13.3');
  }
  return encodeReport(
    ProvideCredentialsResponse,
    rolesRequired.map((number) => reportOf(device, type, number, fault)),
  );
}

function reportOf(device: Device, type: DeviceType, remotePartyRole: number, fault: number | undefined): RoleReport {
  const role = roleOfNumber(remotePartyRole);
  const reported = role && device.reports.role(role);
  const statusCode = fault ?? reported?.status ?? CREDENTIAL_STATUS.success;
  const cells = role && statusCode === CREDENTIAL_STATUS.success ? cellsOf(device, type, role) : [];
  if (!role || cells.length === 0) {
    const { success, trustAnchorNotFound } = CREDENTIAL_STATUS;
    return { remotePartyRole, statusCode: statusCode === success ? trustAnchorNotFound : statusCode };
  }
  const currentSeqNumber = reported?.sequenceNumber ?? device.counters.sequence(role);
  return { remotePartyRole, statusCode, currentSeqNumber, cells };
}

/** Contents of a role's cells in the order of the device's table, as far as they are filled. */
function cellsOf(device: Device, type: DeviceType, role: RemotePartyRole): NonNullable<RoleReport['cells']> {
  return trustAnchorCells(type)
    .filter((name) => name.role === role)
    .flatMap((name) => {
      const held = device.anchors.cell(name);
      const reported = device.reports.cell(name);
      if (!held && !reported) return [];
      const subjectKeyId = reported?.keyIdentifier ?? (held && cellKeyIdentifier(device.suite, held)) ?? new Uint8Array(8);
      const party = reported?.party ?? held?.party;
      return party ? [{ ...usageFields(name.use), subjectUniqueId: eui64Bytes(party), subjectKeyId }] : [];
    });
}
