import { describe, expect, it } from 'vitest';
import { bitsOf, decodeDer, encodeDer } from '../../../firmware-sim/codec/der.ts';
import { publicKeyFromPoint } from '../../../firmware-sim/crypto/keys.ts';
import type { Device } from '../../../firmware-sim/device/device.ts';
import { KEY_USAGE_BITS } from '../../../firmware-sim/device/security/cell-identifier.ts';
import type { OwnUse } from '../../../firmware-sim/device/security/own-keys.ts';
import { KeyUsageCommand, StoreCertificateResponse } from '../../../firmware-sim/gbcs/asn1/structures.ts';
import { CertificationRequest } from '../../../firmware-sim/gbcs/asn1/x509.ts';
import { type Envelope, overSignedPart } from '../../../firmware-sim/gbcs/envelope.ts';
import { type Bytes, NO_BYTES } from '../../../firmware-sim/kernel/bytes.ts';
import { logged, NOW, pki, SUPPLIER, suite } from '../bench.ts';
import { managed, responseIn, signed } from './managed.ts';

let counter = 1n;
const ask = (
  device: Device,
  messageCode: number,
  payload: Bytes,
  effects: { log: number[] } = { log: [] },
): Envelope | undefined => {
  counter += 1n;
  const done = device.receive(signed(device, { messageCode, originatorCounter: counter, payload }), NOW);
  effects.log.push(...logged(done));
  return responseIn(done);
};

const usage = (use: OwnUse): Bytes => encodeDer(KeyUsageCommand, { keyUsage: KEY_USAGE_BITS[use] });

/** The key that a certification request is for. */
const requestedPoint = (payload: Bytes): Bytes =>
  bitsOf(decodeDer(CertificationRequest, payload).certificationRequestInfo.subjectPublicKeyInfo.subjectPublicKey);

describe('CS02c, CS02d, CS02e: new key pairs of a device (GBCS 13.4)', () => {
  it('a new signing pair comes into use with its certificate, and not before', () => {
    const device = managed('ESME');
    const old = device.anchors.own.publicKey('digitalSignature');
    const request = ask(device, 0x000a, usage('digitalSignature'));
    const point = requestedPoint(request?.payload ?? NO_BYTES);
    expect(device.anchors.own.publicKey('digitalSignature')).toBe(old);
    const certificate = pki.issueDevice(device.eui, 'digitalSignature', publicKeyFromPoint(point));
    const effects = { log: [] };
    const answer = ask(device, 0x000b, certificate, effects);
    expect(decodeDer(StoreCertificateResponse, answer?.payload ?? NO_BYTES)).toBe(0);
    expect(effects.log).toEqual([0x8f4d]);
    const read = ask(device, 0x000c, usage('digitalSignature'));
    expect(read?.payload).toEqual(certificate);
    const signature = read?.signature ?? NO_BYTES;
    expect(read && overSignedPart(read, (octets) => suite.verify(publicKeyFromPoint(point), octets, signature))).toBe(true);
    expect(device.anchors.own.pending('digitalSignature')).toBeUndefined();
  });

  it('a new agreement pair leaves the old one in use until its certificate is there; a restart loses neither', () => {
    const device = managed('ESME');
    const point = requestedPoint(ask(device, 0x000a, usage('keyAgreement'))?.payload ?? NO_BYTES);
    const restarted = managed('ESME', { state: device.state() });
    expect(restarted.anchors.own.publicKey('keyAgreement')?.point).toEqual(pki.publicKey(device.eui, 'keyAgreement')?.point);
    const certificate = pki.issueDevice(device.eui, 'keyAgreement', publicKeyFromPoint(point));
    const answer = ask(restarted, 0x000b, certificate);
    expect(decodeDer(StoreCertificateResponse, answer?.payload ?? NO_BYTES)).toBe(0);
    expect(restarted.anchors.own.publicKey('keyAgreement')?.point).toEqual(point);
    expect(
      restarted.receive(signed(restarted, { messageCode: 0x000c, payload: usage('keyAgreement'), originator: SUPPLIER }), NOW)[0],
    ).toMatchObject({
      kind: 'rejected',
      reason: 'bad-mac',
    });
  });

  const otherKey = suite.generateKey('P-256', (count) => new Uint8Array(count).fill(9)).publicKey;

  it.each([
    ['no certificate', 1, (_: Device) => Uint8Array.of(0x30, 0)],
    ["an organisation's certificate", 1, (_: Device) => pki.certificate(SUPPLIER, 'digitalSignature') ?? NO_BYTES],
    ["another device's certificate", 2, (_: Device) => pki.certificate(managed('GSME').eui, 'digitalSignature') ?? NO_BYTES],
    ['a key that no pair waits for', 4, (device: Device) => pki.issueDevice(device.eui, 'digitalSignature', otherKey)],
  ])('CS02d refuses %s', (_, code, certificate) => {
    const device = managed('ESME');
    const before = device.anchors.own.state();
    const answer = ask(device, 0x000b, certificate(device));
    const malformed = answer === undefined;
    if (!malformed) expect(decodeDer(StoreCertificateResponse, answer.payload)).toBe(code);
    expect(device.anchors.own.state()).toEqual(before);
  });

  it('CS02d refuses a key other than the one that waits', () => {
    const device = managed('ESME');
    ask(device, 0x000a, usage('digitalSignature'));
    const answer = ask(device, 0x000b, pki.issueDevice(device.eui, 'digitalSignature', otherKey));
    expect(decodeDer(StoreCertificateResponse, answer?.payload ?? NO_BYTES)).toBe(5);
    expect(device.anchors.own.pending('digitalSignature')).toBeDefined();
  });

  it('CS02c and CS02e refuse a usage no device key has', () => {
    const device = managed('ESME');
    const wrong = encodeDer(KeyUsageCommand, { keyUsage: KEY_USAGE_BITS.keyCertSign });
    expect(ask(device, 0x000a, wrong)?.payload).toEqual(Uint8Array.of(2, 1, 1));
    expect(ask(device, 0x000c, wrong)?.payload).toEqual(Uint8Array.of(2, 1, 1));
  });
});
