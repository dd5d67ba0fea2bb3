import { tlv } from '../../codec/der-tlv.ts';
import type { Curve } from '../../crypto/keys.ts';
import { type Bytes, fromAscii } from '../../kernel/bytes.ts';
import { type Millis, toCivil } from '../../kernel/time.ts';
import type { CertificateFields, CertificateSignatureAlgorithm, CertificateTime, Name, NameAttribute } from './certificate.ts';
import { encodeExtension } from './extensions.ts';
import { encodePublicKeyInfo } from './key-der.ts';
import { OID, oidBytes } from './object-identifiers.ts';
import { writeSignature } from './signature-der.ts';

const ALGORITHM_OIDS: Readonly<Record<CertificateSignatureAlgorithm, string>> = {
  'ecdsa-with-SHA256': OID.ecdsaWithSha256,
  'ecdsa-with-SHA384': OID.ecdsaWithSha384,
};

/** Algorithm of signatures under an issuer key. */
export function algorithmFor(curve: Curve): CertificateSignatureAlgorithm {
  return curve === 'P-256' ? 'ecdsa-with-SHA256' : 'ecdsa-with-SHA384';
}

function encodeAlgorithm(algorithm: CertificateSignatureAlgorithm): Bytes {
  return tlv(0x30, tlv(0x06, oidBytes(ALGORITHM_OIDS[algorithm])));
}

function encodeAttribute(attribute: NameAttribute): Bytes {
  const set = (oid: string, value: Bytes): Bytes => tlv(0x31, tlv(0x30, tlv(0x06, oidBytes(oid)), value));
  switch (attribute.kind) {
    case 'uniqueIdentifier':
      return set(OID.uniqueIdentifier, tlv(0x03, Uint8Array.of(0), attribute.value));
    case 'other':
      return set(attribute.oid, attribute.value);
    default: {
      const oid = attribute.kind === 'commonName' ? OID.commonName : OID.organizationalUnit;
      return set(oid, tlv(attribute.stringType === 'utf8' ? 0x0c : 0x13, fromAscii(attribute.value)));
    }
  }
}

function encodeName(name: Name): Bytes {
  return tlv(0x30, ...name.map(encodeAttribute));
}

const two = (n: number): string => String(n).padStart(2, '0');

function encodeTime({ at, form }: CertificateTime): Bytes {
  const t = toCivil(at);
  const year = form === 'utc' ? two(t.year % 100) : String(t.year).padStart(4, '0');
  const text = `${year}${[t.month, t.day, t.hour, t.minute, t.second].map(two).join('')}Z`;
  return tlv(form === 'utc' ? 0x17 : 0x18, fromAscii(text));
}

/** A moment in the form RFC 5280 4.1.2.5 wants: UTCTime until 2049. */
export function certificateTime(at: Millis): CertificateTime {
  return { at, form: toCivil(at).year < 2050 ? 'utc' : 'generalized' };
}

/** The TBSCertificate octets of fields. Inverse of reading them: a parsed certificate gives back its own `tbs`. */
export function encodeTbs(fields: CertificateFields): Bytes {
  return tlv(
    0x30,
    tlv(0xa0, tlv(0x02, Uint8Array.of(2))),
    tlv(0x02, fields.serial),
    encodeAlgorithm(fields.signatureAlgorithm),
    encodeName(fields.issuer),
    tlv(0x30, encodeTime(fields.notBefore), encodeTime(fields.notAfter)),
    encodeName(fields.subject),
    encodePublicKeyInfo(fields.publicKey),
    tlv(0xa3, tlv(0x30, ...fields.extensions.map(encodeExtension))),
  );
}

/** A whole certificate of its signed part and `r || s`. */
export function assembleCertificate(tbs: Bytes, algorithm: CertificateSignatureAlgorithm, signature: Bytes): Bytes {
  return tlv(0x30, tbs, encodeAlgorithm(algorithm), tlv(0x03, Uint8Array.of(0), writeSignature(signature)));
}
