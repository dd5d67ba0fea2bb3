import type { Millis } from '../../kernel/time.ts';
import type { Device } from '../device.ts';
import type { DeviceEffect } from '../effects.ts';

/** What a person's action led to. */
export interface HandOutcome {
  readonly done: boolean;
  readonly effects: readonly DeviceEffect[];
}

/** Somebody does something to a device at a moment: what was due before happens first, and the consequences follow. A device without power does nothing. */
export function byHand(device: Device, now: Millis, action: (effects: DeviceEffect[]) => boolean): HandOutcome {
  const effects: DeviceEffect[] = [];
  device.life?.advance(now, effects);
  if (device.life?.poweredDown) return { done: false, effects };
  const done = action(effects);
  device.life?.settle(now, effects);
  return { done, effects };
}
