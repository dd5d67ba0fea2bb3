import { tlv } from '../../codec/der-tlv.ts';
import { ByteReader } from '../../kernel/byte-reader.ts';
import { type Bytes, concat } from '../../kernel/bytes.ts';
import { type Extension, KEY_USAGES, type KeyUsageBit } from './certificate.ts';
import { constructed, nextTag, primitive, readBoolean, readOid, readSmallInteger, sequence } from './der-read.ts';
import { OID, oidBytes } from './object-identifiers.ts';

const OTHER_NAME = 0xa0;
const KEY_IDENTIFIER = 0x80;

type Value<K extends Extension['kind']> = Omit<Extract<Extension, { readonly kind: K }>, 'critical'>;

type KnownValue = { [K in Exclude<Extension['kind'], 'other'>]: Value<K> }[Exclude<Extension['kind'], 'other'>];

/** keyUsage: BIT STRING of one octet with DER's count of unused bits. */
function readKeyUsage(reader: ByteReader): Value<'keyUsage'> {
  const at = reader.at;
  const content = primitive(reader, 0x03, 'keyUsage');
  const [unused = 8, bits = 0] = content;
  const lowest = bits === 0 ? 8 : 31 - Math.clz32(bits & -bits);
  if (content.length !== 2 || unused !== lowest) reader.fail('bad-der', 'keyUsage is no bit string of one octet in DER', at);
  return { kind: 'keyUsage', usages: KEY_USAGES.filter((_, i) => (bits & (0x80 >> i)) !== 0) };
}

/** keyUsage's BIT STRING: `03 02 07 80` for digitalSignature. */
function keyUsageValue(usages: readonly KeyUsageBit[]): Bytes {
  let bits = 0;
  for (const usage of usages) bits |= 0x80 >> KEY_USAGES.indexOf(usage);
  return tlv(0x03, Uint8Array.of(31 - Math.clz32(bits & -bits), bits));
}

function readPolicies(reader: ByteReader): Value<'certificatePolicies'> {
  const list = sequence(reader, 'certificatePolicies');
  const policies: string[] = [];
  while (list.remaining > 0) {
    const policy = sequence(list, 'a certificate policy');
    policies.push(readOid(policy, 'a certificate policy'));
    policy.finish('a certificate policy');
  }
  return { kind: 'certificatePolicies', policies };
}

function readBasicConstraints(reader: ByteReader): Value<'basicConstraints'> {
  const inner = sequence(reader, 'basicConstraints');
  const ca = nextTag(inner) === 0x01 ? readBoolean(inner, 'cA') : false;
  const pathLength = nextTag(inner) === 0x02 ? readSmallInteger(inner, 'pathLenConstraint') : undefined;
  inner.finish('basicConstraints');
  return { kind: 'basicConstraints', ca, pathLength };
}

function readAuthorityKeyIdentifier(reader: ByteReader): Value<'authorityKeyIdentifier'> {
  const inner = sequence(reader, 'authorityKeyIdentifier');
  const id = primitive(inner, KEY_IDENTIFIER, 'keyIdentifier');
  inner.finish('authorityKeyIdentifier');
  return { kind: 'authorityKeyIdentifier', id };
}

/** subjectAltName: one otherName hardwareModuleName { hwType OID, hwSerialNum OCTET STRING } (RFC 4108 5). */
function readHardwareModuleName(reader: ByteReader): Value<'hardwareModuleName'> {
  const names = sequence(reader, 'subjectAltName');
  const other = constructed(names, OTHER_NAME, 'otherName');
  names.finish('subjectAltName');
  const at = other.at;
  const type = readOid(other, 'type of the otherName');
  if (type !== OID.hardwareModuleName) other.fail('bad-der', `otherName of type ${type} is no hardwareModuleName`, at);
  const wrapped = constructed(other, 0xa0, 'hardwareModuleName');
  other.finish('otherName');
  const pair = sequence(wrapped, 'hardwareModuleName');
  wrapped.finish('hardwareModuleName');
  const hardwareType = readOid(pair, 'hwType');
  const serialNumber = primitive(pair, 0x04, 'hwSerialNum');
  pair.finish('hardwareModuleName');
  return { kind: 'hardwareModuleName', hardwareType, serialNumber };
}

const READERS: Readonly<Record<string, (reader: ByteReader) => KnownValue>> = {
  [OID.keyUsage]: readKeyUsage,
  [OID.subjectKeyIdentifier]: (reader) => ({
    kind: 'subjectKeyIdentifier',
    id: primitive(reader, 0x04, 'subjectKeyIdentifier'),
  }),
  [OID.authorityKeyIdentifier]: readAuthorityKeyIdentifier,
  [OID.certificatePolicies]: readPolicies,
  [OID.basicConstraints]: readBasicConstraints,
  [OID.subjectAltName]: readHardwareModuleName,
};

function readExtension(reader: ByteReader): Extension {
  const inner = sequence(reader, 'an extension');
  const oid = readOid(inner, 'type of an extension');
  const critical = nextTag(inner) === 0x01 ? readBoolean(inner, 'critical flag') : false;
  const value = primitive(inner, 0x04, 'value of an extension');
  inner.finish('an extension');
  const read = READERS[oid];
  if (!read) return { kind: 'other', oid, critical, value };
  const start = value.byteOffset - reader.bytes.byteOffset;
  const valueReader = new ByteReader(reader.bytes, start, start + value.length);
  const known = read(valueReader);
  valueReader.finish('value of an extension');
  return { ...known, critical };
}

/** Reads the extensions in their order; a type met twice is a fault (RFC 5280 4.2). @throws ProtocolFault */
export function readExtensions(reader: ByteReader): readonly Extension[] {
  const list = sequence(reader, 'the extensions');
  const extensions: Extension[] = [];
  const seen = new Set<string>();
  while (list.remaining > 0) {
    const at = list.at;
    const extension = readExtension(list);
    const name = extension.kind === 'other' ? extension.oid : extension.kind;
    if (seen.has(name)) list.fail('bad-der', `extension ${name} occurs twice`, at);
    seen.add(name);
    extensions.push(extension);
  }
  return extensions;
}

function encodedValue(extension: Extension): { readonly oid: string; readonly value: Bytes } {
  switch (extension.kind) {
    case 'keyUsage':
      return { oid: OID.keyUsage, value: keyUsageValue(extension.usages) };
    case 'subjectKeyIdentifier':
      return { oid: OID.subjectKeyIdentifier, value: tlv(0x04, extension.id) };
    case 'authorityKeyIdentifier':
      return { oid: OID.authorityKeyIdentifier, value: tlv(0x30, tlv(KEY_IDENTIFIER, extension.id)) };
    case 'certificatePolicies': {
      const policies = extension.policies.map((policy) => tlv(0x30, tlv(0x06, oidBytes(policy))));
      return { oid: OID.certificatePolicies, value: tlv(0x30, ...policies) };
    }
    case 'basicConstraints': {
      const ca = extension.ca ? tlv(0x01, Uint8Array.of(0xff)) : new Uint8Array(0);
      const length = extension.pathLength;
      const path = length === undefined ? new Uint8Array(0) : tlv(0x02, Uint8Array.of(length));
      return { oid: OID.basicConstraints, value: tlv(0x30, ca, path) };
    }
    case 'hardwareModuleName': {
      const pair = concat(tlv(0x06, oidBytes(extension.hardwareType)), tlv(0x04, extension.serialNumber));
      const name = concat(tlv(0x06, oidBytes(OID.hardwareModuleName)), tlv(0xa0, tlv(0x30, pair)));
      return { oid: OID.subjectAltName, value: tlv(0x30, tlv(OTHER_NAME, name)) };
    }
    case 'other':
      return { oid: extension.oid, value: extension.value };
  }
}

/** The octets of an extension, its critical flag only when set. */
export function encodeExtension(extension: Extension): Bytes {
  const { oid, value } = encodedValue(extension);
  const critical = extension.critical ? tlv(0x01, Uint8Array.of(0xff)) : new Uint8Array(0);
  return tlv(0x30, tlv(0x06, oidBytes(oid)), critical, tlv(0x04, value));
}
