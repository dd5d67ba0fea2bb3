import type { HanFrame } from './han-frame.ts';

/** A frame on its way, and the ticket by which the link reports back. */
export interface Dispatch {
  readonly frame: HanFrame;
  readonly ticket: number;
}

/** Most messages that wait at one end; not published. */
export const OUTBOX_MAX = 512;

/**
 * Messages that must survive until the link has confirmed them: one is on its way at a time, the others wait.
 * Kept through power cuts, like the alerts it carries.
 */
export class Outbox {
  readonly #waiting: HanFrame[] = [];
  #ticket = 0;
  #inFlight = false;

  /** Returns false for a message that no longer fits. */
  put(frame: HanFrame): boolean {
    if (this.#waiting.length >= OUTBOX_MAX) return false;
    this.#waiting.push(frame);
    return true;
  }

  /** The frame to send now, when the link is free. */
  next(): Dispatch | undefined {
    const frame = this.#inFlight ? undefined : this.#waiting[0];
    if (!frame) return undefined;
    this.#inFlight = true;
    this.#ticket++;
    return { frame, ticket: this.#ticket };
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
