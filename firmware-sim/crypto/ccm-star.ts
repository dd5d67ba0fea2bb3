import { createCipheriv, createDecipheriv } from 'node:crypto';
import { type Bytes, concat } from '../kernel/bytes.ts';

const CIPHER = 'aes-128-ccm';
/** Octets of the message integrity code that Smart Energy uses (level 5, ENC-MIC-32). */
export const MIC_OCTETS = 4;
/** Nothing to hide, at an address of its own: OpenSSL makes no code for an empty array that has none. */
const NOTHING: Bytes = new Uint8Array(1).subarray(0, 0);

/**
 * CCM* with a 4-octet code: ciphertext, then the code (ZigBee 05-3474 4.3, annex A).
 * @param nonce 13 octets: source EUI-64 as on the air, frame counter, security control with its level bits set
 * @param header octets that are authenticated, not hidden
 */
export function sealCcmStar(key: Bytes, nonce: Bytes, header: Bytes, plaintext: Bytes): Bytes {
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: MIC_OCTETS });
  cipher.setAAD(header, { plaintextLength: plaintext.length });
  const hidden = cipher.update(plaintext.length === 0 ? NOTHING : plaintext);
  cipher.final();
  return concat(hidden, cipher.getAuthTag());
}

/** Inverse of `sealCcmStar`; undefined when the code is wrong or the input is shorter than one. */
export function openCcmStar(key: Bytes, nonce: Bytes, header: Bytes, sealed: Bytes): Bytes | undefined {
  if (sealed.length < MIC_OCTETS) return undefined;
  const hidden = sealed.subarray(0, sealed.length - MIC_OCTETS);
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: MIC_OCTETS });
  decipher.setAuthTag(sealed.subarray(hidden.length));
  decipher.setAAD(header, { plaintextLength: hidden.length });
  try {
    const plaintext = decipher.update(hidden);
    decipher.final();
    return new Uint8Array(plaintext);
  } catch {
    return undefined;
  }
}
