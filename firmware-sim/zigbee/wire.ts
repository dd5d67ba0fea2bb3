import type { ByteReader } from '../kernel/byte-reader.ts';
import type { ByteWriter } from '../kernel/byte-writer.ts';
import type { Bytes } from '../kernel/bytes.ts';
import { type Eui64, eui64At, eui64Bytes } from '../kernel/eui64.ts';

/*
 * Octets of IEEE 802.15.4 and ZigBee frames: integers and EUI-64s are little-endian on the air.
 */

/** 16-bit network address of a node; 0 is the coordinator. */
export type ShortAddress = number;

export const COORDINATOR: ShortAddress = 0x0000;
/** Nobody in particular: not joined, or no short address (IEEE 802.15.4). */
export const NO_ADDRESS: ShortAddress = 0xffff;
/** An address to be used only with an extended one (IEEE 802.15.4). */
export const EXTENDED_ONLY: ShortAddress = 0xfffe;

/** Broadcast addresses of the network layer (ZigBee 05-3474 3.6.5). */
export const BROADCAST = { all: 0xffff, rxOnWhenIdle: 0xfffd, routers: 0xfffc, lowPowerRouters: 0xfffb } as const;

/** True for every address that means several nodes. */
export function isBroadcast(address: ShortAddress): boolean {
  return address >= 0xfff8;
}

/** 8 octets of an EUI-64 in the order of the air, least significant first. */
export function euiOnAir(eui: Eui64): Bytes {
  return eui64Bytes(eui).reverse();
}

export function readEui(reader: ByteReader): Eui64 {
  return eui64At(reader.take(8).slice().reverse());
}

export function writeEui(writer: ByteWriter, eui: Eui64): ByteWriter {
  return writer.bytes(euiOnAir(eui));
}

/** The bits of `value` from `low` on, `count` of them. */
export function bits(value: number, low: number, count: number): number {
  return (value >>> low) & ((1 << count) - 1);
}
