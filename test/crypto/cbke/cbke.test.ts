import { createECDH } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aesMmo, installCodeCrc, installCodeLinkKey } from '../../../firmware-sim/crypto/aes-mmo.ts';
import { confirmationMac, deriveKeys, sharedSecretMqv } from '../../../firmware-sim/crypto/cbke/agreement.ts';
import {
  type CbkeSuite,
  curveOf,
  type ImplicitCertificate,
  issueCertificate,
  readImplicitCertificate,
  reconstructPublicKey,
} from '../../../firmware-sim/crypto/cbke/certificate.ts';
import { type KoblitzCurve, type Point, SECT163K1, SECT283K1 } from '../../../firmware-sim/crypto/cbke/koblitz-curve.ts';
import { openCcmStar, sealCcmStar } from '../../../firmware-sim/crypto/ccm-star.ts';
import { fromHex, toBigInt, toHex } from '../../../firmware-sim/kernel/bytes.ts';
import { needShared } from '../../support/shared.ts';

interface VectorDevice {
  readonly eui?: string;
  readonly certificate: string;
  readonly staticPrivateKey: string;
  readonly staticPublicKey?: string;
  readonly ephemeralPrivateKey?: string;
  readonly ephemeralPublicKey?: string;
}

interface VectorSuite {
  readonly caPublicKey: string;
  readonly device1: VectorDevice;
  readonly device2: VectorDevice;
  readonly Z: string;
  readonly moreDevices?: readonly VectorDevice[];
}

interface Vectors {
  readonly suite1: VectorSuite & { readonly macKey: string; readonly macV: string; readonly keyData: string };
  readonly suite2: VectorSuite & { readonly macKeyComputed: string; readonly keyDataComputed: string };
  readonly installCode: { readonly code: string; readonly crc: string; readonly linkKey: string };
}

const vectorsOf = (context: { skip(note?: string): never }): Vectors =>
  JSON.parse(readFileSync(needShared(context, 'spec/cbke-vectors.json'), 'utf8')) as Vectors;

function pointOf(curve: KoblitzCurve, hex: string): Point {
  const point = curve.decompress(fromHex(hex));
  if (!point) throw new TypeError(`${hex} is no point`);
  return point;
}

function certificateOf(suite: CbkeSuite, hex: string): ImplicitCertificate {
  const certificate = readImplicitCertificate(suite, fromHex(hex));
  if (typeof certificate === 'string') throw new TypeError(certificate);
  return certificate;
}

const scalarOfHex = (hex: string): bigint => toBigInt(fromHex(hex));

const CURVES: readonly (readonly [string, KoblitzCurve])[] = [
  ['sect163k1', SECT163K1],
  ['sect283k1', SECT283K1],
];

describe.each(CURVES)('%s', (name, curve) => {
  const scalars = fc.bigInt({ min: 1n, max: curve.order - 1n });

  it('multiplies and compresses as OpenSSL does', () => {
    fc.assert(
      fc.property(scalars, scalars, (a, b) => {
        const ecdh = createECDH(name);
        const octets = curve.field.octets;
        ecdh.setPrivateKey(a.toString(16).padStart(2 * octets, '0'), 'hex');
        const own = curve.multiply(curve.base, a);
        const peer = curve.multiply(curve.base, b);
        expect(own && peer).toBeDefined();
        if (!own || !peer) return;
        expect(toHex(curve.compress(own))).toBe(ecdh.getPublicKey('hex', 'compressed'));
        const shared = curve.multiply(peer, a);
        expect(shared && toHex(curve.field.toBytes(shared.x))).toBe(
          ecdh
            .computeSecret(curve.compress(peer))
            .toString('hex')
            .padStart(2 * octets, '0'),
        );
      }),
      { numRuns: 20 },
    );
  });

  it('is a group: a P + b P = (a + b) P, and n P is infinity', () => {
    fc.assert(
      fc.property(scalars, scalars, (a, b) => {
        const [p, q] = [curve.multiply(curve.base, a), curve.multiply(curve.base, b)];
        const sum = curve.multiply(curve.base, (a + b) % curve.order);
        expect(p && q && curve.add(p, q)).toEqual(sum);
      }),
      { numRuns: 20 },
    );
    expect(curve.multiply(curve.base, curve.order)).toBeUndefined();
    expect(curve.add(curve.base, curve.negate(curve.base))).toBeUndefined();
    expect(curve.add(curve.base, curve.base)).toEqual(curve.multiply(curve.base, 2n));
  });

  it('takes compressed points apart and refuses what names none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: curve.pointOctets, maxLength: curve.pointOctets }), (octets) => {
        octets[0] = 2 + ((octets[0] as number) & 1);
        const point = curve.decompress(octets);
        if (!point) return;
        expect(curve.isOnCurve(point)).toBe(true);
        expect(toHex(curve.compress(point))).toBe(toHex(octets));
      }),
    );
    const good = curve.compress(curve.base);
    expect(curve.decompress(good.with(0, 4))).toBeUndefined();
    expect(curve.decompress(good.subarray(1))).toBeUndefined();
    expect(curve.decompress(new Uint8Array(curve.pointOctets).fill(0xff).with(0, 2))).toBeUndefined();
  });

  it('does not use points of small order or off the curve', () => {
    const order2 = curve.decompress(new Uint8Array(curve.pointOctets).with(0, 2));
    expect(order2 && curve.isOnCurve(order2)).toBe(true);
    expect(order2 && curve.isUsable(order2)).toBe(false);
    expect(curve.isUsable(curve.base)).toBe(true);
    expect(curve.isUsable({ x: curve.base.x, y: curve.field.add(curve.base.y, curve.field.one) })).toBe(false);
  });
});

describe.each([1, 2] as const)('suite %i', (suite) => {
  const curve = curveOf(suite);

  it('certificates give the public keys of their private keys (public vectors)', (context) => {
    const vectors = vectorsOf(context)[`suite${suite}`];
    const authority = pointOf(curve, vectors.caPublicKey);
    for (const { certificate, staticPrivateKey, eui } of [vectors.device1, vectors.device2, ...(vectors.moreDevices ?? [])]) {
      const read = certificateOf(suite, certificate);
      expect(reconstructPublicKey(read, authority)).toEqual(curve.multiply(curve.base, scalarOfHex(staticPrivateKey)));
      if (eui !== undefined) expect(toHex(read.subject)).toBe(eui);
    }
  });

  it('both sides agree on the published secret (public vectors)', (context) => {
    const vectors = vectorsOf(context)[`suite${suite}`];
    const authority = pointOf(curve, vectors.caPublicKey);
    const sides = [vectors.device1, vectors.device2].map(
      ({ certificate, staticPrivateKey, ephemeralPrivateKey = '', ...device }) => {
        const ephemeralKey = scalarOfHex(ephemeralPrivateKey);
        const ephemeralPoint = curve.multiply(curve.base, ephemeralKey);
        expect(ephemeralPoint && toHex(curve.compress(ephemeralPoint))).toBe(device.ephemeralPublicKey?.toLowerCase());
        const staticPoint = reconstructPublicKey(certificateOf(suite, certificate), authority);
        if (!ephemeralPoint || !staticPoint) throw new TypeError('a key is infinity');
        return { staticKey: scalarOfHex(staticPrivateKey), ephemeralKey, ephemeralPoint, staticPoint };
      },
    );
    const [one, two] = sides;
    if (!one || !two) throw new TypeError('two sides');
    for (const [own, peer] of [
      [one, two],
      [two, one],
    ] as const) {
      const secret = sharedSecretMqv(suite, own, peer);
      expect(secret && toHex(secret)).toBe(vectors.Z.toLowerCase());
    }
  });

  it('keys and confirmation of the published secret (public vectors)', (context) => {
    const all = vectorsOf(context);
    const vectors =
      suite === 1
        ? { macKey: all.suite1.macKey, keyData: all.suite1.keyData }
        : { macKey: all.suite2.macKeyComputed, keyData: all.suite2.keyDataComputed };
    const { macKey, linkKey } = deriveKeys(fromHex(all[`suite${suite}`].Z));
    expect([toHex(macKey), toHex(linkKey)]).toEqual([vectors.macKey.toLowerCase(), vectors.keyData.toLowerCase()]);
    if (suite === 2) return;
    const party = ({ eui = '', ephemeralPublicKey = '' }: VectorDevice) => ({
      eui: fromHex(eui),
      ephemeral: fromHex(ephemeralPublicKey),
    });
    const mac = confirmationMac(macKey, 'V', party(all.suite1.device1), party(all.suite1.device2));
    expect(toHex(mac)).toBe(all.suite1.macV);
  });

  it('a test authority issues certificates whose holders agree with each other', () => {
    const authorityKey = curve.order - 12_345n;
    const authority = { eui: fromHex('0011223344556677'), privateKey: authorityKey };
    const authorityPoint = curve.multiply(curve.base, authorityKey);
    const scalars = fc.bigInt({ min: 1n, max: curve.order - 1n });
    fc.assert(
      fc.property(fc.tuple(scalars, scalars, scalars), fc.tuple(scalars, scalars, scalars), (first, second) => {
        const sides = [first, second].map(([secret, blind, ephemeralKey], i) => {
          const subject = fromHex(`00db12345678900${i}`);
          const issued = issueCertificate(
            suite,
            authority,
            subject,
            { serial: new Uint8Array(8), validFrom: 1_500_000_000 },
            { secret, blind },
          );
          const ephemeralPoint = curve.multiply(curve.base, ephemeralKey);
          const read = issued && certificateOf(suite, toHex(issued.certificate));
          const staticPoint = read && authorityPoint && reconstructPublicKey(read, authorityPoint);
          // Two scalars that cancel out give infinity: an authority draws again.
          fc.pre(issued !== undefined && staticPoint !== undefined);
          if (!issued || !read || !ephemeralPoint || !staticPoint) throw new TypeError('infinity');
          expect(toHex(read.issuer)).toBe('0011223344556677');
          expect(staticPoint).toEqual(curve.multiply(curve.base, issued.privateKey));
          return { staticKey: issued.privateKey, ephemeralKey, ephemeralPoint, staticPoint };
        });
        const [one, two] = sides;
        if (!one || !two) throw new TypeError('two sides');
        expect(sharedSecretMqv(suite, one, two)).toEqual(sharedSecretMqv(suite, two, one));
      }),
      { numRuns: 4 },
    );
  });

  it('says what is wrong with a certificate', () => {
    const issued = issueCertificate(
      suite,
      { eui: new Uint8Array(8), privateKey: 7n },
      new Uint8Array(8),
      { serial: new Uint8Array(8), validFrom: 0 },
      { secret: 5n, blind: 6n },
    );
    const good = issued?.certificate ?? new Uint8Array(0);
    expect(typeof readImplicitCertificate(suite, good)).toBe('object');
    expect(readImplicitCertificate(suite, good.subarray(1))).toBe('wrong-size');
    const at = suite === 1 ? 0 : 37;
    const small = good.slice();
    small.set(new Uint8Array(curve.pointOctets).with(0, 2), at);
    expect(readImplicitCertificate(suite, small)).toBe('bad-point');
    expect(readImplicitCertificate(suite, good.with(at, 5))).toBe('bad-point');
    if (suite === 1) return;
    expect(readImplicitCertificate(2, good.with(9, 0))).toBe('wrong-kind');
    expect(readImplicitCertificate(2, good.with(36, 0))).toBe('wrong-usage');
  });

  it('never throws for a peer’s octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (octets) => {
        expect(['string', 'object']).toContain(typeof readImplicitCertificate(suite, octets));
      }),
    );
  });
});

describe('AES-MMO, install codes and CCM*', () => {
  it('makes the link key of the published install code', (context) => {
    const { code, crc, linkKey } = vectorsOf(context).installCode;
    expect(toHex(installCodeCrc(fromHex(code)))).toBe(crc.toLowerCase());
    expect(toHex(installCodeLinkKey(fromHex(code)))).toBe(linkKey.toLowerCase());
  });

  it('hashes any length, long ones with the long padding', () => {
    const lengths = [0, 1, 13, 14, 15, 16, 17, 8191, 8192, 8193];
    const hashes = lengths.map((length) => toHex(aesMmo(new Uint8Array(length))));
    expect(new Set(hashes).size).toBe(lengths.length);
    expect(hashes.every((hash) => hash.length === 32)).toBe(true);
  });

  it('opens what it sealed, and nothing that was changed', () => {
    const sizes = { minLength: 16, maxLength: 16 };
    fc.assert(
      fc.property(
        fc.uint8Array(sizes),
        fc.uint8Array({ minLength: 13, maxLength: 13 }),
        fc.uint8Array({ maxLength: 40 }),
        fc.uint8Array({ maxLength: 100 }),
        fc.nat(),
        (key, nonce, header, plaintext, at) => {
          const sealed = sealCcmStar(key, nonce, header, plaintext);
          expect(sealed.length).toBe(plaintext.length + 4);
          expect(openCcmStar(key, nonce, header, sealed)).toEqual(plaintext);
          const place = at % sealed.length;
          expect(openCcmStar(key, nonce, header, sealed.with(place, (sealed[place] as number) ^ 1))).toBeUndefined();
        },
      ),
    );
    expect(openCcmStar(new Uint8Array(16), new Uint8Array(13), new Uint8Array(0), new Uint8Array(3))).toBeUndefined();
  });
});
