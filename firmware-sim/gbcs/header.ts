import type { Bytes } from '../kernel/bytes.ts';
import type { Eui64 } from '../kernel/eui64.ts';

/** Command, response or alert: the CRA flag of a grouping header (GBCS 7.2.7). */
export type Cra = 'command' | 'response' | 'alert';

export const CRA_FLAGS: Readonly<Record<Cra, 1 | 2 | 3>> = { command: 1, response: 2, alert: 3 };

/** The meaning of a CRA flag octet; undefined for values GBCS does not use on the wire. */
export function craOfFlag(flag: number): Cra | undefined {
  return flag === 1 ? 'command' : flag === 2 ? 'response' : flag === 3 ? 'alert' : undefined;
}

/**
 * What follows the message code when the Access Control Broker speaks for a party the device does not know.
 * Layouts that exist: party; party and counter; party, counter and originator counter; party, counter and certificate.
 */
export interface Supplementary {
  readonly remoteParty: Eui64;
  /** The unknown party's own originator counter. */
  readonly counter?: bigint;
  /** The device's counter from which the key of an encrypted answer is derived. */
  readonly originatorCounter?: bigint;
  /** DER of the unknown party's key-agreement certificate. */
  readonly certificate?: Bytes;
}

/** The fields of a grouping header. */
export interface MessageHeader {
  readonly cra: Cra;
  readonly originatorCounter: bigint;
  /** Business Originator. */
  readonly originator: Eui64;
  /** Business Target. */
  readonly recipient: Eui64;
  /** DLMS date-time, 12 octets, in some responses only. */
  readonly dateTime: Bytes | undefined;
  readonly messageCode: number;
  readonly supplementary: Supplementary | undefined;
}
