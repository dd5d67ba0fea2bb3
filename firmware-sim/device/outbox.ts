import type { Millis } from '../kernel/time.ts';
import type { HanFrame } from './han-frame.ts';

/** A frame on its way, and the ticket by which the link reports back. */
export interface Dispatch {
  readonly frame: HanFrame;
  readonly ticket: number;
}

/** Most messages that wait at one end; not published. */
export const OUTBOX_MAX = 512;

interface Waiting {
  readonly frame: HanFrame;
  readonly until: Millis;
}

/**
 * Messages that must survive until the link has confirmed them: one is on its way at a time, the others wait.
 * Kept through power cuts, like the alerts it carries.
 */
export class Outbox {
  #waiting: Waiting[] = [];
  #ticket = 0;
  #inFlight = false;

  /**
   * Returns false for a message that no longer fits.
   * @param until when it is no longer worth sending
   */
  put(frame: HanFrame, until: Millis = Number.POSITIVE_INFINITY): boolean {
    if (this.#waiting.length >= OUTBOX_MAX) return false;
    this.#waiting.push({ frame, until });
    return true;
  }

  /** When `expired` next has something to take out; undefined while a frame is on its way, as it may still arrive. */
  get deadline(): Millis | undefined {
    if (this.#inFlight) return undefined;
    const until = this.#waiting.reduce((first, one) => Math.min(first, one.until), Number.POSITIVE_INFINITY);
    return until === Number.POSITIVE_INFINITY ? undefined : until;
  }

  /** Takes out what has waited too long. */
  expired(now: Millis): readonly HanFrame[] {
    if (this.#inFlight) return [];
    const late = this.#waiting.filter(({ until }) => until <= now);
    if (late.length > 0) this.#waiting = this.#waiting.filter(({ until }) => until > now);
    return late.map(({ frame }) => frame);
  }

  /** The frame to send now, when the link is free. */
  next(): Dispatch | undefined {
    const first = this.#inFlight ? undefined : this.#waiting[0];
    if (!first) return undefined;
    this.#inFlight = true;
    this.#ticket++;
    return { frame: first.frame, ticket: this.#ticket };
  }

  /** The link says whether a frame arrived; one that did not is sent again. Reports about earlier frames are ignored. */
  confirmed(ticket: number, arrived: boolean): void {
    if (!this.#inFlight || ticket !== this.#ticket) return;
    this.#inFlight = false;
    if (arrived) this.#waiting.shift();
  }

  /** The link is gone; whatever was in flight counts as lost. */
  reset(): void {
    this.#inFlight = false;
  }

  get size(): number {
    return this.#waiting.length;
  }
}
