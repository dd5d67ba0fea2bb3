import { ProtocolFault } from './errors.ts';

/** Octets are `Uint8Array` at every boundary; multi-octet integers are big-endian unless a name says otherwise. */
export type Bytes = Uint8Array;

export const NO_BYTES: Bytes = new Uint8Array(0);

const HEX: readonly string[] = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, '0'));

/** Lower-case hex without separators. */
export function toHex(bytes: Bytes): string {
  let text = '';
  for (let i = 0; i < bytes.length; i++) text += HEX[bytes[i] as number];
  return text;
}

function nibble(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/**
 * Octets of a hex text; white space between digits is skipped.
 * @throws ProtocolFault `bad-hex` whose offset counts characters
 */
export function fromHex(text: string): Bytes {
  const out = new Uint8Array(text.length >> 1);
  let length = 0;
  let high = -1;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 32 || (code >= 9 && code <= 13)) continue;
    const digit = nibble(code);
    if (digit < 0) throw new ProtocolFault('bad-hex', `character ${JSON.stringify(text[i])} is not a hex digit`, i);
    if (high < 0) high = digit;
    else {
      out[length++] = (high << 4) | digit;
      high = -1;
    }
  }
  if (high >= 0) throw new ProtocolFault('bad-hex', 'odd number of hex digits', text.length);
  return length === out.length ? out : out.slice(0, length);
}

/** One array holding all parts in order. */
export function concat(...parts: readonly Bytes[]): Bytes {
  let total = 0;
  for (const part of parts) total += part.length;
  const out = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** True when both hold the same octets. Not constant-time: test keys only. */
export function equalBytes(a: Bytes, b: Bytes): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Unsigned big-endian value of octets as a bigint. */
export function toBigInt(bytes: Bytes): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`);
}

/** `length` octets, big-endian, of an unsigned value. */
export function fromBigInt(value: bigint, length: number): Bytes {
  const out = new Uint8Array(length);
  let rest = value;
  for (let i = length - 1; i >= 0; i--) {
    out[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return out;
}

/** Octets of an ASCII text (code units above 127 are refused by the caller's format check). */
export function fromAscii(text: string): Bytes {
  const out = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) out[i] = text.charCodeAt(i) & 0xff;
  return out;
}

/** Text of octets taken as ISO 646 / Latin-1. */
export function toAscii(bytes: Bytes): string {
  let text = '';
  for (const octet of bytes) text += String.fromCharCode(octet);
  return text;
}

/** True when every octet is a printable ASCII character. */
export function isPrintable(bytes: Bytes): boolean {
  for (const octet of bytes) if (octet < 0x20 || octet > 0x7e) return false;
  return true;
}
