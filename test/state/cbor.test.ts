import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../firmware-sim/kernel/bytes.ts';
import { Invariant, ProtocolFault } from '../../firmware-sim/kernel/errors.ts';
import { decodeState, encodeState, type Plain } from '../../lab/state/cbor.ts';

const number = fc.oneof(fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true })).map((n) => (n === 0 ? 0 : n));
const scalar = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  number,
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
  fc.string(),
  fc.uint8Array({ maxLength: 40 }),
);
const { plain } = fc.letrec<{ plain: Plain }>((tie) => ({
  plain: fc.oneof(
    { maxDepth: 4 },
    scalar as fc.Arbitrary<Plain>,
    fc.array(tie('plain'), { maxLength: 5 }),
    fc.dictionary(
      fc.string({ minLength: 1, maxLength: 30 }).filter((key) => key !== '__proto__'),
      tie('plain'),
      { maxKeys: 6, noNullPrototype: true },
    ),
  ),
}));

function reversed(value: Plain): Plain {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(
    Object.entries(value as Record<string, Plain>)
      .reverse()
      .map(([key, item]) => [key, reversed(item)]),
  );
}

describe('deterministic CBOR of state', () => {
  // RFC 8949 appendix A and the key order example of 4.2.1.
  it.each<[hex: string, value: Plain]>([
    ['00', 0],
    ['17', 23],
    ['1818', 24],
    ['1b000000e8d4a51000', 1_000_000_000_000],
    ['3903e7', -1000],
    ['f93e00', 1.5],
    ['fb3ff199999999999a', 1.1],
    ['fa47c35040', 100_000.5],
    ['c249010000000000000000', 18_446_744_073_709_551_616n],
    ['c24105', 5n],
    ['c240', 0n],
    ['c340', -1n],
    ['f6', null],
    ['6449455446', 'IETF'],
    ['4401020304', fromHex('01020304')],
    ['a26161016162820203', { b: [2, 3], a: 1 }],
    ['a3617a016231300362616102', { aa: 2, z: 1, '10': 3 }],
  ])('writes %s', (hex, value) => {
    expect(toHex(encodeState(value))).toBe(hex);
    expect(decodeState(fromHex(hex))).toEqual(value);
  });

  it('gives the same octets for load and store, and for another order of properties', () => {
    fc.assert(
      fc.property(plain, (value) => {
        const octets = encodeState(value);
        const loaded = decodeState(octets);
        expect(loaded).toEqual(value);
        expect(encodeState(loaded)).toEqual(octets);
        expect(encodeState(reversed(value))).toEqual(octets);
      }),
      { seed: 3, numRuns: 400 },
    );
  });

  it.each([
    ['a longer form than needed', '1817'],
    ['keys out of order', 'a26162016161 02'],
    ['a key twice', 'a2616101616102'],
    ['an indefinite length', '9f01ff'],
    ['more after the value', '0000'],
    ['nothing', ''],
    ['a big number with a leading zero', 'c2420001'],
    ['a text as big number', 'c26161'],
    ['a longer fraction than needed', 'fb3ff8000000000000'],
    ['undefined', 'f7'],
  ])('refuses %s', (_, hex) => {
    expect(() => decodeState(fromHex(hex))).toThrow(ProtocolFault);
  });

  it('refuses arbitrary octets with a typed error only', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (octets) => {
        try {
          expect(encodeState(decodeState(octets))).toEqual(octets);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolFault);
        }
      }),
      { seed: 4, numRuns: 3000 },
    );
  });

  it('takes plain data only', () => {
    for (const value of [new Map(), Number.NaN, new Date(0), () => 1]) {
      expect(() => encodeState({ value } as unknown as Plain)).toThrow(Invariant);
    }
    expect(toHex(encodeState({ a: undefined, b: 1 }))).toBe('a1616201');
  });
});
