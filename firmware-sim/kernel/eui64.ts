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

/** The EUI-64 at `offset` of `bytes` (8 octets, most significant first). */
export function eui64At(bytes: Bytes, offset = 0): Eui64 {
  let text = DASHED[bytes[offset] as number] as string;
  for (let i = 1; i < 8; i++) text += `-${DASHED[bytes[offset + i] as number]}`;
  return text as Eui64;
}

/** The 8 octets of an EUI-64, most significant first. */
export function eui64Bytes(eui: Eui64): Bytes {
  const out = new Uint8Array(8);
  for (let i = 0; i < 8; i++) out[i] = Number.parseInt(eui.substring(i * 3, i * 3 + 2), 16);
  return out;
}

/** 16 lower-case hex digits, the form used in file names. */
export function eui64Hex(eui: Eui64): string {
  return toHex(eui64Bytes(eui));
}
