import type { Element } from '../../codec/element.ts';
import { dlms } from '../../gbcs/dlms-apdu.ts';
import { eui64Bytes } from '../../kernel/eui64.ts';
import type { Millis } from '../../kernel/time.ts';
import { type ClockStatus, dlmsDateTime } from '../clock.ts';
import type { Device } from '../device.ts';
import { versionOctets } from '../firmware.ts';
import { isLog } from './log.ts';
import type { LogSource, TimeRange } from './log-source.ts';
import { packLog } from './logs.ts';
import type { CosemKey } from './store.ts';

/** Active firmware version (GBCS mapping table row 85). */
export const FIRMWARE_VERSION = '1/0-0:0.2.1.255/2';
/** The device's time (ECS70). */
export const DEVICE_TIME = '8/0-0:1.0.0.255/2';

const CLOCK_STATUS_KEY = '8/0-0:1.0.0.255/4';
const OWN_IDENTIFIER = '1/0-0:96.1.1.255/2';

/** Status octet of the clock: reliable, invalid, unreliable (RTDS 4.5.0 ECS70, GCS28). */
const CLOCK_STATUS: Readonly<Record<ClockStatus, number>> = { reliable: 0, invalid: 1, unreliable: 2 };

/** Attributes that are not kept as objects: they are what the device is. */
const LIVE: ReadonlyMap<CosemKey, (device: Device, now: Millis) => Element> = new Map([
  [FIRMWARE_VERSION, (device: Device) => dlms('octet-string', versionOctets(device.firmware.active.version))],
  [OWN_IDENTIFIER, (device: Device) => dlms('octet-string', eui64Bytes(device.eui))],
  [DEVICE_TIME, (device: Device, now: Millis) => dlms('octet-string', dlmsDateTime(device.localTime(now)))],
  [CLOCK_STATUS_KEY, (device: Device) => dlms('unsigned', CLOCK_STATUS[device.clock.status])],
]);

/** Whether an attribute's value comes from the device itself and not from its objects. */
export function isLive(key: CosemKey): boolean {
  return LIVE.has(key);
}

/** The value of an attribute as a read sends it, rows of logs in octets; undefined when the device has no such attribute. */
export function readAttribute(
  device: Device,
  now: Millis,
  source: LogSource,
  key: CosemKey,
  range?: TimeRange,
): Element | undefined {
  const live = LIVE.get(key);
  if (live) return live(device, now);
  if (isLog(key)) return packLog(source, key, range);
  device.life?.beforeRead(key);
  return source.store.get(key);
}
