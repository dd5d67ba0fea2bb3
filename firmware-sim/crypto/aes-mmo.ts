import { createCipheriv } from 'node:crypto';
import { type Bytes, concat } from '../kernel/bytes.ts';

const BLOCK = 16;
/** Inputs of so many bits and more are padded with a length of 32 bits (ZigBee 05-3474 B.6). */
const LONG_BITS = 1 << 16;

function encryptBlock(key: Bytes, block: Bytes): Bytes {
  const cipher = createCipheriv('aes-128-ecb', key, null);
  cipher.setAutoPadding(false);
  return cipher.update(block);
}

/** A one bit, zeros, and the length in bits: 16 bits of it at the end, or 32 and then 16 zeros (ZigBee 05-3474 B.6). */
function padded(data: Bytes): Bytes {
  const bits = data.length * 8;
  const long = bits >= LONG_BITS;
  const tail = long ? 6 : 2;
  const length = Math.ceil((data.length + 1 + tail) / BLOCK) * BLOCK;
  const out = new Uint8Array(length);
  out.set(data);
  out[data.length] = 0x80;
  const view = new DataView(out.buffer);
  if (long) view.setUint32(length - 6, bits);
  else view.setUint16(length - 2, bits);
  return out;
}

/** Matyas-Meyer-Oseas hash with AES-128, 16 octets (ZigBee 05-3474 B.6). */
export function aesMmo(data: Bytes): Bytes {
  const message = padded(data);
  let hash: Bytes = new Uint8Array(BLOCK);
  for (let at = 0; at < message.length; at += BLOCK) {
    const block = message.subarray(at, at + BLOCK);
    const next = encryptBlock(hash, block);
    for (let i = 0; i < BLOCK; i++) next[i] = (next[i] as number) ^ (block[i] as number);
    hash = next;
  }
  return new Uint8Array(hash);
}

/** HMAC with AES-MMO, 16 octets; the key has 16 (ZigBee 05-3474 B.1.4; FIPS 198). */
export function hmacMmo(key: Bytes, data: Bytes): Bytes {
  const [inner, outer] = [key.map((octet) => octet ^ 0x36), key.map((octet) => octet ^ 0x5c)];
  return aesMmo(concat(outer, aesMmo(concat(inner, data))));
}

/** CRC-16/X-25 of an install code, least significant octet first (ZigBee 07-5356 5.4.8.1). */
export function installCodeCrc(code: Bytes): Bytes {
  let crc = 0xffff;
  for (const octet of code) {
    crc ^= octet;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x8408 : crc >>> 1;
  }
  crc ^= 0xffff;
  return Uint8Array.of(crc & 0xff, crc >>> 8);
}

/** Link key of an install code without its CRC (ZigBee 07-5356 5.4.8.1.2). */
export function installCodeLinkKey(code: Bytes): Bytes {
  return aesMmo(concat(code, installCodeCrc(code)));
}

/** Which frames a key derived from a link key secures (ZigBee 05-3474 4.5.3). */
const PURPOSE = { transport: 0x00, load: 0x02 } as const;

/** Key that protects a network key on its way (key-transport key), 16 octets. */
export function keyTransportKey(linkKey: Bytes): Bytes {
  return hmacMmo(linkKey, Uint8Array.of(PURPOSE.transport));
}

/** Key that protects a link key on its way (key-load key), 16 octets. */
export function keyLoadKey(linkKey: Bytes): Bytes {
  return hmacMmo(linkKey, Uint8Array.of(PURPOSE.load));
}
