import { earliest } from '../device/deadline.ts';
import { Device } from '../device/device.ts';
import type { DeviceEffect, HanDeviceEffect } from '../device/effects.ts';
import type { Refill, RefillRequest } from '../device/gas-push.ts';
import type { HanFrame } from '../device/han-frame.ts';
import { integrityFault } from '../device/integrity.ts';
import type { DeviceSetup } from '../device/setup.ts';
import { TunnelEnd } from '../device/tunnel-end.ts';
import type { BlockTransferParameters } from '../gbcs/block-transfer.ts';
import type { Millis } from '../kernel/time.ts';
import { gsmeLifeOf } from './life.ts';
import { GSME_PROFILE } from './profile.ts';

/** A gas meter sleeps to save its battery; 30 minutes between wakes is typical. */
export const GSME_WAKE_MS: Millis = 1_800_000;

export interface GsmeSetup extends DeviceSetup {
  readonly wakeMs?: Millis;
  readonly firstWakeAt: Millis;
  /** How messages too long for the tunnel go in blocks. Default: whole, whatever their length. */
  readonly blocks?: BlockTransferParameters;
}

/** A battery-powered gas meter: mains does not concern it. It wakes, fetches what the hub holds for it, answers, sleeps. */
export class Gsme {
  readonly device: Device;
  readonly #tunnel: TunnelEnd;
  readonly #wakeMs: Millis;
  #wakeAt: Millis;
  #linkUp = false;

  constructor(setup: GsmeSetup) {
    this.device = new Device(GSME_PROFILE, setup);
    this.#tunnel = new TunnelEnd(setup.blocks);
    this.#wakeMs = setup.wakeMs ?? GSME_WAKE_MS;
    this.#wakeAt = setup.firstWakeAt;
  }

  get listening(): boolean {
    return this.#linkUp && !this.#dead;
  }

  /** Without a battery it neither wakes nor answers. */
  get #dead(): boolean {
    return this.device.life?.poweredDown === true;
  }

  get deadline(): Millis | undefined {
    return earliest(this.#wakeAt, this.device.deadline, this.#linkUp ? this.#tunnel.deadline : undefined);
  }

  linkChanged(up: boolean): HanDeviceEffect[] {
    this.#linkUp = up;
    this.#tunnel.reset();
    return this.#flushed([]);
  }

  /** The meter starts again for no reason that it knows, as in a fault of the hardware. */
  reset(now: Millis): HanDeviceEffect[] {
    const effects: HanDeviceEffect[] = [];
    this.#tunnel.reset();
    this.#act([...this.device.poll(now), ...integrityFault(this.device, 'unexpectedReset', now)], now, effects);
    return this.#flushed(effects);
  }

  confirmed(ticket: number, arrived: boolean, now: Millis): HanDeviceEffect[] {
    this.#tunnel.confirmed(ticket, arrived, now);
    return this.#flushed([]);
  }

  receive(frame: HanFrame, now: Millis): HanDeviceEffect[] {
    if (frame.kind === 'suspend-zcl-messages') this.#tunnel.suspend(frame.minutes, now);
    if (frame.kind !== 'tunnel-reply' || !frame.message) return [];
    const effects: HanDeviceEffect[] = [];
    for (const message of this.#tunnel.receive(frame.message, now)) this.#act(this.device.receive(message, now), now, effects);
    if (frame.remaining > 0) effects.push({ kind: 'han', frame: { kind: 'tunnel-get' } });
    if (this.device.life?.livedTo !== undefined && gsmeLifeOf(this.device).pushes.urgent) this.#push(now, effects);
    return this.#flushed(effects);
  }

  /** What its proxy asks for after it has missed something. */
  refill(request: RefillRequest): Refill {
    return gsmeLifeOf(this.device).pushes.refill(request);
  }

  poll(now: Millis): HanDeviceEffect[] {
    const effects: HanDeviceEffect[] = [];
    this.#act(this.device.poll(now), now, effects);
    if (this.#linkUp) this.#tunnel.poll(now);
    if (now >= this.#wakeAt) {
      this.#wakeAt = now + this.#wakeMs;
      if (this.#dead) return effects;
      if (this.#linkUp && !this.#tunnel.silent) effects.push({ kind: 'han', frame: { kind: 'tunnel-get' } });
      this.#lookForHub(now);
      this.#push(now, effects);
    }
    return this.#flushed(effects);
  }

  /** Awake, a meter notices whether there is a hub to compare its clock with. */
  #lookForHub(now: Millis): void {
    if (this.device.life?.livedTo === undefined) return;
    const { clock } = gsmeLifeOf(this.device);
    if (this.#linkUp) clock.hubFound(now);
    else clock.hubLost(now);
  }

  /** A meter that lives tells its proxy what is new, provided it reaches the hub. */
  #push(now: Millis, effects: HanDeviceEffect[]): void {
    if (!this.#linkUp || this.#tunnel.silent || this.device.life?.livedTo === undefined) return;
    const { pushes } = gsmeLifeOf(this.device);
    pushes.enable();
    effects.push({ kind: 'gas-push', push: pushes.take(now) });
  }

  #act(deviceEffects: readonly DeviceEffect[], now: Millis, effects: HanDeviceEffect[]): void {
    for (const effect of deviceEffects) {
      if (effect.kind !== 'send') {
        effects.push(effect);
        continue;
      }
      this.#tunnel.send(effect.message, effect.header, now);
      effects.push({ kind: 'queued', message: effect.message, header: effect.header });
    }
  }

  #flushed(effects: HanDeviceEffect[]): HanDeviceEffect[] {
    const dispatch = this.#linkUp ? this.#tunnel.next() : undefined;
    if (dispatch) effects.push({ kind: 'han', ...dispatch });
    return effects;
  }
}
