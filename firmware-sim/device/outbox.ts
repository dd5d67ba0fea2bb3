import type { HanFrame } from './han-frame.ts';

/**
 * Messages for the hub that must survive until the link has confirmed them: one is on its way at a time, the others wait.
 * Kept through power cuts, like the alerts it carries.
 */
export class Outbox {
  readonly #waiting: HanFrame[] = [];
  #inFlight = false;

  put(frame: HanFrame): void {
    this.#waiting.push(frame);
  }

  /** The frame to send now, when the link is free. */
  next(): HanFrame | undefined {
    const frame = this.#inFlight ? undefined : this.#waiting[0];
    if (frame) this.#inFlight = true;
    return frame;
  }

  /** The link says whether the frame in flight arrived; one that did not is sent again. */
  confirmed(arrived: boolean): void {
    if (!this.#inFlight) return;
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
