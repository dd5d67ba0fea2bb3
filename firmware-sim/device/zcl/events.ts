import { ALERT_ROWS } from '../alerts.ts';
import type { Device } from '../device.ts';
import type { LogName } from '../event-log.ts';
import type { AlertSettings } from '../setup.ts';
import { numberIn } from './plain.ts';
import type { ZclCall } from './rule.ts';

/** Event Configuration bits (GBCS GCS20): log action in bits 0 to 2, alert to the wide area network in bit 3. */
const LOG_ACTION = 0x07;
const WIDE_AREA = 0x08;

/**
 * What a gas device's event configuration (GCS20) says of a configurable code; undefined for a code that cannot be configured.
 * For `DeviceProfile.alertSettings`.
 */
export function gasAlertSettings(device: Device, code: number): AlertSettings | undefined {
  const row = device.zcl?.records('events.configuration').find((one) => numberIn(one, 'Event ID') === code);
  if (!row) return undefined;
  const bits = numberIn(row, 'Event Configuration');
  return { send: (bits & WIDE_AREA) !== 0, log: (bits & LOG_ACTION) !== 0 };
}

/** Says that something has happened: an alert where the table has one for it, else a line in a log, both as configured. */
export function raise(
  { device, now, effects }: Pick<ZclCall, 'device' | 'now' | 'effects'>,
  code: number,
  log: LogName = 'event',
): void {
  if (ALERT_ROWS.has(code)) {
    effects.push(...device.alert(code, now));
    return;
  }
  if (gasAlertSettings(device, code)?.log === false) return;
  device.log(log, { at: device.localTime(now), code }, effects);
}
