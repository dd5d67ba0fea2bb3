import { readFileSync } from 'node:fs';
import type { PrivateKey, PublicKey } from '../../firmware-sim/crypto/keys.ts';
import { isOnCurve } from '../../firmware-sim/crypto/on-curve.ts';
import type { CryptoSuite } from '../../firmware-sim/crypto/suite.ts';
import type { Certificate } from '../../firmware-sim/gbcs/certificates/certificate.ts';
import { parsePrivateKey, parsePublicKeyInfo } from '../../firmware-sim/gbcs/certificates/key-der.ts';
import { parseCertificate } from '../../firmware-sim/gbcs/certificates/parse.ts';
import type { KeyUse } from '../../firmware-sim/gbcs/key-provider.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault, UsageError } from '../../firmware-sim/kernel/errors.ts';
import { type Eui64, eui64Hex, parseEui64 } from '../../firmware-sim/kernel/eui64.ts';
import { readPem } from './pem.ts';

/** What the name of a keystore file says: `90b3d51f30010000-pp-ka.pem`. */
export interface KeyFileName {
  readonly eui: Eui64;
  readonly use: KeyUse;
  readonly kind: 'certificate' | 'private-key';
}

const FILE_NAME = /^([0-9a-f]{16})-(ds|ka|pp-ka)\.(pem|key)$/i;
const USES: Readonly<Record<string, KeyUse>> = { ds: 'digitalSignature', ka: 'keyAgreement', 'pp-ka': 'prePaymentTopUp' };
const SUFFIXES: Readonly<Record<KeyUse, string>> = { digitalSignature: 'ds', keyAgreement: 'ka', prePaymentTopUp: 'pp-ka' };

/** What a file name says, or undefined when it is no keystore file's. */
export function parseKeyFileName(name: string): KeyFileName | undefined {
  const [, hex = '', suffix = '', extension = ''] = FILE_NAME.exec(name) ?? [];
  const use = USES[suffix.toLowerCase()];
  if (!use) return undefined;
  return { eui: parseEui64(hex), use, kind: extension.toLowerCase() === 'pem' ? 'certificate' : 'private-key' };
}

/** Name of a keystore file without its extension: `90b3d51f30010000-pp-ka`. */
export function keyFileStem(eui: Eui64, use: KeyUse): string {
  return `${eui64Hex(eui)}-${SUFFIXES[use]}`;
}

/** System errors people meet with files, in words. */
const FILE_FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  ENOTDIR: 'is not a directory',
  EISDIR: 'is a directory',
  EEXIST: 'is there and is not a directory',
  ENAMETOOLONG: 'name is too long',
  ELOOP: 'symbolic links lead in a circle',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'file system is read-only',
  ENOSPC: 'no space left',
};

/** A system error about a path as the person's mistake; anything else is passed on. */
export function fileError(file: string, error: unknown): never {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const words = FILE_FAULTS[code];
  if (words === undefined) throw error;
  throw new UsageError('unreadable-path', words, { file });
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    return fileError(file, error);
  }
}

/** What is wrong with octets of a file, as the person's mistake. */
function contentError(kind: string, file: string, what: string, error: unknown): never {
  if (!(error instanceof ProtocolFault)) throw error;
  throw new UsageError(kind, `${what} cannot be read: ${error.message} (octet ${error.offset} of its DER)`, { file });
}

/** A public key and, unless the file holds a bare key, the certificate it is in. */
export interface CertifiedKey {
  readonly key: PublicKey;
  readonly certificate: Certificate | undefined;
}

function certifiedKey(label: string, der: Bytes): CertifiedKey {
  if (label === 'PUBLIC KEY') return { key: parsePublicKeyInfo(der), certificate: undefined };
  const certificate = parseCertificate(der);
  return { key: certificate.publicKey, certificate };
}

/**
 * Reads a certificate or a bare public key, PEM. Nothing about dates, holder or issuer is checked.
 * @throws UsageError `bad-certificate`, `bad-pem`, `unreadable-path`
 */
export function readCertificateFile(file: string): CertifiedKey {
  const block = readPem(file, readText(file)).find(({ label }) => label === 'CERTIFICATE' || label === 'PUBLIC KEY');
  if (!block) throw new UsageError('bad-certificate', 'holds no PEM block CERTIFICATE (or PUBLIC KEY)', { file });
  let read: CertifiedKey;
  try {
    read = certifiedKey(block.label, block.der);
  } catch (error) {
    return contentError('bad-certificate', file, block.label === 'CERTIFICATE' ? 'certificate' : 'public key', error);
  }
  if (!isOnCurve(read.key)) throw new UsageError('bad-certificate', `its public key is no point of ${read.key.curve}`, { file });
  return read;
}

/**
 * Reads a private key, PEM: PKCS#8 or SEC 1, P-256 or P-384, not encrypted.
 * @throws UsageError `bad-private-key`, `bad-pem`, `unreadable-path`
 */
export function readPrivateKeyFile(file: string, suite: CryptoSuite): PrivateKey {
  const blocks = readPem(file, readText(file));
  const block = blocks.find(({ label }) => label === 'PRIVATE KEY' || label === 'EC PRIVATE KEY');
  if (!block) {
    const encrypted = blocks.some(({ label }) => label === 'ENCRYPTED PRIVATE KEY');
    const cure = encrypted
      ? 'holds an encrypted private key; decrypt it first'
      : 'holds no PEM block PRIVATE KEY or EC PRIVATE KEY';
    throw new UsageError('bad-private-key', cure, { file });
  }
  try {
    return parsePrivateKey(suite, block.der);
  } catch (error) {
    return contentError('bad-private-key', file, 'private key', error);
  }
}
