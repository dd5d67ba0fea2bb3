import { type Bytes, toHex } from './bytes.ts';
import { ProtocolFault } from './errors.ts';

declare const euiBrand: unique symbol;

/**
 * An EUI-64 (GBCS Entity Identifier) in its one canonical text form, `90-B3-D5-1F-30-01-00-00`.
 * A string so that it can key a Map and be compared with `===`.
 */
export type Eui64 = string & { readonly [euiBrand]: true };

const PAIRS =
  /^([0-9a-f]{2})[-:]?([0-9a-f]{2})[-:]?([0-9a-f]{2})[-:]?([0-9a-f]{2})[-:]?([0-9a-f]{2})[-:]?([0-9a-f]{2})[-:]?([0-9a-f]{2})[-:]?([0-9a-f]{2})$/i;

/**
 * Reads an EUI-64 as people write it: 16 hex digits, with or without `-` or `:` between the pairs.
 * @throws ProtocolFault `bad-eui`
 */
export function parseEui64(text: string): Eui64 {
  const match = PAIRS.exec(text.trim());
  if (!match) throw new ProtocolFault('bad-eui', `${JSON.stringify(text)} is not an EUI-64 (16 hex digits)`);
  return match.slice(1).join('-').toUpperCase() as Eui64;
}

const DASHED: readonly string[] = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0').toUpperCase());

/** Texts of identifiers seen, by their upper and lower halves: a lab meets the same few again and again. */
const SEEN = new Map<number, Map<number, Eui64>>();
const SEEN_MAX = 65_536;
let seen = 0;

function spell(bytes: Bytes, offset: number): Eui64 {
  const pairs: string[] = [];
  for (let i = 0; i < 8; i++) pairs.push(DASHED[bytes[offset + i] as number] as string);
  return pairs.join('-') as Eui64;
}

/** The EUI-64 at `offset` of `bytes` (8 octets, most significant first). */
export function eui64At(bytes: Bytes, offset = 0): Eui64 {
  const at = (i: number): number => bytes[offset + i] as number;
  const upper = (at(0) << 24) | (at(1) << 16) | (at(2) << 8) | at(3);
  const lower = (at(4) << 24) | (at(5) << 16) | (at(6) << 8) | at(7);
  let half = SEEN.get(upper);
  const known = half?.get(lower);
  if (known) return known;
  if (seen++ >= SEEN_MAX) {
    SEEN.clear();
    half = undefined;
    seen = 1;
  }
  const text = spell(bytes, offset);
  if (half) half.set(lower, text);
  else SEEN.set(upper, new Map([[lower, text]]));
  return text;
}

/** Value of an upper-case hex digit. */
const digit = (code: number): number => (code < 58 ? code - 48 : code - 55);

/** Puts the 8 octets of an EUI-64, most significant first, into `out` from `at` on. */
export function copyEui64(eui: Eui64, out: Bytes, at: number): void {
  for (let i = 0; i < 8; i++) out[at + i] = (digit(eui.charCodeAt(i * 3)) << 4) | digit(eui.charCodeAt(i * 3 + 1));
}

/** The 8 octets of an EUI-64, most significant first. */
export function eui64Bytes(eui: Eui64): Bytes {
  const out = new Uint8Array(8);
  copyEui64(eui, out, 0);
  return out;
}

/** 16 lower-case hex digits, the form used in file names. */
export function eui64Hex(eui: Eui64): string {
  return toHex(eui64Bytes(eui));
}
