import { tlv } from '../../codec/der-tlv.ts';
import { FIELD_OCTETS } from '../../crypto/keys.ts';
import type { ByteReader } from '../../kernel/byte-reader.ts';
import type { Bytes } from '../../kernel/bytes.ts';
import type { CertificateSignatureAlgorithm } from './certificate.ts';
import { primitive, sequence } from './der-read.ts';

/** Octets of r and of s under an algorithm. */
export function scalarOctets(algorithm: CertificateSignatureAlgorithm): 32 | 48 {
  return FIELD_OCTETS[algorithm === 'ecdsa-with-SHA256' ? 'P-256' : 'P-384'];
}

/**
 * Reads `SEQUENCE { r INTEGER, s INTEGER }` into `r || s` of fixed width. Superfluous leading zero octets are let pass, because
 * RTDS 4.5.0 has certificates with them; `checkCertificate` reports them.
 * @throws ProtocolFault
 */
export function readSignature(reader: ByteReader, width: number): Bytes {
  const inner = sequence(reader, 'the signature');
  const out = new Uint8Array(2 * width);
  for (const [i, name] of ['r', 's'].entries()) {
    const at = inner.at;
    const value = withoutZeros(primitive(inner, 0x02, name));
    if (value.length > width) inner.fail('bad-der', `${name} of the signature has ${value.length} octets, ${width} at most`, at);
    out.set(value, (i + 1) * width - value.length);
  }
  inner.finish('the signature');
  return out;
}

function withoutZeros(digits: Bytes): Bytes {
  let first = 0;
  while (first < digits.length - 1 && digits[first] === 0) first++;
  return digits.subarray(first);
}

function integer(unsigned: Bytes): Bytes {
  const digits = withoutZeros(unsigned);
  return (digits[0] as number) < 0x80 ? tlv(0x02, digits) : tlv(0x02, Uint8Array.of(0), digits);
}

/** `SEQUENCE { r, s }` of `r || s`. */
export function writeSignature(signature: Bytes): Bytes {
  const half = signature.length / 2;
  return tlv(0x30, integer(signature.subarray(0, half)), integer(signature.subarray(half)));
}
