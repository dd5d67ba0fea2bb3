import type { MessageHeader } from '../gbcs/header.ts';
import type { Bytes } from '../kernel/bytes.ts';
import type { Millis } from '../kernel/time.ts';

/** Departures from correct behaviour that a lab provokes to see whether its systems notice, each with what it does. */
export const MISBEHAVIOURS = {
  'wrong-mac': 'the last bit of every MAC the device makes is wrong',
  'wrong-signature': 'the last bit of every signature the device makes is wrong',
  'replayed-alert-counter': 'every alert carries the originator counter of the first one',
  'stale-date-time': 'responses are dated a day before they are made',
  'wrong-response-counter': 'responses carry a counter one above that of their command',
  'no-answer': 'commands are executed and not answered',
} as const;

/** Name of a misbehaviour of the device itself; `object-fault` is a map of its own. */
export type Misbehaviour = keyof typeof MISBEHAVIOURS;

/** What a device does wrong on purpose. */
export type Misbehaviours = ReadonlySet<Misbehaviour>;

const DAY_MS: Millis = 86_400_000;

/** The time a response is dated with. */
export function responseTime(misbehaviours: Misbehaviours, at: Millis): Millis {
  return misbehaviours.has('stale-date-time') ? at - DAY_MS : at;
}

/** The counter a response carries. */
export function responseCounter(misbehaviours: Misbehaviours, { originatorCounter }: MessageHeader): bigint {
  return misbehaviours.has('wrong-response-counter') ? originatorCounter + 1n : originatorCounter;
}

/** The octets of a MAC or signature, with the last bit turned over where that is asked for. */
export function spoiled(octets: Bytes, spoil: boolean): Bytes {
  return spoil ? octets.with(octets.length - 1, (octets.at(-1) ?? 0) ^ 1) : octets;
}
