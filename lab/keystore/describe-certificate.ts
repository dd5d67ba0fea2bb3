import type { CryptoSuite } from '../../firmware-sim/crypto/suite.ts';
import {
  type Certificate,
  type Extension,
  extensionOf,
  type Name,
  nameText,
} from '../../firmware-sim/gbcs/certificates/certificate.ts';
import { type Finding, subjectKeyIdentifier } from '../../firmware-sim/gbcs/certificates/check.ts';
import { REMOTE_PARTY_ROLES } from '../../firmware-sim/gbcs/key-provider.ts';
import { toHex } from '../../firmware-sim/kernel/bytes.ts';
import { toIso } from '../../firmware-sim/kernel/time.ts';
import type { Json } from '../operations/operation.ts';

const ATTRIBUTE_NAMES = { commonName: 'CN', organizationalUnit: 'OU', uniqueIdentifier: 'x500UniqueIdentifier' } as const;

/** A name in the order it is written: `OU=07, CN=Z1`. */
export function nameLine(name: Name): string {
  return name
    .map((attribute) => {
      const label = attribute.kind === 'other' ? attribute.oid : ATTRIBUTE_NAMES[attribute.kind];
      return `${label}=${typeof attribute.value === 'string' ? attribute.value : toHex(attribute.value)}`;
    })
    .join(', ');
}

/** Name of a role number, or undefined for one nobody has. */
export function roleName(role: number): string | undefined {
  return Object.entries(REMOTE_PARTY_ROLES).find(([, number]) => number === role)?.[0];
}

function extensionName(extension: Extension): string {
  return extension.kind === 'other' ? extension.oid : extension.kind;
}

/** Whether the issuer's key verifies the signature; `no-key` without an issuer. */
export type IssuerVerdict = 'valid' | 'invalid' | 'no-key';

/** Everything a certificate says, as plain data: the result of `pki show`. */
export function describeCertificate(
  suite: CryptoSuite,
  certificate: Certificate,
  signature: IssuerVerdict,
  findings: readonly Finding[],
): { readonly [field: string]: Json | undefined } {
  const { eui, role, subjectKeyIdentifier: held, authorityKeyIdentifier, publicKey } = certificate;
  const constraints = extensionOf(certificate, 'basicConstraints');
  return {
    kind: certificate.kind,
    eui,
    role: role === undefined ? undefined : { code: role, name: roleName(role) },
    commonName: nameText(certificate.subject, 'commonName'),
    version: 3,
    serial: toHex(certificate.serial),
    signatureAlgorithm: certificate.signatureAlgorithm,
    issuer: nameLine(certificate.issuer),
    subject: nameLine(certificate.subject),
    notBefore: toIso(certificate.notBefore.at),
    notAfter: toIso(certificate.notAfter.at),
    publicKey: { curve: publicKey.curve, point: toHex(publicKey.point) },
    keyUsage: certificate.keyUsage,
    subjectKeyIdentifier: held && toHex(held),
    subjectKeyIdentifierOfKey: toHex(subjectKeyIdentifier(suite, publicKey)),
    authorityKeyIdentifier: authorityKeyIdentifier && toHex(authorityKeyIdentifier),
    policies: certificate.policies,
    hardwareType: extensionOf(certificate, 'hardwareModuleName')?.hardwareType,
    basicConstraints: constraints && { ca: constraints.ca, pathLength: constraints.pathLength },
    extensions: certificate.extensions.map((extension) => ({ name: extensionName(extension), critical: extension.critical })),
    sha256: toHex(suite.sha256(certificate.der)),
    signature,
    findings: findings.map(({ kind, message, clause }) => ({ kind, message, clause })),
  };
}

function forPeople(value: Json): string {
  if (Array.isArray(value)) return value.map((item) => forPeople(item as Json)).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .flatMap(([name, field]) => (field === undefined ? [] : `${name} ${forPeople(field as Json)}`))
    .join(', ');
}

const LABELS: Readonly<Record<string, string>> = {
  eui: 'entity identifier',
  role: 'role',
  commonName: 'common name',
  signatureAlgorithm: 'signature algorithm',
  notBefore: 'not before',
  notAfter: 'not after',
  publicKey: 'public key',
  keyUsage: 'key usage',
  subjectKeyIdentifier: 'subject key id',
  subjectKeyIdentifierOfKey: 'id the key gives',
  authorityKeyIdentifier: 'authority key id',
  hardwareType: 'hardware type',
  basicConstraints: 'basic constraints',
  sha256: 'SHA-256',
};

const LABEL_WIDTH = 19;

/** The same for people, a line a field. */
export function descriptionLines(description: { readonly [field: string]: Json | undefined }): string[] {
  const { findings, extensions, ...fields } = description;
  const lines = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`  ${(LABELS[name] ?? name).padEnd(LABEL_WIDTH)} ${forPeople(value) || '(empty)'}`],
  );
  const listed = (extensions as readonly { name: string; critical: boolean }[]).map(
    (e) => `${e.name}${e.critical ? ' (critical)' : ''}`,
  );
  if (listed.length > 0) lines.push(`  ${'extensions'.padEnd(LABEL_WIDTH)} ${listed.join(', ')}`);
  const found = findings as readonly { message: string; clause: string }[];
  if (found.length === 0 && listed.length > 0) lines.push(`  ${'findings'.padEnd(LABEL_WIDTH)} none`);
  for (const { message, clause } of found) lines.push(`  finding: ${message} (${clause})`);
  return lines;
}
