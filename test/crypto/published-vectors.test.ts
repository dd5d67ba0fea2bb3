import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { publicKeyFromPoint } from '../../firmware-sim/crypto/keys.ts';
import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import type { SignatureProfile } from '../../firmware-sim/crypto/suite.ts';
import { concat, fromAscii, fromBigInt, fromHex, toHex } from '../../firmware-sim/kernel/bytes.ts';
import { REPOSITORY } from '../support/shared.ts';

interface Published {
  rfc6979: { privateD: string; publicXY: string; cases: { message: string; k: string; signature: string }[] };
  suiteB: { curve: 'P-256' | 'P-384'; privateD: string; k: string; message: string; digest: string; signature: string }[];
  ecdh: { cases: { privateD: string; ownXY: string; peerXY: string; z: string }[] };
  gcm: { cases: { key: string; iv: string; aad: string; plaintext: string; ciphertext: string; tag: string }[] };
  sha: { sha1: string; sha256: string; sha384: string };
  hmacSha256: { cases: { key: string; data: string; mac: string }[] };
}

const published = JSON.parse(readFileSync(join(REPOSITORY, 'test/vectors/nist.json'), 'utf8')) as Published;
const noEntropy = (): never => expect.unreachable('no randomness is wanted here');
const suite = createNodeSuite({ entropy: noEntropy });
const point = (xy: string) => concat(Uint8Array.of(4), fromHex(xy));

/** A suite whose next per-message secret is `k`: both FIPS methods add 1 to what they draw. */
function suiteDrawing(k: string) {
  return createNodeSuite({ entropy: (count) => fromBigInt(BigInt(`0x${k}`) - 1n, count) });
}

describe('published values', () => {
  it.each(published.rfc6979.cases)('RFC 6979 A.2.5: $message', ({ message, signature, k }) => {
    const key = suite.privateKey('P-256', fromHex(published.rfc6979.privateD));
    expect(toHex(key.publicKey.point.subarray(1))).toBe(published.rfc6979.publicXY);
    expect(toHex(suite.sign('deterministic', key, fromAscii(message)))).toBe(signature);
    for (const profile of ['ecdsa', 'cnsa-candidates'] as const) {
      expect(toHex(suiteDrawing(k).sign(profile, key, fromAscii(message)))).toBe(signature);
    }
    expect(suite.verify(key.publicKey, fromAscii(message), fromHex(signature))).toBe(true);
  });

  it.each(published.suiteB)('Suite B implementer guide: $curve', ({ curve, privateD, k, message, digest, signature }) => {
    const key = suite.privateKey(curve, fromHex(privateD));
    const profiles: readonly SignatureProfile[] = curve === 'P-384' ? ['cnsa-p384'] : ['ecdsa', 'cnsa-candidates'];
    const hashed = curve === 'P-384' ? suite.sha384(fromAscii(message)) : suite.sha256(fromAscii(message));
    expect(toHex(hashed)).toBe(digest);
    for (const profile of profiles) {
      expect(toHex(suiteDrawing(k).sign(profile, key, fromAscii(message)))).toBe(signature);
    }
    expect(suite.verify(key.publicKey, fromAscii(message), fromHex(signature))).toBe(true);
  });

  it.each(published.ecdh.cases)('NIST CAVS ECC CDH P-256: $z', ({ privateD, ownXY, peerXY, z }) => {
    const own = suite.privateKey('P-256', fromHex(privateD));
    expect(toHex(own.publicKey.point.subarray(1))).toBe(ownXY);
    expect(toHex(suite.sharedSecret(own, publicKeyFromPoint(point(peerXY))))).toBe(z);
  });

  it.each(published.gcm.cases)('McGrew and Viega GCM: tag $tag', ({ key, iv, aad, plaintext, ciphertext, tag }) => {
    const [k, v, a] = [fromHex(key), fromHex(iv), fromHex(aad)];
    const sealed = suite.seal(k, v, a, fromHex(plaintext));
    expect(toHex(sealed)).toBe(ciphertext + tag.slice(0, 24));
    expect(suite.open(k, v, a, sealed)).toEqual(fromHex(plaintext));
    if (plaintext === '') {
      expect(toHex(suite.gmac(k, v, a, 16))).toBe(tag);
      expect(toHex(suite.gmac(k, v, a, 12))).toBe(tag.slice(0, 24));
    }
  });

  it('FIPS 180-2: hashes of abc', () => {
    const abc = fromAscii('abc');
    expect(toHex(suite.sha1(abc))).toBe(published.sha.sha1);
    expect(toHex(suite.sha256(abc))).toBe(published.sha.sha256);
    expect(toHex(suite.sha384(abc))).toBe(published.sha.sha384);
  });

  it.each(published.hmacSha256.cases)('RFC 4231: $mac', ({ key, data, mac }) => {
    expect(toHex(suite.hmacSha256(fromHex(key), fromHex(data)))).toBe(mac);
  });
});
