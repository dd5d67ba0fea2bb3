import type { Device } from '../device.ts';
import type { AlertSettings } from '../setup.ts';
import { numberIn } from './plain.ts';
import type { ZclCall } from './rule.ts';

/** Event Configuration bits (GBCS GCS20): log action in bits 0 to 2, then who is told, and whether there is a sound. */
const LOG_ACTION = 0x07;
const WIDE_AREA = 0x08;
const HOME_AREA = 0x10;
const ALARM = 0x40;

/**
 * What a gas device's event configuration (GCS20) says of a configurable code; undefined for a code that cannot be configured.
 * For `DeviceProfile.alertSettings`.
 */
export function gasAlertSettings(device: Device, code: number): AlertSettings | undefined {
  const row = device.zcl?.records('events.configuration').find((one) => numberIn(one, 'Event ID') === code);
  if (!row) return undefined;
  const bits = numberIn(row, 'Event Configuration');
  const has = (mask: number): boolean => (bits & mask) !== 0;
  return { send: has(WIDE_AREA), home: has(HOME_AREA), alarm: has(ALARM), log: has(LOG_ACTION) };
}

/** Says that something has happened, in the ways the table of alerts has for it and as configured. */
export function raise({ device, now, effects }: Pick<ZclCall, 'device' | 'now' | 'effects'>, code: number): void {
  effects.push(...device.alert(code, now));
}
