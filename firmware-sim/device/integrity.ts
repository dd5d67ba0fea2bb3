import { Element } from '../codec/element.ts';
import { encodeGbzAlert } from '../gbcs/gbz.ts';
import { ByteWriter } from '../kernel/byte-writer.ts';
import { type Millis, toSeconds2000 } from '../kernel/time.ts';
import type { Device } from './device.ts';
import type { DeviceEffect } from './effects.ts';
import type { AlertContent } from './notation.ts';

/** Faults a meter may find in itself: reason of its warning, and the event that names it (GBCS MIIWA; table 16.2). */
export const INTEGRITY_FAULTS = {
  other: { reason: 0, event: undefined },
  nonVolatileMemory: { reason: 1, event: 0x81ae },
  programExecution: { reason: 2, event: 0x81af },
  programStorage: { reason: 3, event: 0x81b0 },
  memory: { reason: 4, event: 0x81b1 },
  unexpectedReset: { reason: 5, event: 0x81b2 },
  watchdog: { reason: 6, event: 0x81b3 },
  metrologyFirmware: { reason: 7, event: 0x81ad },
  measurement: { reason: 8, event: 0x81ac },
  unspecified: { reason: 9, event: undefined },
} as const;

export type IntegrityFault = keyof typeof INTEGRITY_FAULTS;

/** Smart Meter Integrity Issue - Warning. */
const WARNING = 0x81a0;

/** Reason of a warning in a GBZ device's notation: two octets as they are, not an octet string (RTDS 4.5.0 MIIWA-ZigBee). */
function gbzReason(reason: number): AlertContent {
  return {
    compose: (_, at) => {
      const fields = [new Element('warningReason', 'long-unsigned', reason)];
      return encodeGbzAlert({ kind: 'gbz-alert', alertCode: WARNING, time: toSeconds2000(at), content: { fields } });
    },
  };
}

/** A meter has found a fault in itself: its event, and the warning with its reason in two octets (GBCS MIIWA). */
export function integrityFault(device: Device, fault: IntegrityFault, now: Millis): DeviceEffect[] {
  const { reason, event } = INTEGRITY_FAULTS[fault];
  const data = new ByteWriter(2).u16(reason).finish();
  const named = event === undefined ? [] : device.alert(event, now);
  const content = device.profile.notation === 'gbz' ? gbzReason(reason) : { octetStrings: [data] };
  return [...named, ...device.alert(WARNING, now, content, { data })];
}
