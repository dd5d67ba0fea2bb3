import type { MessageHeader } from '../gbcs/header.ts';
import type { Bytes } from '../kernel/bytes.ts';
import type { Millis } from '../kernel/time.ts';

/** One departure: what it does, and what its number counts where it takes one. */
export interface MisbehaviourRow {
  readonly does: string;
  readonly amount?: 'SECONDS' | 'OCTETS';
}

const ROWS = {
  'wrong-mac': { does: 'the last bit of every MAC the device makes is wrong' },
  'wrong-signature': { does: 'the last bit of every signature the device makes is wrong' },
  'replayed-alert-counter': { does: 'every alert carries the originator counter of the first one' },
  'stale-date-time': { does: 'the date-time of responses that carry one is a day before they are made' },
  'late-answer': { does: 'the date-time of responses that carry one is so many seconds after their command', amount: 'SECONDS' },
  'wrong-response-counter': { does: 'responses carry a counter one above that of their command' },
  'truncated-response': { does: 'so many octets are missing at the end of every response', amount: 'OCTETS' },
  'no-answer': { does: 'commands are executed and not answered' },
  'supply-stays-on': { does: 'the load switch or valve does not open, and the device says so (81C0)' },
  'auxiliary-stuck': { does: 'auxiliary switches in the meter do not move, and the meter says so (811A)' },
  'supply-stays-off': { does: 'the load switch or valve does not close, and the device says so (81BD)' },
} as const satisfies Record<string, MisbehaviourRow>;

/** Name of a misbehaviour of the device itself; `object-fault` is a map of its own. */
export type Misbehaviour = keyof typeof ROWS;

/** Departures from correct behaviour that a lab provokes to see whether its systems notice, each with what it does. */
export const MISBEHAVIOURS: Readonly<Record<Misbehaviour, MisbehaviourRow>> = ROWS;

/** What a device does wrong on purpose, each with its number (0 where it takes none). */
export type Misbehaviours = ReadonlyMap<Misbehaviour, number>;

const DAY_MS: Millis = 86_400_000;
const SECOND_MS: Millis = 1_000;

/** The time a response is dated with. */
export function responseTime(misbehaviours: Misbehaviours, at: Millis): Millis {
  const late = (misbehaviours.get('late-answer') ?? 0) * SECOND_MS;
  return (misbehaviours.has('stale-date-time') ? at - DAY_MS : at) + late;
}

/** What of a response goes out; one octet at least. */
export function responseOctets(misbehaviours: Misbehaviours, message: Bytes): Bytes {
  const missing = misbehaviours.get('truncated-response') ?? 0;
  return message.subarray(0, Math.max(1, message.length - missing));
}

/** The counter a response carries. */
export function responseCounter(misbehaviours: Misbehaviours, { originatorCounter }: MessageHeader): bigint {
  return misbehaviours.has('wrong-response-counter') ? originatorCounter + 1n : originatorCounter;
}

/** The octets of a MAC or signature, with the last bit turned over where that is asked for. */
export function spoiled(octets: Bytes, spoil: boolean): Bytes {
  return spoil ? octets.with(octets.length - 1, (octets.at(-1) ?? 0) ^ 1) : octets;
}
