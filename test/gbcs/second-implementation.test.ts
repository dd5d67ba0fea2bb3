/**
 * Two implementations, one answer: the test vectors are made by the second implementation and judged by the first, and
 * what the first one protects is judged by the second. `HANBENCH_WRITE_VECTORS=1` rewrites `test/vectors/messages.json`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join as path } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PrivateKey, type PublicKey, publicKeyFromPoint } from '../../firmware-sim/crypto/keys.ts';
import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import {
  decodeEnvelope,
  decodeGbtBlock,
  type Envelope,
  encodeEnvelope,
  encodeGbtBlock,
} from '../../firmware-sim/gbcs/envelope.ts';
import { CRA_FLAGS, type Cra, type MessageHeader } from '../../firmware-sim/gbcs/header.ts';
import type { KeyProvider } from '../../firmware-sim/gbcs/key-provider.ts';
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
import { type Eui64, eui64Bytes, eui64Hex, parseEui64 } from '../../firmware-sim/kernel/eui64.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';
import { glue } from '../second/blocks.ts';
import { agree, type CurveName, pointOf } from '../second/crypto.ts';
import { generalSigning, type Header, sealed as sealBySecond, withMac } from '../second/message.ts';
import { flip, type Octets, toText } from '../second/octets.ts';
import { macVerdict, opened, readMessage, sealedParts, signatureVerdict } from '../second/reader.ts';
import { makeVectors, type VectorMessage, type Vectors } from '../second/vectors.ts';
import { REPOSITORY } from '../support/shared.ts';

const FILE = path(REPOSITORY, 'test', 'vectors', 'messages.json');

if (process.env.HANBENCH_WRITE_VECTORS === '1') writeFileSync(FILE, `${JSON.stringify(makeVectors(), undefined, 1)}\n`);

const vectors = JSON.parse(readFileSync(FILE, 'utf8')) as Vectors;

const random = randomFor('second implementation', 'engine');
const suite = createNodeSuite({ entropy: (count) => random.bytes(count) });

/** A key of the vector file in hex. */
function keyOf(party: string, key: string) {
  const found = vectors.parties[party]?.keys[key];
  expect(found, `${party} ${key}`).toBeDefined();
  return found as NonNullable<typeof found>;
}

const partyOf = (eui: Eui64): string | undefined =>
  Object.keys(vectors.parties).find((name) => vectors.parties[name]?.eui === eui64Hex(eui));

const publicKeys = new Map<string, PublicKey>();
const privateKeys = new Map<string, PrivateKey>();

function cached<T>(cache: Map<string, T>, name: string, make: () => T): T {
  const value = cache.get(name) ?? make();
  cache.set(name, value);
  return value;
}

/** The keys of the vector file as the product wants them; `signingKey` says which of a party's signing keys is in use. */
function provider(signingKey = 'ds'): KeyProvider {
  const nameOf = { digitalSignature: signingKey, keyAgreement: 'ka', prePaymentTopUp: 'pp-ka' } as const;
  const find = (eui: Eui64, use: keyof typeof nameOf) => {
    const party = partyOf(eui);
    const key = party && vectors.parties[party]?.keys[nameOf[use]];
    return key ? { ...key, name: `${party} ${nameOf[use]}` } : undefined;
  };
  return {
    accessControlBroker: parseEui64(vectors.parties.acb?.eui ?? ''),
    publicKey(eui, use) {
      const key = find(eui, use);
      return key && cached(publicKeys, key.name, () => publicKeyFromPoint(fromHex(key.point)));
    },
    privateKey(eui, use) {
      const key = find(eui, use);
      return key && cached(privateKeys, key.name, () => suite.privateKey(key.curve, fromHex(key.scalar)));
    },
  };
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

const octets = (min: number, max = min) => fc.uint8Array({ minLength: min, maxLength: max });
const counter = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
const euiText = octets(8).map((bytes) => parseEui64(toHex(bytes)));

const supplementary = fc.oneof(
  fc.constant(undefined),
  fc.record({ remoteParty: euiText }),
  fc.record({ remoteParty: euiText, counter }),
  fc.record({ remoteParty: euiText, counter, originatorCounter: counter }),
);

const anyHeader: fc.Arbitrary<MessageHeader> = fc.record({
  cra: fc.constantFrom<Cra>('command', 'response', 'alert'),
  originatorCounter: counter,
  originator: euiText,
  recipient: euiText,
  dateTime: fc.option(octets(12), { nil: undefined }),
  messageCode: fc.integer({ min: 0, max: 0xffff }),
  supplementary,
});

/** A header of the first implementation in the terms of the second. */
function secondHeader(h: MessageHeader): Header {
  const { remoteParty, ...rest } = h.supplementary ?? {};
  return {
    ...{ flag: CRA_FLAGS[h.cra], counter: h.originatorCounter, code: h.messageCode },
    ...{ originator: eui64Bytes(h.originator), recipient: eui64Bytes(h.recipient) },
    ...(remoteParty ? { supplementary: { party: eui64Bytes(remoteParty), ...rest } } : {}),
    ...(h.dateTime ? { dateTime: h.dateTime } : {}),
  };
}

const curve: CurveName = 'P-256';
const scalars = fc.tuple(fc.constantFrom('supplier', 'networkOperator', 'acb'), fc.constantFrom('esme', 'gsme', 'chf', 'gpf'));

describe('messages of the first implementation, judged by the second', () => {
  test('any header and payload: the same octets, valid verdicts', () => {
    fc.assert(
      fc.property(
        anyHeader,
        octets(0, 700),
        scalars,
        fc.boolean(),
        fc.boolean(),
        (header, payload, [remote, device], sign, mac) => {
          const signing = keyOf(remote, 'ds');
          const [own, peer] = [keyOf(remote, 'ka'), keyOf(device, 'ka')];
          let envelope: Envelope = { header, payload, signature: new Uint8Array(0), mac: undefined };
          if (sign) envelope = signEnvelope(suite, envelope, suite.privateKey(curve, fromHex(signing.scalar)), 'deterministic');
          const z = suite.sharedSecret(suite.privateKey(curve, fromHex(own.scalar)), publicKeyFromPoint(fromHex(peer.point)));
          if (mac) envelope = macEnvelope(suite, envelope, z);
          const bytes = encodeEnvelope(envelope);

          const message = readMessage(bytes);
          expect(message.header).toEqual(secondHeader(header));
          expect(signatureVerdict(message, curve, fromHex(signing.point))).toBe(sign ? 'valid' : 'absent');
          expect(macVerdict(message, agree(fromHex(peer.scalar), fromHex(own.point)))).toBe(mac ? 'valid' : 'absent');
          const h = secondHeader(header);
          const inner = generalSigning(h, payload, sign ? { curve, scalar: fromHex(signing.scalar) } : undefined);
          expect(toHex(bytes)).toBe(toText(mac ? withMac(h, inner, z) : inner));
        },
      ),
      { numRuns: 60, seed: 20260301 },
    );
  });

  test('any sensitive part: sealed alike, opened by the other', () => {
    fc.assert(
      fc.property(anyHeader, octets(0, 400), octets(32), (header, plain, z) => {
        const context = encryptionContext(suite, header, z);
        const blob = sealSensitive(suite, context, plain);
        expect(toHex(blob)).toBe(toText(sealBySecond(secondHeader(header), z, plain)));
        expect(toText(opened(secondHeader(header), z, blob) ?? new Uint8Array(1))).toBe(toHex(plain));
      }),
      { numRuns: 200, seed: 20260302 },
    );
  });

  test('every signature profile of the first implementation verifies in the second', () => {
    const profiles = ['ecdsa', 'cnsa-candidates', 'cnsa-p384', 'deterministic'] as const;
    fc.assert(
      fc.property(anyHeader, octets(0, 100), fc.constantFrom(...profiles), (header, payload, profile) => {
        const key = keyOf('supplier', profile === 'cnsa-p384' ? 'ds-p384' : 'ds');
        const unsigned: Envelope = { header, payload, signature: undefined, mac: undefined };
        const signed = signEnvelope(suite, unsigned, suite.privateKey(key.curve, fromHex(key.scalar)), profile);
        const message = readMessage(encodeEnvelope(signed));
        expect(message.signature).toHaveLength(profile === 'cnsa-p384' ? 96 : 64);
        expect(signatureVerdict(message, key.curve, pointOf(key.curve, fromHex(key.scalar)))).toBe('valid');
      }),
      { numRuns: 40, seed: 20260303 },
    );
  });
});
