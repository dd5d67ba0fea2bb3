/**
 * The other way round: whatever the first implementation signs, MACs or encrypts, the second one accepts, and makes the
 * same octets itself.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PrivateKey, publicKeyFromPoint } from '../../firmware-sim/crypto/keys.ts';
import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { type Envelope, encodeEnvelope } from '../../firmware-sim/gbcs/envelope.ts';
import { CRA_FLAGS, type Cra, type MessageHeader } from '../../firmware-sim/gbcs/header.ts';
import {
  encryptionContext,
  macEnvelope,
  openSensitive,
  sealSensitive,
  signEnvelope,
} from '../../firmware-sim/gbcs/protection.ts';
import { toHex } from '../../firmware-sim/kernel/bytes.ts';
import { eui64Bytes, parseEui64 } from '../../firmware-sim/kernel/eui64.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';
import { type KeyName, type Party, point, scalar, secret } from '../second/cast.ts';
import type { CurveName } from '../second/crypto.ts';
import { generalSigning, type Header, sealed as sealBySecond, withMac } from '../second/message.ts';
import { type Octets, toText } from '../second/octets.ts';
import { macVerdict, opened, readMessage, signatureVerdict } from '../second/reader.ts';

const random = randomFor('second implementation', 'engine');
const suite = createNodeSuite({ entropy: (count) => random.bytes(count) });

/** A key of the cast as the product wants it. */
const privateKey = (curve: CurveName, party: Party, key: KeyName): PrivateKey => suite.privateKey(curve, scalar(party, key));

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

/** Who protects a message, and how. */
const protection = fc.record({
  remote: fc.constantFrom<Party>('supplier', 'networkOperator', 'acb'),
  device: fc.constantFrom<Party>('esme', 'gsme', 'chf', 'gpf'),
  sign: fc.boolean(),
  mac: fc.boolean(),
});

function protectedByFirst(
  header: MessageHeader,
  payload: Octets,
  p: { remote: Party; device: Party; sign: boolean; mac: boolean },
): Octets {
  let envelope: Envelope = { header, payload, signature: new Uint8Array(0), mac: undefined };
  if (p.sign) envelope = signEnvelope(suite, envelope, privateKey('P-256', p.remote, 'ds'), 'deterministic');
  if (p.mac) {
    const z = suite.sharedSecret(privateKey('P-256', p.remote, 'ka'), publicKeyFromPoint(point(p.device, 'ka')));
    envelope = macEnvelope(suite, envelope, z);
  }
  return encodeEnvelope(envelope);
}

describe('messages of the first implementation, judged by the second', () => {
  test('any header and payload: the same octets, valid verdicts', () => {
    fc.assert(
      fc.property(anyHeader, octets(0, 700), protection, (header, payload, p) => {
        const bytes = protectedByFirst(header, payload, p);
        const message = readMessage(bytes);
        const h = secondHeader(header);
        const z = secret(p.device, p.remote);
        expect(message.header).toEqual(h);
        expect(signatureVerdict(message, 'P-256', point(p.remote, 'ds'))).toBe(p.sign ? 'valid' : 'absent');
        expect(macVerdict(message, z)).toBe(p.mac ? 'valid' : 'absent');
        const inner = generalSigning(h, payload, p.sign ? { curve: 'P-256', scalar: scalar(p.remote, 'ds') } : undefined);
        expect(toHex(bytes)).toBe(toText(p.mac ? withMac(h, inner, z) : inner));
      }),
      { numRuns: 60, seed: 20260301 },
    );
  });

  test('any sensitive part: sealed alike, opened by the other', () => {
    fc.assert(
      fc.property(anyHeader, octets(0, 400), octets(32), (header, plain, z) => {
        const context = encryptionContext(suite, header, z);
        const h = secondHeader(header);
        const blob = sealSensitive(suite, context, plain);
        expect(toHex(blob)).toBe(toText(sealBySecond(h, z, plain)));
        expect(toText(opened(h, z, blob) ?? new Uint8Array(1))).toBe(toHex(plain));
        expect(toHex(openSensitive(suite, context, blob) ?? new Uint8Array(1))).toBe(toHex(plain));
      }),
      { numRuns: 200, seed: 20260302 },
    );
  });

  test('every signature profile of the first implementation verifies in the second', () => {
    const profiles = ['ecdsa', 'cnsa-candidates', 'cnsa-p384', 'deterministic'] as const;
    fc.assert(
      fc.property(anyHeader, octets(0, 100), fc.constantFrom(...profiles), (header, payload, profile) => {
        const [key, curve] = profile === 'cnsa-p384' ? (['ds-p384', 'P-384'] as const) : (['ds', 'P-256'] as const);
        const unsigned: Envelope = { header, payload, signature: undefined, mac: undefined };
        const message = readMessage(encodeEnvelope(signEnvelope(suite, unsigned, privateKey(curve, 'supplier', key), profile)));
        expect(message.signature).toHaveLength(profile === 'cnsa-p384' ? 96 : 64);
        expect(signatureVerdict(message, curve, point('supplier', key))).toBe('valid');
      }),
      { numRuns: 40, seed: 20260303 },
    );
  });
});
