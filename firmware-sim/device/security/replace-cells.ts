import type { DerValue } from '../../codec/der-schema.ts';
import type { PublicKey } from '../../crypto/keys.ts';
import type { CredentialsExecutionOutcome } from '../../gbcs/asn1/structures.ts';
import type { Certificate } from '../../gbcs/certificates/certificate.ts';
import { subjectKeyIdentifier, verifyCertificate } from '../../gbcs/certificates/check.ts';
import { parseCertificate } from '../../gbcs/certificates/parse.ts';
import { REMOTE_PARTY_ROLES, type RemotePartyRole } from '../../gbcs/key-provider.ts';
import { type Bytes, equalBytes } from '../../kernel/bytes.ts';
import { ProtocolFault } from '../../kernel/errors.ts';
import { type Eui64, eui64Bytes } from '../../kernel/eui64.ts';
import type { Millis } from '../../kernel/time.ts';
import type { Device } from '../device.ts';
import { type CellName, cellKeyIdentifier, type TrustAnchorCell } from '../trust-anchors.ts';
import { type CellIdentifier, cellNameOf } from './cell-identifier.ts';
import { CREDENTIAL_STATUS, checkPath } from './certification-path.ts';
import { wrappedContingencyKey } from './contingency.ts';

type ReplacementOutcome = DerValue<typeof CredentialsExecutionOutcome>['replacementOutcomes'][number];

/** A certificate and the cell it is meant for. */
export interface Replacement {
  readonly target: CellIdentifier;
  readonly certificate: Bytes;
}

/** What became of a command's replacements. */
export interface Replaced {
  readonly outcomes: readonly ReplacementOutcome[];
  /** Roles that another party holds now. */
  readonly changed: ReadonlySet<RemotePartyRole>;
}

/** Subject unique identifier a root cell reports (RTDS 4.5.0 CS02b by contingency). */
const NO_HOLDER = '00-00-00-00-00-00-00-00' as Eui64;

/** Identifier octets of a cell that is not there. */
const NO_IDENTIFIER = new Uint8Array(8);

/**
 * Roles in certificates that may fill a cell, where they are not the cell's own: load controllers are often suppliers, and RTDS 4.5.0
 * CS02g puts a supplier's certificates into load controller cells.
 */
const ALSO_FITS: Partial<Record<RemotePartyRole, readonly RemotePartyRole[]>> = { loadController: ['supplier', 'other'] };

/** How a mode replaces credentials. */
export interface ReplacementRules {
  readonly targets: readonly RemotePartyRole[];
  /** Time validity is checked at; undefined when it is not. */
  readonly at: Millis | undefined;
  /** A status that every replacement ends in, as when storage fails. */
  readonly fault: number | undefined;
  /** A new root needs nobody to vouch for it, and the command's other certificates end at it. */
  readonly contingency: boolean;
}

/** What one certificate is judged by. */
interface Bench extends ReplacementRules {
  readonly device: Device;
  readonly others: readonly Certificate[];
  /** Key that certification paths end at. */
  readonly root: PublicKey | undefined;
}

/**
 * Replaces credentials, each for itself: one that fails leaves its cell as it was and does not keep the others from being replaced
 * (RTDS 4.5.0 CS02bSupplierBySupplier ERROR).
 */
export function replaceCells(
  device: Device,
  replacements: readonly Replacement[],
  path: readonly Bytes[],
  rules: ReplacementRules,
): Replaced {
  const { targets } = rules;
  const others = path.flatMap((der) => parsed(der) ?? []);
  const holders = new Map(targets.map((role) => [role, device.anchors.partyOf(role)]));
  const held = device.anchors.cell({ role: 'root', use: 'keyCertSign' })?.key;
  const before: Bench = { ...rules, device, others, root: held };
  const newRoot = rules.contingency ? replacements.flatMap((one) => newRootOf(one, before) ?? [])[0] : undefined;
  const bench = newRoot ? { ...before, root: newRoot } : before;
  const accepted: TrustAnchorCell[] = [];
  const outcomes = replacements.map((one) => {
    const { outcome, cell } = judge(one, bench);
    if (cell) accepted.push(cell);
    return outcome;
  });
  for (const cell of accepted) {
    device.anchors.replace(cell);
    device.reports.forget(cell);
  }
  const changed = targets.filter((role) => holders.get(role) !== device.anchors.partyOf(role));
  return { outcomes, changed: new Set(changed) };
}

function newRootOf(replacement: Replacement, bench: Bench): PublicKey | undefined {
  const { cell } = judge(replacement, bench);
  return cell?.role === 'root' ? cell.key : undefined;
}

function parsed(der: Bytes): Certificate | undefined {
  try {
    return parseCertificate(der);
  } catch (error) {
    if (error instanceof ProtocolFault) return undefined;
    throw error;
  }
}

function judge(
  { target, certificate: der }: Replacement,
  bench: Bench,
): { outcome: ReplacementOutcome; cell: TrustAnchorCell | undefined } {
  const { device, fault } = bench;
  const name = cellNameOf(target);
  const held = name && device.anchors.cell(name);
  const reported = name && device.reports.cell(name);
  const existingSubjectUniqueId = eui64Bytes(reported?.party ?? held?.party ?? NO_HOLDER);
  const existingSubjectKeyId = reported?.keyIdentifier ?? (held ? cellKeyIdentifier(device.suite, held) : NO_IDENTIFIER);
  const certificate = parsed(der);
  const statusCode = fault ?? statusOf(name, held, certificate, bench);
  const cell = name && certificate && statusCode === CREDENTIAL_STATUS.success ? cellOf(device, name, certificate) : undefined;
  const outcome = {
    affectedCell: target,
    statusCode,
    existingSubjectUniqueId,
    existingSubjectKeyId,
    replacingSubjectUniqueId: cell ? eui64Bytes(cell.party) : existingSubjectUniqueId,
    replacingSubjectKeyId: cell ? cellKeyIdentifier(device.suite, cell) : existingSubjectKeyId,
  };
  return { outcome, cell };
}

function cellOf(device: Device, { role, use }: CellName, certificate: Certificate): TrustAnchorCell {
  const { publicKey: key, eui, subjectKeyIdentifier: id } = certificate;
  const differs = id && !equalBytes(id, subjectKeyIdentifier(device.suite, key));
  const root = role === 'root';
  const party = root ? NO_HOLDER : (eui ?? NO_HOLDER);
  const contingency = root ? wrappedContingencyKey(certificate) : undefined;
  return { role, use, party, key, ...(differs && { keyIdentifier: id }), ...(contingency && { contingency }) };
}

function statusOf(
  name: CellName | undefined,
  held: TrustAnchorCell | undefined,
  certificate: Certificate | undefined,
  bench: Bench,
): number {
  const { device, others, targets, at, root } = bench;
  if (!name || (!held && name.role !== 'root')) return CREDENTIAL_STATUS.trustAnchorNotFound;
  if (!targets.includes(name.role)) return CREDENTIAL_STATUS.other;
  if (!certificate || !fits(certificate, name)) return CREDENTIAL_STATUS.badCertificate;
  if (name.role === 'root') return rootStatus(certificate, bench);
  return checkPath(device, certificate, others, { use: name.use }, at, root);
}

function fits(certificate: Certificate, { role, use }: CellName): boolean {
  if (use === 'keyCertSign') return certificate.kind === 'authority';
  const allowed = [role, ...(ALSO_FITS[role] ?? [])].map((one) => REMOTE_PARTY_ROLES[one]);
  return certificate.kind === 'organisation' && certificate.eui !== undefined && allowed.some((one) => one === certificate.role);
}

/**
 * A new root signs itself; that the old one vouches for it shows in a certificate for the same key among those that came along. A bench
 * that has no root to check against takes a root that signs itself, and so does contingency, which is for a root that cannot vouch.
 */
function rootStatus(root: Certificate, { device, others, at, contingency }: Bench): number {
  if (!verifyCertificate(device.suite, root, root.publicKey)) return CREDENTIAL_STATUS.badCertificate;
  if (contingency) return CREDENTIAL_STATUS.success;
  const anchored = device.anchors.cell({ role: 'root', use: 'keyCertSign' }) !== undefined;
  if (!anchored && device.pathWithoutRoot === 'accept') return CREDENTIAL_STATUS.success;
  const link = others.find((one) => equalBytes(one.publicKey.point, root.publicKey.point));
  return link ? checkPath(device, link, others, { use: 'keyCertSign' }, at) : CREDENTIAL_STATUS.noTrustAnchor;
}
