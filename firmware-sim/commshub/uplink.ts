import type { LifeParameters } from '../device/life/parameters.ts';
import type { WanUpFrame } from './wan-frame.ts';

/**
 * The hub's way into the wide area network. While the network is away messages of devices wait, in order and not more than fit; what
 * makes no sense later (progress of a transfer, an answer to a question, a last gasp) is dropped.
 */
export class Uplink {
  readonly #parameters: LifeParameters;
  #waiting: WanUpFrame[] = [];
  #there = true;
  #lost = 0;

  constructor(parameters: LifeParameters) {
    this.#parameters = parameters;
  }

  /** Whether the network is there. */
  get there(): boolean {
    return this.#there;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Messages that no longer fitted, ever. */
  get lost(): number {
    return this.#lost;
  }

  /** What goes out now. */
  send(frame: WanUpFrame): readonly WanUpFrame[] {
    if (this.#there) return [frame];
    if (frame.kind === 'gbcs') this.#keep(frame);
    return [];
  }

  /** The network has gone, or is back: then what waited goes out in order, after `first`. */
  changed(there: boolean, first: WanUpFrame): readonly WanUpFrame[] {
    if (there === this.#there) return [];
    this.#there = there;
    if (!there) return [];
    const waiting = this.#waiting;
    this.#waiting = [];
    return [first, ...waiting];
  }

  #keep(frame: WanUpFrame): void {
    const { wanQueueMax, wanQueueKeeps } = this.#parameters;
    this.#waiting.push(frame);
    if (this.#waiting.length <= wanQueueMax) return;
    this.#lost++;
    if (wanQueueKeeps === 'oldest') this.#waiting.pop();
    else this.#waiting.shift();
  }
}
