import { createPrivateKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import { GenerationalCache } from '../../firmware-sim/crypto/generational-cache.ts';
import { FIELD_OCTETS, type PrivateKey } from '../../firmware-sim/crypto/keys.ts';
import { createNodeSuite, type NodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { type Entropy, profileCurve } from '../../firmware-sim/crypto/suite.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';

/** Real randomness, for runs that need not replay. */
export const systemEntropy: Entropy = (count) => new Uint8Array(randomBytes(count));

const KEY_CACHE_SIZE = 4096;

function importPrivateKey(key: PrivateKey): KeyObject {
  const width = FIELD_OCTETS[key.curve];
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
  const { point } = key.publicKey;
  const [x, y, d] = [text(point.subarray(1, 1 + width)), text(point.subarray(1 + width)), text(key.scalar)];
  return createPrivateKey({ format: 'jwk', key: { kty: 'EC', crv: key.curve, x, y, d } });
}

/**
 * The engine with OpenSSL's own signing: about twice as many signatures a second, but k is OpenSSL's, so that runs do not
 * replay and the profile decides the curve and the hash only.
 */
export function createNativeSuite(): NodeSuite {
  const base = createNodeSuite({ entropy: systemEntropy });
  const keys = new GenerationalCache<PrivateKey, KeyObject>(KEY_CACHE_SIZE);
  return {
    ...base,
    sign(profile, key, message) {
      const curve = profileCurve(profile);
      if (curve !== key.curve) {
        throw new UsageError('profile-curve', `profile ${profile} signs with a ${curve} key, this one is ${key.curve}`);
      }
      const algorithm = curve === 'P-256' ? 'sha256' : 'sha384';
      return new Uint8Array(sign(algorithm, message, { key: keys.get(key, importPrivateKey), dsaEncoding: 'ieee-p1363' }));
    },
  };
}
