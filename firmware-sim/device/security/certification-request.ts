import { tlv } from '../../codec/der-tlv.ts';
import type { PrivateKey } from '../../crypto/keys.ts';
import type { CryptoSuite, SignatureProfile } from '../../crypto/suite.ts';
import type { Extension } from '../../gbcs/certificates/certificate.ts';
import { encodeExtension } from '../../gbcs/certificates/extensions.ts';
import { encodePublicKeyInfo } from '../../gbcs/certificates/key-der.ts';
import { OID, oidBytes } from '../../gbcs/certificates/object-identifiers.ts';
import { writeSignature } from '../../gbcs/certificates/signature-der.ts';
import type { Bytes } from '../../kernel/bytes.ts';
import { type Eui64, eui64Bytes } from '../../kernel/eui64.ts';
import type { OwnUse } from './own-keys.ts';

/** extensionRequest attribute (RFC 2985 5.4.2). */
const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';

/** hwType of device certificates in RTDS 4.5.0. */
export const RTDS_HARDWARE_TYPE = '1.2.826.0.1.8641679.1.2.2.1';

/** What a certification request asks for. */
export interface RequestedCertificate {
  readonly eui: Eui64;
  readonly use: OwnUse;
  readonly hardwareType: string;
}

/**
 * DER of a PKCS#10 request for a device certificate: empty subject, key usage and identifier as requested extensions, signed by the
 * new key itself (RFC 2986; layout of RTDS 4.5.0 CS02c).
 */
export function certificationRequest(
  suite: CryptoSuite,
  key: PrivateKey,
  profile: SignatureProfile,
  { eui, use, hardwareType }: RequestedCertificate,
): Bytes {
  const extensions: readonly Extension[] = [
    { kind: 'keyUsage', critical: true, usages: [use] },
    { kind: 'hardwareModuleName', critical: true, hardwareType, serialNumber: eui64Bytes(eui) },
  ];
  const requested = tlv(0x30, ...extensions.map(encodeExtension));
  const attribute = tlv(0x30, tlv(0x06, oidBytes(EXTENSION_REQUEST)), tlv(0x31, requested));
  const info = tlv(0x30, tlv(0x02, Uint8Array.of(0)), tlv(0x30), encodePublicKeyInfo(key.publicKey), tlv(0xa0, attribute));
  const p384 = key.curve === 'P-384';
  const signature = suite.sign(p384 ? 'cnsa-p384' : profile === 'cnsa-p384' ? 'ecdsa' : profile, key, info);
  const algorithm = tlv(0x30, tlv(0x06, oidBytes(p384 ? OID.ecdsaWithSha384 : OID.ecdsaWithSha256)));
  return tlv(0x30, info, algorithm, tlv(0x03, Uint8Array.of(0), writeSignature(signature)));
}
