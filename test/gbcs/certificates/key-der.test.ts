import { createPrivateKey, createPublicKey } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodePrivateKey,
  encodePublicKeyInfo,
  parsePrivateKey,
  parsePublicKeyInfo,
} from '../../../firmware-sim/gbcs/certificates/key-der.ts';
import { oidBytes, oidText } from '../../../firmware-sim/gbcs/certificates/object-identifiers.ts';
import { ProtocolFault } from '../../../firmware-sim/kernel/errors.ts';
import { randomFor } from '../../../firmware-sim/kernel/random.ts';
import { suite } from './support.ts';

const source = randomFor(6, 'keys');
const keys = (['P-256', 'P-384'] as const).map((curve) => suite.generateKey(curve, (count) => source.bytes(count)));

describe('keys in DER', () => {
  it.each(keys)('PKCS#8 of $curve is what Node writes and reads', (key) => {
    const der = encodePrivateKey(key);
    const node = createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' });
    expect(new Uint8Array(node.export({ format: 'der', type: 'pkcs8' }))).toEqual(der);
    expect(parsePrivateKey(suite, der)).toEqual(key);
  });

  it.each(keys)('SEC 1 of $curve is read', (key) => {
    const node = createPrivateKey({ key: Buffer.from(encodePrivateKey(key)), format: 'der', type: 'pkcs8' });
    expect(parsePrivateKey(suite, new Uint8Array(node.export({ format: 'der', type: 'sec1' })))).toEqual(key);
  });

  it.each(keys)('a public key of $curve is what Node writes and reads', ({ publicKey }) => {
    const der = encodePublicKeyInfo(publicKey);
    const node = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' });
    expect(new Uint8Array(node.export({ format: 'der', type: 'spki' }))).toEqual(der);
    expect(parsePublicKeyInfo(der)).toEqual(publicKey);
  });

  it('refuses a private key whose public part is another', () => {
    const [key, other] = [keys[0], keys[1]].map((k) => k ?? expect.unreachable('keys'));
    const twin = suite.generateKey('P-256', (count) => source.bytes(count));
    if (!key || !other) return;
    expect(() => parsePrivateKey(suite, encodePrivateKey({ ...key, publicKey: twin.publicKey }))).toThrowError(/not its own/);
    expect(() => parsePrivateKey(suite, encodePrivateKey({ ...key, scalar: new Uint8Array(32) }))).toThrowError(/scalar/);
  });

  it('arbitrary and mutated octets are a key or a fault', () => {
    const good = keys.map(encodePrivateKey);
    fc.assert(
      fc.property(fc.nat(1), fc.nat(200), fc.nat(255), fc.uint8Array({ maxLength: 60 }), (which, at, value, octets) => {
        const changed = (good[which] as Uint8Array).slice();
        changed[at % changed.length] = value;
        for (const input of [changed, octets, changed.subarray(0, at)]) {
          for (const read of [() => parsePrivateKey(suite, input), () => parsePublicKeyInfo(input)]) {
            try {
              expect(read()).toBeDefined();
            } catch (error) {
              if (!(error instanceof ProtocolFault)) throw error;
            }
          }
        }
      }),
      { seed: 12, numRuns: 400 },
    );
  });
});

describe('object identifiers', () => {
  it.each(['1.2.826.0.1.8641679.1.2.1.4', '2.5.29.15', '2.999.3', '0.9', '1.3.6.1.5.5.7.8.4'])('%s comes back', (text) => {
    expect(oidText(oidBytes(text))).toBe(text);
  });

  it.each(['', '1', '3.1', '1.40', 'a.b', '1..2', '1.2.-3', '1.2.1e3'])('%j is refused', (text) => {
    expect(() => oidBytes(text)).toThrowError(ProtocolFault);
  });
});
