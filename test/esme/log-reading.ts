import { logSourceOf } from '../../firmware-sim/device/cosem/log-source.ts';
import { readLog } from '../../firmware-sim/device/cosem/logs.ts';
import { objectsOf } from '../../firmware-sim/device/cosem/objects.ts';
import { toSeconds2000 } from '../../firmware-sim/kernel/time.ts';
import { NOW } from '../device/bench.ts';
import { plainOf } from '../device/cosem/calls.ts';
import type { Living } from './living.ts';

/** Rows of a log as a device has them now, without names; those after a moment only, in seconds since 2000. */
export function rowsOf(home: Living, obis: string, after = toSeconds2000(NOW)): unknown[][] {
  const { device, now } = home;
  const source = logSourceOf(device, objectsOf(device), device.localTime(now));
  return plainOf(readLog(source, `7/${obis}.255/2`, { from: after + 1, to: 0xffff_ffff })) as unknown[][];
}
