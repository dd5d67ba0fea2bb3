import { Device } from '../device/device.ts';
import type { DeviceEffect } from '../device/effects.ts';
import type { GsmePush, Refill, RefillRequest } from '../device/gas-push.ts';
import type { DeviceSetup } from '../device/setup.ts';
import { decodeEnvelope, isGbtBlock } from '../gbcs/envelope.ts';
import type { Bytes } from '../kernel/bytes.ts';
import type { Millis } from '../kernel/time.ts';
import type { GasProxyPort } from './gas-proxy-port.ts';
import { gpfLifeOf } from './gpf-life.ts';
import { GPF_PROFILE } from './profile.ts';

/**
 * A gas proxy function: the device in a hub that answers for a gas meter which is mostly asleep. It knows what the meter has pushed and
 * what it has read along, and its answers say from when that is.
 */
export class GasProxy implements GasProxyPort {
  readonly device: Device;

  constructor(setup: DeviceSetup) {
    this.device = new Device(GPF_PROFILE, setup);
  }

  /** Time begins to pass; until then it answers from what it was given. */
  start(now: Millis): void {
    gpfLifeOf(this.device).start(now);
  }

  get deadline(): Millis | undefined {
    return this.device.deadline;
  }

  poll(now: Millis): DeviceEffect[] {
    return this.device.poll(now);
  }

  /** Takes a message that is for the proxy itself. */
  receive(message: Bytes, now: Millis): DeviceEffect[] {
    return this.device.receive(message, now);
  }

  /**
   * Reads a message along: a command for the gas meter, or what the meter sends. A message in blocks is not for the proxy.
   * @throws ProtocolFault when it cannot take from it what it should
   */
  tap(message: Bytes, from: 'network' | 'meter', now: Millis): DeviceEffect[] {
    if (isGbtBlock(message)) return [];
    const effects = this.device.poll(now);
    const { tap } = gpfLifeOf(this.device);
    const envelope = decodeEnvelope(message);
    if (from === 'network') tap.command(envelope);
    else tap.response(envelope, now);
    return effects;
  }

  /**
   * The meter pushes what is new.
   * @returns what to ask the meter for, when something had been missed; its answer goes to `refill`
   */
  push(push: GsmePush): RefillRequest | undefined {
    return gpfLifeOf(this.device).copies.push(push);
  }

  refill(refill: Refill): void {
    gpfLifeOf(this.device).copies.refill(refill);
  }

  /** The hub goes down, or is up again. */
  powered(up: boolean, now: Millis): DeviceEffect[] {
    const effects: DeviceEffect[] = [];
    const { life } = this.device;
    if (!up) {
      life?.advance(now, effects);
      life?.powerDown(now);
    } else life?.powerUp(now, effects);
    return effects;
  }
}
