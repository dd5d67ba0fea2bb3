import { type Curve, FIELD_OCTETS, type PublicKey } from '../../crypto/keys.ts';
import type { CryptoSuite } from '../../crypto/suite.ts';
import { type Bytes, concat, fromAscii } from '../../kernel/bytes.ts';
import { type Eui64, eui64Bytes } from '../../kernel/eui64.ts';
import type { Millis } from '../../kernel/time.ts';
import { assembleCertificate, encodeTbs } from './build.ts';
import { type CertificateFields, extensionOf } from './certificate.ts';
import { subjectKeyIdentifier } from './check.ts';
import { parseCertificate } from './parse.ts';
import { type CertificatePolicies, deviceFields, type EndEntityUse, type IssuerIdentity } from './profile.ts';

/** An issuing authority at work: how it names itself and how it signs `TBSCertificate` octets into `r || s`. */
export interface Issuer extends IssuerIdentity {
  readonly sign: (tbs: Bytes) => Bytes;
}

/** A whole certificate of fields. */
export function issueCertificate(issuer: Issuer, fields: CertificateFields): Bytes {
  const tbs = encodeTbs(fields);
  return assembleCertificate(tbs, issuer.algorithm, issuer.sign(tbs));
}

/**
 * A serial number of 16 octets, positive and without a leading zero octet, that follows from the PKI's seed, the holder and
 * its key: the same certificate has the same number, another key another one.
 */
export function serialNumber(suite: Pick<CryptoSuite, 'sha256'>, seed: string, holder: Bytes, key: PublicKey): Bytes {
  const serial = suite.sha256(concat(fromAscii(seed), holder, key.point)).slice(0, 16);
  serial[0] = 0x40 | ((serial[0] as number) & 0x3f);
  return serial;
}

/** Signed part of a device certificate with the places that differ from device to device. */
interface Template {
  readonly tbs: Bytes;
  readonly serialAt: number;
  readonly pointAt: number;
  readonly keyIdentifierAt: number;
  readonly euiAt: number;
}

function makeTemplate(
  issuer: Issuer,
  policies: CertificatePolicies,
  notBefore: Millis,
  use: EndEntityUse,
  curve: Curve,
): Template {
  const point = new Uint8Array(1 + 2 * FIELD_OCTETS[curve]);
  point[0] = 4;
  const serial = new Uint8Array(16).fill(0x40);
  const subject = { serial, publicKey: { curve, point }, keyIdentifier: new Uint8Array(8), notBefore };
  const tbs = encodeTbs(deviceFields(issuer, subject, '00-00-00-00-00-00-00-00' as Eui64, use, policies));
  const signature = new Uint8Array(2 * FIELD_OCTETS[issuer.algorithm === 'ecdsa-with-SHA256' ? 'P-256' : 'P-384']).fill(1);
  const sample = parseCertificate(assembleCertificate(tbs, issuer.algorithm, signature));
  const placeOf = (view: Bytes | undefined): number => (view ?? sample.tbs).byteOffset - sample.tbs.byteOffset;
  return {
    tbs,
    serialAt: placeOf(sample.serial),
    pointAt: placeOf(sample.publicKey.point),
    keyIdentifierAt: placeOf(sample.subjectKeyIdentifier),
    euiAt: placeOf(extensionOf(sample, 'hardwareModuleName')?.serialNumber),
  };
}

/** Issues device certificates by filling in a template, which costs little beside the signature. */
export interface DeviceIssuer {
  /** The certificate of a device's key. */
  issue(eui: Eui64, use: EndEntityUse, key: PublicKey): Bytes;
}

export interface DeviceIssuerOptions {
  readonly issuer: Issuer;
  readonly policies: CertificatePolicies;
  readonly notBefore: Millis;
  /** Serial numbers follow from it. */
  readonly seed: string;
}

/** An issuer of device certificates; same options, same device, same key: same octets. */
export function createDeviceIssuer(suite: CryptoSuite, options: DeviceIssuerOptions): DeviceIssuer {
  const { issuer, policies, notBefore, seed } = options;
  const templates = new Map<string, Template>();
  const templateFor = (use: EndEntityUse, curve: Curve): Template => {
    const name = `${use} ${curve}`;
    const held = templates.get(name);
    if (held) return held;
    const made = makeTemplate(issuer, policies, notBefore, use, curve);
    templates.set(name, made);
    return made;
  };
  return {
    issue(eui, use, key) {
      const template = templateFor(use, key.curve);
      const holder = eui64Bytes(eui);
      const tbs = template.tbs.slice();
      tbs.set(serialNumber(suite, seed, holder, key), template.serialAt);
      tbs.set(key.point, template.pointAt);
      tbs.set(subjectKeyIdentifier(suite, key), template.keyIdentifierAt);
      tbs.set(holder, template.euiAt);
      return assembleCertificate(tbs, issuer.algorithm, issuer.sign(tbs));
    },
  };
}
