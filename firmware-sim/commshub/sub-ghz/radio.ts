import type { Eui64 } from '../../kernel/eui64.ts';
import type { Channel } from './channels.ts';

/** What is on the air around a dual-band hub, for as long as it stays so. Whole numbers. */
export interface SubGhzAir {
  /** Octets a second that the hub sends a device besides the messages it relays: time, tariff, registers for displays. */
  readonly octetsPerSecond: (device: Eui64) => number;
  /** How strong a device is received, and it receives the hub, in dBm. */
  readonly signalDbm: (device: Eui64) => number;
  /** Noise on a channel in dBm. */
  readonly noiseDbm: (channel: Channel) => number;
}

/** Nobody sends anything by itself, everybody is near, and no channel is noisier than another; ours. */
export const QUIET_AIR: SubGhzAir = { octetsPerSecond: () => 0, signalDbm: () => -60, noiseDbm: () => -100 };

/** A signal this much above the noise is always understood; at 0 dB never, in between in proportion. Ours. */
const CLEAR_DB = 12;
/** Tries of a frame before it counts as failed (802.15.4: macMaxFrameRetries 3). */
const TRIES = 4;

/** How much of what is sent over a link is lost: tries that have to be repeated, and frames that fail for good, in percent. */
export interface LinkLoss {
  readonly retryPercent: number;
  readonly failurePercent: number;
}

/** Loss of a link by the distance of signal and noise. */
export function linkLoss(signalDbm: number, noiseDbm: number): LinkLoss {
  const clear = Math.max(0, Math.min(CLEAR_DB, signalDbm - noiseDbm));
  const lost = (CLEAR_DB - clear) / CLEAR_DB;
  return { retryPercent: Math.round(lost * 100), failurePercent: Math.round(lost ** TRIES * 100) };
}

/** Octets of content in one frame, and octets of air time that frame takes the hub with all around it (an image block on this band). */
const FRAME = { content: 50, air: 206 } as const;

/** Octets of air time of a number of octets of content; inferred from the time an image block takes. */
export function airOctets(content: number): number {
  return Math.max(1, Math.ceil(content / FRAME.content)) * FRAME.air;
}
