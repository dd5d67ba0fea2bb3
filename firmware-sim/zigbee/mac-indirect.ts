import type { Eui64 } from '../kernel/eui64.ts';
import type { Millis } from '../kernel/time.ts';
import type { ShortAddress } from './wire.ts';

/** A frame that waits until its receiver asks for it. */
export interface WaitingFrame {
  readonly ticket: number;
  readonly psdu: (pending: boolean) => Uint8Array;
  readonly until: Millis;
}

/** Frames one child may have waiting; the oldest gives way. */
const WAITING_MAX = 16;

/** Frames for children that sleep, by the address they ask with (IEEE 802.15.4 7.1.1.1, indirect transmission). */
export class IndirectQueue {
  readonly #waiting = new Map<ShortAddress | Eui64, WaitingFrame[]>();

  /** Puts a frame in. @returns the frame that gave way, if one did */
  put(address: ShortAddress | Eui64, frame: WaitingFrame): WaitingFrame | undefined {
    const frames = this.#waiting.get(address) ?? [];
    this.#waiting.set(address, frames);
    frames.push(frame);
    return frames.length > WAITING_MAX ? frames.shift() : undefined;
  }

  /** The frame to send now that its receiver asks, and whether another one waits behind it. */
  take(address: ShortAddress | Eui64): { readonly frame: WaitingFrame; readonly more: boolean } | undefined {
    const frames = this.#waiting.get(address);
    const frame = frames?.shift();
    if (!frames || !frame) return undefined;
    if (frames.length === 0) this.#waiting.delete(address);
    return { frame, more: frames.length > 0 };
  }

  has(address: ShortAddress | Eui64): boolean {
    return this.#waiting.has(address);
  }

  get size(): number {
    let count = 0;
    for (const frames of this.#waiting.values()) count += frames.length;
    return count;
  }

  get deadline(): Millis | undefined {
    let first: Millis | undefined;
    for (const [oldest] of this.#waiting.values())
      if (oldest && (first === undefined || oldest.until < first)) first = oldest.until;
    return first;
  }

  /** Takes out what has waited too long, with the addresses for which nothing is left. */
  expire(now: Millis): { readonly expired: readonly WaitingFrame[]; readonly emptied: readonly (ShortAddress | Eui64)[] } {
    const expired: WaitingFrame[] = [];
    const emptied: (ShortAddress | Eui64)[] = [];
    for (const [address, frames] of this.#waiting) {
      while (frames[0] && frames[0].until <= now) expired.push(...frames.splice(0, 1));
      if (frames.length > 0) continue;
      this.#waiting.delete(address);
      emptied.push(address);
    }
    return { expired, emptied };
  }

  /** Drops everything for an address. */
  forget(address: ShortAddress | Eui64): readonly WaitingFrame[] {
    const frames = this.#waiting.get(address) ?? [];
    this.#waiting.delete(address);
    return frames;
  }
}
