import { describe, expect, it } from 'vitest';
import { GenerationalCache, GenerationalPairCache } from '../../firmware-sim/crypto/generational-cache.ts';
import { publicKeyFromPoint } from '../../firmware-sim/crypto/keys.ts';
import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';

const chance = randomFor(8, 'caches');
const entropy = (count: number) => chance.bytes(count);

describe('generational cache', () => {
  it('makes each value once while it fits, never holds more than its limit, and keeps what is used', () => {
    const cache = new GenerationalCache<object, number>(10);
    const keys = Array.from({ length: 100 }, (_, i) => ({ i }));
    const favourite = keys[0] as object;
    let made = 0;
    for (const key of keys) {
      cache.get(key, () => ++made);
      cache.get(favourite, () => ++made);
      expect(cache.statistics.entries).toBeLessThanOrEqual(10);
    }
    expect(made).toBe(100);
    expect(cache.statistics.misses).toBe(100);
    expect(cache.statistics.hits).toBe(100);
  });

  it('a limit of 0 holds nothing', () => {
    const cache = new GenerationalCache<object, number>(0);
    const key = {};
    let made = 0;
    cache.get(key, () => ++made);
    cache.get(key, () => ++made);
    expect(made).toBe(2);
    expect(cache.statistics.entries).toBe(0);
  });

  it('pairs: bounded by pairs, told apart by order', () => {
    const cache = new GenerationalPairCache<object, object, string>(8);
    const names = Array.from({ length: 6 }, (_, i) => ({ i }));
    let made = 0;
    for (let round = 0; round < 3; round++) {
      for (const a of names) {
        for (const b of names) {
          const value = cache.get(a, b, () => `${++made}`);
          expect(cache.get(a, b, () => 'never')).toBe(value);
          expect(cache.statistics.entries).toBeLessThanOrEqual(8);
        }
      }
    }
    expect(cache.statistics.hits).toBe(108);
    expect(cache.statistics.misses).toBe(made);
  });
});

describe('caches of the engine', () => {
  it('derives a shared secret once per pair of handles and says so', () => {
    const suite = createNodeSuite({ entropy });
    const own = suite.generateKey('P-256', entropy);
    const peer = suite.generateKey('P-256', entropy).publicKey;
    const first = suite.sharedSecret(own, peer);
    expect(suite.sharedSecret(own, peer)).toBe(first);
    const twin = publicKeyFromPoint(peer.point);
    expect(suite.sharedSecret(own, twin)).toEqual(first);
    expect(suite.statistics().sharedSecrets).toEqual({ hits: 1, misses: 2, entries: 2 });
  });

  it('without a secret cache every agreement is made anew, with the keys still imported', () => {
    const suite = createNodeSuite({ entropy, secretCacheSize: 0 });
    const own = suite.generateKey('P-256', entropy);
    const peer = suite.generateKey('P-256', entropy).publicKey;
    expect(suite.sharedSecret(own, peer)).toEqual(suite.sharedSecret(own, peer));
    expect(suite.statistics().sharedSecrets).toEqual({ hits: 0, misses: 2, entries: 0 });
    expect(suite.statistics().publicKeys).toEqual({ hits: 1, misses: 1, entries: 1 });
  });

  it('remembers a point off the curve instead of importing it again', () => {
    const suite = createNodeSuite({ entropy });
    const peer = publicKeyFromPoint(new Uint8Array(65).fill(4));
    for (let i = 0; i < 3; i++) expect(suite.verify(peer, peer.point, new Uint8Array(64).fill(1))).toBe(false);
    expect(suite.statistics().publicKeys).toEqual({ hits: 2, misses: 1, entries: 1 });
  });

  it('stays within its bound of imported keys', () => {
    const suite = createNodeSuite({ entropy, keyCacheSize: 6, secretCacheSize: 6 });
    const own = suite.generateKey('P-256', entropy);
    for (let i = 0; i < 30; i++) suite.sharedSecret(own, suite.generateKey('P-256', entropy).publicKey);
    const { publicKeys, privateKeys, sharedSecrets } = suite.statistics();
    expect(publicKeys.entries).toBeLessThanOrEqual(6);
    expect(sharedSecrets.entries).toBeLessThanOrEqual(6);
    expect(privateKeys).toEqual({ hits: 29, misses: 1, entries: 1 });
  });
});
