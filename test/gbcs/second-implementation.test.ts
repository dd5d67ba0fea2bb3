/**
 * Two implementations, one answer: the test vectors are made by the second implementation and judged by the first, and
 * what the first one protects is judged by the second. `HANBENCH_WRITE_VECTORS=1` rewrites `test/vectors/messages.json`.
 */
import { createPublicKey, X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { PrivateKey } from '../../firmware-sim/crypto/keys.ts';
import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import {
  decodeEnvelope,
  decodeGbtBlock,
  type Envelope,
  encodeEnvelope,
  encodeGbtBlock,
} from '../../firmware-sim/gbcs/envelope.ts';
import type { Cra, MessageHeader } from '../../firmware-sim/gbcs/header.ts';
import {
  checkMac,
  checkSignature,
  encryptionContext,
  encryptionParty,
  macEnvelope,
  openSensitive,
  sealSensitive,
  sharedSecretOf,
  signEnvelope,
} from '../../firmware-sim/gbcs/protection.ts';
import { fromHex, toHex } from '../../firmware-sim/kernel/bytes.ts';
import { type Eui64, eui64Hex, parseEui64 } from '../../firmware-sim/kernel/eui64.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';
import { glue } from '../second/blocks.ts';
import { agree } from '../second/crypto.ts';
import { flip, type Octets, toText } from '../second/octets.ts';
import { macVerdict, opened, readMessage, sealedParts, signatureVerdict } from '../second/reader.ts';
import { checkDigit } from '../second/utrn.ts';
import { makeVectors, type VectorMessage } from '../second/vectors.ts';
import { readVectors, VECTOR_FILE, vectorKeys } from '../support/vectors.ts';

if (process.env.HANBENCH_WRITE_VECTORS === '1') writeFileSync(VECTOR_FILE, `${JSON.stringify(makeVectors(), undefined, 1)}\n`);

const vectors = readVectors();

const random = randomFor('second implementation', 'engine');
const suite = createNodeSuite({ entropy: (count) => random.bytes(count) });
const provider = vectorKeys(vectors, suite);

/** A key of the vector file in hex. */
function keyOf(party: string, key: string) {
  const found = vectors.parties[party]?.keys[key];
  expect(found, `${party} ${key}`).toBeDefined();
  return found as NonNullable<typeof found>;
}

const isDeviceToDevice = (m: VectorMessage): boolean => m.category === 'SME.C.PPMID-GSME';

describe('the vector file', () => {
  test('is what the second implementation makes today', () => {
    expect(makeVectors()).toEqual(vectors);
  });

  test('has every message category', () => {
    const categories = new Set(vectors.messages.map((m) => `${m.form} ${m.mac} ${m.signature}`));
    expect([...categories].sort()).toEqual([
      'alert absent valid',
      'alert valid absent',
      'command absent valid',
      'command valid absent',
      'command valid valid',
      'pre-command absent absent',
      'response absent valid',
      'response valid absent',
    ]);
    const informationForms = new Set(
      vectors.messages.map(({ header: { supplementary: s } }) =>
        s ? [s.counter, s.originatorCounter, s.certificate].map((part) => (part === null ? 0 : 1)).join('') : 'none',
      ),
    );
    expect([...informationForms].sort()).toEqual(['000', '100', '101', '110', 'none']);
    expect(new Set(vectors.messages.map((m) => m.name)).size).toBe(vectors.messages.length);
  });

  test('never uses one nonce for two messages', () => {
    const ids = vectors.messages
      .filter((m) => m.form !== 'pre-command')
      .map(({ header: h }) => `${h.originator} ${h.originatorCounter} ${h.recipient} ${h.cra}`);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('what else the vector file holds', () => {
  test('certificates that Node reads and whose issuer signed them', () => {
    const { point } = keyOf('issuingAuthority', 'ds');
    const [x, y] = [point.slice(2, 66), point.slice(66)].map((part) => Buffer.from(part, 'hex').toString('base64url'));
    const issuer = createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' } });
    const carried = vectors.messages.flatMap(({ header: { supplementary } }) => supplementary?.certificate ?? []);
    expect(carried).toHaveLength(3);
    for (const der of carried) {
      const certificate = new X509Certificate(fromHex(der));
      expect(certificate.verify(issuer)).toBe(true);
      const { x: ownX } = certificate.publicKey.export({ format: 'jwk' });
      expect(toHex(Buffer.from(ownX ?? '', 'base64url'))).toBe(keyOf('otherSupplier', 'ka').point.slice(2, 66));
    }
  });

  test('tokens that the top-up commands carry', () => {
    const digits = (name: string): string =>
      Buffer.from(vectors.messages.find((m) => m.name === name)?.payload ?? '', 'hex').toString('latin1');
    const [esme, gsme] = vectors.tokens.map((token) => token.utrn);
    expect(digits('cs01a-command')).toContain(esme);
    expect(digits('pcs01-command')).toContain(gsme);
    for (const { utrn } of vectors.tokens) expect(utrn).toBe(utrn.slice(0, 19) + checkDigit(utrn.slice(0, 19)));
  });

  test('DER lengths that are not minimal', () => {
    const wide = vectors.messages.filter((m) => m.category.includes('not minimal'));
    expect(wide).toHaveLength(2);
    for (const { payload } of wide) expect(payload).toMatch(/^308200/);
  });
});

/** MAC and signature verdicts of the second implementation. */
function secondVerdicts(m: VectorMessage, octets: Octets): { mac: string; signature: string } {
  const message = readMessage(octets);
  const [a, b] = m.macBetween ?? ['supplier', 'esme'];
  const signing = m.signedBy ? keyOf(m.signedBy.party, m.signedBy.key) : keyOf('supplier', 'ds');
  return {
    mac: macVerdict(message, agree(fromHex(keyOf(a, 'ka').scalar), fromHex(keyOf(b, 'ka').point))),
    signature: signatureVerdict(message, signing.curve, fromHex(signing.point)),
  };
}

/** The same of the first one. */
function firstVerdicts(m: VectorMessage, octets: Octets): { mac: string; signature: string } {
  const keys = provider(m.signedBy?.key);
  const envelope = decodeEnvelope(octets);
  return { mac: checkMac(suite, envelope, keys, isDeviceToDevice(m)), signature: checkSignature(suite, envelope, keys) };
}

function headerOf(m: VectorMessage): MessageHeader {
  const { header: h } = m;
  const s = h.supplementary;
  return {
    cra: (['command', 'response', 'alert'] as const)[h.cra - 1] as Cra,
    originatorCounter: BigInt(h.originatorCounter),
    originator: parseEui64(h.originator),
    recipient: parseEui64(h.recipient),
    dateTime: h.dateTime === null ? undefined : fromHex(h.dateTime),
    messageCode: Number(h.messageCode),
    supplementary: s
      ? {
          remoteParty: parseEui64(s.remoteParty),
          ...(s.counter === null ? {} : { counter: BigInt(s.counter) }),
          ...(s.originatorCounter === null ? {} : { originatorCounter: BigInt(s.originatorCounter) }),
          ...(s.certificate === null ? {} : { certificate: fromHex(s.certificate) }),
        }
      : undefined,
  };
}

describe.each(vectors.messages.map((m) => [`${m.name}: ${m.category}`, m] as const))('%s', (_, m) => {
  const octets = fromHex(m.hex);

  test('verdicts of both, as written, for the message and every wrong variant', () => {
    for (const v of [{ change: 'nothing', hex: m.hex, mac: m.mac, signature: m.signature }, ...m.variants]) {
      const expected = { mac: v.mac, signature: v.signature };
      expect(secondVerdicts(m, fromHex(v.hex)), `second: ${v.change}`).toEqual(expected);
      expect(firstVerdicts(m, fromHex(v.hex)), `first: ${v.change}`).toEqual(expected);
    }
  });

  test('the first implementation reads header and payload and writes the same octets', () => {
    const envelope = decodeEnvelope(octets);
    expect(envelope.header).toEqual(headerOf(m));
    expect(toHex(envelope.payload)).toBe(m.payload);
    expect(toHex(encodeEnvelope(envelope))).toBe(m.hex);
  });

  test('the first implementation protects header and payload into the same octets', () => {
    const keys = provider(m.signedBy?.key);
    let envelope: Envelope = { ...decodeEnvelope(octets), mac: undefined };
    if (m.signedBy) {
      const key = keys.privateKey(envelope.header.originator, 'digitalSignature') as PrivateKey;
      envelope = signEnvelope(suite, envelope, key, key.curve === 'P-384' ? 'cnsa-p384' : 'deterministic');
    }
    if (m.macBetween) {
      const [a, b] = m.macBetween.map((party) => parseEui64(vectors.parties[party]?.eui ?? '')) as [Eui64, Eui64];
      envelope = macEnvelope(suite, envelope, sharedSecretOf(suite, keys, { a, b }) as Octets);
    }
    const made = encodeEnvelope(envelope);
    expect(secondVerdicts(m, made)).toEqual({ mac: m.mac, signature: m.signature });
    // On P-384 there is no deterministic profile: the signature differs from the vector's each time, its length does not.
    if (m.signedBy?.key === 'ds-p384') expect(made).toHaveLength(octets.length);
    else expect(toHex(made)).toBe(m.hex);
  });
});

const encryptedMessages = vectors.messages.flatMap((m) => (m.sealed ? [[m.name, m, m.sealed] as const] : []));

test.each(encryptedMessages)('%s: both open the encrypted parts, and only under the right header', (_, m, sealed) => {
  const octets = fromHex(m.hex);
  const [party, device] = sealed.between;
  const message = readMessage(octets);
  expect(sealedParts(message.payload).map(toText)).toEqual(sealed.parts.map((part) => part.blob));
  const secondZ = agree(fromHex(keyOf(party, 'ka').scalar), fromHex(keyOf(device, 'ka').point));
  const { header } = decodeEnvelope(octets);
  expect(eui64Hex(encryptionParty(header))).toBe(vectors.parties[party]?.eui);
  const z = sharedSecretOf(suite, provider(), { a: encryptionParty(header), b: header.originator }) as Octets;
  const context = encryptionContext(suite, header, z);
  const later = encryptionContext(
    suite,
    { ...header, originatorCounter: header.originatorCounter + 1n, supplementary: undefined },
    z,
  );
  for (const { blob, plaintext } of sealed.parts) {
    expect(toText(opened(message.header, secondZ, fromHex(blob)) ?? new Uint8Array())).toBe(plaintext);
    expect(toHex(openSensitive(suite, context, fromHex(blob)) ?? new Uint8Array())).toBe(plaintext);
    expect(toHex(sealSensitive(suite, context, fromHex(plaintext)))).toBe(blob);
    expect(openSensitive(suite, later, fromHex(blob))).toBeUndefined();
    for (const at of [5, -12, -1]) {
      expect(openSensitive(suite, context, flip(fromHex(blob), at))).toBeUndefined();
      expect(opened(message.header, secondZ, flip(fromHex(blob), at))).toBeUndefined();
    }
  }
});

describe('block transfers of the vector file', () => {
  test.each(vectors.transfers.map((t) => [t.message, t] as const))('%s', (_, transfer) => {
    const message = vectors.messages.find((m) => m.name === transfer.message)?.hex ?? '';
    const blocks = transfer.blocks.map((hex) => fromHex(hex));
    expect(toText(glue(blocks.toReversed()) ?? new Uint8Array())).toBe(message);
    const decoded = blocks.map(decodeGbtBlock);
    expect(decoded.map((block) => toHex(block.data)).join('')).toBe(message);
    expect(decoded.map(encodeGbtBlock).map(toHex)).toEqual(transfer.blocks);
    expect(decoded.map((block) => block.blockNumber)).toEqual(blocks.map((_block, i) => i + 1));
    expect(decoded.map((block) => block.lastBlock)).toEqual(blocks.map((_block, i) => i === blocks.length - 1));
    for (const block of decoded) {
      expect(block).toMatchObject({
        streaming: transfer.streaming,
        window: transfer.window,
        blockNumberAck: 0,
        securityControl: 0,
      });
    }
  });
});
