import { Element } from '../../codec/element.ts';
import type { Bytes } from '../../kernel/bytes.ts';

/** One channel of the sub-GHz band: 802.15.4 page 28 to 31, and the channel's number within its band. */
export interface Channel {
  readonly page: number;
  readonly number: number;
}

/** Lowest channel of each page (GBCS sub-GHz masks; DUIS 5.4 SubGHzConfiguration). Page 31 is the upper band. */
const LOWEST: Readonly<Record<number, number>> = { 28: 0, 29: 27, 30: 35, 31: 0 };

/** Page in the first five bits of a mask, then 27 channels, the lowest in the last bit (RTDS 4.5.0 DBCH01, DBCH07). */
const CHANNEL_BITS = 27;
export const MASK_BITS = 32;

const numberOf = (mask: Bytes): number => mask.reduce((sum, octet) => sum * 256 + octet, 0);

/** The channels of a mask of four octets, lowest first; none for a page that is not sub-GHz. */
export function channelsOf(mask: Bytes): readonly Channel[] {
  const value = numberOf(mask);
  const page = Math.floor(value / 2 ** CHANNEL_BITS);
  const lowest = LOWEST[page];
  if (mask.length * 8 !== MASK_BITS || lowest === undefined) return [];
  return Array.from({ length: CHANNEL_BITS }, (_, bit) => bit)
    .filter((bit) => Math.floor(value / 2 ** bit) % 2 === 1)
    .map((bit) => ({ page, number: lowest + bit }));
}

/** The mask of one channel. */
export function maskOf({ page, number }: Channel): Bytes {
  const value = page * 2 ** CHANNEL_BITS + 2 ** (number - (LOWEST[page] ?? 0));
  return Uint8Array.of(value / 2 ** 24, (value / 2 ** 16) % 256, (value / 2 ** 8) % 256, value % 256);
}

/** The mask of one channel as a COSEM bit string. */
export function maskElement(channel: Channel): Element {
  return new Element('operatingChannel', 'bit-string', maskOf(channel), undefined, true, { bits: MASK_BITS });
}

export const sameChannel = (a: Channel, b: Channel): boolean => a.page === b.page && a.number === b.number;
