import type { PublicKey } from '../../crypto/keys.ts';
import type { CryptoSuite } from '../../crypto/suite.ts';
import type { Certificate } from '../../gbcs/certificates/certificate.ts';
import { anyElement, primitive, sequence } from '../../gbcs/certificates/der-read.ts';
import { parsePublicKeyInfo } from '../../gbcs/certificates/key-der.ts';
import { ByteReader } from '../../kernel/byte-reader.ts';
import type { Bytes } from '../../kernel/bytes.ts';
import { ProtocolFault } from '../../kernel/errors.ts';

/**
 * Opens a contingency public key: what a root certificate carries of it, and the symmetric key that a command discloses, to the key.
 * Undefined when the one does not open the other.
 */
export type ContingencyUnwrap = (suite: CryptoSuite, wrapped: Bytes, symmetricKey: Bytes) => PublicKey | undefined;

/** Extension of a root certificate with its encrypted contingency key: id-pe-wrappedApexContinKey (RFC 5934). */
export const WRAPPED_CONTINGENCY_KEY = '1.3.6.1.5.5.7.1.20';

const SYMMETRIC_KEY_OCTETS = 16;
const ZERO_VECTOR: Bytes = new Uint8Array(12);
const NO_ASSOCIATED_DATA: Bytes = new Uint8Array(0);
const OCTET_STRING = 0x04;

/** What a root certificate carries of its contingency key: the extension's value; undefined without one. */
export function wrappedContingencyKey({ extensions }: Certificate): Bytes | undefined {
  const found = extensions.find((one) => one.kind === 'other' && one.oid === WRAPPED_CONTINGENCY_KEY);
  return found?.kind === 'other' ? found.value : undefined;
}

/**
 * How a contingency key is wrapped unless a device is told otherwise; GBCS leaves it to a text that is not public (docs/deviations.md):
 * an ApexContingencyKey (RFC 5934) whose octets are a SubjectPublicKeyInfo under AES-128-GCM, zero vector, tag of 12 octets.
 */
export const unwrapContingencyKey: ContingencyUnwrap = (suite, wrapped, symmetricKey) => {
  if (symmetricKey.length !== SYMMETRIC_KEY_OCTETS) return undefined;
  try {
    const reader = new ByteReader(wrapped);
    const inner = sequence(reader, 'the contingency key');
    reader.finish('the contingency key');
    anyElement(inner);
    const sealed = primitive(inner, OCTET_STRING, 'the wrapped contingency key');
    inner.finish('the contingency key');
    const plain = suite.open(symmetricKey, ZERO_VECTOR, NO_ASSOCIATED_DATA, sealed);
    return plain && parsePublicKeyInfo(plain);
  } catch (error) {
    if (error instanceof ProtocolFault) return undefined;
    throw error;
  }
};
