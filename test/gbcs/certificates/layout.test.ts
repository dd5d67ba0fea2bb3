import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assembleCertificate, encodeTbs } from '../../../firmware-sim/gbcs/certificates/build.ts';
import { type Certificate, extensionOf, nameText } from '../../../firmware-sim/gbcs/certificates/certificate.ts';
import { subjectKeyIdentifier, verifyCertificate } from '../../../firmware-sim/gbcs/certificates/check.ts';
import { parseCertificate } from '../../../firmware-sim/gbcs/certificates/parse.ts';
import { deviceFields, organisationFields, RTDS_POLICIES } from '../../../firmware-sim/gbcs/certificates/profile.ts';
import { decodeEnvelope } from '../../../firmware-sim/gbcs/envelope.ts';
import { fromHex, toHex } from '../../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault } from '../../../firmware-sim/kernel/errors.ts';
import type { Eui64 } from '../../../firmware-sim/kernel/eui64.ts';
import { randomFor } from '../../../firmware-sim/kernel/random.ts';
import { needShared } from '../../support/shared.ts';
import { certificateOf, ESME, pkiOf, SUPPLIER, suite } from './support.ts';

/** Two certificates order their extensions differently and name no authority key. */
const LOAD_CONTROLLER = '90b3d51f30010008';
/** Not certificates of the messages' cast: a bare public key of a unit test. */
const BARE_KEY = 'fffffffffffffffe';

function referenceCertificates(folder: string): { file: string; certificate: Certificate }[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.pem') && !file.startsWith(BARE_KEY))
    .map((file) => ({
      file,
      certificate: parseCertificate(new Uint8Array(new X509Certificate(readFileSync(join(folder, file))).raw)),
    }));
}

/** The signed part that the profile gives for what a certificate is about. */
function rebuiltByProfile(certificate: Certificate): string {
  const issuer = {
    name: certificate.issuer,
    keyIdentifier: certificate.authorityKeyIdentifier ?? new Uint8Array(0),
    algorithm: certificate.signatureAlgorithm,
  };
  const { serial, publicKey, notBefore, notAfter, role = 0 } = certificate;
  const subject = { serial, publicKey, keyIdentifier: subjectKeyIdentifier(suite, publicKey), notBefore: notBefore.at };
  const use = certificate.keyUsage.includes('digitalSignature') ? 'digitalSignature' : 'keyAgreement';
  const eui = certificate.eui as Eui64;
  if (certificate.kind === 'device') return toHex(encodeTbs(deviceFields(issuer, subject, eui, use, RTDS_POLICIES)));
  const organisation = { eui, role, commonName: nameText(certificate.subject, 'commonName'), notAfter: notAfter.at };
  return toHex(encodeTbs(organisationFields(issuer, subject, organisation, use, RTDS_POLICIES)));
}

describe('layout of RTDS certificates', () => {
  it('every signed part is rebuilt from the parsed fields', (context) => {
    const all = referenceCertificates(needShared(context, 'rtds/keystore'));
    expect(all.length).toBeGreaterThanOrEqual(400);
    const differing = all.filter(({ certificate }) => toHex(encodeTbs(certificate)) !== toHex(certificate.tbs));
    expect(differing.map(({ file }) => file)).toEqual([]);
  });

  it('the profile alone gives every signed part but those of the load controller', (context) => {
    const all = referenceCertificates(needShared(context, 'rtds/keystore'));
    const differing = all.filter(({ certificate }) => rebuiltByProfile(certificate) !== toHex(certificate.tbs));
    expect(differing.map(({ file }) => file)).toEqual([`${LOAD_CONTROLLER}-ds.pem`, `${LOAD_CONTROLLER}-ka.pem`]);
  });

  it('the subject key identifier rule holds for every certificate', (context) => {
    for (const { file, certificate } of referenceCertificates(needShared(context, 'rtds/keystore'))) {
      const held = certificate.subjectKeyIdentifier;
      expect(held && toHex(held), file).toBe(toHex(subjectKeyIdentifier(suite, certificate.publicKey)));
    }
  });

  it('device and holder are read from file-named certificates', (context) => {
    const misfiled = '90b3d51f30000007-ka.pem';
    for (const { file, certificate } of referenceCertificates(needShared(context, 'rtds/keystore'))) {
      if (file === misfiled) continue;
      expect(certificate.eui?.replaceAll('-', '').toLowerCase(), file).toBe(file.slice(0, 16));
      expect(certificate.keyUsage).toEqual([file.endsWith('-ds.pem') ? 'digitalSignature' : 'keyAgreement']);
      expect(certificate.kind).toBe(file.startsWith('00db') ? 'device' : 'organisation');
    }
  });

  it('the issuing authority inside a CS02b command verifies the supplier certificates beside it', (context) => {
    const folder = needShared(context, 'rtds/RTDS-4.5.0');
    const file = readdirSync(folder, { recursive: true })
      .map(String)
      .find((f) => /CS02bSupplierBySupplier_.*SUCCESS_COMMAND/.test(f));
    const { payload } = decodeEnvelope(
      fromHex(readFileSync(join(folder, file ?? expect.unreachable('no CS02b command')), 'utf8')),
    );
    const certificates = [...payload.keys()].flatMap((at) => {
      const long = payload[at] === 0x30 && payload[at + 1] === 0x82;
      const length = ((payload[at + 2] ?? 0) << 8) + (payload[at + 3] ?? 0) + 4;
      try {
        return long ? [parseCertificate(payload.subarray(at, at + length))] : [];
      } catch {
        return [];
      }
    });
    const authority = certificates.find((c) => c.kind === 'authority') ?? expect.unreachable('no authority');
    const parties = certificates.filter((c) => c !== authority);
    expect(extensionOf(authority, 'basicConstraints')).toMatchObject({ ca: true, pathLength: 0, critical: true });
    expect(authority.role).toBe(7);
    expect(parties).toHaveLength(3);
    for (const party of parties) expect(verifyCertificate(suite, party, authority.publicKey)).toBe(true);
  });
});

describe('parsing', () => {
  const pki = pkiOf();
  const sample = certificateOf(pki, ESME, 'keyAgreement');
  const organisation = certificateOf(pki, SUPPLIER, 'digitalSignature');

  it('reads what Node reads', () => {
    for (const certificate of [sample, organisation, pki.authorities.deviceIssuer.certificate]) {
      const node = new X509Certificate(certificate.der);
      expect(node.serialNumber.toLowerCase()).toBe(toHex(certificate.serial));
      expect(new Date(node.validFrom).getTime()).toBe(certificate.notBefore.at);
      expect(new Date(node.validTo).getTime()).toBe(certificate.notAfter.at);
      expect(node.ca).toBe(certificate.kind === 'authority');
      const { x, y } = node.publicKey.export({ format: 'jwk' });
      const point = Buffer.concat([Buffer.of(4), Buffer.from(String(x), 'base64url'), Buffer.from(String(y), 'base64url')]);
      expect(toHex(certificate.publicKey.point)).toBe(point.toString('hex'));
    }
  });

  it('octets come back from tbs and signature', () => {
    for (const { tbs, signatureAlgorithm, signature, der } of [sample, organisation]) {
      expect(assembleCertificate(tbs, signatureAlgorithm, signature)).toEqual(der);
    }
  });

  it.each([
    ['an empty input', new Uint8Array(0), 'bad-der', 0],
    ['a trailing octet', Uint8Array.of(...sample.der, 0), 'trailing-octets', sample.der.length],
    ['a missing octet', sample.der.subarray(0, -1), 'truncated', 0],
    ['text', new TextEncoder().encode('hello certificate'), 'bad-der', 0],
  ])('refuses %s', (_, der, kind, offset) => {
    try {
      parseCertificate(der);
    } catch (error) {
      expect(error).toBeInstanceOf(ProtocolFault);
      expect(error).toMatchObject({ kind, offset });
      return;
    }
    expect.unreachable('a fault was expected');
  });

  it('names the offset of a wrong octet deep inside', () => {
    const der = sample.der.slice();
    const at = toHex(der).indexOf('06082a8648ce3d0301') / 2;
    der[at] = 0x05;
    expect(() => parseCertificate(der)).toThrowError(ProtocolFault);
    try {
      parseCertificate(der);
    } catch (error) {
      expect(error).toMatchObject({ kind: 'bad-der', offset: at });
    }
  });

  it('refuses a long form of length where the short one would do', () => {
    const der = Uint8Array.of(0x30, 0x83, 0, sample.der[2] ?? 0, sample.der[3] ?? 0, ...sample.der.subarray(4));
    expect(() => parseCertificate(der)).toThrowError(/shortest form/);
  });

  it('mutated and arbitrary octets give a certificate or a ProtocolFault, nothing else', () => {
    const chance = randomFor(5, 'certificate fuzz');
    for (let i = 0; i < 3000; i++) {
      const der = (i % 2 ? sample : organisation).der.slice(0, i % 7 ? undefined : chance.below(400));
      for (let n = chance.below(3); n >= 0 && der.length > 0; n--) der[chance.below(der.length)] = chance.below(256);
      try {
        const parsed = parseCertificate(der);
        expect(parsed.signature).toHaveLength(64);
      } catch (error) {
        if (!(error instanceof ProtocolFault)) throw error;
        expect(error.offset).toBeLessThanOrEqual(der.length);
      }
    }
  });

  it('arbitrary octets are faults', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
        expect(() => parseCertificate(octets)).toThrowError(ProtocolFault);
      }),
      { seed: 11, numRuns: 500 },
    );
  });
});
