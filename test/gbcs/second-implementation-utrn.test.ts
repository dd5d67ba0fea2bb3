import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { publicKeyFromPoint } from '../../firmware-sim/crypto/keys.ts';
import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { checkUtrn, makeUtrn, reconstructUtrnCounter, utrnCheckDigit } from '../../firmware-sim/gbcs/utrn.ts';
import { eui64At } from '../../firmware-sim/kernel/eui64.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';
import { eui, type Party, point, scalar } from '../second/cast.ts';
import { checkDigit, makeUtrn as makeBySecond, restoreCounter } from '../second/utrn.ts';
import { readVectors } from '../support/vectors.ts';

const random = randomFor('second implementation', 'utrn');
const suite = createNodeSuite({ entropy: (count) => random.bytes(count) });

/** Whose token it is, in the terms of the product; the secret from the supplier's prepayment key. */
function partiesOf(device: Party) {
  const z = suite.sharedSecret(suite.privateKey('P-256', scalar('supplier', 'pp-ka')), publicKeyFromPoint(point(device, 'ka')));
  return { supplier: eui64At(eui('supplier')), device: eui64At(eui(device)), z };
}

describe('prepayment tokens of both implementations', () => {
  test.each(readVectors().tokens)(
    '$device, $value $valueClass: the token of the vector file',
    ({ device, counter, valueClass, value, utrn }) => {
      const content = { valueClass, value, counter: Number(counter) };
      expect(makeUtrn(suite, partiesOf(device), content)).toBe(utrn);
      expect(checkUtrn(suite, partiesOf(device), utrn, Number(counter))).toEqual({ verdict: 'valid', content });
    },
  );

  test('any value and counter: the same digits', () => {
    const device = fc.constantFrom<Party>('esme', 'gsme');
    const value = fc.nat({ max: 8191 });
    const counter = fc.integer({ min: 1, max: 0xffff_ffff });
    fc.assert(
      fc.property(device, value, counter, fc.boolean(), (to, amount, count, pounds) => {
        const token = { supplier: eui('supplier'), device: eui(to), counter: BigInt(count), pounds, value: amount };
        const utrn = makeBySecond(token, scalar('supplier', 'pp-ka'), point(to, 'ka'));
        const content = { valueClass: pounds ? ('pounds' as const) : ('pence' as const), value: amount, counter: count };
        expect(makeUtrn(suite, partiesOf(to), content)).toBe(utrn);
        expect(checkUtrn(suite, partiesOf(to), utrn, count)).toEqual({ verdict: 'valid', content });
      }),
      { numRuns: 60, seed: 20260306 },
    );
  });

  test('any digits and counters: the same check digit, the same whole counter', () => {
    const digits = fc.bigInt({ min: 10n ** 18n, max: 10n ** 19n - 1n });
    fc.assert(
      fc.property(digits, fc.integer({ min: 512, max: 0xffff_ffff }), fc.nat({ max: 1023 }), (number, highest, truncated) => {
        expect(utrnCheckDigit(number.toString())).toBe(checkDigit(number.toString()));
        expect(BigInt(reconstructUtrnCounter(highest, truncated))).toBe(restoreCounter(BigInt(highest), BigInt(truncated)));
      }),
      { numRuns: 2000, seed: 20260307 },
    );
  });
});
