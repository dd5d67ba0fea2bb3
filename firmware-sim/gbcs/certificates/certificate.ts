import type { PublicKey } from '../../crypto/keys.ts';
import type { Bytes } from '../../kernel/bytes.ts';
import type { Eui64 } from '../../kernel/eui64.ts';
import type { Millis } from '../../kernel/time.ts';

/** How a certificate is signed. */
export type CertificateSignatureAlgorithm = 'ecdsa-with-SHA256' | 'ecdsa-with-SHA384';

/** String types SMKI names are written in. */
export type NameStringType = 'utf8' | 'printable';

/** One attribute of a name, each in a set of its own. */
export type NameAttribute =
  | { readonly kind: 'commonName' | 'organizationalUnit'; readonly stringType: NameStringType; readonly value: string }
  /** x500UniqueIdentifier: an EUI-64 as a bit string without unused bits. */
  | { readonly kind: 'uniqueIdentifier'; readonly value: Bytes }
  /** Anything else: `value` is the whole element, tag and length included. */
  | { readonly kind: 'other'; readonly oid: string; readonly value: Bytes };

export type Name = readonly NameAttribute[];

/** A moment of a certificate and the ASN.1 type it is written in. */
export interface CertificateTime {
  readonly at: Millis;
  readonly form: 'utc' | 'generalized';
}

/** Bits of the keyUsage extension, most significant first (RFC 5280 4.2.1.3). */
export const KEY_USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
] as const;

export type KeyUsageBit = (typeof KEY_USAGES)[number];

/** One extension with the meaning of its value; order and critical flags are part of the layout. */
export type Extension = { readonly critical: boolean } & (
  | { readonly kind: 'keyUsage'; readonly usages: readonly KeyUsageBit[] }
  | { readonly kind: 'subjectKeyIdentifier'; readonly id: Bytes }
  /** Only its keyIdentifier. */
  | { readonly kind: 'authorityKeyIdentifier'; readonly id: Bytes }
  | { readonly kind: 'certificatePolicies'; readonly policies: readonly string[] }
  | { readonly kind: 'basicConstraints'; readonly ca: boolean; readonly pathLength: number | undefined }
  /** subjectAltName with one otherName of type hardwareModuleName (RFC 4108). */
  | { readonly kind: 'hardwareModuleName'; readonly hardwareType: string; readonly serialNumber: Bytes }
  /** Anything else: `value` is what the extension's octet string holds. */
  | { readonly kind: 'other'; readonly oid: string; readonly value: Bytes }
);

/** Everything a certificate's issuer signs. */
export interface CertificateFields {
  /** Content octets of the INTEGER, most significant first. */
  readonly serial: Bytes;
  readonly signatureAlgorithm: CertificateSignatureAlgorithm;
  readonly issuer: Name;
  readonly notBefore: CertificateTime;
  readonly notAfter: CertificateTime;
  readonly subject: Name;
  readonly publicKey: PublicKey;
  readonly extensions: readonly Extension[];
}

/** What a certificate is for, told by its subject and its constraints. */
export type CertificateKind = 'device' | 'organisation' | 'authority';

/** A parsed X.509 certificate of the SMKI profile. Octet fields are views of `der`. */
export interface Certificate extends CertificateFields {
  readonly der: Bytes;
  /** The signed octets: TBSCertificate with tag and length. */
  readonly tbs: Bytes;
  /** `r || s`, each of the field width of the signature algorithm's curve. */
  readonly signature: Bytes;
  readonly kind: CertificateKind;
  /** The holder's Entity Identifier: hwSerialNum of a device, x500UniqueIdentifier of an organisation. */
  readonly eui: Eui64 | undefined;
  /** Remote party role of the subject's organisational unit (two hex digits). */
  readonly role: number | undefined;
  readonly keyUsage: readonly KeyUsageBit[];
  readonly subjectKeyIdentifier: Bytes | undefined;
  readonly authorityKeyIdentifier: Bytes | undefined;
  readonly policies: readonly string[];
}

/** The extension of one kind, when a certificate has it. */
export function extensionOf<K extends Extension['kind']>(
  fields: Pick<CertificateFields, 'extensions'>,
  kind: K,
): Extract<Extension, { readonly kind: K }> | undefined {
  return fields.extensions.find((e): e is Extract<Extension, { readonly kind: K }> => e.kind === kind);
}

/** The text of a name's first attribute of a kind. */
export function nameText(name: Name, kind: 'commonName' | 'organizationalUnit'): string | undefined {
  for (const attribute of name) if (attribute.kind === kind) return attribute.value;
  return undefined;
}
