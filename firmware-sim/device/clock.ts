import { ByteWriter } from '../kernel/byte-writer.ts';
import { type Bytes, fromAscii } from '../kernel/bytes.ts';
import { type Millis, toCivil } from '../kernel/time.ts';

/** How far a device trusts its own clock (GBCS GCS28: 0 reliable, 1 invalid, 2 unreliable). */
export type ClockStatus = 'reliable' | 'invalid' | 'unreliable';

/** What a device's clock is ahead of real time, and whether it trusts it. */
export interface ClockState {
  readonly offsetMs: Millis;
  readonly status: ClockStatus;
}

/** A clock that is right. */
export const RIGHT_TIME: ClockState = { offsetMs: 0, status: 'reliable' };

/** A hub that has the runtime's time. */
export const hubOnTime = (): ClockState => RIGHT_TIME;

/** Deviation "not specified" of a COSEM date-time (DLMS Blue Book 4.1.6.1). */
const DEVIATION_UNSPECIFIED = 0x8000;

/** Clock status octet "not specified", which ESME and hub put into every date-time (RTDS 4.5.0). */
export const CLOCK_STATUS_UNSPECIFIED = 0xff;

/**
 * A COSEM date-time of 12 octets, UTC: day of week unspecified, hundredths zero, deviation unspecified
 * (as in every RTDS 4.5.0 response with a header date-time).
 */
export function dlmsDateTime(at: Millis, status = CLOCK_STATUS_UNSPECIFIED): Bytes {
  const t = toCivil(at);
  const writer = new ByteWriter(12).u16(t.year).u8(t.month).u8(t.day).u8(0xff);
  return writer.u8(t.hour).u8(t.minute).u8(t.second).u8(0).u16(DEVIATION_UNSPECIFIED).u8(status).finish();
}

const digits = (value: number, count: number): string => String(value).padStart(count, '0');

/** Text of a GeneralizedTime, `20300115090000Z`. */
export function generalizedTime(at: Millis): string {
  const t = toCivil(at);
  return `${digits(t.year, 4)}${[t.month, t.day, t.hour, t.minute, t.second].map((n) => digits(n, 2)).join('')}Z`;
}

/** Octets of a GeneralizedTime. */
export function generalizedTimeBytes(at: Millis): Bytes {
  return fromAscii(generalizedTime(at));
}
