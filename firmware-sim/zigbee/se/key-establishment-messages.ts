import { type CbkeSuite, certificateOctets, curveOf } from '../../crypto/cbke/certificate.ts';
import { ByteReader } from '../../kernel/byte-reader.ts';
import { ByteWriter } from '../../kernel/byte-writer.ts';
import type { Bytes } from '../../kernel/bytes.ts';

/** Key establishment cluster (ZigBee 07-5356 annex C). */
export const KEY_ESTABLISHMENT = 0x0800;

/** Commands; requests go to the server, responses to the client under the same numbers (07-5356 C.3.1.2.3). */
const COMMAND = { initiate: 0, ephemeral: 1, confirm: 2, terminate: 3 } as const;

/** Why an exchange ends (07-5356 table C-12). */
export const TERMINATION = {
  unknownIssuer: 1,
  badKeyConfirm: 2,
  badMessage: 3,
  noResources: 4,
  unsupportedSuite: 5,
  invalidCertificate: 6,
} as const;

export const TERMINATION_NAMES: Readonly<Record<number, string>> = {
  1: 'unknown issuer',
  2: 'bad key confirmation',
  3: 'bad message',
  4: 'no resources',
  5: 'unsupported suite',
  6: 'invalid certificate',
};

/** Bits by which suites are named in messages and in the attribute (07-5356 C.3.1.2.2). */
export const SUITE_BIT: Readonly<Record<CbkeSuite, number>> = { 1: 0x0001, 2: 0x0002 };

/** A message of the exchange; the same four both ways. */
export type EstablishmentMessage =
  | {
      readonly kind: 'initiate';
      readonly suite: CbkeSuite;
      /** Seconds the sender takes for ephemeral data, and for confirmation. */
      readonly ephemeralSeconds: number;
      readonly confirmSeconds: number;
      readonly certificate: Bytes;
    }
  | { readonly kind: 'ephemeral'; readonly point: Bytes }
  | { readonly kind: 'confirm'; readonly mac: Bytes }
  | { readonly kind: 'terminate'; readonly status: number; readonly waitSeconds: number; readonly suites: number };

const MAC_OCTETS = 16;

/** Command number and payload of a message. */
export function encodeEstablishment(message: EstablishmentMessage): { readonly command: number; readonly payload: Bytes } {
  const writer = new ByteWriter(96);
  switch (message.kind) {
    case 'initiate':
      writer.uintLe(SUITE_BIT[message.suite], 2).u8(message.ephemeralSeconds).u8(message.confirmSeconds);
      return { command: COMMAND.initiate, payload: writer.bytes(message.certificate).finish() };
    case 'ephemeral':
      return { command: COMMAND.ephemeral, payload: message.point };
    case 'confirm':
      return { command: COMMAND.confirm, payload: message.mac };
    case 'terminate':
      writer.u8(message.status).u8(message.waitSeconds).uintLe(message.suites, 2);
      return { command: COMMAND.terminate, payload: writer.finish() };
  }
}

function suiteOf(bits: number): CbkeSuite | undefined {
  if (bits === SUITE_BIT[2]) return 2;
  return bits === SUITE_BIT[1] ? 1 : undefined;
}

/**
 * Reads a message.
 * @param suite suite of the exchange, which decides the size of its points; undefined before it has begun
 * @returns a termination status for a message that is none
 */
export function decodeEstablishment(
  command: number,
  payload: Bytes,
  suite: CbkeSuite | undefined,
): EstablishmentMessage | number {
  const reader = new ByteReader(payload);
  switch (command) {
    case COMMAND.initiate: {
      if (payload.length < 4) return TERMINATION.badMessage;
      const named = suiteOf(reader.uintLe(2));
      const [ephemeralSeconds, confirmSeconds] = [reader.u8(), reader.u8()];
      if (named === undefined) return TERMINATION.unsupportedSuite;
      if (reader.remaining !== certificateOctets(named)) return TERMINATION.badMessage;
      return { kind: 'initiate', suite: named, ephemeralSeconds, confirmSeconds, certificate: reader.rest().slice() };
    }
    case COMMAND.ephemeral:
      if (suite === undefined || payload.length !== curveOf(suite).pointOctets) return TERMINATION.badMessage;
      return { kind: 'ephemeral', point: payload.slice() };
    case COMMAND.confirm:
      return payload.length === MAC_OCTETS ? { kind: 'confirm', mac: payload.slice() } : TERMINATION.badMessage;
    case COMMAND.terminate:
      if (payload.length !== 4) return TERMINATION.badMessage;
      return { kind: 'terminate', status: reader.u8(), waitSeconds: reader.u8(), suites: reader.uintLe(2) };
    default:
      return TERMINATION.badMessage;
  }
}
