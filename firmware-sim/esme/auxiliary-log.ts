import { AUXILIARY_LOG, kindOf } from '../device/cosem/auxiliary.ts';
import { logSourceOf } from '../device/cosem/log-source.ts';
import { appendRow } from '../device/cosem/logs.ts';
import { objectsOf } from '../device/cosem/objects.ts';
import type { Device } from '../device/device.ts';
import { type Millis, toSeconds2000 } from '../kernel/time.ts';

const SECOND_MS: Millis = 1_000;

/**
 * Notes what a controller was told, or said. One on the home area network is sent a command, which has an identifier: the time in
 * seconds (as in RTDS 4.5.0 ECS35f).
 */
export function noteAuxiliary(device: Device, n: number, selector: number, outcome: number, now: Millis): void {
  const store = objectsOf(device);
  const at = device.localTime(now);
  const command = kindOf(store, n) === 'home-switch' ? Math.floor(at / SECOND_MS) : 0;
  appendRow(logSourceOf(device, store, at), AUXILIARY_LOG, [toSeconds2000(at), selector, outcome, command]);
}
