import { tlv } from '../../codec/der-tlv.ts';
import { type Curve, FIELD_OCTETS, type PrivateKey, type PublicKey, publicKeyFromPoint } from '../../crypto/keys.ts';
import type { CryptoSuite } from '../../crypto/suite.ts';
import { ByteReader } from '../../kernel/byte-reader.ts';
import { type Bytes, equalBytes } from '../../kernel/bytes.ts';
import { ProtocolFault } from '../../kernel/errors.ts';
import { constructed, nextTag, primitive, readOctetBits, readOid, readSmallInteger, sequence } from './der-read.ts';
import { OID, oidBytes } from './object-identifiers.ts';

const CURVE_OIDS: Readonly<Record<Curve, string>> = { 'P-256': OID.prime256v1, 'P-384': OID.secp384r1 };

function readCurve(reader: ByteReader, what: string): Curve {
  const at = reader.at;
  const oid = readOid(reader, `curve of ${what}`);
  const curve = oid === OID.prime256v1 ? 'P-256' : oid === OID.secp384r1 ? 'P-384' : undefined;
  return curve ?? reader.fail('unsupported-key', `curve ${oid} of ${what} is neither P-256 nor P-384`, at);
}

/** AlgorithmIdentifier of an elliptic-curve key with a named curve. */
function readKeyAlgorithm(reader: ByteReader, what: string): Curve {
  const algorithm = sequence(reader, `algorithm of ${what}`);
  const at = algorithm.at;
  const oid = readOid(algorithm, `algorithm of ${what}`);
  if (oid !== OID.ecPublicKey) algorithm.fail('unsupported-key', `${what} is no elliptic-curve key (algorithm ${oid})`, at);
  const curve = readCurve(algorithm, what);
  algorithm.finish(`algorithm of ${what}`);
  return curve;
}

function readPoint(reader: ByteReader, curve: Curve, what: string): PublicKey {
  const at = reader.at;
  const point = readOctetBits(reader, what);
  if (point.length !== 1 + 2 * FIELD_OCTETS[curve] || point[0] !== 4) {
    reader.fail('bad-point', `${what} is no uncompressed ${curve} point`, at);
  }
  return publicKeyFromPoint(point);
}

/** Reads a SubjectPublicKeyInfo (RFC 5480). @throws ProtocolFault */
export function readPublicKeyInfo(reader: ByteReader): PublicKey {
  const info = sequence(reader, 'the public key');
  const key = readPoint(info, readKeyAlgorithm(info, 'the public key'), 'the public key');
  info.finish('the public key');
  return key;
}

/** A public key of a whole SubjectPublicKeyInfo. @throws ProtocolFault */
export function parsePublicKeyInfo(der: Bytes): PublicKey {
  const reader = new ByteReader(der);
  const key = readPublicKeyInfo(reader);
  reader.finish('the public key');
  return key;
}

function keyAlgorithm(curve: Curve): Bytes {
  return tlv(0x30, tlv(0x06, oidBytes(OID.ecPublicKey)), tlv(0x06, oidBytes(CURVE_OIDS[curve])));
}

/** SubjectPublicKeyInfo of a key. */
export function encodePublicKeyInfo(key: PublicKey): Bytes {
  return tlv(0x30, keyAlgorithm(key.curve), tlv(0x03, Uint8Array.of(0), key.point));
}

/** ECPrivateKey (RFC 5915): version, scalar, [0] curve, [1] public key. */
function readEcPrivateKey(suite: CryptoSuite, reader: ByteReader, known: Curve | undefined): PrivateKey {
  const body = sequence(reader, 'the private key');
  const versionAt = body.at;
  if (readSmallInteger(body, 'version of the private key') !== 1) body.fail('bad-der', 'ECPrivateKey has version 1', versionAt);
  const scalarAt = body.at;
  const scalar = primitive(body, 0x04, 'scalar of the private key');
  const named = nextTag(body) === 0xa0 ? readCurve(constructed(body, 0xa0, 'curve'), 'the private key') : undefined;
  const curve = known ?? named;
  if (curve === undefined) return body.fail('unsupported-key', 'the private key does not name its curve');
  if (named !== undefined && named !== curve)
    body.fail('bad-der', `the private key names ${named}, its wrapping ${curve}`, scalarAt);
  const own = nextTag(body) === 0xa1 ? readPoint(constructed(body, 0xa1, 'own public key'), curve, 'own public key') : undefined;
  body.finish('the private key');
  let key: PrivateKey;
  try {
    key = suite.privateKey(curve, scalar);
  } catch (error) {
    throw error instanceof ProtocolFault ? error.shifted(scalarAt) : error;
  }
  if (own && !equalBytes(own.point, key.publicKey.point)) {
    body.fail('key-mismatch', 'the public key inside the private key is not its own', scalarAt);
  }
  return key;
}

/** A private key of PKCS#8 (RFC 5958) or SEC 1 (RFC 5915) octets, P-256 or P-384. @throws ProtocolFault */
export function parsePrivateKey(suite: CryptoSuite, der: Bytes): PrivateKey {
  const outer = new ByteReader(der);
  const body = sequence(outer, 'the private key');
  outer.finish('the private key');
  const versionAt = body.at;
  const version = readSmallInteger(body, 'version of the private key');
  if (version === 1 && nextTag(body) === 0x04) return readEcPrivateKey(suite, new ByteReader(der), undefined);
  if (version > 1) body.fail('bad-der', `private key version ${version} is unknown`, versionAt);
  const curve = readKeyAlgorithm(body, 'the private key');
  const wrapped = constructed(body, 0x04, 'the wrapped private key');
  const key = readEcPrivateKey(suite, wrapped, curve);
  wrapped.finish('the wrapped private key');
  return key;
}

/** PKCS#8 octets of a private key, with its public key inside, as OpenSSL writes them. */
export function encodePrivateKey(key: PrivateKey): Bytes {
  const publicKey = tlv(0xa1, tlv(0x03, Uint8Array.of(0), key.publicKey.point));
  const ecPrivateKey = tlv(0x30, tlv(0x02, Uint8Array.of(1)), tlv(0x04, key.scalar), publicKey);
  return tlv(0x30, tlv(0x02, Uint8Array.of(0)), keyAlgorithm(key.curve), tlv(0x04, ecPrivateKey));
}
