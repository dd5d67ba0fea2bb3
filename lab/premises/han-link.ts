import type { HanFrame } from '../../firmware-sim/device/han-frame.ts';
import { assert } from '../../firmware-sim/kernel/errors.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import type { Scheduler } from '../../firmware-sim/kernel/scheduler.ts';
import type { Millis } from '../../firmware-sim/kernel/time.ts';

/** One end of a home area network as the network sees it. */
export interface HanEnd {
  /** True while its radio is on and its owner can take a frame. */
  readonly listening: () => boolean;
  readonly receive: (from: Eui64, frame: HanFrame) => void;
}

/** How hub and devices reach each other. The in-process link stands in for a radio network, which will implement the same. */
export interface HanLink {
  attach(eui: Eui64, end: HanEnd): void;
  /** Sends a frame. `done` says later whether it arrived. */
  send(from: Eui64, to: Eui64, frame: HanFrame, done?: (arrived: boolean) => void): void;
  /** An end's radio has gone off: frames to and from it that are on their way are lost. */
  silenced(eui: Eui64): void;
  /** An end's radio is on again. */
  woken(eui: Eui64): void;
}

export interface InProcessLinkOptions {
  /** Time a frame takes. */
  readonly latencyMs: Millis;
  /** How long a sender waits before it takes a frame for lost. */
  readonly ackTimeoutMs: Millis;
  /** Named misbehaviour `lose-han-frames`: true for a frame that gets lost on its way. */
  readonly loses?: (frame: HanFrame) => boolean;
}

export const IN_PROCESS_LINK_DEFAULTS: InProcessLinkOptions = { latencyMs: 20, ackTimeoutMs: 2_000 };

/** A plain link inside one process: constant latency, no order lost, frames vanish only when an end is silent. */
export class InProcessLink implements HanLink {
  readonly #scheduler: Scheduler;
  readonly #options: InProcessLinkOptions;
  readonly #ends = new Map<Eui64, { readonly end: HanEnd; generation: number }>();

  constructor(scheduler: Scheduler, options: Partial<InProcessLinkOptions> = {}) {
    this.#scheduler = scheduler;
    this.#options = { ...IN_PROCESS_LINK_DEFAULTS, ...options };
  }

  attach(eui: Eui64, end: HanEnd): void {
    this.#ends.set(eui, { end, generation: 0 });
  }

  silenced(eui: Eui64): void {
    const known = this.#ends.get(eui);
    if (known) known.generation++;
  }

  /** A plain link needs nothing to come back. */
  woken(_eui: Eui64): void {}

  send(from: Eui64, to: Eui64, frame: HanFrame, done?: (arrived: boolean) => void): void {
    const sender = this.#ends.get(from);
    const target = this.#ends.get(to);
    assert(sender && target, 'both ends of a HAN frame are attached');
    const generations = [sender.generation, target.generation];
    const lost = this.#options.loses?.(frame) === true;
    this.#scheduler.after(this.#options.latencyMs, () => {
      const cut = sender.generation !== generations[0] || target.generation !== generations[1];
      if (lost || cut || !target.end.listening()) {
        if (done) this.#scheduler.after(this.#options.ackTimeoutMs, () => done(false));
        return;
      }
      done?.(true);
      target.end.receive(from, frame);
    });
  }
}
