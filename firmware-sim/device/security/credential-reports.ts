import { decodeDer } from '../../codec/der.ts';
import type { DerValue } from '../../codec/der-schema.ts';
import { ProvideCredentialsResponse, UpdateCredentialsResponse } from '../../gbcs/asn1/structures.ts';
import type { RemotePartyRole } from '../../gbcs/key-provider.ts';
import type { Bytes } from '../../kernel/bytes.ts';
import type { Eui64 } from '../../kernel/eui64.ts';
import { euiField } from '../eui-field.ts';
import type { CellName, CellUse } from '../trust-anchors.ts';
import { cellNameOf, cellUseOf, roleOfNumber } from './cell-identifier.ts';
import type { OwnUse } from './own-keys.ts';

/** What a report says a cell holds. */
export interface ReportedCell {
  readonly party: Eui64;
  readonly keyIdentifier: Bytes;
}

/** What a report says of one role. */
export interface ReportedRole {
  /** A status other than success, which CS02a then gives again. */
  readonly status?: number;
  readonly sequenceNumber?: bigint;
  readonly cells: readonly (ReportedCell & { readonly use: CellUse })[];
}

/** Reports as plain data. */
export interface CredentialReportState {
  readonly roles: { readonly [role in RemotePartyRole]?: ReportedRole };
  /** DER of certification requests that a device has made for keys the bench does not hold. */
  readonly requests: { readonly [use in OwnUse]?: Bytes };
}

/** Shared by all devices that were not cloned. */
const NO_REPORTS: CredentialReportState = { roles: {}, requests: {} };

/**
 * What a device says about its credentials where that was cloned from another device's report: identifiers and counters of roles
 * whose keys the bench does not hold. Nothing is ever authenticated with it; a credential that is replaced leaves the report.
 */
export class CredentialReports {
  #state: CredentialReportState = NO_REPORTS;

  role(role: RemotePartyRole): ReportedRole | undefined {
    return this.#state.roles[role];
  }

  cell({ role, use }: CellName): ReportedCell | undefined {
    return this.role(role)?.cells.find((cell) => cell.use === use);
  }

  /** The captured certification request for a use. */
  request(use: OwnUse): Bytes | undefined {
    return this.#state.requests[use];
  }

  put(role: RemotePartyRole, report: ReportedRole): void {
    this.#state = { ...this.#state, roles: { ...this.#state.roles, [role]: report } };
  }

  putRequest(use: OwnUse, request: Bytes): void {
    this.#state = { ...this.#state, requests: { ...this.#state.requests, [use]: request } };
  }

  /** Forgets what was reported of a cell, because the device now holds something else in it. */
  forget({ role, use }: CellName): void {
    const report = this.role(role);
    if (report) this.put(role, { ...report, cells: report.cells.filter((cell) => cell.use !== use) });
  }

  /** Forgets the counter and status reported of a role. */
  forgetSequence(role: RemotePartyRole): void {
    const report = this.role(role);
    if (report) this.put(role, { cells: report.cells });
  }

  state(): CredentialReportState {
    return this.#state;
  }

  restore(state: CredentialReportState): void {
    this.#state = state;
  }
}

/** Takes what a CS02a or CS02f response says of roles. @throws ProtocolFault when the payload is none */
export function cloneProvided(reports: CredentialReports, payload: Bytes): void {
  for (const { remotePartyRole, statusCode, currentSeqNumber, cells } of decodeDer(ProvideCredentialsResponse, payload)) {
    const role = roleOfNumber(remotePartyRole);
    if (!role) continue;
    reports.put(role, {
      ...(statusCode !== 0 && { status: statusCode }),
      ...(currentSeqNumber !== undefined && { sequenceNumber: currentSeqNumber }),
      cells: (cells ?? []).flatMap(reportedCell),
    });
  }
}

function reportedCell(
  cell: NonNullable<DerValue<typeof ProvideCredentialsResponse>[number]['cells']>[number],
): ReportedRole['cells'] {
  const use = cellUseOf(cell.keyUsage, cell.cellUsage);
  return use ? [{ use, party: euiField(cell.subjectUniqueId), keyIdentifier: cell.subjectKeyId }] : [];
}

/** Takes what a CS02b or CS02g response says the cells held before it. @throws ProtocolFault when the payload is none */
export function cloneUpdated(reports: CredentialReports, payload: Bytes): void {
  const { executionOutcome } = decodeDer(UpdateCredentialsResponse, payload);
  for (const one of executionOutcome?.replacementOutcomes ?? []) {
    const name = cellNameOf(one.affectedCell);
    if (!name) continue;
    const known = reports.role(name.role);
    const cell = {
      use: name.use,
      party: euiField(one.existingSubjectUniqueId),
      keyIdentifier: one.existingSubjectKeyId,
    };
    reports.put(name.role, { ...known, cells: [...(known?.cells ?? []).filter(({ use }) => use !== name.use), cell] });
  }
}
