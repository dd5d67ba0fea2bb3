import type { PrivateKey, PublicKey } from '../../firmware-sim/crypto/keys.ts';
import { type CryptoSuite, profileCurve, type SignatureProfile } from '../../firmware-sim/crypto/suite.ts';
import { equalBytes } from '../../firmware-sim/kernel/bytes.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { readCertificateFile, readPrivateKeyFile } from '../keystore/key-files.ts';
import { loadKeystore } from '../keystore/keystore.ts';

/** A private key and where it came from, for messages. */
export interface Signer {
  readonly key: PrivateKey;
  readonly label: string;
}

/** A public key and where it came from, for messages. */
export interface Checker {
  readonly key: PublicKey;
  readonly label: string;
}

/** Where a person said a key is: a file, or a party of a keystore directory. */
export interface KeyPlace {
  readonly file: string | undefined;
  readonly keystore: string | undefined;
  readonly supplier: Eui64 | undefined;
}

function partyOf(place: KeyPlace, otherwise: string): { readonly directory: string; readonly supplier: Eui64 } {
  const { keystore: directory, supplier } = place;
  if (directory === undefined) {
    throw new UsageError('missing-value', `${otherwise}, or --keystore DIR with --supplier EUI, is needed`);
  }
  if (supplier === undefined) throw new UsageError('missing-value', `--supplier EUI is needed: whose key of ${directory}`);
  return { directory, supplier };
}

/**
 * The key to check a signature with: of a certificate file, else the supplier's digital-signature certificate in a keystore.
 * @throws UsageError exit code 2
 */
export function checkerAt(place: KeyPlace): Checker {
  if (place.file !== undefined) return { key: readCertificateFile(place.file).key, label: place.file };
  const { directory, supplier } = partyOf(place, '--certificate FILE');
  const key = loadKeystore(directory).publicKey(supplier, 'digitalSignature');
  if (!key) throw new UsageError('no-key', `holds no digital-signature certificate of ${supplier}`, { file: directory });
  return { key, label: `${supplier} (${directory})` };
}

/** A key file must fit the supplier's certificate where the person named both. */
function checkFit(file: string, key: PrivateKey, place: KeyPlace): void {
  if (place.keystore === undefined || place.supplier === undefined) return;
  const checker = checkerAt({ ...place, file: undefined });
  if (equalBytes(checker.key.point, key.publicKey.point)) return;
  throw new UsageError('key-misfit', `the key does not fit the certificate of ${checker.label}`, { file });
}

/**
 * The key to sign with: of a key file, else the supplier's digital-signature key in a keystore.
 * @throws UsageError exit code 2
 */
export function signerAt(place: KeyPlace, suite: CryptoSuite): Signer {
  if (place.file !== undefined) {
    const key = readPrivateKeyFile(place.file, suite);
    checkFit(place.file, key, place);
    return { key, label: place.file };
  }
  const { directory, supplier } = partyOf(place, '--key FILE');
  const key = loadKeystore(directory, suite).privateKey(supplier, 'digitalSignature');
  if (!key) throw new UsageError('no-key', `holds no digital-signature private key of ${supplier}`, { file: directory });
  return { key, label: `${supplier} (${directory})` };
}

/**
 * The profile to sign with: the one asked for, or what fits the key's curve.
 * @throws UsageError exit code 2 when they do not fit each other
 */
export function profileFor(signer: Signer, asked: SignatureProfile | undefined): SignatureProfile {
  const { curve } = signer.key;
  const profile = asked ?? (curve === 'P-384' ? 'cnsa-p384' : 'deterministic');
  if (profileCurve(profile) === curve) return profile;
  throw new UsageError(
    'key-misfit',
    `--profile ${profile} needs a ${profileCurve(profile)} key; the key of ${signer.label} is ${curve}`,
  );
}
