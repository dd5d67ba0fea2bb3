import type { Curve, PublicKey } from '../../crypto/keys.ts';
import { isOnCurve } from '../../crypto/on-curve.ts';
import type { CryptoSuite } from '../../crypto/suite.ts';
import { type Bytes, equalBytes, toHex } from '../../kernel/bytes.ts';
import type { Eui64 } from '../../kernel/eui64.ts';
import { type Millis, toIso } from '../../kernel/time.ts';
import { type KeyUse, REMOTE_PARTY_ROLES } from '../key-provider.ts';
import { assembleCertificate } from './build.ts';
import { type Certificate, extensionOf, type KeyUsageBit } from './certificate.ts';

/** What may be wrong with a certificate; stable names. */
export type FindingKind =
  | 'signature'
  | 'signature-encoding'
  | 'issuer-name'
  | 'authority-key'
  | 'not-an-authority'
  | 'subject-key'
  | 'key-usage'
  | 'role'
  | 'holder'
  | 'validity'
  | 'curve'
  | 'public-key'
  | 'serial'
  | 'policy'
  | 'critical-flag'
  | 'unknown-extension';

/** One departure from the SMKI profile or from what was expected. */
export interface Finding {
  readonly kind: FindingKind;
  readonly message: string;
  /** Where the rule stands. */
  readonly clause: string;
}

/** What a certificate is held against; whatever is left out is not checked. */
export interface CertificateExpectation {
  /** The issuer's certificate: names, key identifiers, its authority to issue, and the signature. */
  readonly issuer?: Certificate;
  /** The issuer's key, where only that is known (a root cell): the signature. */
  readonly issuerKey?: PublicKey;
  /** Time the validity is checked at. */
  readonly at?: Millis;
  readonly use?: KeyUse | 'keyCertSign';
  readonly role?: number;
  readonly eui?: Eui64;
  readonly policy?: string;
  /** Curves that are allowed. Default P-256 alone; profile `cnsa-p384` allows both. */
  readonly curves?: readonly Curve[];
}

const SMKI = 'SMKI certificate profile (RTDS 4.5.0)';
const SERIAL_OCTETS = 16;
const KEY_IDENTIFIER_OCTETS = 8;

/** Key usage bits of what a key is used for. */
const USAGE_BIT: Readonly<Record<KeyUse | 'keyCertSign', KeyUsageBit>> = {
  digitalSignature: 'digitalSignature',
  keyAgreement: 'keyAgreement',
  prePaymentTopUp: 'keyAgreement',
  keyCertSign: 'keyCertSign',
};

/** Extensions that must be marked critical. */
const CRITICAL = new Set(['keyUsage', 'certificatePolicies', 'basicConstraints', 'hardwareModuleName']);

/** Subject key identifier of a public key: `0100` and the low 60 bits of the SHA-1 of its point (RFC 5280 4.2.1.2 method 2). */
export function subjectKeyIdentifier(suite: Pick<CryptoSuite, 'sha1'>, key: PublicKey): Bytes {
  const id = suite.sha1(key.point).slice(-KEY_IDENTIFIER_OCTETS);
  id[0] = 0x40 | ((id[0] as number) & 0x0f);
  return id;
}

type Report = (kind: FindingKind, message: string, clause?: string) => void;

function checkLayout(certificate: Certificate, expected: CertificateExpectation, report: Report): void {
  const { serial, publicKey, keyUsage, kind } = certificate;
  if (serial.length !== SERIAL_OCTETS || (serial[0] as number) >= 0x80) {
    report('serial', `serial number ${toHex(serial)} is not positive with ${SERIAL_OCTETS} octets`);
  }
  const curves = expected.curves ?? ['P-256'];
  if (!curves.includes(publicKey.curve)) report('curve', `key is ${publicKey.curve}, only ${curves.join(' and ')} is allowed`);
  if (!isOnCurve(publicKey)) report('public-key', `public key is no point of ${publicKey.curve}`, 'FIPS 186-4 D.1.2');
  const single = keyUsage.length === 1 && (keyUsage[0] === 'digitalSignature' || keyUsage[0] === 'keyAgreement');
  if (kind !== 'authority' && !single) {
    report('key-usage', `key usage is ${keyUsage.join(' and ') || 'absent'}, not exactly one of digitalSignature, keyAgreement`);
  }
  if (kind !== 'authority' && certificate.eui === undefined) report('holder', 'certificate names no Entity Identifier');
  if (kind === 'organisation' && certificate.role === undefined) report('role', 'subject has no role (two hex digits in OU)');
  if (certificate.policies.length !== 1) report('policy', `certificate has ${certificate.policies.length} policies, not one`);
  for (const extension of certificate.extensions) {
    if (extension.kind === 'other') report('unknown-extension', `extension ${extension.oid} is not part of the profile`);
    else if (extension.critical !== CRITICAL.has(extension.kind)) {
      report('critical-flag', `extension ${extension.kind} is ${extension.critical ? '' : 'not '}marked critical`);
    }
  }
  if (!equalBytes(assembleCertificate(certificate.tbs, certificate.signatureAlgorithm, certificate.signature), certificate.der)) {
    report('signature-encoding', 'r or s of the signature has superfluous zero octets', 'X.690 8.3.2');
  }
}

function checkKeyIdentifier(suite: CryptoSuite, certificate: Certificate, report: Report): void {
  const held = certificate.subjectKeyIdentifier;
  const right = subjectKeyIdentifier(suite, certificate.publicKey);
  if (held && equalBytes(held, right)) return;
  const text = held ? `is ${toHex(held)}` : 'is absent';
  report('subject-key', `subject key identifier ${text}; the key gives ${toHex(right)}`, 'RFC 5280 4.2.1.2');
}

function checkIssuer(certificate: Certificate, issuer: Certificate, report: Report): void {
  if (!sameName(certificate, issuer))
    report('issuer-name', 'issuer is not the subject of the issuing certificate', 'RFC 5280 6.1.3');
  const wanted = issuer.subjectKeyIdentifier;
  const held = certificate.authorityKeyIdentifier;
  const selfIssued = certificate === issuer || equalBytes(certificate.der, issuer.der);
  if (!held && !selfIssued) report('authority-key', 'authority key identifier is absent');
  else if (held && wanted && !equalBytes(held, wanted)) {
    report('authority-key', `authority key identifier ${toHex(held)} is not the issuer's ${toHex(wanted)}`, 'RFC 5280 4.2.1.1');
  }
  const role = issuer.role;
  const authorised = role === REMOTE_PARTY_ROLES.issuingAuthority || role === REMOTE_PARTY_ROLES.root || role === undefined;
  if (issuer.kind !== 'authority' || !issuer.keyUsage.includes('keyCertSign') || !authorised) {
    report('not-an-authority', 'the issuing certificate may not issue certificates', 'RFC 5280 6.1.4');
  }
  const limit = extensionOf(issuer, 'basicConstraints')?.pathLength;
  if (limit === 0 && certificate.kind === 'authority' && !selfIssued) {
    report('not-an-authority', 'the issuing certificate may not issue authorities (path length 0)', 'RFC 5280 6.1.4');
  }
}

/** Names are the same when their texts are; PrintableString and UTF8String compare alike (RFC 5280 7.1). */
function sameName(certificate: Certificate, issuer: Certificate): boolean {
  const text = (name: Certificate['issuer']): string =>
    name.map((a) => `${a.kind === 'other' ? a.oid : a.kind}=${typeof a.value === 'string' ? a.value : toHex(a.value)}`).join(',');
  return text(certificate.issuer) === text(issuer.subject);
}

function checkExpected(certificate: Certificate, expected: CertificateExpectation, report: Report): void {
  const { at, use, role, eui, policy } = expected;
  if (at !== undefined && at < certificate.notBefore.at)
    report('validity', `not valid before ${toIso(certificate.notBefore.at)}`);
  if (at !== undefined && at > certificate.notAfter.at) report('validity', `expired on ${toIso(certificate.notAfter.at)}`);
  if (use && !certificate.keyUsage.includes(USAGE_BIT[use]))
    report('key-usage', `key is for ${certificate.keyUsage.join(' and ')}, not ${use}`);
  if (role !== undefined && certificate.role !== role) report('role', `role is ${certificate.role ?? 'absent'}, not ${role}`);
  if (eui && certificate.eui !== eui) report('holder', `holder is ${certificate.eui ?? 'not named'}, not ${eui}`);
  if (policy && !certificate.policies.includes(policy))
    report('policy', `policy is ${certificate.policies.join(', ')}, not ${policy}`);
}

/**
 * Holds a certificate against the SMKI profile and against what is expected of it. Finds everything, throws nothing.
 * An empty answer means nothing is wrong with what was checked.
 */
export function checkCertificate(
  suite: CryptoSuite,
  certificate: Certificate,
  expected: CertificateExpectation = {},
): readonly Finding[] {
  const findings: Finding[] = [];
  const report: Report = (kind, message, clause = SMKI) => findings.push({ kind, message, clause });
  checkLayout(certificate, expected, report);
  checkKeyIdentifier(suite, certificate, report);
  checkExpected(certificate, expected, report);
  if (expected.issuer) checkIssuer(certificate, expected.issuer, report);
  const key = expected.issuerKey ?? expected.issuer?.publicKey;
  if (key && !verifyCertificate(suite, certificate, key))
    report('signature', "the issuer's key does not verify the signature", 'RFC 5280 6.1.3');
  return findings;
}

/** True when `issuerKey` made the certificate's signature. */
export function verifyCertificate(suite: CryptoSuite, certificate: Certificate, issuerKey: PublicKey): boolean {
  const wanted = issuerKey.curve === 'P-256' ? 'ecdsa-with-SHA256' : 'ecdsa-with-SHA384';
  return certificate.signatureAlgorithm === wanted && suite.verify(issuerKey, certificate.tbs, certificate.signature);
}

/** A finding and which certificate of a chain it is about: 0 is the end entity. */
export interface ChainFinding extends Finding {
  readonly position: number;
}

/**
 * Checks a chain from an end entity up to a trusted key (a device's root cell).
 * @param chain end entity first, each issued by the next; the last is checked with `anchor`
 * @param expected what is expected of the end entity; time and curves hold for every certificate
 */
export function checkChain(
  suite: CryptoSuite,
  chain: readonly Certificate[],
  anchor: PublicKey,
  expected: Omit<CertificateExpectation, 'issuer' | 'issuerKey'> = {},
): readonly ChainFinding[] {
  const { at, curves } = expected;
  const common = { ...(at !== undefined && { at }), ...(curves && { curves }) };
  return chain.flatMap((certificate, position) => {
    const issuer = chain[position + 1];
    const own = position === 0 ? expected : { ...common, use: 'keyCertSign' as const };
    const findings = checkCertificate(suite, certificate, { ...own, ...(issuer ? { issuer } : { issuerKey: anchor }) });
    return findings.map((finding) => ({ ...finding, position }));
  });
}
