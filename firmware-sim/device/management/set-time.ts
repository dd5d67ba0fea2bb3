import { decodeDer, encodeDer } from '../../codec/der.ts';
import { SetTimeCommand, SetTimeResponse } from '../../gbcs/asn1/structures.ts';
import type { Millis } from '../../kernel/time.ts';
import { momentOf } from '../activate-firmware.ts';
import { ALERT } from '../alerts.ts';
import { type ClockStatus, generalizedTime } from '../clock.ts';
import type { Device } from '../device.ts';
import type { DeviceEffect } from '../effects.ts';
import { type SupportedUseCase, supported } from '../use-case.ts';

/** Numbers of the clock status (GBCS annex 3 DeviceTimeStatus). */
const STATUS_NUMBERS: Readonly<Record<ClockStatus, number>> = { reliable: 0, invalid: 1, unreliable: 2 };

/** A reliable clock is not adjusted by more than this; 0x8F0C says so (SMETS2 5.6.3.3, title of 0x8F0C). */
export const ADJUSTMENT_MAX_MS: Millis = 10_000;

/** GCS28: a gas meter takes the hub's time, provided it lies in the supplier's interval. */
export const SET_TIME_GBZ: SupportedUseCase = supported('GCS28', ({ device, command, now, effects }) => {
  const { validityIntervalStart, validityIntervalEnd } = decodeDer(SetTimeCommand, command.payload);
  setTime(device, momentOf(validityIntervalStart), momentOf(validityIntervalEnd), now, effects);
  const deviceTime = generalizedTime(device.localTime(now));
  return encodeDer(SetTimeResponse, { deviceTime, deviceTimeStatus: STATUS_NUMBERS[device.clock.status] });
});

/**
 * The supplier vouches for an interval (ECS70, GCS28): a device whose hub has a time that lies in it, both ends included, sets its clock by
 * it and trusts it from then on; otherwise it keeps its time and no longer trusts it. Both are noted. A clock that was never set stays
 * invalid.
 */
export function setTime(device: Device, from: Millis, to: Millis, now: Millis, effects: DeviceEffect[]): void {
  const { clock } = device;
  const hub = device.hubClock();
  const known = hub.status !== 'invalid';
  const networkTime = now + hub.offsetMs;
  if (known && from <= networkTime && networkTime <= to) {
    device.clock = { offsetMs: hub.offsetMs, status: 'reliable' };
    if (clock.offsetMs !== hub.offsetMs) effects.push(...device.alert(ALERT.clockAdjusted, now));
    return;
  }
  effects.push(...device.alert(ALERT.clockOutsideTolerance, now));
  device.clock = { ...clock, status: clock.status === 'invalid' ? 'invalid' : 'unreliable' };
  const far = known && Math.abs(clock.offsetMs - hub.offsetMs) > ADJUSTMENT_MAX_MS;
  if (far) effects.push(...device.alert(ALERT.clockNotAdjusted, now));
}

/** What a device's regular comparison with the hub does: a small deviation is taken away, a large one reported (SMETS2 5.6.3.3). */
export function compareTime(device: Device, networkTime: Millis, now: Millis, effects: DeviceEffect[]): void {
  const deviation = networkTime - device.localTime(now);
  if (deviation === 0) return;
  if (device.clock.status === 'reliable' && Math.abs(deviation) <= ADJUSTMENT_MAX_MS) {
    device.clock = { ...device.clock, offsetMs: networkTime - now };
    return;
  }
  if (device.clock.status === 'reliable') effects.push(...device.alert(ALERT.clockNotAdjusted, now));
  device.clock = { ...device.clock, status: device.clock.status === 'invalid' ? 'invalid' : 'unreliable' };
}
