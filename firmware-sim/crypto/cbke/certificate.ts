import { type Bytes, concat, equalBytes, toBigInt } from '../../kernel/bytes.ts';
import { aesMmo } from '../aes-mmo.ts';
import { type KoblitzCurve, type Point, SECT163K1, SECT283K1 } from './koblitz-curve.ts';

/** Cipher suites of key establishment: 1 on sect163k1, 2 on sect283k1 (ZigBee 07-5356 C.4.2). */
export type CbkeSuite = 1 | 2;

/** What the certificates of a suite look like. Offsets in octets. */
interface CertificateLayout {
  readonly curve: KoblitzCurve;
  readonly octets: number;
  readonly subject: number;
  readonly issuer: number;
  readonly point: number;
  /** Octets that say what kind of certificate it is, and where. */
  readonly fixed: readonly (readonly [offset: number, octets: readonly number[]])[];
}

/** Implicit certificates (ZigBee 07-5356 C.4.2.2, C.4.2.3; public vectors of both suites). */
const LAYOUTS: Readonly<Record<CbkeSuite, CertificateLayout>> = {
  1: { curve: SECT163K1, octets: 48, subject: 22, issuer: 30, point: 0, fixed: [] },
  2: {
    curve: SECT283K1,
    octets: 74,
    subject: 28,
    issuer: 11,
    point: 37,
    // Type 0; curve sect283k1, hash AES-MMO.
    fixed: [
      [0, [0x00]],
      [9, [0x0d, 0x08]],
    ],
  },
};

const EUI_OCTETS = 8;
/** Key usage of a suite 2 certificate: bit 3 is key agreement (ZigBee 07-5356 C.4.2.3.2). */
const USAGE_OFFSET = 36;
const KEY_AGREEMENT = 0x08;

/** Curve of a suite. */
export function curveOf(suite: CbkeSuite): KoblitzCurve {
  return LAYOUTS[suite].curve;
}

/** Octets of a suite's certificates. */
export function certificateOctets(suite: CbkeSuite): number {
  return LAYOUTS[suite].octets;
}

/** The fields of an implicit certificate that key establishment looks at. EUI-64s are big-endian. */
export interface ImplicitCertificate {
  readonly suite: CbkeSuite;
  readonly octets: Bytes;
  readonly subject: Bytes;
  readonly issuer: Bytes;
  /** Reconstruction point. */
  readonly point: Point;
}

/** Why a certificate cannot be used. */
export type CertificateFault = 'wrong-size' | 'wrong-kind' | 'wrong-usage' | 'bad-point';

/** Reads an implicit certificate, or says why it is none that key agreement can use. */
export function readImplicitCertificate(suite: CbkeSuite, octets: Bytes): ImplicitCertificate | CertificateFault {
  const layout = LAYOUTS[suite];
  if (octets.length !== layout.octets) return 'wrong-size';
  for (const [offset, fixed] of layout.fixed) {
    if (!equalBytes(octets.subarray(offset, offset + fixed.length), Uint8Array.from(fixed))) return 'wrong-kind';
  }
  if (suite === 2 && ((octets[USAGE_OFFSET] as number) & KEY_AGREEMENT) === 0) return 'wrong-usage';
  const { curve } = layout;
  const point = curve.decompress(octets.subarray(layout.point, layout.point + curve.pointOctets));
  if (!point || !curve.isUsable(point)) return 'bad-point';
  const eui = (offset: number): Bytes => octets.slice(offset, offset + EUI_OCTETS);
  return { suite, octets: octets.slice(), subject: eui(layout.subject), issuer: eui(layout.issuer), point };
}

/** e of ECQV: the certificate's hash as a number (SEC 4 2.4; ZigBee 07-5356 C.5.1). */
function hashScalar(suite: CbkeSuite, octets: Bytes): bigint {
  return toBigInt(aesMmo(octets)) % curveOf(suite).order;
}

/** The public key that a certificate stands for: e times its point, plus the authority's key; undefined for infinity. */
export function reconstructPublicKey({ suite, octets, point }: ImplicitCertificate, authority: Point): Point | undefined {
  const curve = curveOf(suite);
  const scaled = curve.multiply(point, hashScalar(suite, octets));
  return scaled && curve.add(scaled, authority);
}

/** A certificate and the private key that goes with it. */
export interface IssuedCertificate {
  readonly certificate: Bytes;
  readonly privateKey: bigint;
}

/** What a suite 2 certificate says besides names and point. */
export interface CertificateFields {
  /** 8 octets. */
  readonly serial: Bytes;
  /** Seconds since 1970. */
  readonly validFrom: number;
}

const SUITE_2_FOREVER = 0xffff_ffff;

function body(suite: CbkeSuite, subject: Bytes, issuer: Bytes, point: Bytes, { serial, validFrom }: CertificateFields): Bytes {
  if (suite === 1) return concat(point, subject, issuer, serial, new Uint8Array(2));
  const from = new Uint8Array(5);
  new DataView(from.buffer).setUint32(1, validFrom >>> 0);
  const duration = new Uint8Array(4);
  new DataView(duration.buffer).setUint32(0, SUITE_2_FOREVER);
  const kind = Uint8Array.of(0x00);
  return concat(kind, serial, Uint8Array.of(0x0d, 0x08), issuer, from, duration, subject, Uint8Array.of(KEY_AGREEMENT), point);
}

/**
 * Issues an implicit certificate as a test authority does, the requester's part included (SEC 4 2.3 to 2.5).
 * @param secret the requester's random scalar
 * @param blind the authority's random scalar
 */
export function issueCertificate(
  suite: CbkeSuite,
  authority: { readonly eui: Bytes; readonly privateKey: bigint },
  subject: Bytes,
  fields: CertificateFields,
  { secret, blind }: { readonly secret: bigint; readonly blind: bigint },
): IssuedCertificate | undefined {
  const curve = curveOf(suite);
  const point = curve.multiply(curve.base, (secret + blind) % curve.order);
  if (!point) return undefined;
  const certificate = body(suite, subject, authority.eui, curve.compress(point), fields);
  const e = hashScalar(suite, certificate);
  const privateKey = (e * ((secret + blind) % curve.order) + authority.privateKey) % curve.order;
  return privateKey === 0n ? undefined : { certificate, privateKey };
}
