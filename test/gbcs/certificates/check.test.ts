import { describe, expect, it } from 'vitest';
import { tlv } from '../../../firmware-sim/codec/der-tlv.ts';
import { encodeTbs } from '../../../firmware-sim/gbcs/certificates/build.ts';
import type { Certificate, CertificateFields, Extension } from '../../../firmware-sim/gbcs/certificates/certificate.ts';
import {
  type CertificateExpectation,
  checkCertificate,
  checkChain,
  type FindingKind,
} from '../../../firmware-sim/gbcs/certificates/check.ts';
import { issueCertificate } from '../../../firmware-sim/gbcs/certificates/issue.ts';
import { parseCertificate } from '../../../firmware-sim/gbcs/certificates/parse.ts';
import { fromHex } from '../../../firmware-sim/kernel/bytes.ts';
import { parseIso } from '../../../firmware-sim/kernel/time.ts';
import { certificateOf, ESME, pkiOf, SUPPLIER, suite } from './support.ts';

const pki = pkiOf();
const issuer = pki.authorities.organisationIssuer;
const sound = certificateOf(pki, SUPPLIER, 'digitalSignature');

/** The sound certificate with some fields changed, signed anew by its issuer. */
function reissued(change: Partial<CertificateFields>): Certificate {
  const sign = (tbs: Uint8Array) => suite.sign('deterministic', issuer.key, tbs);
  const identity = {
    name: issuer.certificate.subject,
    keyIdentifier: new Uint8Array(8),
    algorithm: sound.signatureAlgorithm,
    sign,
  };
  return parseCertificate(issueCertificate(identity, { ...sound, ...change }));
}

function withExtension(change: (extension: Extension) => Extension | undefined): Certificate {
  return reissued({ extensions: sound.extensions.flatMap((extension) => change(extension) ?? []) });
}

function kinds(certificate: Certificate, expected: CertificateExpectation = { issuer: issuer.certificate }): FindingKind[] {
  return checkCertificate(suite, certificate, expected).map((finding) => finding.kind);
}

const cases: [string, FindingKind, Certificate][] = [
  ['a serial number of 8 octets', 'serial', reissued({ serial: fromHex('4102030405060708') })],
  ['a negative serial number', 'serial', reissued({ serial: new Uint8Array(16).fill(0x80) })],
  [
    'a wrong subject key identifier',
    'subject-key',
    withExtension((e) => (e.kind === 'subjectKeyIdentifier' ? { ...e, id: fromHex('4000000000000000') } : e)),
  ],
  ['no subject key identifier', 'subject-key', withExtension((e) => (e.kind === 'subjectKeyIdentifier' ? undefined : e))],
  [
    'a wrong authority key identifier',
    'authority-key',
    withExtension((e) => (e.kind === 'authorityKeyIdentifier' ? { ...e, id: fromHex('4000000000000000') } : e)),
  ],
  ['no authority key identifier', 'authority-key', withExtension((e) => (e.kind === 'authorityKeyIdentifier' ? undefined : e))],
  [
    'two key usages',
    'key-usage',
    withExtension((e) => (e.kind === 'keyUsage' ? { ...e, usages: ['digitalSignature', 'keyAgreement'] } : e)),
  ],
  ['no key usage', 'key-usage', withExtension((e) => (e.kind === 'keyUsage' ? undefined : e))],
  [
    'a key usage that is not critical',
    'critical-flag',
    withExtension((e) => (e.kind === 'keyUsage' ? { ...e, critical: false } : e)),
  ],
  [
    'two policies',
    'policy',
    withExtension((e) => (e.kind === 'certificatePolicies' ? { ...e, policies: ['1.2.3', '1.2.4'] } : e)),
  ],
  [
    'an unknown extension',
    'unknown-extension',
    reissued({ extensions: [...sound.extensions, { kind: 'other', critical: false, oid: '2.5.29.31', value: fromHex('3000') }] }),
  ],
  ['another issuer name', 'issuer-name', reissued({ issuer: [{ kind: 'commonName', stringType: 'printable', value: 'Z2' }] })],
  ['a subject without role', 'role', reissued({ subject: sound.subject.filter((a) => a.kind !== 'organizationalUnit') })],
  ['a subject without identifier', 'holder', reissued({ subject: sound.subject.filter((a) => a.kind !== 'uniqueIdentifier') })],
];

describe('check of a certificate', () => {
  it('finds nothing wrong with a sound one', () => {
    expect(kinds(sound)).toEqual([]);
    expect(kinds(sound, {})).toEqual([]);
  });

  it.each(cases)('finds %s', (_, kind, certificate) => {
    expect(kinds(certificate)).toEqual([kind]);
  });

  it('finds a changed octet of the signed part and a foreign issuer key', () => {
    const der = sound.der.slice();
    const at = sound.serial.byteOffset - sound.der.byteOffset + 8;
    der[at] = (der[at] as number) ^ 1;
    expect(kinds(parseCertificate(der))).toEqual(['signature']);
    expect(kinds(sound, { issuerKey: pki.authorities.deviceIssuer.key.publicKey })).toEqual(['signature']);
  });

  it('names expiry only when a time is given, at the exact second', () => {
    const { notBefore, notAfter } = sound;
    expect(kinds(sound, { at: notBefore.at })).toEqual([]);
    expect(kinds(sound, { at: notAfter.at })).toEqual([]);
    expect(kinds(sound, { at: notBefore.at - 1000 })).toEqual(['validity']);
    expect(kinds(sound, { at: notAfter.at + 1000 })).toEqual(['validity']);
    expect(kinds(certificateOf(pki, ESME, 'keyAgreement'), { at: parseIso('9999-12-31T23:59:59Z') })).toEqual([]);
  });

  it('finds a public key off the curve', () => {
    const point = sound.publicKey.point.slice();
    point[64] = (point[64] as number) ^ 1;
    expect(kinds(reissued({ publicKey: { curve: 'P-256', point } }))).toEqual(['public-key', 'subject-key']);
  });

  it('compares with what is expected', () => {
    expect(kinds(sound, { use: 'keyAgreement' })).toEqual(['key-usage']);
    expect(kinds(sound, { role: 3 })).toEqual(['role']);
    expect(kinds(sound, { eui: ESME })).toEqual(['holder']);
    expect(kinds(sound, { policy: '1.2.3' })).toEqual(['policy']);
    expect(kinds(sound, { use: 'digitalSignature', role: 2, eui: SUPPLIER })).toEqual([]);
  });

  it('allows P-384 only where told', () => {
    const strong = pkiOf({ signatureProfile: 'cnsa-p384' });
    const certificate = certificateOf(strong, SUPPLIER, 'digitalSignature');
    expect(certificate.signatureAlgorithm).toBe('ecdsa-with-SHA384');
    expect(kinds(certificate, { issuer: strong.authorities.organisationIssuer.certificate })).toEqual(['curve']);
    expect(kinds(certificate, { curves: ['P-256', 'P-384'] })).toEqual([]);
    expect(certificateOf(strong, SUPPLIER, 'keyAgreement').publicKey.curve).toBe('P-256');
  });

  it('an end entity may issue nothing', () => {
    expect(kinds(sound, { issuer: certificateOf(pki, SUPPLIER, 'digitalSignature') })).toContain('not-an-authority');
  });

  it('finds a signature with superfluous zero octets, which RTDS has', () => {
    const [r, s] = [sound.signature.subarray(0, 32), sound.signature.subarray(32)];
    const zero = Uint8Array.of(0);
    const bits = tlv(0x03, zero, tlv(0x30, tlv(0x02, zero, zero, r), tlv(0x02, zero, zero, s)));
    const algorithm = sound.der.subarray(4 + sound.tbs.length, 4 + sound.tbs.length + 12);
    const padded = parseCertificate(tlv(0x30, sound.tbs, algorithm, bits));
    expect(kinds(padded)).toEqual(['signature-encoding']);
    expect(encodeTbs(padded)).toEqual(sound.tbs);
  });
});

describe('check of a chain', () => {
  const { organisationIssuer, organisationRoot } = pki.authorities;

  it('says which certificate a finding is about', () => {
    const expired = { at: parseIso('2040-01-01T00:00:00Z') };
    const chain = [sound, organisationIssuer.certificate];
    expect(checkChain(suite, chain, organisationRoot.key.publicKey)).toEqual([]);
    expect(checkChain(suite, chain, organisationRoot.key.publicKey, expired)).toMatchObject([{ kind: 'validity', position: 0 }]);
    expect(checkChain(suite, chain, pki.authorities.deviceRoot.key.publicKey)).toMatchObject([
      { kind: 'signature', position: 1 },
    ]);
  });

  it('an issuing authority may not issue authorities', () => {
    const chain = [organisationRoot.certificate, organisationIssuer.certificate];
    const found = checkChain(suite, chain, organisationRoot.key.publicKey).map((finding) => finding.kind);
    expect(found).toContain('not-an-authority');
  });
});
