import { dlms } from '../../gbcs/dlms-apdu.ts';
import type { Millis } from '../../kernel/time.ts';
import type { Device } from '../device.ts';
import type { DeviceEffect } from '../effects.ts';
import { fieldsAlert } from './alert-content.ts';

/** Operational Update (GBCS table 16.2, ECS200). */
const OPERATIONAL_UPDATE = 0x8f88;

/** What a device behind a proportional controller says of itself: levels in percent, and anything else as text. */
export interface OperationalState {
  readonly outputPercent: number;
  readonly inputPercent: number;
  readonly otherData?: string;
}

/**
 * ECS200: what the device behind a proportional controller has reported goes to the supplier, on behalf of the load controller where
 * the meter knows one (RTDS 4.5.0 ECS200).
 */
export function operationalUpdate(device: Device, state: OperationalState, now: Millis): DeviceEffect[] {
  const { outputPercent, inputPercent, otherData = '' } = state;
  const text = JSON.stringify({ outputState: `${outputPercent}`, inputState: `${inputPercent}`, 'other-data': otherData });
  const controller = device.anchors.partyOf('loadController');
  const content = fieldsAlert(OPERATIONAL_UPDATE, () => [dlms('utf8-string', text)]);
  return device.alert(OPERATIONAL_UPDATE, now, content, controller ? { supplementary: { remoteParty: controller } } : {});
}
