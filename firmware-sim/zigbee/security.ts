import { openCcmStar, sealCcmStar } from '../crypto/ccm-star.ts';
import type { ByteReader } from '../kernel/byte-reader.ts';
import { ByteWriter } from '../kernel/byte-writer.ts';
import { type Bytes, concat } from '../kernel/bytes.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import { bits, euiOnAir, readEui, writeEui } from './wire.ts';

/** Which key secures a frame (ZigBee 05-3474 4.5.1.1.2). */
export const KEY_KINDS = ['link', 'network', 'key-transport', 'key-load'] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

/** Auxiliary header of a secured frame (ZigBee 05-3474 4.5.1). */
export interface SecurityHeader {
  readonly key: KeyKind;
  readonly frameCounter: number;
  /** Who secured it, where the header says so (extended nonce). */
  readonly source?: Eui64;
  /** Sequence number of the network key. */
  readonly keySequence?: number;
}

/** Encryption and a code of 4 octets: the level all of Smart Energy uses. It is not sent: the field is 0 on the air. */
const LEVEL = 5;
const EXTENDED_NONCE = 0x20;

const controlOf = ({ key, source }: SecurityHeader): number =>
  (KEY_KINDS.indexOf(key) << 3) | (source === undefined ? 0 : EXTENDED_NONCE);

/** Octets of the header as they are authenticated (with the level) or sent (without). */
function headerOctets(header: SecurityHeader, level: number): Bytes {
  const writer = new ByteWriter(14).u8(controlOf(header) | level).uintLe(header.frameCounter, 4);
  if (header.source !== undefined) writeEui(writer, header.source);
  if (header.key === 'network') writer.u8(header.keySequence ?? 0);
  return writer.finish();
}

/** @throws ProtocolFault when it is cut short */
export function readSecurityHeader(reader: ByteReader): SecurityHeader {
  const control = reader.u8();
  const key = KEY_KINDS[bits(control, 3, 2)] as KeyKind;
  const frameCounter = reader.uintLe(4);
  return {
    key,
    frameCounter,
    ...((control & EXTENDED_NONCE) !== 0 && { source: readEui(reader) }),
    ...(key === 'network' && { keySequence: reader.u8() }),
  };
}

/** 13 octets: who secured the frame, its counter, and the security control with its level (ZigBee 05-3474 4.5.2.2). */
function nonceOf(header: SecurityHeader, source: Eui64): Bytes {
  const writer = new ByteWriter(13).bytes(euiOnAir(source)).uintLe(header.frameCounter, 4);
  return writer.u8(controlOf(header) | LEVEL).finish();
}

/**
 * Secures a payload: auxiliary header, hidden payload, code.
 * @param before the octets of the frame in front of the auxiliary header
 * @param source the device that secures it
 */
export function secure(key: Bytes, header: SecurityHeader, source: Eui64, before: Bytes, payload: Bytes): Bytes {
  const authenticated = concat(before, headerOctets(header, LEVEL));
  return concat(headerOctets(header, 0), sealCcmStar(key, nonceOf(header, source), authenticated, payload));
}

/** Opens what follows an auxiliary header; undefined when the code is wrong. `source` as in `secure`. */
export function unsecure(key: Bytes, header: SecurityHeader, source: Eui64, before: Bytes, sealed: Bytes): Bytes | undefined {
  const authenticated = concat(before, headerOctets(header, LEVEL));
  return openCcmStar(key, nonceOf(header, source), authenticated, sealed);
}

/** Octets that security adds to a frame: auxiliary header and code. */
export function securityOctets(header: SecurityHeader): number {
  return headerOctets(header, 0).length + 4;
}
