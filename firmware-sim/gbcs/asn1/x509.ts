import {
  any,
  bigInteger,
  bitString,
  boolean,
  choice,
  type DerSchema,
  type DerValue,
  definedBy,
  explicit,
  generalizedTime,
  implicit,
  integer,
  objectIdentifier,
  octetString,
  octetsContaining,
  optional,
  sequence,
  sequenceOf,
  setOf,
  utcTime,
} from '../../codec/der-schema.ts';
import { KEY_USAGE_NAMES } from '../../dictionary/code-names.ts';

/** X.509 structures of the SMKI profile (RFC 5280) and of certification requests (RFC 2986), for naming every field. */

const OID_NAMES = {
  '1.2.840.10045.4.3.2': 'ecdsa-with-SHA256',
  '1.2.840.10045.4.3.3': 'ecdsa-with-SHA384',
  '1.2.840.10045.2.1': 'id-ecPublicKey',
  '1.2.840.10045.3.1.7': 'prime256v1',
  '1.3.132.0.34': 'secp384r1',
  '2.5.4.3': 'commonName',
  '2.5.4.10': 'organizationName',
  '2.5.4.11': 'organizationalUnitName',
  '2.5.4.45': 'x500UniqueIdentifier',
  '2.5.29.14': 'subjectKeyIdentifier',
  '2.5.29.15': 'keyUsage',
  '2.5.29.17': 'subjectAltName',
  '2.5.29.19': 'basicConstraints',
  '2.5.29.32': 'certificatePolicies',
  '2.5.29.35': 'authorityKeyIdentifier',
  '2.5.29.31': 'cRLDistributionPoints',
  '1.3.6.1.5.5.7.8.4': 'id-on-hardwareModuleName',
  '1.2.840.113549.1.9.14': 'extensionRequest',
} as const;

const oid = (): DerSchema<string> => objectIdentifier(OID_NAMES);

const AlgorithmIdentifier = sequence({ algorithm: oid(), parameters: optional(oid()) });

/** The only name of the SMKI profile that is a BIT STRING is x500UniqueIdentifier, an EUI-64. */
const AttributeValue = choice({
  utf8String: { type: 'UTF8String', tag: 0x0c } as DerSchema<string>,
  printableString: { type: 'PrintableString', tag: 0x13 } as DerSchema<string>,
  ia5String: { type: 'IA5String', tag: 0x16 } as DerSchema<string>,
  bitString: bitString(undefined, 'eui64'),
});

const Name = sequenceOf('relativeDistinguishedName', setOf('attribute', sequence({ type: oid(), value: AttributeValue })));

const Time = choice({ utcTime: utcTime(), generalTime: generalizedTime() });

const HardwareModuleName = sequence({ hwType: objectIdentifier(), hwSerialNum: octetString('eui64') });

const GeneralName = choice({
  otherName: implicit(
    0,
    sequence({
      typeId: oid(),
      value: definedBy('typeId', { '1.3.6.1.5.5.7.8.4': explicit(0, HardwareModuleName) }, explicit(0, any())),
    }),
  ),
});

const EXTENSION_VALUES: Readonly<Record<string, DerSchema>> = {
  '2.5.29.14': octetsContaining(octetString()),
  '2.5.29.15': octetsContaining(bitString(KEY_USAGE_NAMES)),
  '2.5.29.17': octetsContaining(sequenceOf('generalName', GeneralName)),
  '2.5.29.19': octetsContaining(sequence({ cA: optional(boolean()), pathLenConstraint: optional(integer()) })),
  '2.5.29.32': octetsContaining(sequenceOf('policyInformation', sequence({ policyIdentifier: objectIdentifier() }))),
  '2.5.29.35': octetsContaining(sequence({ keyIdentifier: optional(implicit(0, octetString())) })),
};

const Extensions = sequenceOf(
  'extension',
  sequence({ extnID: oid(), critical: optional(boolean()), extnValue: definedBy('extnID', EXTENSION_VALUES, octetString()) }),
);

const SubjectPublicKeyInfo = sequence({ algorithm: AlgorithmIdentifier, subjectPublicKey: bitString() });

/** `Ecdsa-Sig-Value` as certificates and certification requests carry it: a BIT STRING of octets. */
const signatureValue = (): DerSchema<string> => bitString();

/** An SMKI organisation or device certificate. */
export const X509Certificate = sequence({
  tbsCertificate: sequence({
    version: optional(explicit(0, integer({ '2': 'v3' }))),
    serialNumber: bigInteger(),
    signature: AlgorithmIdentifier,
    issuer: Name,
    validity: sequence({ notBefore: Time, notAfter: Time }),
    subject: Name,
    subjectPublicKeyInfo: SubjectPublicKeyInfo,
    extensions: optional(explicit(3, Extensions)),
  }),
  signatureAlgorithm: AlgorithmIdentifier,
  signatureValue: signatureValue(),
});

export type X509CertificateValue = DerValue<typeof X509Certificate>;

/** PKCS#10 request of CS02c, with the key usage and device identity as requested extensions. */
export const CertificationRequest = sequence({
  certificationRequestInfo: sequence({
    version: integer({ '0': 'v1' }),
    subject: Name,
    subjectPublicKeyInfo: SubjectPublicKeyInfo,
    attributes: implicit(0, setOf('attribute', sequence({ type: oid(), values: setOf('extensions', Extensions) }))),
  }),
  signatureAlgorithm: AlgorithmIdentifier,
  signatureValue: signatureValue(),
});
