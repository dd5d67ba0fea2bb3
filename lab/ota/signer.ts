import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { type Curve, type PrivateKey, type PublicKey, publicKeyFromPoint } from '../../firmware-sim/crypto/keys.ts';
import { type CryptoSuite, profileCurve, type SignatureProfile } from '../../firmware-sim/crypto/suite.ts';
import { type Bytes, concat, equalBytes } from '../../firmware-sim/kernel/bytes.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';

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

const PEM = /-----BEGIN ([A-Z0-9 ]+)-----[A-Za-z0-9+/=\s]*-----END \1-----/g;

/** The first PEM block whose name ends as wanted, or undefined when the octets are no PEM. */
function pemBlock(bytes: Bytes, wanted: RegExp): string | undefined {
  const text = Buffer.from(bytes).toString('latin1');
  for (const match of text.matchAll(PEM)) if (wanted.test(match[1] ?? '')) return match[0];
  return undefined;
}

function attempt(reads: readonly (() => KeyObject)[]): KeyObject | undefined {
  for (const read of reads) {
    try {
      return read();
    } catch (error) {
      // OpenSSL says only that this encoding does not fit; the next one may.
      if (!(error instanceof Error)) throw error;
    }
  }
  return undefined;
}

interface EcParts {
  readonly curve: Curve;
  readonly point: Bytes;
  readonly scalar: Bytes | undefined;
}

function ecParts(key: KeyObject, file: string): EcParts {
  const { kty, crv, x, y, d } = key.export({ format: 'jwk' });
  if (kty !== 'EC' || (crv !== 'P-256' && crv !== 'P-384') || x === undefined || y === undefined) {
    throw new UsageError('bad-key', `the key is ${crv ?? kty}; P-256 or P-384 is wanted`, { file });
  }
  const octets = (text: string): Bytes => new Uint8Array(Buffer.from(text, 'base64url'));
  return { curve: crv, point: concat(Uint8Array.of(4), octets(x), octets(y)), scalar: d === undefined ? undefined : octets(d) };
}

/**
 * A private key of a file's octets: PEM or DER, PKCS#8 or SEC1.
 * @throws UsageError exit code 2
 */
export function privateKeyOf(file: string, bytes: Bytes, suite: Pick<CryptoSuite, 'privateKey'>): PrivateKey {
  const pem = pemBlock(bytes, /PRIVATE KEY$/);
  const der = Buffer.from(bytes);
  const key = attempt(
    pem === undefined
      ? [
          () => createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }),
          () => createPrivateKey({ key: der, format: 'der', type: 'sec1' }),
        ]
      : [() => createPrivateKey(pem)],
  );
  if (!key) throw new UsageError('bad-key', 'no private key can be read from this file (PEM or DER, not encrypted)', { file });
  if (key.asymmetricKeyType !== 'ec')
    throw new UsageError('bad-key', `the key is ${key.asymmetricKeyType}; P-256 or P-384 is wanted`, { file });
  const { curve, scalar } = ecParts(key, file);
  if (!scalar) throw new UsageError('bad-key', 'the file holds no private key', { file });
  return suite.privateKey(curve, scalar);
}

/**
 * The public key of a certificate or of a bare public key: PEM or DER. Dates and issuers are not looked at.
 * @throws UsageError exit code 2
 */
export function publicKeyOf(file: string, bytes: Bytes): PublicKey {
  const certificate = pemBlock(bytes, /CERTIFICATE$/);
  const bare = pemBlock(bytes, /^(?:EC )?PUBLIC KEY$/);
  const der = Buffer.from(bytes);
  const key = attempt([
    () => new X509Certificate(certificate ?? der).publicKey,
    () => createPublicKey(bare === undefined ? { key: der, format: 'der', type: 'spki' } : bare),
  ]);
  if (!key)
    throw new UsageError('bad-certificate', 'no certificate or public key can be read from this file (PEM or DER)', { file });
  if (key.asymmetricKeyType !== 'ec')
    throw new UsageError('bad-key', `the key is ${key.asymmetricKeyType}; P-256 or P-384 is wanted`, { file });
  return publicKeyFromPoint(ecParts(key, file).point);
}

/** Where a person said a key is. */
export interface KeyPlace {
  readonly keystore: string | undefined;
  readonly supplier: Eui64 | undefined;
}

function keystoreOf(place: KeyPlace, otherwise: string): { readonly directory: string; readonly supplier: Eui64 } {
  const { keystore: directory, supplier } = place;
  if (directory === undefined)
    throw new UsageError('missing-value', `${otherwise}, or --keystore DIR with --supplier EUI, is needed`);
  if (supplier === undefined) throw new UsageError('missing-value', `--supplier EUI is needed: whose key of ${directory}`);
  return { directory, supplier };
}

/** The supplier's digital-signature key in a keystore. @throws UsageError exit code 2 */
export async function signerFromKeystore(place: KeyPlace): Promise<Signer> {
  const { directory, supplier } = keystoreOf(place, '--key FILE');
  const { loadKeystore } = await import('../keystore/keystore.ts');
  const store = loadKeystore(directory);
  const key = store.privateKey(supplier, 'digitalSignature');
  if (!key) throw new UsageError('no-key', `holds no digital-signature private key of ${supplier}`, { file: directory });
  const certified = store.publicKey(supplier, 'digitalSignature');
  if (certified && !equalBytes(certified.point, key.publicKey.point)) {
    throw new UsageError('key-misfit', `the private key of ${supplier} does not fit its certificate`, { file: directory });
  }
  return { key, label: `${supplier} (${directory})` };
}

/** The supplier's digital-signature certificate in a keystore. @throws UsageError exit code 2 */
export async function checkerFromKeystore(place: KeyPlace): Promise<Checker> {
  const { directory, supplier } = keystoreOf(place, '--certificate FILE');
  const { loadKeystore } = await import('../keystore/keystore.ts');
  const key = loadKeystore(directory).publicKey(supplier, 'digitalSignature');
  if (!key) throw new UsageError('no-key', `holds no digital-signature certificate of ${supplier}`, { file: directory });
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
