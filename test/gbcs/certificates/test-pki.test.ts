import { X509Certificate } from 'node:crypto';
import { p256, p384 } from '@noble/curves/nist.js';
import { describe, expect, it } from 'vitest';
import { createNodeSuite } from '../../../firmware-sim/crypto/node-suite.ts';
import { checkCertificate, checkChain } from '../../../firmware-sim/gbcs/certificates/check.ts';
import { parseCertificate } from '../../../firmware-sim/gbcs/certificates/parse.ts';
import { CERTIFIED_DEVICE_TYPES } from '../../../firmware-sim/gbcs/certificates/test-cast.ts';
import { createTestPki } from '../../../firmware-sim/gbcs/certificates/test-pki.ts';
import { DEFAULT_ACCESS_CONTROL_BROKER, REMOTE_PARTY_ROLES } from '../../../firmware-sim/gbcs/key-provider.ts';
import { checkMac, checkSignature, macEnvelope, sharedSecretOf, signEnvelope } from '../../../firmware-sim/gbcs/protection.ts';
import { fromHex, toHex } from '../../../firmware-sim/kernel/bytes.ts';
import { UsageError } from '../../../firmware-sim/kernel/errors.ts';
import { parseEui64 } from '../../../firmware-sim/kernel/eui64.ts';
import { randomFor } from '../../../firmware-sim/kernel/random.ts';
import { parseIso } from '../../../firmware-sim/kernel/time.ts';
import { certificateOf, ESME, pkiOf, SUPPLIER, suite } from './support.ts';

const NOW = parseIso('2030-01-15T09:00:00Z');

/** Every certificate of a PKI as one text. */
function everything(seed: number | string, signatureProfile: 'deterministic' | 'cnsa-p384' = 'deterministic'): string[] {
  const pki = createTestPki(suite, { seed, signatureProfile });
  const authorities = Object.values(pki.authorities).map((authority) => toHex(authority.certificate.der));
  const own = [...pki.holders()].flatMap(({ eui, uses }) => uses.map((use) => toHex(pki.certificate(eui, use) ?? fromHex(''))));
  return [...authorities, ...own];
}

describe('test PKI', () => {
  it.each(['deterministic', 'cnsa-p384'] as const)(
    '%s: every chain is sound, by us, by Node and by noble',
    (signatureProfile) => {
      const pki = pkiOf({ signatureProfile });
      const curves = ['P-256', 'P-384'] as const;
      for (const { eui, uses, party } of pki.holders()) {
        const { organisationIssuer, organisationRoot, deviceIssuer, deviceRoot } = pki.authorities;
        const [issuer, root] = party ? [organisationIssuer, organisationRoot] : [deviceIssuer, deviceRoot];
        for (const use of uses) {
          const certificate = certificateOf(pki, eui, use);
          const role = party ? { role: REMOTE_PARTY_ROLES[party.role] } : {};
          const chain = [certificate, issuer.certificate, root.certificate];
          expect(checkChain(suite, chain, root.key.publicKey, { at: NOW, eui, use, curves, ...role })).toEqual([]);
          expect(new X509Certificate(certificate.der).verify(new X509Certificate(issuer.certificate.der).publicKey)).toBe(true);
          const curve = signatureProfile === 'cnsa-p384' ? p384 : p256;
          const { tbs, signature } = certificate;
          expect(curve.verify(signature, tbs, issuer.key.publicKey.point, { lowS: false })).toBe(true);
          expect(certificate.publicKey.point).toEqual(pki.publicKey(eui, use)?.point);
        }
      }
    },
  );

  it('the same seed gives the same octets, another seed others', () => {
    expect(everything(1)).toEqual(everything(1));
    expect(everything(1, 'cnsa-p384')).toEqual(everything(1, 'cnsa-p384'));
    expect(new Set([...everything(1), ...everything(2)]).size).toBe(2 * everything(1).length);
  });

  it('does not depend on the order in which certificates are asked for', () => {
    const options = { signatureProfile: 'cnsa-p384' as const };
    const [first, second] = [pkiOf(options), pkiOf(options)];
    second.certificate(ESME, 'keyAgreement');
    second.certificate(SUPPLIER, 'digitalSignature');
    expect(first.certificate(SUPPLIER, 'digitalSignature')).toEqual(second.certificate(SUPPLIER, 'digitalSignature'));
  });

  it('holds the cast of RTDS and a device of every type', () => {
    const pki = pkiOf();
    const types = [...pki.holders()].flatMap(({ deviceType }) => deviceType ?? []);
    expect(types).toEqual([...CERTIFIED_DEVICE_TYPES]);
    expect(pki.accessControlBroker).toBe(DEFAULT_ACCESS_CONTROL_BROKER);
    expect(pki.deviceType(ESME)).toBe('ESME');
    expect(pki.publicKey(SUPPLIER, 'prePaymentTopUp')?.point).not.toEqual(pki.publicKey(SUPPLIER, 'keyAgreement')?.point);
    expect(pki.publicKey(ESME, 'prePaymentTopUp')).toBeUndefined();
    expect(pki.privateKey(parseEui64('0102030405060708'), 'keyAgreement')).toBeUndefined();
    expect(pki.certificate(pki.accessControlBroker, 'prePaymentTopUp')).toBeUndefined();
    expect(pki.privateKey(ESME, 'keyAgreement')).toBe(pki.privateKey(ESME, 'keyAgreement'));
  });

  it('refuses a device whose identifier is taken', () => {
    expect(() => pkiOf().addDevice({ eui: ESME, type: 'GSME' })).toThrowError(UsageError);
  });

  it('gives further certificates for keys that did not come from it', () => {
    const pki = pkiOf();
    const source = randomFor(1, 'csr');
    const fresh = suite.generateKey('P-256', (count) => source.bytes(count)).publicKey;
    const renewed = parseCertificate(pki.issueDevice(ESME, 'keyAgreement', fresh));
    const { certificate: issuer } = pki.authorities.deviceIssuer;
    expect(checkCertificate(suite, renewed, { issuer, at: NOW, use: 'keyAgreement', eui: ESME })).toEqual([]);
    expect(toHex(renewed.serial)).not.toBe(toHex(certificateOf(pki, ESME, 'keyAgreement').serial));
  });

  it.each(['deterministic', 'cnsa-p384'] as const)('%s: its keys protect a message', (signatureProfile) => {
    const drawing = randomFor(2, 'message');
    const engine = createNodeSuite({ entropy: (count) => drawing.bytes(count) });
    const pki = pkiOf({ signatureProfile });
    const header = {
      cra: 'command' as const,
      originatorCounter: 1000n,
      originator: SUPPLIER,
      recipient: ESME,
      dateTime: undefined,
      messageCode: 0x20,
      supplementary: undefined,
    };
    const plain = { header, payload: fromHex('d9200003e800'), signature: undefined, mac: undefined };
    const key = pki.privateKey(SUPPLIER, 'digitalSignature') ?? expect.unreachable('no key');
    const signed = signEnvelope(engine, plain, key, signatureProfile);
    const z = sharedSecretOf(engine, pki, { a: pki.accessControlBroker, b: ESME }) ?? expect.unreachable('no secret');
    const whole = macEnvelope(engine, signed, z);
    expect(whole.signature).toHaveLength(signatureProfile === 'cnsa-p384' ? 96 : 64);
    expect([checkMac(engine, whole, pki), checkSignature(engine, whole, pki)]).toEqual(['valid', 'valid']);
    expect([checkMac(engine, whole, pkiOf({ seed: 'other' })), checkSignature(engine, whole, pkiOf({ seed: 'other' }))]).toEqual([
      'invalid',
      'invalid',
    ]);
  });
});
