import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  type KeyObject,
  verify,
} from 'node:crypto';
import { type Bytes, concat } from '../kernel/bytes.ts';
import { assert, ProtocolFault, UsageError } from '../kernel/errors.ts';
import { digest, hmacSha256 } from './digest.ts';
import { ecdsaSign, multiplyBase } from './ecdsa.ts';
import { type CacheStatistics, GenerationalCache, GenerationalPairCache } from './generational-cache.ts';
import { type Curve, FIELD_OCTETS, type PrivateKey, type PublicKey } from './keys.ts';
import { extraRandomBits, type NonceSource, rfc6979Nonces, testingCandidates } from './nonce.ts';
import { ORDER, scalarBytes, scalarOf } from './scalar.ts';
import { type CryptoSuite, type Entropy, profileCurve, type SignatureProfile } from './suite.ts';

/** What a suite on node:crypto may be told. */
export interface NodeSuiteOptions {
  /** Where profiles other than `deterministic` take their per-message secrets from. */
  readonly entropy: Entropy;
  /** Most imported keys held, public and private each. An OpenSSL key takes about 3.4 kB outside the heap. Default 4,096. */
  readonly keyCacheSize?: number;
  /** Most shared secrets held; 0 derives every one anew. Default 65,536. */
  readonly secretCacheSize?: number;
}

/** Hits and misses of a suite's caches since it was made. */
export interface SuiteStatistics {
  readonly publicKeys: CacheStatistics;
  readonly privateKeys: CacheStatistics;
  readonly sharedSecrets: CacheStatistics;
}

/** A suite that can say how its caches did. */
export interface NodeSuite extends CryptoSuite {
  statistics(): SuiteStatistics;
}

const KEY_CACHE_SIZE = 4096;
const SECRET_CACHE_SIZE = 65_536;
const GCM = 'aes-128-gcm';
const GCM_KEY_OCTETS = 16;
const GCM_IV_OCTETS = 12;
const SEAL_TAG_OCTETS = 12;
const NOT_ON_CURVE = 'not-on-curve';

const base64Url = (bytes: Bytes): string => Buffer.from(bytes).toString('base64url');

/** JWK import takes 70 µs where SPKI or PKCS#8 take 120 to 370; OpenSSL checks the curve equation. */
function importPublicKey(key: PublicKey): KeyObject | typeof NOT_ON_CURVE {
  const width = FIELD_OCTETS[key.curve];
  if (key.point.length !== 1 + 2 * width || key.point[0] !== 4) return NOT_ON_CURVE;
  const x = base64Url(key.point.subarray(1, 1 + width));
  const y = base64Url(key.point.subarray(1 + width));
  try {
    return createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: key.curve, x, y } });
  } catch {
    return NOT_ON_CURVE;
  }
}

function importPrivateKey(key: PrivateKey): KeyObject {
  const width = FIELD_OCTETS[key.curve];
  const { point } = key.publicKey;
  const x = base64Url(point.subarray(1, 1 + width));
  const y = base64Url(point.subarray(1 + width));
  return createPrivateKey({ format: 'jwk', key: { kty: 'EC', crv: key.curve, x, y, d: base64Url(key.scalar) } });
}

function profileNonces(profile: SignatureProfile, key: PrivateKey, hashed: Bytes, entropy: Entropy): NonceSource {
  if (profile === 'deterministic') return rfc6979Nonces(hmacSha256, key.scalar, hashed);
  if (profile === 'cnsa-candidates') return () => testingCandidates(key.curve, entropy);
  return () => extraRandomBits(key.curve, entropy);
}

/**
 * The crypto engine on node:crypto's synchronous, deterministic primitives. Same entropy, same calls: same octets.
 * Results are plain `Uint8Array`s; a shared secret is the cached array itself and must not be written to.
 */
export function createNodeSuite(options: NodeSuiteOptions): NodeSuite {
  const { entropy } = options;
  const keyCacheSize = options.keyCacheSize ?? KEY_CACHE_SIZE;
  const publicKeys = new GenerationalCache<PublicKey, KeyObject | typeof NOT_ON_CURVE>(keyCacheSize);
  const privateKeys = new GenerationalCache<PrivateKey, KeyObject>(keyCacheSize);
  const privateScalars = new GenerationalCache<PrivateKey, bigint>(keyCacheSize);
  const secrets = new GenerationalPairCache<PrivateKey, PublicKey, Bytes>(options.secretCacheSize ?? SECRET_CACHE_SIZE);

  const digestOf = (curve: Curve, message: Bytes): Bytes => digest(curve === 'P-256' ? 'sha256' : 'sha384', message);
  const scalarOfKey = (key: PrivateKey): bigint => scalarOf(key.scalar);

  function agree(own: PrivateKey, peer: PublicKey): Bytes {
    const publicKey = peer.curve === own.curve ? publicKeys.get(peer, importPublicKey) : NOT_ON_CURVE;
    if (publicKey === NOT_ON_CURVE) throw new ProtocolFault('bad-point', `the peer's public key is no point of ${own.curve}`);
    return new Uint8Array(diffieHellman({ privateKey: privateKeys.get(own, importPrivateKey), publicKey }));
  }

  return {
    sha256: (data) => digest('sha256', data),
    sha384: (data) => digest('sha384', data),
    sha1: (data) => digest('sha1', data),
    hmacSha256,
    privateKey: privateKeyOf,
    generateKey: (curve, source) => privateKeyOf(curve, scalarBytes(extraRandomBits(curve, source), FIELD_OCTETS[curve])),
    sharedSecret: (own, peer) => secrets.get(own, peer, agree),

    sign(profile, key, message) {
      if (profileCurve(profile) !== key.curve) {
        throw new UsageError(
          'profile-curve',
          `profile ${profile} signs with a ${profileCurve(profile)} key, this one is ${key.curve}`,
        );
      }
      const hashed = digestOf(key.curve, message);
      return ecdsaSign(key.curve, privateScalars.get(key, scalarOfKey), hashed, profileNonces(profile, key, hashed, entropy));
    },

    verify(key, message, signature) {
      if (signature.length !== 2 * FIELD_OCTETS[key.curve]) return false;
      const imported = publicKeys.get(key, importPublicKey);
      if (imported === NOT_ON_CURVE) return false;
      const algorithm = key.curve === 'P-256' ? 'sha256' : 'sha384';
      return verify(algorithm, message, { key: imported, dsaEncoding: 'ieee-p1363' }, signature);
    },

    gmac: computeGmac,
    seal,
    open,
    statistics: () => ({
      publicKeys: publicKeys.statistics,
      privateKeys: privateKeys.statistics,
      sharedSecrets: secrets.statistics,
    }),
  };
}

function privateKeyOf(curve: Curve, scalar: Bytes): PrivateKey {
  const width = FIELD_OCTETS[curve];
  if (scalar.length !== width)
    throw new ProtocolFault('bad-scalar', `a ${curve} scalar has ${width} octets, not ${scalar.length}`);
  const value = scalarOf(scalar);
  if (value === 0n || value >= ORDER[curve])
    throw new ProtocolFault('bad-scalar', `not a ${curve} private scalar: 0, or not below n`);
  const own = new Uint8Array(scalar);
  return { curve, scalar: own, publicKey: { curve, point: multiplyBase(curve, own) } };
}

/**
 * Key and vector of the cipher being made, outside the heap: a small array lives inside it, and node would move it out, at a fifth of
 * the cost of a whole GMAC. A cipher copies them at once.
 */
const CIPHER_KEY = new Uint8Array(new ArrayBuffer(GCM_KEY_OCTETS));
const CIPHER_IV = new Uint8Array(new ArrayBuffer(GCM_IV_OCTETS));

function setCipherInput(key: Bytes, iv: Bytes): void {
  assert(key.length === GCM_KEY_OCTETS, 'AES-128 keys have 16 octets');
  assert(iv.length === GCM_IV_OCTETS, 'GCM vectors have 12 octets');
  CIPHER_KEY.set(key);
  CIPHER_IV.set(iv);
}

const TAG_OF: Readonly<Record<12 | 16, { readonly authTagLength: number }>> = {
  12: { authTagLength: 12 },
  16: { authTagLength: 16 },
};

function computeGmac(key: Bytes, iv: Bytes, aad: Bytes, tagLength: 12 | 16): Bytes {
  setCipherInput(key, iv);
  const cipher = createCipheriv(GCM, CIPHER_KEY, CIPHER_IV, TAG_OF[tagLength]);
  cipher.setAAD(aad);
  cipher.final();
  return new Uint8Array(cipher.getAuthTag());
}

function seal(key: Bytes, iv: Bytes, aad: Bytes, plaintext: Bytes): Bytes {
  setCipherInput(key, iv);
  const cipher = createCipheriv(GCM, CIPHER_KEY, CIPHER_IV, TAG_OF[SEAL_TAG_OCTETS]);
  cipher.setAAD(aad);
  const body = cipher.update(plaintext);
  cipher.final();
  return concat(body, cipher.getAuthTag());
}

function open(key: Bytes, iv: Bytes, aad: Bytes, sealed: Bytes): Bytes | undefined {
  const length = sealed.length - SEAL_TAG_OCTETS;
  if (length < 0) return undefined;
  setCipherInput(key, iv);
  const decipher = createDecipheriv(GCM, CIPHER_KEY, CIPHER_IV, TAG_OF[SEAL_TAG_OCTETS]);
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(length));
  const body = decipher.update(sealed.subarray(0, length));
  try {
    decipher.final();
  } catch {
    return undefined;
  }
  return new Uint8Array(body);
}
