import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PublicKey, publicKeyFromPoint } from '../../firmware-sim/crypto/keys.ts';
import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { isOnCurve } from '../../firmware-sim/crypto/on-curve.ts';
import { ORDER, scalarBytes } from '../../firmware-sim/crypto/scalar.ts';
import { type SignatureProfile, seededEntropy } from '../../firmware-sim/crypto/suite.ts';
import { concat, fromBigInt } from '../../firmware-sim/kernel/bytes.ts';
import { Invariant, ProtocolFault, UsageError } from '../../firmware-sim/kernel/errors.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';

const chance = randomFor(3, 'edge cases');
const suite = createNodeSuite({ entropy: (count) => chance.bytes(count) });
const newKey = (curve: 'P-256' | 'P-384' = 'P-256') => suite.generateKey(curve, (count) => chance.bytes(count));
const key = newKey();
const key384 = newKey('P-384');
const text = chance.bytes(60);
const good = suite.sign('deterministic', key, text);
const N = ORDER['P-256'];
const P256_PRIME = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const r = good.subarray(0, 32);
const s = good.subarray(32);
const word = (value: bigint) => scalarBytes(value, 32);

describe('verify', () => {
  const bad: [string, Uint8Array][] = [
    ['r = 0', concat(word(0n), s)],
    ['s = 0', concat(r, word(0n))],
    ['both 0', new Uint8Array(64)],
    ['r = n', concat(word(N), s)],
    ['s = n', concat(r, word(N))],
    ['r = n + 1', concat(word(N + 1n), s)],
    ['s = 2^256 - 1', concat(r, word((1n << 256n) - 1n))],
    ['all ones', new Uint8Array(64).fill(255)],
    ['0 octets', new Uint8Array(0)],
    ['63 octets', good.subarray(0, 63)],
    ['65 octets', concat(good, Uint8Array.of(0))],
    ['96 octets', concat(good, new Uint8Array(32))],
  ];

  it.each(bad)('refuses %s without throwing', (_, signature) => {
    expect(suite.verify(key.publicKey, text, signature)).toBe(false);
  });

  it('accepts s and n - s alike', () => {
    const other = concat(r, word(N - BigInt(`0x${Buffer.from(s).toString('hex')}`)));
    expect(suite.verify(key.publicKey, text, good)).toBe(true);
    expect(suite.verify(key.publicKey, text, other)).toBe(true);
  });

  it('refuses a 64-octet signature under a P-384 key and a 96-octet one under a P-256 key', () => {
    const signed = suite.sign('cnsa-p384', key384, text);
    expect(signed).toHaveLength(96);
    expect(suite.verify(key384.publicKey, text, signed)).toBe(true);
    expect(suite.verify(key.publicKey, text, signed)).toBe(false);
    expect(suite.verify(key384.publicKey, text, good)).toBe(false);
  });

  it('never throws for arbitrary octets as signature and key', () => {
    const octets = fc.uint8Array({ maxLength: 100 });
    fc.assert(
      fc.property(octets, octets, (signature, point) => {
        expect(suite.verify({ curve: 'P-256', point }, text, signature)).toBe(false);
        expect(suite.verify(key.publicKey, text, signature)).toBe(false);
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});

describe('bad public keys', () => {
  const moved = key.publicKey.point.slice();
  moved[64] = (moved[64] as number) ^ 1;
  const bad: [string, PublicKey][] = [
    ['off the curve', publicKeyFromPoint(moved)],
    ['the point at infinity as zeros', publicKeyFromPoint(concat(Uint8Array.of(4), new Uint8Array(64)))],
    ['the point at infinity as one octet', { curve: 'P-256', point: Uint8Array.of(0) }],
    ['x = p', publicKeyFromPoint(concat(Uint8Array.of(4), fromBigInt(P256_PRIME, 32), key.publicKey.point.subarray(33)))],
    ['x = p + 5', publicKeyFromPoint(concat(Uint8Array.of(4), fromBigInt(P256_PRIME + 5n, 32), new Uint8Array(32)))],
    ['a compressed point', { curve: 'P-256', point: concat(Uint8Array.of(2), key.publicKey.point.subarray(1, 33)) }],
    ['64 octets', { curve: 'P-256', point: key.publicKey.point.subarray(0, 64) }],
    ['66 octets', { curve: 'P-256', point: concat(key.publicKey.point, Uint8Array.of(0)) }],
    ['no octets', { curve: 'P-256', point: new Uint8Array(0) }],
    ['a P-384 point', { curve: 'P-256', point: key384.publicKey.point }],
  ];

  it.each(bad)('%s: verify is false, agreement a fault, twice', (_, peer) => {
    for (let i = 0; i < 2; i++) {
      expect(suite.verify(peer, text, good)).toBe(false);
      expect(() => suite.sharedSecret(key, peer)).toThrowError(ProtocolFault);
    }
    expect(isOnCurve(peer)).toBe(false);
  });

  it('points of both curves are told from others', () => {
    expect([key, key384].map(({ publicKey }) => isOnCurve(publicKey))).toEqual([true, true]);
  });

  it('agreement between curves is a fault', () => {
    expect(() => suite.sharedSecret(key, key384.publicKey)).toThrowError(/P-256/);
  });

  it('publicKeyFromPoint refuses other lengths and forms', () => {
    for (const point of [new Uint8Array(64), new Uint8Array(65), new Uint8Array(0), concat(Uint8Array.of(2), r)]) {
      expect(() => publicKeyFromPoint(point)).toThrowError(ProtocolFault);
    }
  });
});

describe('private keys', () => {
  it.each([
    ['0', 0n],
    ['n', N],
    ['n + 1', N + 1n],
    ['2^256 - 1', (1n << 256n) - 1n],
  ])('refuses the scalar %s', (_, value) => {
    expect(() => suite.privateKey('P-256', word(value))).toThrowError(ProtocolFault);
  });

  it('refuses a scalar of the wrong width and takes 1 and n - 1', () => {
    expect(() => suite.privateKey('P-256', new Uint8Array(31).fill(1))).toThrowError(/32 octets/);
    expect(() => suite.privateKey('P-384', new Uint8Array(32).fill(1))).toThrowError(/48 octets/);
    const [one, last] = [suite.privateKey('P-256', word(1n)), suite.privateKey('P-256', word(N - 1n))];
    expect(one.publicKey.point.subarray(0, 33)).toEqual(last.publicKey.point.subarray(0, 33));
    expect(one.publicKey.point).not.toEqual(last.publicKey.point);
  });

  it('keeps its own copy of the scalar', () => {
    const scalar = word(77n);
    const held = suite.privateKey('P-256', scalar);
    scalar.fill(0);
    expect(held.scalar).toEqual(word(77n));
  });
});

describe('per-message secrets', () => {
  it('testing candidates draws again above n - 2 and adds 1', () => {
    const draws = [word((1n << 256n) - 1n), word(N - 1n), word(41n)];
    const drawing = createNodeSuite({ entropy: () => draws.shift() ?? new Uint8Array(32) });
    const same = createNodeSuite({ entropy: (count) => fromBigInt(41n, count) });
    expect(drawing.sign('cnsa-candidates', key, text)).toEqual(same.sign('ecdsa', key, text));
    expect(draws).toHaveLength(0);
  });

  it('draws bitlen(n) + 64 bits for extra random bits and bitlen(n) for candidates', () => {
    const asked: number[] = [];
    const asking = createNodeSuite({
      entropy: (count) => {
        asked.push(count * 8);
        return fromBigInt(9n, count);
      },
    });
    asking.sign('ecdsa', key, text);
    asking.sign('cnsa-candidates', key, text);
    asking.sign('cnsa-p384', key384, text);
    asking.sign('deterministic', key, text);
    expect(asked).toEqual([320, 256, 448]);
  });

  it('stops on an entropy source that never gives a candidate', () => {
    const stuck = createNodeSuite({ entropy: (count) => new Uint8Array(count).fill(255) });
    expect(() => stuck.sign('cnsa-candidates', key, text)).toThrowError(Invariant);
  });

  it('the same seed gives the same signatures', () => {
    const run = () => {
      const own = createNodeSuite({ entropy: seededEntropy('replay', 'signatures') });
      return [own.sign('ecdsa', key, text), own.sign('cnsa-candidates', key, text), own.sign('cnsa-p384', key384, text)];
    };
    expect(run()).toEqual(run());
  });

  it.each<[SignatureProfile, typeof key]>([
    ['cnsa-p384', key],
    ['deterministic', key384],
    ['ecdsa', key384],
  ])('profile %s refuses a key of the other curve', (profile, wrong) => {
    expect(() => suite.sign(profile, wrong, text)).toThrowError(UsageError);
  });
});
