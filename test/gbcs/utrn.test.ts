import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import {
  checkUtrn,
  makeUtrn,
  readUtrn,
  reconstructUtrnCounter,
  UTRN_MAX_VALUE,
  type UtrnContent,
  type UtrnParties,
  utrnCheckDigit,
  utrnOriginatorCounter,
} from '../../firmware-sim/gbcs/utrn.ts';
import { fromHex } from '../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault } from '../../firmware-sim/kernel/errors.ts';
import { eui64Bytes, parseEui64 } from '../../firmware-sim/kernel/eui64.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';
import { checkDigit, restoreCounter, makeUtrn as secondMakeUtrn } from '../second/utrn.ts';
import { needShared } from '../support/shared.ts';

interface Vector {
  readonly id: number;
  readonly input: Readonly<Record<string, string | number>>;
  readonly output: Readonly<Record<string, string | number>>;
}

function vector(context: Parameters<typeof needShared>[0], id: number): Vector {
  const { vectors } = JSON.parse(readFileSync(needShared(context, 'spec/vectors.json'), 'utf8')) as { vectors: Vector[] };
  return vectors.find((v) => v.id === id) ?? expect.unreachable(`no vector ${id}`);
}

const suite = createNodeSuite({ entropy: () => expect.unreachable('no randomness is wanted here') });
const source = randomFor(4, 'utrn');
const newKey = () => suite.generateKey('P-256', (count) => source.bytes(count));
const prepayment = newKey();
const deviceKey = newKey();
const parties: UtrnParties = {
  supplier: parseEui64('90b3d51f30010000'),
  device: parseEui64('00db1234567890a0'),
  z: suite.sharedSecret(prepayment, deviceKey.publicKey),
};

const contents = fc.record({
  valueClass: fc.constantFrom('pence' as const, 'pounds' as const),
  value: fc.integer({ min: 0, max: UTRN_MAX_VALUE }),
  counter: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
});

describe('reference vectors', () => {
  it.for([29, 30, 31])('%i: token of a top-up command', (id, context) => {
    const { input, output } = vector(context, id);
    const counter = Number(BigInt(input.originatorCounter ?? 0) >> 32n);
    const content: UtrnContent = {
      counter,
      valueClass: input.valueClass === 1 ? 'pounds' : 'pence',
      value: Number(input.value),
    };
    const [supplier, device] = [parseEui64(String(input.supplier)), parseEui64(String(input.device))];
    const own = { supplier, device, z: fromHex(String(input.Z)) };
    expect(makeUtrn(suite, own, content)).toBe(output.utrn);
    expect(checkUtrn(suite, own, String(output.utrn), counter - 1)).toEqual({ verdict: 'valid', content });
  });

  it('33: check digit', (context) => {
    const { input, output } = vector(context, 33);
    expect(utrnCheckDigit(String(input.digits))).toBe(String(output.digit));
  });

  it.for([34, 35, 36])('%i: counter from its last 10 bits', (id, context) => {
    const { input, output } = vector(context, id);
    expect(reconstructUtrnCounter(Number(input.highestCached), Number(input.truncated10))).toBe(output.utrnCounter);
  });
});

describe('making and checking', () => {
  it('agrees with the second implementation', () => {
    for (let i = 0; i < 12; i++) {
      const content: UtrnContent = { valueClass: i % 2 ? 'pounds' : 'pence', value: source.below(8192), counter: source.u32() };
      const token = {
        supplier: eui64Bytes(parties.supplier),
        device: eui64Bytes(parties.device),
        counter: BigInt(content.counter),
        pounds: content.valueClass === 'pounds',
        value: content.value,
      };
      expect(makeUtrn(suite, parties, content)).toBe(secondMakeUtrn(token, prepayment.scalar, deviceKey.publicKey.point));
    }
  });

  it('a token comes back with value, class and counter, near any counter within 511', () => {
    fc.assert(
      fc.property(contents, fc.integer({ min: -511, max: 511 }), (content, distance) => {
        const utrn = makeUtrn(suite, parties, content);
        expect(utrn).toMatch(/^7\d{19}$/);
        const highest = Math.min(2 ** 32 - 1, Math.max(0, content.counter + distance));
        expect(checkUtrn(suite, parties, utrn, highest)).toEqual({ verdict: 'valid', content });
      }),
      { seed: 21, numRuns: 200 },
    );
  });

  it('a token for another device, by another supplier or far from the counter is not authentic', () => {
    const content: UtrnContent = { valueClass: 'pounds', value: 10, counter: 3 };
    const utrn = makeUtrn(suite, parties, content);
    const other = { ...parties, device: parseEui64('00db1234567890a1') };
    expect(checkUtrn(suite, other, utrn, 2)).toEqual({ verdict: 'not-authentic', content });
    expect(checkUtrn(suite, { ...parties, z: new Uint8Array(32) }, utrn, 2).verdict).toBe('not-authentic');
    expect(checkUtrn(suite, parties, utrn, 2000)).toEqual({ verdict: 'not-authentic', content: { ...content, counter: 2051 } });
  });

  it('a counter that would be negative is not authentic', () => {
    const utrn = makeUtrn(suite, parties, { valueClass: 'pence', value: 1, counter: 1020 });
    expect(checkUtrn(suite, parties, utrn, 0)).toMatchObject({ verdict: 'not-authentic', content: { counter: -4 } });
    expect(checkUtrn(suite, parties, utrn, 512).verdict).toBe('valid');
  });

  it('every single wrong digit and every swap of neighbours is found before any cryptography', () => {
    const utrn = makeUtrn(suite, parties, { valueClass: 'pounds', value: 25, counter: 77 });
    for (let at = 0; at < 20; at++) {
      for (let digit = 0; digit < 10; digit++) {
        if (utrn[at] === String(digit)) continue;
        const changed = utrn.slice(0, at) + digit + utrn.slice(at + 1);
        expect(checkUtrn(suite, parties, changed, 76).verdict).toBe('bad-check-digit');
      }
    }
    // Verhoeff's promise for neighbours holds among the 19 digits the permutations cover.
    for (let at = 0; at < 18; at++) {
      if (utrn[at] === utrn[at + 1]) continue;
      const swapped = utrn.slice(0, at) + utrn[at + 1] + utrn[at] + utrn.slice(at + 2);
      expect(checkUtrn(suite, parties, swapped, 76).verdict).toBe('bad-check-digit');
    }
  });

  it('any text is answered, none throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9]{20}$/)), (text) => {
        expect(['bad-format', 'bad-check-digit', 'not-authentic']).toContain(checkUtrn(suite, parties, text, 5).verdict);
      }),
      { seed: 22, numRuns: 500 },
    );
  });

  it.each([
    ['', /20 decimal digits/],
    ['7394614433204021731', /20 decimal digits/],
    ['7394614433204021731x', /20 decimal digits/],
    [' 73946144332040217315', /20 decimal digits/],
  ])('%j is no token', (text, message) => {
    const read = readUtrn(text);
    expect('verdict' in read && read.message).toMatch(message);
  });

  it('digits outside the range of tokens or of an unused value class are refused', () => {
    const sealed = (digits: string) => digits + utrnCheckDigit(digits);
    const base = 7_394_156_990_786_306_048n;
    expect(readUtrn(sealed((base - 1n).toString()))).toMatchObject({
      verdict: 'bad-format',
      message: expect.stringMatching(/range/),
    });
    expect(readUtrn(sealed((base + (1n << 57n)).toString()))).toMatchObject({
      verdict: 'bad-format',
      message: expect.stringMatching(/range/),
    });
    expect(readUtrn(sealed((base + (2n << 45n)).toString()))).toMatchObject({
      verdict: 'bad-format',
      message: expect.stringMatching(/class 2/),
    });
    expect(readUtrn(sealed((base + (1n << 45n)).toString()))).toMatchObject({ valueClass: 'pounds', value: 0 });
  });

  it.each([
    { value: 8192, counter: 1 },
    { value: -1, counter: 1 },
    { value: 1.5, counter: 1 },
    { value: 1, counter: -1 },
    { value: 1, counter: 2 ** 32 },
    { value: 1, counter: 0.5 },
  ])('refuses to make $value, counter $counter', (content) => {
    expect(() => makeUtrn(suite, parties, { ...content, valueClass: 'pence' })).toThrowError(ProtocolFault);
  });

  it('counter and check digit agree with the second implementation', () => {
    for (let i = 0; i < 300; i++) {
      const [highest, truncated] = [source.u32(), source.below(1024)];
      expect(BigInt(reconstructUtrnCounter(highest, truncated))).toBe(restoreCounter(BigInt(highest), BigInt(truncated)));
      const digits = Array.from({ length: 19 }, () => source.below(10)).join('');
      expect(utrnCheckDigit(digits)).toBe(checkDigit(digits));
    }
  });

  it('the originator counter holds the UTRN counter in its high half', () => {
    expect(utrnOriginatorCounter(6)).toBe(25_769_803_776n);
  });

  it('the worked example of the specification', () => {
    expect(reconstructUtrnCounter(2_458_896_167, 812)).toBe(2_458_896_172);
  });
});
