import type { PublicKey } from '../../crypto/keys.ts';
import type { Bytes } from '../../kernel/bytes.ts';
import { type Eui64, eui64Bytes } from '../../kernel/eui64.ts';
import { fromCivil, type Millis } from '../../kernel/time.ts';
import { certificateTime } from './build.ts';
import type { CertificateFields, CertificateSignatureAlgorithm, Extension, Name, NameStringType } from './certificate.ts';

/** What every certificate of a PKI shares; the object identifiers are those of a test environment in RTDS 4.5.0. */
export interface CertificatePolicies {
  readonly device: string;
  readonly organisation: string;
  /** hwType of devices' hardwareModuleName. */
  readonly hardwareType: string;
}

/** Policies in RTDS 4.5.0 certificates; the live arcs are believed to end in .1 and .2. */
export const RTDS_POLICIES: CertificatePolicies = {
  device: '1.2.826.0.1.1800000.1.2.1.4',
  organisation: '1.2.826.0.1.8641679.1.2.1.4',
  hardwareType: '1.2.826.0.1.8641679.1.2.2.1',
};

/** Device certificates never expire: 9999-12-31T23:59:59Z (RFC 5280 4.1.2.5, SMKI device certificate policy). */
export const NEVER: Millis = fromCivil({ year: 9999, month: 12, day: 31, hour: 23, minute: 59, second: 59 });

/** Who issues: its name as certificates carry it, its key identifier and how it signs. */
export interface IssuerIdentity {
  readonly name: Name;
  readonly keyIdentifier: Bytes;
  readonly algorithm: CertificateSignatureAlgorithm;
}

/** What differs from one certificate to the next. */
export interface CertificateSubject {
  readonly serial: Bytes;
  readonly publicKey: PublicKey;
  readonly keyIdentifier: Bytes;
  readonly notBefore: Millis;
}

/** Use of an end entity's key. */
export type EndEntityUse = 'digitalSignature' | 'keyAgreement';

const keyUsage = (use: EndEntityUse): Extension => ({ kind: 'keyUsage', critical: true, usages: [use] });
const keyIdentifier = (id: Bytes): Extension => ({ kind: 'subjectKeyIdentifier', critical: false, id });
const authorityKey = (id: Bytes): Extension => ({ kind: 'authorityKeyIdentifier', critical: false, id });
const policy = (oid: string): Extension => ({ kind: 'certificatePolicies', critical: true, policies: [oid] });

/** A name of a role (two hex digits in OU) and a common name, as authorities have it: `OU=07, CN=Z1`. */
export function authorityName(role: number, commonName: string): Name {
  return [unit(role, 'printable'), { kind: 'commonName', stringType: 'printable', value: commonName }];
}

function unit(role: number, stringType: NameStringType): Name[number] {
  return { kind: 'organizationalUnit', stringType, value: role.toString(16).padStart(2, '0') };
}

/** Fields of a device certificate: empty subject, EUI-64 in hardwareModuleName, no expiry. */
export function deviceFields(
  issuer: IssuerIdentity,
  subject: CertificateSubject,
  eui: Eui64,
  use: EndEntityUse,
  policies: CertificatePolicies,
): CertificateFields {
  return {
    serial: subject.serial,
    signatureAlgorithm: issuer.algorithm,
    issuer: issuer.name,
    notBefore: certificateTime(subject.notBefore),
    notAfter: certificateTime(NEVER),
    subject: [],
    publicKey: subject.publicKey,
    extensions: [
      keyUsage(use),
      keyIdentifier(subject.keyIdentifier),
      { kind: 'hardwareModuleName', critical: true, hardwareType: policies.hardwareType, serialNumber: eui64Bytes(eui) },
      policy(policies.device),
      authorityKey(issuer.keyIdentifier),
    ],
  };
}

/** An organisation in certificates. */
export interface OrganisationSubject {
  readonly eui: Eui64;
  readonly role: number;
  readonly commonName?: string | undefined;
  readonly notAfter: Millis;
}

/** Fields of an organisation certificate: optional CN, role in OU, EUI-64 in x500UniqueIdentifier. */
export function organisationFields(
  issuer: IssuerIdentity,
  subject: CertificateSubject,
  organisation: OrganisationSubject,
  use: EndEntityUse,
  policies: CertificatePolicies,
): CertificateFields {
  const { commonName } = organisation;
  const name: Name = commonName === undefined ? [] : [{ kind: 'commonName', stringType: 'utf8', value: commonName }];
  return {
    serial: subject.serial,
    signatureAlgorithm: issuer.algorithm,
    issuer: issuer.name,
    notBefore: certificateTime(subject.notBefore),
    notAfter: certificateTime(organisation.notAfter),
    subject: [...name, unit(organisation.role, 'utf8'), { kind: 'uniqueIdentifier', value: eui64Bytes(organisation.eui) }],
    publicKey: subject.publicKey,
    extensions: [
      keyUsage(use),
      keyIdentifier(subject.keyIdentifier),
      policy(policies.organisation),
      authorityKey(issuer.keyIdentifier),
    ],
  };
}

/** An authority in certificates; a root (`pathLength` undefined) is its own issuer. */
export interface AuthoritySubject {
  readonly name: Name;
  readonly pathLength: number | undefined;
  readonly policy: string;
  readonly notAfter: Millis;
}

/** Fields of a root or issuing authority, laid out as the issuing authority inside RTDS 4.5.0 CS02b commands. */
export function authorityFields(
  issuer: IssuerIdentity,
  subject: CertificateSubject,
  authority: AuthoritySubject,
): CertificateFields {
  const { pathLength } = authority;
  const own: readonly Extension[] = [
    { kind: 'keyUsage', critical: true, usages: ['keyCertSign', 'cRLSign'] },
    { kind: 'basicConstraints', critical: true, ca: true, pathLength },
    policy(authority.policy),
    keyIdentifier(subject.keyIdentifier),
  ];
  return {
    serial: subject.serial,
    signatureAlgorithm: issuer.algorithm,
    issuer: issuer.name,
    notBefore: certificateTime(subject.notBefore),
    notAfter: certificateTime(authority.notAfter),
    subject: authority.name,
    publicKey: subject.publicKey,
    extensions: pathLength === undefined ? own : [...own, authorityKey(issuer.keyIdentifier)],
  };
}
