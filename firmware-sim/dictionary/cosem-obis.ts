import type { Bytes } from '../kernel/bytes.ts';

/** The six value groups of an OBIS code, `A-B:C.D.E.F`, as octets. */
export function obisBytes(obis: string): Bytes | undefined {
  const match = /^(\d+)-(\d+):(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(obis);
  if (!match) return undefined;
  const groups = match.slice(1).map(Number);
  return groups.every((group) => group <= 255) ? Uint8Array.from(groups) : undefined;
}

/** `A-B:C.D.E.F` of six octets. */
export function obisText(octets: Bytes): string {
  const [a, b, c, d, e, f] = octets;
  return `${a}-${b}:${c}.${d}.${e}.${f}`;
}

/** The six octets at `at` as one number (48 bits), a key that costs no string. */
export function obisKey(octets: Bytes, at = 0): number {
  let key = 0;
  for (let i = at; i < at + 6; i++) key = key * 256 + (octets[i] as number);
  return key;
}
