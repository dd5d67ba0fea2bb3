import { gcm } from '@noble/ciphers/aes.js';
import { p256, p384 } from '@noble/curves/nist.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha384 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import type { Curve } from '../../firmware-sim/crypto/keys.ts';
import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { inverse, ORDER, scalarBytes, scalarOf } from '../../firmware-sim/crypto/scalar.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';
import { createNativeSuite } from '../../lab/crypto/native-suite.ts';

const chance = randomFor(20, 'second implementation');
const suite = createNodeSuite({ entropy: (count) => chance.bytes(count) });
const ROUNDS = 12;
const rounds = Array.from({ length: ROUNDS }, (_, i) => i);
const NOBLE = { 'P-256': p256, 'P-384': p384 };
const anyHash = { lowS: false };

const message = () => chance.bytes(chance.below(400));
const newKey = (curve: Curve) => suite.generateKey(curve, (count) => chance.bytes(count));

describe('the engine agrees with noble', () => {
  it.each(rounds)('keys and shared secrets, round %i', () => {
    const own = newKey('P-256');
    const peer = newKey('P-256');
    expect(p256.getPublicKey(own.scalar, false)).toEqual(own.publicKey.point);
    const z = p256.getSharedSecret(own.scalar, peer.publicKey.point, false).subarray(1, 33);
    expect(suite.sharedSecret(own, peer.publicKey)).toEqual(z);
    expect(suite.sharedSecret(peer, own.publicKey)).toEqual(z);
  });

  it.each(rounds)('signatures of every profile, round %i', () => {
    for (const profile of ['ecdsa', 'cnsa-candidates', 'deterministic', 'cnsa-p384'] as const) {
      const curve = profile === 'cnsa-p384' ? 'P-384' : 'P-256';
      const key = newKey(curve);
      const text = message();
      const ours = suite.sign(profile, key, text);
      expect(NOBLE[curve].verify(ours, text, key.publicKey.point, anyHash)).toBe(true);
      const theirs = NOBLE[curve].sign(text, key.scalar, anyHash);
      expect(suite.verify(key.publicKey, text, theirs)).toBe(true);
      if (profile === 'deterministic') expect(ours).toEqual(new Uint8Array(theirs));
      const spoilt = ours.slice();
      const at = chance.below(spoilt.length);
      spoilt[at] = (spoilt[at] as number) ^ 1;
      expect(suite.verify(key.publicKey, text, spoilt)).toBe(false);
    }
  });

  it('leaves s as it comes out: high as often as low', () => {
    const key = newKey('P-256');
    let high = 0;
    for (let i = 0; i < 100; i++) {
      const signature = suite.sign('deterministic', key, chance.bytes(20));
      if (scalarOf(signature.subarray(32)) > ORDER['P-256'] / 2n) high++;
      expect(suite.verify(key.publicKey, new Uint8Array(0), signature)).toBe(false);
    }
    expect(high).toBeGreaterThan(25);
    expect(high).toBeLessThan(75);
  });

  it.each(rounds)('AES-128-GCM both ways, round %i', () => {
    const [key, iv, aad, plain] = [chance.bytes(16), chance.bytes(12), message(), message()];
    const theirs = gcm(key, iv, aad).encrypt(plain);
    const ours = suite.seal(key, iv, aad, plain);
    expect(ours).toEqual(theirs.subarray(0, plain.length + 12));
    expect(suite.open(key, iv, aad, ours)).toEqual(plain);
    expect(suite.gmac(key, iv, aad, 16)).toEqual(gcm(key, iv, aad).encrypt(new Uint8Array(0)));
    const spoilt = ours.slice();
    const at = chance.below(spoilt.length);
    spoilt[at] = (spoilt[at] as number) ^ 0x80;
    expect(suite.open(key, iv, aad, spoilt)).toBeUndefined();
    expect(suite.open(key, iv, aad, ours.subarray(0, 11))).toBeUndefined();
  });

  it.each(rounds)('hashes, round %i', () => {
    const text = message();
    const key = chance.bytes(chance.below(100));
    expect(suite.sha256(text)).toEqual(sha256(text));
    expect(suite.sha384(text)).toEqual(sha384(text));
    expect(suite.sha1(text)).toEqual(sha1(text));
    expect(suite.hmacSha256(key, text)).toEqual(hmac(sha256, key, text));
  });

  it('hands out plain Uint8Arrays, never Buffers', () => {
    const key = newKey('P-256');
    const iv = new Uint8Array(12);
    const results = [
      suite.sha256(iv),
      suite.hmacSha256(iv, iv),
      suite.sharedSecret(key, newKey('P-256').publicKey),
      suite.sign('deterministic', key, iv),
      suite.gmac(chance.bytes(16), iv, iv, 12),
      suite.seal(chance.bytes(16), iv, iv, iv),
      key.publicKey.point,
    ];
    for (const result of results) expect(Object.getPrototypeOf(result)).toBe(Uint8Array.prototype);
  });

  it('native signing verifies', () => {
    const native = createNativeSuite();
    for (const profile of ['ecdsa', 'cnsa-p384'] as const) {
      const key = newKey(profile === 'ecdsa' ? 'P-256' : 'P-384');
      const signature = native.sign(profile, key, chance.bytes(50));
      expect(signature).toHaveLength(profile === 'ecdsa' ? 64 : 96);
    }
    const key = newKey('P-256');
    expect(suite.verify(key.publicKey, key.scalar, native.sign('deterministic', key, key.scalar))).toBe(true);
    expect(() => native.sign('cnsa-p384', key, key.scalar)).toThrowError(/P-384/);
  });
});

describe('modular inverse', () => {
  const awkward = (n: bigint) => [1n, 2n, 3n, n - 1n, n - 2n, 1n << 50n, (1n << 51n) - 1n, (1n << 100n) + 1n, n >> 1n];

  it.each(['P-256', 'P-384'] as const)('of small, large and random values modulo the order of %s', (curve) => {
    const n = ORDER[curve];
    const width = curve === 'P-256' ? 32 : 48;
    const random = Array.from({ length: 500 }, () => (scalarOf(chance.bytes(width)) % (n - 1n)) + 1n);
    for (const value of [...awkward(n), ...random]) {
      const found = inverse(value, n);
      expect((found * value) % n).toBe(1n);
      expect(found > 0n && found < n).toBe(true);
    }
  });

  it('scalars survive the way to octets and back', () => {
    for (const width of [32, 40, 48, 56]) {
      const bytes = chance.bytes(width);
      expect(scalarBytes(scalarOf(bytes), width)).toEqual(bytes);
    }
  });
});
