import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PrivateKey } from '../../firmware-sim/crypto/keys.ts';
import { encodePrivateKey } from '../../firmware-sim/gbcs/certificates/key-der.ts';
import type { TestPki } from '../../firmware-sim/gbcs/certificates/test-pki.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import { type Eui64, eui64Hex } from '../../firmware-sim/kernel/eui64.ts';
import { makeDirectory } from '../files/make-directory.ts';
import { fileError, keyFileStem } from './key-files.ts';
import { writePem } from './pem.ts';

/** Owner only: tools that read private keys insist on it. */
const PRIVATE_MODE = 0o600;

/** Folder inside a keystore that holds the roots and issuing authorities, which have no Entity Identifier. */
export const AUTHORITIES_FOLDER = 'authorities';

/** Stem of the file with the root that organisations' certificates end at. */
export const ORGANISATION_ROOT_FILE = 'organisation-root';

const AUTHORITY_FILES = {
  organisationRoot: ORGANISATION_ROOT_FILE,
  organisationIssuer: 'organisation-issuing',
  deviceRoot: 'device-root',
  deviceIssuer: 'device-issuing',
} as const;

/** How a keystore is written. */
export interface WriteOptions {
  /** Write into a directory that holds files; those of the same name are replaced, others stay. */
  readonly force?: boolean;
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    return fileError(directory, error);
  }
}

function prepare(directory: string, force: boolean): void {
  if (!force && namesIn(directory).length > 0) {
    const cure = 'directory is not empty; name another, or replace its files with --force';
    throw new UsageError('directory-not-empty', cure, { file: directory });
  }
  makeDirectory(join(directory, AUTHORITIES_FOLDER));
}

function write(file: string, text: string, mode?: number): void {
  try {
    writeFileSync(file, text, mode === undefined ? {} : { mode });
  } catch (error) {
    fileError(file, error);
  }
}

function writePair(path: string, certificate: Bytes, key: PrivateKey): void {
  write(`${path}.pem`, writePem('CERTIFICATE', certificate));
  write(`${path}.key`, writePem('PRIVATE KEY', encodePrivateKey(key)), PRIVATE_MODE);
}

/** What has been written. */
export interface WrittenKeystore {
  readonly parties: number;
  readonly devices: number;
  /** Certificates, each with its private key; authorities not counted. */
  readonly certificates: number;
}

/**
 * Writes a test PKI as a keystore directory: certificates and private keys of parties and devices, `devices.json`, and the
 * authorities in a folder of their own.
 * @throws UsageError `directory-not-empty`, `unreadable-path`
 */
export function writeKeystore(directory: string, pki: TestPki, options: WriteOptions = {}): WrittenKeystore {
  prepare(directory, options.force === true);
  const types: [Eui64, string][] = [];
  let parties = 0;
  let certificates = 0;
  for (const { eui, uses, deviceType } of pki.holders()) {
    if (deviceType) types.push([eui, deviceType]);
    else parties++;
    for (const use of uses) {
      const [certificate, key] = [pki.certificate(eui, use), pki.privateKey(eui, use)];
      if (!certificate || !key) continue;
      writePair(join(directory, keyFileStem(eui, use)), certificate, key);
      certificates++;
    }
  }
  for (const [name, file] of Object.entries(AUTHORITY_FILES)) {
    const { certificate, key } = pki.authorities[name as keyof typeof AUTHORITY_FILES];
    writePair(join(directory, AUTHORITIES_FOLDER, file), certificate.der, key);
  }
  const devices = Object.fromEntries(types.map(([eui, type]) => [eui64Hex(eui).toUpperCase(), { type }]));
  write(join(directory, 'devices.json'), `${JSON.stringify(devices, null, 1)}\n`);
  return { parties, devices: types.length, certificates };
}
