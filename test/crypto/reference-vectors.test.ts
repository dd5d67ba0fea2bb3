import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { publicKeyFromPoint } from '../../firmware-sim/crypto/keys.ts';
import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { decodeEnvelope, encodeEnvelope, signedPart } from '../../firmware-sim/gbcs/envelope.ts';
import { concat, fromAscii, fromBigInt, fromHex, toHex } from '../../firmware-sim/kernel/bytes.ts';
import { needShared } from '../support/shared.ts';

type Strings = Readonly<Record<string, string>>;

interface Vector {
  readonly id: number;
  readonly input: Strings;
  readonly output: Strings;
}

type TestContext = Parameters<typeof needShared>[0];

/** Fields of a vector of the reference set; the running test is skipped where the set is absent. */
function vector(context: TestContext, id: number): { in: (name: string) => string; out: (name: string) => string } {
  const path = needShared(context, 'spec/vectors.json');
  const { vectors } = JSON.parse(readFileSync(path, 'utf8')) as { vectors: Vector[] };
  const found = vectors.find((v) => v.id === id);
  const field = (fields: Strings | undefined) => (name: string) =>
    fields?.[name] ?? expect.unreachable(`vector ${id} lacks ${name}`);
  return { in: field(found?.input), out: field(found?.output) };
}

const suite = createNodeSuite({ entropy: () => expect.unreachable('no randomness is wanted here') });
const publicKey = (xy: string) => publicKeyFromPoint(concat(Uint8Array.of(4), fromHex(xy)));

describe('reference vectors', () => {
  it.for([1, 2, 3, 4, 5])('%i: shared secret', (id, context) => {
    const v = vector(context, id);
    const own = suite.privateKey('P-256', fromHex(v.in('remotePrivateD')));
    expect(toHex(suite.sharedSecret(own, publicKey(v.in('devicePublicXY'))))).toBe(v.out('Z'));
  });

  it.for([16, 17, 18, 19, 20, 21])('%i: signature of a message', (id, context) => {
    const v = vector(context, id);
    const envelope = decodeEnvelope(fromHex(v.in('message')));
    const signed = signedPart(envelope);
    expect(toHex(signed)).toBe(v.out('toBeSigned'));
    expect(toHex(suite.sha256(signed))).toBe(v.out('sha256'));
    expect(toHex(envelope.signature ?? new Uint8Array(0))).toBe(v.out('signatureRS'));
    expect(suite.verify(publicKey(v.in('signerPublicXY')), signed, fromHex(v.out('signatureRS')))).toBe(true);
    signed[9] = (signed[9] as number) ^ 1;
    expect(suite.verify(publicKey(v.in('signerPublicXY')), signed, fromHex(v.out('signatureRS')))).toBe(false);
  });

  it('22: what a pre-command signs is what its command signs', (context) => {
    const v = vector(context, 22);
    const precommand = decodeEnvelope(fromHex(v.in('precommand')));
    const command = decodeEnvelope(fromHex(v.out('commandAfterSigningAndMac')));
    expect(toHex(signedPart(precommand))).toBe(v.out('toBeSigned'));
    expect(toHex(suite.sha256(signedPart(precommand)))).toBe(v.out('sha256'));
    const { signature, mac } = command;
    expect(toHex(encodeEnvelope({ ...precommand, signature, mac }))).toBe(v.out('commandAfterSigningAndMac'));
  });

  it('32: SHA-1 behind a subject key identifier', (context) => {
    const v = vector(context, 32);
    expect(toHex(suite.sha1(fromHex(v.in('uncompressedPoint'))))).toBe(v.out('sha1'));
  });

  it('37: k by extra random bits', (context) => {
    const v = vector(context, 37);
    const drawing = createNodeSuite({ entropy: () => fromHex(v.in('randomC')) });
    const key = suite.privateKey('P-256', fromHex(v.in('privateD')));
    const signature = drawing.sign('ecdsa', key, fromHex(v.in('message')));
    expect(toHex(signature)).toBe(v.out('signatureRS'));
    expect(suite.verify(key.publicKey, fromHex(v.in('message')), signature)).toBe(true);
  });

  it('38: k by testing candidates, one candidate rejected', (context) => {
    const v = vector(context, 38);
    const draws = [fromHex(v.in('rejectedCandidate')), fromHex(v.in('randomC'))];
    const drawing = createNodeSuite({ entropy: () => draws.shift() ?? expect.unreachable('a third candidate') });
    const key = suite.privateKey('P-256', fromHex(v.in('privateD')));
    expect(toHex(drawing.sign('cnsa-candidates', key, fromHex(v.in('message'))))).toBe(v.out('signatureRS'));
    expect(draws).toHaveLength(0);
  });

  it.for([
    { id: 39, curve: 'P-256', profile: 'ecdsa' },
    { id: 40, curve: 'P-384', profile: 'cnsa-p384' },
  ] as const)('$id: Suite B guide example on $curve', ({ id, curve, profile }, context) => {
    const v = vector(context, id);
    const drawing = createNodeSuite({ entropy: (count) => fromBigInt(BigInt(`0x${v.in('k')}`) - 1n, count) });
    const key = suite.privateKey(curve, fromHex(v.in('privateD')));
    const message = fromAscii(v.in('messageAscii'));
    expect(toHex(curve === 'P-256' ? suite.sha256(message) : suite.sha384(message))).toBe(v.out('digest'));
    expect(toHex(drawing.sign(profile, key, message))).toBe(v.out('signatureRS'));
  });
});
