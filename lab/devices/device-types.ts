import { CERTIFIED_DEVICE_TYPES, type CertifiedDeviceType } from '../../firmware-sim/gbcs/certificates/test-cast.ts';

/** Types of device that remote messages address. */
export type DeviceType = CertifiedDeviceType;

export const DEVICE_TYPES: readonly DeviceType[] = CERTIFIED_DEVICE_TYPES;

/** As the command line writes them. */
export const DEVICE_CHOICES: readonly string[] = DEVICE_TYPES.map((type) => type.toLowerCase());

/** A type as people and files write it, in any case. */
export function deviceTypeNamed(name: string): DeviceType | undefined {
  const upper = name.toUpperCase();
  return DEVICE_TYPES.find((type) => type === upper);
}
