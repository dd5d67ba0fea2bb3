import type { PublicKey } from '../../crypto/keys.ts';
import type { Certificate, Name } from '../../gbcs/certificates/certificate.ts';
import { type CertificateExpectation, checkCertificate, type Finding, verifyCertificate } from '../../gbcs/certificates/check.ts';
import { equalBytes, toHex } from '../../kernel/bytes.ts';
import type { Millis } from '../../kernel/time.ts';
import type { Device } from '../device.ts';

/** Outcome of replacing one credential (GBCS 13.3.5, StatusCode). */
export const CREDENTIAL_STATUS = {
  success: 0,
  badCertificate: 5,
  noTrustAnchor: 10,
  insufficientMemory: 17,
  trustAnchorNotFound: 25,
  resourcesBusy: 30,
  other: 127,
} as const;

/** Certificates a path may have besides the end entity: an issuing authority, and room for one that is cross-signed. */
const PATH_MAX = 4;

/** What makes a certificate unfit; departures of form alone (policies, serial numbers, critical flags) do not. */
const UNFIT: ReadonlySet<Finding['kind']> = new Set([
  'signature',
  'issuer-name',
  'authority-key',
  'not-an-authority',
  'subject-key',
  'key-usage',
  'role',
  'holder',
  'validity',
  'curve',
  'public-key',
]);

const textOf = (name: Name): string =>
  name.map((a) => `${a.kind}=${typeof a.value === 'string' ? a.value : toHex(a.value)}`).join(',');

function issued(issuer: Certificate, certificate: Certificate): boolean {
  const wanted = certificate.authorityKeyIdentifier;
  const held = issuer.subjectKeyIdentifier;
  return textOf(issuer.subject) === textOf(certificate.issuer) && (!wanted || !held || equalBytes(wanted, held));
}

/** A chain from a certificate upwards, and whether the device's root key ends it. */
interface Path {
  readonly chain: readonly Certificate[];
  readonly anchored: boolean;
}

function pathOf(device: Device, certificate: Certificate, others: readonly Certificate[], root: PublicKey | undefined): Path {
  const chain = [certificate];
  for (;;) {
    const top = chain.at(-1) as Certificate;
    if (root && verifyCertificate(device.suite, top, root)) return { chain, anchored: true };
    const issuer = others.find((one) => issued(one, top) && !chain.includes(one));
    if (!issuer || chain.length > PATH_MAX) return { chain, anchored: false };
    chain.push(issuer);
  }
}

/**
 * Checks a certificate by a path over the certificates that came with it to the device's root cell (RFC 5280 6.1, GBCS 13.3.5).
 * @param at time validity is checked at; undefined when it is not
 * @param root key that the path has to end at, where it is not that of the root cell
 * @returns a status of CREDENTIAL_STATUS: success, noTrustAnchor when no path ends at the root, badCertificate for anything wrong on it
 */
export function checkPath(
  device: Device,
  certificate: Certificate,
  others: readonly Certificate[],
  expected: Pick<CertificateExpectation, 'use'>,
  at: Millis | undefined,
  root = device.anchors.cell({ role: 'root', use: 'keyCertSign' })?.key,
): number {
  const { chain, anchored } = pathOf(device, certificate, others, root);
  const trusted = anchored || (!root && device.pathWithoutRoot === 'accept' && chain.length > 1);
  if (!trusted) return CREDENTIAL_STATUS.noTrustAnchor;
  const curves: CertificateExpectation['curves'] = device.signatureProfile === 'cnsa-p384' ? ['P-256', 'P-384'] : ['P-256'];
  const unfit = chain.some((one, position) => {
    const issuer = chain[position + 1];
    const own = position === 0 ? expected : { use: 'keyCertSign' as const };
    const findings = checkCertificate(device.suite, one, {
      ...own,
      curves,
      ...(at !== undefined && { at }),
      ...(issuer ? { issuer } : anchored && root ? { issuerKey: root } : {}),
    });
    return findings.some(({ kind }) => UNFIT.has(kind));
  });
  return unfit ? CREDENTIAL_STATUS.badCertificate : CREDENTIAL_STATUS.success;
}
