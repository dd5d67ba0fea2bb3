import type { Device } from '../device/device.ts';
import type { DeviceEffect } from '../device/effects.ts';
import { CRA_FLAGS, type MessageHeader } from '../gbcs/header.ts';
import { ByteWriter } from '../kernel/byte-writer.ts';
import type { Bytes } from '../kernel/bytes.ts';
import { eui64Bytes } from '../kernel/eui64.ts';
import type { Millis } from '../kernel/time.ts';
import type { Member } from './relay.ts';

/** Codes about messages that did not reach their device (GBCS table 16.2). */
const CODE = { notDelivered: 0x8f84, notRetrieved: 0x819d, discarded: 0x8f2c } as const;

/**
 * Which message it was: originator, recipient, CRA flag and counter of its header (RTDS 4.5.0 DBCH10; of 0x00D5 the DCC's public
 * parser reads the same four fields).
 */
function identityOf({ originator, recipient, cra, originatorCounter }: MessageHeader): Bytes {
  const writer = new ByteWriter(25).bytes(eui64Bytes(originator)).bytes(eui64Bytes(recipient));
  return writer.u8(CRA_FLAGS[cra]).u64(originatorCounter).finish();
}

const about = (device: Device, code: number, header: MessageHeader, now: Millis): DeviceEffect[] =>
  device.alert(code, now, { octetStrings: [identityOf(header)] });

/** A message that could not be delivered: 0x8F84 for an electricity meter, 0x819D for a gas meter that did not fetch it, else nothing. */
export function undeliveredAlert(device: Device, member: Member, header: MessageHeader, now: Millis): DeviceEffect[] {
  if (member.type === 'ESME') return about(device, CODE.notDelivered, header, now);
  return member.type === 'GSME' ? device.alert(CODE.notRetrieved, now) : [];
}

/** DBCH10: a message for a device that has to be silent on the sub-GHz band is not sent. */
export function discardedAlert(device: Device, header: MessageHeader, now: Millis): DeviceEffect[] {
  return about(device, CODE.discarded, header, now);
}
