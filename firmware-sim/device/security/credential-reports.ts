import type { RemotePartyRole } from '../../gbcs/key-provider.ts';
import type { Bytes } from '../../kernel/bytes.ts';
import type { Eui64 } from '../../kernel/eui64.ts';
import type { CellName, CellUse } from '../trust-anchors.ts';

/** What a report says a cell holds. */
export interface ReportedCell {
  readonly party: Eui64;
  readonly keyIdentifier: Bytes;
}

/** What a report says of one role. */
export interface ReportedRole {
  readonly sequenceNumber?: bigint;
  /** In the order the device reports them. */
  readonly cells: readonly (ReportedCell & { readonly use: CellUse })[];
}

/** Reported roles as plain data. */
export type CredentialReportState = { readonly [role in RemotePartyRole]?: ReportedRole };

/**
 * What a device says about its credentials where that was cloned from another device's report: identifiers and counters of roles
 * whose keys the bench does not hold. Nothing is ever authenticated with it; a credential that is replaced leaves the report.
 */
export class CredentialReports {
  #roles: CredentialReportState = {};

  role(role: RemotePartyRole): ReportedRole | undefined {
    return this.#roles[role];
  }

  cell({ role, use }: CellName): ReportedCell | undefined {
    return this.#roles[role]?.cells.find((cell) => cell.use === use);
  }

  put(role: RemotePartyRole, report: ReportedRole): void {
    this.#roles = { ...this.#roles, [role]: report };
  }

  /** Forgets what was reported of a cell, because the device now holds something else in it. */
  forget({ role, use }: CellName): void {
    const report = this.#roles[role];
    if (report) this.put(role, { ...report, cells: report.cells.filter((cell) => cell.use !== use) });
  }

  /** Forgets the counter reported of a role. */
  forgetSequence(role: RemotePartyRole): void {
    const report = this.#roles[role];
    if (report) this.put(role, { cells: report.cells });
  }

  state(): CredentialReportState {
    return this.#roles;
  }

  restore(state: CredentialReportState): void {
    this.#roles = state;
  }
}
