import type { Device } from '../device/device.ts';
import type { DeviceEffect } from '../device/effects.ts';
import type { Bytes } from '../kernel/bytes.ts';
import type { Millis } from '../kernel/time.ts';

/**
 * The gas proxy function as the hub it lives in sees it: a device of its own with its own keys, reached through the same network, that
 * reads along what passes to and from the gas meter (GBCS tap-off mechanism).
 */
export interface GasProxyPort {
  readonly device: Device;
  readonly deadline: Millis | undefined;
  /** Does what is due. */
  poll(now: Millis): DeviceEffect[];
  /** Takes a message that is for the proxy itself. */
  receive(message: Bytes, now: Millis): DeviceEffect[];
  /**
   * Reads a message along: a command for the gas meter, or what the meter sends.
   * @throws ProtocolFault when it cannot take from it what it should; the hub then reports 0x819E in the proxy's name
   */
  tap(message: Bytes, from: 'network' | 'meter', now: Millis): DeviceEffect[];
  /** The hub goes down, or is up again. */
  powered(up: boolean, now: Millis): DeviceEffect[];
}
