/**
 * Octet helpers of the second implementation. Nothing in this folder imports the product: what both sides agree on is
 * agreed by reading the specification twice.
 */
import assert from 'node:assert/strict';

export type Octets = Uint8Array;

/** Octets of hex text; white space is ignored. */
export function hex(text: string): Octets {
  const digits = text.replace(/\s+/g, '');
  assert.match(digits, /^([0-9a-fA-F]{2})*$/, 'hex text');
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export const toText = (octets: Octets): string => Array.from(octets, (o) => o.toString(16).padStart(2, '0')).join('');

export const ascii = (text: string): Octets => Uint8Array.from(text, (c) => c.charCodeAt(0));

/** Joins octet strings, hex texts and single octets. */
export function join(...parts: readonly (Octets | string | number)[]): Octets {
  const all: number[] = [];
  for (const part of parts) {
    if (typeof part === 'number') all.push(part);
    else all.push(...(typeof part === 'string' ? hex(part) : part));
  }
  return Uint8Array.from(all);
}

/** `size` octets of an unsigned number, most significant first. */
export function be(value: number | bigint, size: number): Octets {
  return hex(
    BigInt(value)
      .toString(16)
      .padStart(size * 2, '0'),
  );
}

/** `size` octets of an unsigned number, least significant first (ZCL). */
export const le = (value: number | bigint, size: number): Octets => be(value, size).reverse();

export const number = (octets: Octets): number => Number(big(octets));

export const big = (octets: Octets): bigint => (octets.length === 0 ? 0n : BigInt(`0x${toText(octets)}`));

/** BER length in its shortest form. */
export function berLength(length: number): Octets {
  if (length < 0x80) return be(length, 1);
  if (length < 0x100) return join(0x81, length);
  assert.ok(length < 0x10000, 'no message part is longer than 65535 octets');
  return join(0x82, be(length, 2));
}

/** A BER length followed by that many octets. */
export const counted = (octets: Octets): Octets => join(berLength(octets.length), octets);

/** A copy with one bit inverted. `at` may be negative, counting from the end. */
export function flip(octets: Octets, at: number, bit = 0): Octets {
  const copy = Uint8Array.from(octets);
  const index = at < 0 ? copy.length + at : at;
  assert.ok(index >= 0 && index < copy.length, 'the octet to change is inside the message');
  copy[index] = (copy[index] as number) ^ (1 << bit);
  return copy;
}

export const same = (a: Octets, b: Octets): boolean => toText(a) === toText(b);
