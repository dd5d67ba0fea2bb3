import type { Element } from '../../codec/element.ts';
import { dlms, encodeDataNotification, invokeIdOf } from '../../gbcs/dlms-apdu.ts';
import { NO_BYTES } from '../../kernel/bytes.ts';
import type { Millis } from '../../kernel/time.ts';
import { ALERT } from '../alerts.ts';
import { dlmsDateTime } from '../clock.ts';
import type { Device } from '../device.ts';
import type { DeviceEffect } from '../effects.ts';

/** What backup_PAN of the hub's device log answers: time, network identifier, devices and hashes of their link keys. */
const BACKUP = '104/0-0:30.3.0.255/m4';

/** CS14: a device was added to or removed from the hub's device log; the whole log goes to the broker as a backup (RTDS 4.5.0 CS14). */
export function deviceLogChanged(device: Device, now: Millis): DeviceEffect[] {
  const [, pan, devices] = device.cosem?.get(BACKUP)?.children ?? [];
  if (!pan || !devices) return [];
  const code = ALERT.deviceLogChanged;
  return device.alert(code, now, {
    compose: ({ originatorCounter }, at) => {
      const time = (): Element => dlms('octet-string', dlmsDateTime(at));
      const backup = dlms('structure', [time(), pan, devices]);
      const body = dlms('structure', [dlms('long-unsigned', code), time(), backup]);
      const invokeId = invokeIdOf(originatorCounter);
      return encodeDataNotification({ kind: 'dlms-data-notification', invokeId, dateTime: NO_BYTES, body });
    },
  });
}
