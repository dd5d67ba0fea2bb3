import type { Device } from '../device.ts';
import type { AlertSettings } from '../setup.ts';
import type { CosemKey } from './key.ts';
import { withValue } from './numbers.ts';

/** High octets of configurable codes: the network operator's and the supplier's. */
const OPERATOR_FAMILY = 0x80;
const SUPPLIER_FAMILY = 0x81;

/** Objects that hold the settings of a family of codes (ECS25r1, ECS25r2); the network operator has no say about displays. */
const SETTINGS: Readonly<
  Record<number, Readonly<Record<'send' | 'log', CosemKey> & Partial<Record<'home' | 'alarm', CosemKey>>>>
> = {
  [OPERATOR_FAMILY]: { send: '1/0-33:97.98.15.255/2', log: '1/0-33:97.98.18.255/2' },
  [SUPPLIER_FAMILY]: {
    send: '1/0-30:97.98.15.255/2',
    home: '1/0-30:97.98.16.255/2',
    alarm: '1/0-30:97.98.17.255/2',
    log: '1/0-30:97.98.18.255/2',
  },
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
  if (!family || !device.cosem?.has(family.send)) return undefined;
  const says = (key: CosemKey | undefined): boolean => {
    const mask = key === undefined ? undefined : device.cosem?.get(key)?.value;
    return mask instanceof Uint8Array && isSet(mask, code & 0xff);
  };
  return { send: says(family.send), home: says(family.home), alarm: says(family.alarm), log: says(family.log) };
}

/** Supplier's codes that are sent from the factory where it lets few through (recalled; docs/deviations.md). */
const FEW: readonly number[] = [0x810d, 0x810e, 0x8119, 0x8183, 0x81a0];

/** Settings as they leave the factory, where somebody wants others than those every meter has by default. What was set since stays. */
export function setFactoryAlerts({ cosem, parameters }: Pick<Device, 'cosem' | 'parameters'>): void {
  const { send, alarm } = SETTINGS[SUPPLIER_FAMILY] ?? {};
  if (parameters.factoryAlerts !== 'few' || send === undefined || alarm === undefined) return;
  const mask = cosem?.get(send);
  if (!cosem || cosem.own(send) || !(mask?.value instanceof Uint8Array)) return;
  const few = new Uint8Array(mask.value.length);
  for (const code of FEW) {
    const bit = code & 0xff;
    const at = few.length - 1 - (bit >> 3);
    few[at] = (few[at] ?? 0) | (1 << (bit & 7));
  }
  cosem.set(send, withValue(mask, few));
  cosem.set(alarm, withValue(mask, new Uint8Array(few.length)));
}
