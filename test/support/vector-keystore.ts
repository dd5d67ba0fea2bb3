import { createPrivateKey, createPublicKey } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CAST, type KeyName, PARTIES, type Party, point, scalar } from '../second/cast.ts';
import { certificate } from '../second/certificate.ts';

const CURVES = { ds: ['P-256', 32], ka: ['P-256', 32], 'pp-ka': ['P-256', 32], 'ds-p384': ['P-384', 48] } as const;
const text = (octets: Uint8Array): string => Buffer.from(octets).toString('base64url');

function privatePem(party: Party, key: KeyName): string {
  const [crv, width] = CURVES[key];
  const [x, y] = [point(party, key).subarray(1, 1 + width), point(party, key).subarray(1 + width)].map(text);
  const jwk = { kty: 'EC', crv, x: x ?? '', y: y ?? '', d: text(scalar(party, key)) };
  return createPrivateKey({ format: 'jwk', key: jwk }).export({ format: 'pem', type: 'pkcs8' }).toString();
}

/** A certificate of a remote party, and the bare public key of a device or of a P-384 key. */
function publicPem(party: Party, key: KeyName): string {
  const bare = typeof CAST[party].role === 'string' || key === 'ds-p384';
  if (bare) return createPublicKey(privatePem(party, key)).export({ format: 'pem', type: 'spki' }).toString();
  const body = Buffer.from(certificate(party, key)).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${body.replace(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`;
}

/** Path of a party's file in a keystore, `<eui>-ds.key`. */
export const keyFile = (directory: string, party: Party, key: KeyName, ending: 'pem' | 'key'): string =>
  join(directory, `${CAST[party].eui}-${key === 'ds-p384' ? 'ds' : key}.${ending}`);

/**
 * Writes the keys of the vector messages as a keystore directory: what everybody publishes, and the private keys of the
 * parties named. `signing` says which of its signing keys a party uses.
 */
export function writeVectorKeystore(
  directory: string,
  privateOf: readonly Party[] = PARTIES,
  signing: 'ds' | 'ds-p384' = 'ds',
): string {
  mkdirSync(directory, { recursive: true });
  for (const party of PARTIES) {
    const keys: readonly KeyName[] = CAST[party].keys;
    for (const key of keys) {
      if (key === (signing === 'ds' ? 'ds-p384' : 'ds') && keys.includes(signing)) continue;
      writeFileSync(keyFile(directory, party, key, 'pem'), publicPem(party, key));
      if (privateOf.includes(party)) writeFileSync(keyFile(directory, party, key, 'key'), privatePem(party, key));
    }
  }
  const devices = PARTIES.filter((party) => typeof CAST[party].role === 'string');
  const types = Object.fromEntries(devices.map((party) => [CAST[party].eui.toUpperCase(), { type: CAST[party].role }]));
  writeFileSync(join(directory, 'devices.json'), JSON.stringify(types));
  return directory;
}
