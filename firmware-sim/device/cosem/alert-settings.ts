import type { Device } from '../device.ts';
import type { AlertSettings } from '../setup.ts';

/** Objects that hold the settings of a family of codes: what is sent, and what is logged (ECS25r1, ECS25r2). */
const SETTINGS: Readonly<Record<number, { readonly send: string; readonly log: string }>> = {
  128: { send: '1/0-33:97.98.15.255/2', log: '1/0-33:97.98.18.255/2' },
  129: { send: '1/0-30:97.98.15.255/2', log: '1/0-30:97.98.18.255/2' },
};

/** Bit of a mask that counts from its end: the last one is bit 0 (structures of ECS25a). */
function isSet(mask: Uint8Array, bit: number): boolean {
  const octet = mask[mask.length - 1 - (bit >> 3)] ?? 0;
  return ((octet >> (bit & 7)) & 1) === 1;
}

/**
 * What the settings objects of an electricity meter say of a configurable code: 80xx is the network operator's, 81xx the
 * supplier's. Undefined for any other code. For `DeviceProfile.alertSettings`.
 */
export function cosemAlertSettings(device: Device, code: number): AlertSettings | undefined {
  const family = SETTINGS[code >> 8];
  const send = family && device.cosem?.get(family.send)?.value;
  const log = family && device.cosem?.get(family.log)?.value;
  if (!(send instanceof Uint8Array) || !(log instanceof Uint8Array)) return undefined;
  return { send: isSet(send, code & 0xff), log: isSet(log, code & 0xff) };
}
