import { ByteReader } from '../../kernel/byte-reader.ts';
import { type Bytes, isPrintable, toAscii, toHex } from '../../kernel/bytes.ts';
import { ProtocolFault } from '../../kernel/errors.ts';
import { type Eui64, eui64At } from '../../kernel/eui64.ts';
import { fromCivil, isCivil } from '../../kernel/time.ts';
import {
  type Certificate,
  type CertificateFields,
  type CertificateKind,
  type CertificateSignatureAlgorithm,
  type CertificateTime,
  extensionOf,
  type Name,
  type NameAttribute,
  nameText,
} from './certificate.ts';
import {
  anyElement,
  constructed,
  element,
  nextTag,
  primitive,
  readOctetBits,
  readOid,
  readPositiveInteger,
  sequence,
} from './der-read.ts';
import { readExtensions } from './extensions.ts';
import { readPublicKeyInfo } from './key-der.ts';
import { OID } from './object-identifiers.ts';
import { readSignature, scalarOctets } from './signature-der.ts';

const UTF8_STRING = 0x0c;
const PRINTABLE_STRING = 0x13;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
/** X.509 version 3 is written as 2. */
const VERSION_3 = 2;

function readAlgorithm(reader: ByteReader): CertificateSignatureAlgorithm {
  const inner = sequence(reader, 'the signature algorithm');
  const at = inner.at;
  const oid = readOid(inner, 'the signature algorithm');
  inner.finish('the signature algorithm');
  if (oid === OID.ecdsaWithSha256) return 'ecdsa-with-SHA256';
  if (oid === OID.ecdsaWithSha384) return 'ecdsa-with-SHA384';
  return reader.fail('unsupported-algorithm', `signature algorithm ${oid} is neither ECDSA with SHA-256 nor with SHA-384`, at);
}

function readAttribute(reader: ByteReader): NameAttribute {
  const set = constructed(reader, 0x31, 'part of a name');
  const pair = sequence(set, 'attribute of a name');
  set.finish('attribute of a name');
  const oid = readOid(pair, 'attribute of a name');
  const tag = nextTag(pair);
  if (oid === OID.uniqueIdentifier && tag === 0x03) {
    const value = readOctetBits(pair, 'x500UniqueIdentifier');
    pair.finish('x500UniqueIdentifier');
    return { kind: 'uniqueIdentifier', value };
  }
  const isText = tag === UTF8_STRING || tag === PRINTABLE_STRING;
  if (isText && (oid === OID.commonName || oid === OID.organizationalUnit)) {
    const at = pair.at;
    const content = primitive(pair, tag, 'text of a name');
    pair.finish('text of a name');
    if (!isPrintable(content)) pair.fail('bad-der', 'text of a name is not printable ASCII', at);
    const kind = oid === OID.commonName ? 'commonName' : 'organizationalUnit';
    return { kind, stringType: tag === UTF8_STRING ? 'utf8' : 'printable', value: toAscii(content) };
  }
  const value = anyElement(pair);
  pair.finish('attribute of a name');
  return { kind: 'other', oid, value };
}

function readName(reader: ByteReader, what: string): Name {
  const inner = sequence(reader, what);
  const attributes: NameAttribute[] = [];
  while (inner.remaining > 0) attributes.push(readAttribute(inner));
  return attributes;
}

const TIME_DIGITS = /^(\d{2,4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;

/** UTCTime `YYMMDDhhmmssZ` (50 and above is 19YY) or GeneralizedTime `YYYYMMDDhhmmssZ` (RFC 5280 4.1.2.5). */
function readTime(reader: ByteReader, what: string): CertificateTime {
  const at = reader.at;
  const form = nextTag(reader) === GENERALIZED_TIME ? 'generalized' : 'utc';
  const content = primitive(reader, form === 'utc' ? UTC_TIME : GENERALIZED_TIME, what);
  const text = toAscii(content);
  const match = content.length === (form === 'utc' ? 13 : 15) ? TIME_DIGITS.exec(text) : null;
  if (!match) return reader.fail('bad-der', `${what} is ${JSON.stringify(text)}, no time with seconds in UTC`, at);
  const [first = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  const year = form === 'generalized' ? first : first + (first >= 50 ? 1900 : 2000);
  const civil = { year, month, day, hour, minute, second };
  if (!isCivil(civil)) return reader.fail('bad-der', `${what} ${JSON.stringify(text)} does not exist`, at);
  return { at: fromCivil(civil), form };
}

function readFields(reader: ByteReader): CertificateFields {
  const version = constructed(reader, 0xa0, 'the version');
  const versionAt = version.at;
  if (toHex(readPositiveInteger(version, 'the version')) !== `0${VERSION_3}`)
    version.fail('bad-der', 'not X.509 version 3', versionAt);
  version.finish('the version');
  const { start, end } = element(reader, 0x02, 'the serial number');
  const serial = reader.take(end - start);
  if (serial.length === 0) reader.fail('bad-der', 'the serial number has no octets', start);
  const signatureAlgorithm = readAlgorithm(reader);
  const issuer = readName(reader, 'the issuer');
  const validity = sequence(reader, 'the validity');
  const notBefore = readTime(validity, 'notBefore');
  const notAfter = readTime(validity, 'notAfter');
  validity.finish('the validity');
  const subject = readName(reader, 'the subject');
  const publicKey = readPublicKeyInfo(reader);
  const wrapper = constructed(reader, 0xa3, 'the extensions');
  const extensions = readExtensions(wrapper);
  wrapper.finish('the extensions');
  return { serial, signatureAlgorithm, issuer, notBefore, notAfter, subject, publicKey, extensions };
}

function euiOf(octets: Bytes | undefined): Eui64 | undefined {
  return octets?.length === 8 ? eui64At(octets) : undefined;
}

function kindOf(fields: CertificateFields): CertificateKind {
  if (extensionOf(fields, 'basicConstraints')?.ca) return 'authority';
  return extensionOf(fields, 'hardwareModuleName') ? 'device' : 'organisation';
}

function holderOf(fields: CertificateFields): Eui64 | undefined {
  const unique = fields.subject.find((a) => a.kind === 'uniqueIdentifier');
  const hardware = extensionOf(fields, 'hardwareModuleName');
  return euiOf(hardware ? hardware.serialNumber : unique?.kind === 'uniqueIdentifier' ? unique.value : undefined);
}

/** Role number of a name's organisational unit, two hex digits (SMKI certificate policy; RTDS 4.5.0). */
export function roleOf(name: Name): number | undefined {
  const unit = nameText(name, 'organizationalUnit');
  return unit !== undefined && /^[0-9a-fA-F]{2}$/.test(unit) ? Number.parseInt(unit, 16) : undefined;
}

/**
 * Takes an X.509 certificate of the SMKI profile apart: P-256 or P-384 key, ECDSA signature. It is read strictly as DER and
 * as to its types; whether its content is right is for `checkCertificate`.
 * @throws ProtocolFault with the offset of the octet that does not fit
 */
export function parseCertificate(der: Bytes): Certificate {
  const reader = new ByteReader(der);
  const outer = sequence(reader, 'the certificate');
  reader.finish('the certificate');
  const tbsAt = outer.at;
  const body = sequence(outer, 'the signed part');
  const tbs = der.subarray(tbsAt, body.end);
  const fields = readFields(body);
  body.finish('the signed part');
  const algorithmAt = outer.at;
  if (readAlgorithm(outer) !== fields.signatureAlgorithm) {
    throw new ProtocolFault('bad-der', 'signature algorithms inside and outside the signed part differ', algorithmAt);
  }
  const bits = readOctetBits(outer, 'the signature');
  outer.finish('the certificate');
  const signatureReader = new ByteReader(der, bits.byteOffset - der.byteOffset, bits.byteOffset - der.byteOffset + bits.length);
  const signature = readSignature(signatureReader, scalarOctets(fields.signatureAlgorithm));
  signatureReader.finish('the signature');
  return {
    ...fields,
    der,
    tbs,
    signature,
    kind: kindOf(fields),
    eui: holderOf(fields),
    role: roleOf(fields.subject),
    keyUsage: extensionOf(fields, 'keyUsage')?.usages ?? [],
    subjectKeyIdentifier: extensionOf(fields, 'subjectKeyIdentifier')?.id,
    authorityKeyIdentifier: extensionOf(fields, 'authorityKeyIdentifier')?.id,
    policies: extensionOf(fields, 'certificatePolicies')?.policies ?? [],
  };
}
