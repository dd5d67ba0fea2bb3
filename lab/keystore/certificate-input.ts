import { parsePublicKeyInfo } from '../../firmware-sim/gbcs/certificates/key-der.ts';
import { parseCertificate } from '../../firmware-sim/gbcs/certificates/parse.ts';
import { type Bytes, fromHex, toAscii } from '../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault, UsageError } from '../../firmware-sim/kernel/errors.ts';
import type { CertifiedKey } from './key-files.ts';
import { type PemBlock, readPem } from './pem.ts';

/** First octet of DER structures: SEQUENCE. */
const SEQUENCE = 0x30;

const PEM_MARK = '-----BEGIN ';

function pemBlocks(file: string, text: string): readonly PemBlock[] {
  try {
    return readPem(file, text);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const { line } = error.place;
    throw new ProtocolFault(error.kind, line === undefined ? error.message : `line ${line}: ${error.message}`);
  }
}

function certified({ label, der }: PemBlock): CertifiedKey {
  if (label === 'CERTIFICATE' || label === 'TRUSTED CERTIFICATE' || label === 'X509 CERTIFICATE') {
    const certificate = parseCertificate(der);
    return { key: certificate.publicKey, certificate };
  }
  if (label === 'PUBLIC KEY') return { key: parsePublicKeyInfo(der), certificate: undefined };
  throw new ProtocolFault('not-a-certificate', `a PEM block ${label} is neither CERTIFICATE nor PUBLIC KEY`);
}

/**
 * The certificates (or bare public keys) of an input a person names: PEM with one or more blocks, DER, or hex of DER as it is
 * cut out of a message.
 * @throws ProtocolFault whose offset counts octets of the DER of the block that is wrong
 */
export function readCertificates(file: string, bytes: Bytes): readonly CertifiedKey[] {
  const text = toAscii(bytes);
  if (text.includes(PEM_MARK)) {
    return pemBlocks(file, text).map(certified);
  }
  if (bytes.length === 0) throw new ProtocolFault('not-a-certificate', 'the file is empty');
  const isHex = /^[0-9a-fA-F\s]+$/.test(text);
  if (!isHex && bytes[0] !== SEQUENCE) throw new ProtocolFault('not-a-certificate', 'neither PEM, nor DER, nor hex of DER');
  return [certified({ label: 'CERTIFICATE', der: isHex ? fromHex(text) : bytes })];
}
