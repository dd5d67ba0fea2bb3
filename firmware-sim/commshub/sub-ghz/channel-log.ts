import { appendRow } from '../../device/cosem/logs.ts';
import type { Device } from '../../device/device.ts';
import { toHex } from '../../kernel/bytes.ts';
import { type Millis, toSeconds2000 } from '../../kernel/time.ts';
import { type Channel, maskOf } from './channels.ts';
import { SUB_GHZ } from './settings.ts';

/** What a scan was made for, in the order of DUIS 5.4 ScanTrigger; the numbers are inferred from it. */
export const SCAN_TRIGGER = {
  command: 0,
  gsmeRequest: 1,
  missedCurfew: 2,
  gsmeMissingForADay: 3,
  failures: 4,
  retries: 5,
  otherDeviceRequest: 6,
  formation: 7,
} as const;

/** Tag and length of the trigger behind the channel mask (RTDS 4.5.0 DBCH02). */
const TRIGGER_TAG = '0901';

/** Adds a row to the sub-GHz channel log: code, channel and trigger (GBCS DBCH02). */
export function noteChannel(device: Device, now: Millis, code: number, channel: Channel | undefined, trigger: number): void {
  const { cosem: store, logs } = device;
  if (!store) return;
  const at = device.localTime(now);
  const mask = channel ? toHex(maskOf(channel)) : '00000000';
  const information = `${mask}${TRIGGER_TAG}${trigger.toString(16).padStart(2, '0')}`;
  appendRow({ store, logs, at }, SUB_GHZ.log, [toSeconds2000(at), code, information]);
}
