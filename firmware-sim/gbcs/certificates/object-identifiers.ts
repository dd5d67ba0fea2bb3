import type { Bytes } from '../../kernel/bytes.ts';
import { ProtocolFault } from '../../kernel/errors.ts';

/** Object identifiers SMKI certificates are made of (RFC 5280, RFC 5480, RFC 4108 and the SMKI profile). */
export const OID = {
  ecPublicKey: '1.2.840.10045.2.1',
  prime256v1: '1.2.840.10045.3.1.7',
  secp384r1: '1.3.132.0.34',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  ecdsaWithSha384: '1.2.840.10045.4.3.3',
  commonName: '2.5.4.3',
  organizationalUnit: '2.5.4.11',
  uniqueIdentifier: '2.5.4.45',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  certificatePolicies: '2.5.29.32',
  authorityKeyIdentifier: '2.5.29.35',
  hardwareModuleName: '1.3.6.1.5.5.7.8.4',
} as const;

/** Dotted text of the content octets of an OBJECT IDENTIFIER. @throws ProtocolFault `bad-der` */
export function oidText(content: Bytes, offset = 0): string {
  const arcs: number[] = [];
  let arc = 0;
  let open = false;
  for (const octet of content) {
    if (!open && octet === 0x80) throw new ProtocolFault('bad-der', 'object identifier arc with leading zeros', offset);
    arc = arc * 128 + (octet & 0x7f);
    if (arc > Number.MAX_SAFE_INTEGER) throw new ProtocolFault('bad-der', 'object identifier arc above 2^53', offset);
    open = octet >= 0x80;
    if (open) continue;
    arcs.push(arc);
    arc = 0;
  }
  const [first] = arcs;
  if (open || first === undefined) throw new ProtocolFault('bad-der', 'object identifier ends within an arc', offset);
  const top = Math.min(2, Math.floor(first / 40));
  return [top, first - 40 * top, ...arcs.slice(1)].join('.');
}

/** Content octets of an OBJECT IDENTIFIER written with dots. @throws ProtocolFault `bad-oid` */
export function oidBytes(text: string): Bytes {
  const arcs = text.split('.').map(Number);
  const [top = -1, second = -1, ...rest] = arcs;
  const sound = arcs.every((arc) => Number.isSafeInteger(arc) && arc >= 0) && top <= 2 && (top === 2 || second < 40);
  if (!sound || arcs.length < 2 || !/^\d+(\.\d+)+$/.test(text)) {
    throw new ProtocolFault('bad-oid', `${JSON.stringify(text)} is no object identifier; write it as 1.2.826.0.1`);
  }
  const out: number[] = [];
  for (const arc of [top * 40 + second, ...rest]) {
    const groups = [arc % 128];
    for (let high = Math.floor(arc / 128); high > 0; high = Math.floor(high / 128)) groups.unshift((high % 128) | 0x80);
    out.push(...groups);
  }
  return Uint8Array.from(out);
}
