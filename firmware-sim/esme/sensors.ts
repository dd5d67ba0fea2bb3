import { objectsOf } from '../device/cosem/objects.ts';
import type { CosemKey } from '../device/cosem/store.ts';
import type { Device } from '../device/device.ts';
import { CaseSensors } from '../device/life/case-sensors.ts';
import type { SupplySwitch } from '../device/life/supply-switch.ts';

/** What somebody may do to an electricity meter, with the codes of when it begins and ends (GBCS table 16.2). */
export const ELECTRICITY_TAMPERS = {
  meterCover: { begins: 0x8f74, ends: 0x81b9 },
  magnet: { begins: 0x8f75, ends: 0x81bc },
  terminalCover: { begins: 0x8f76, ends: 0x81c1 },
  secondTerminalCover: { begins: 0x8f77, ends: undefined },
  other: { begins: 0x8f78, ends: undefined },
  general: { begins: 0x8f3f, ends: undefined },
} as const;

export type ElectricityTamper = keyof typeof ELECTRICITY_TAMPERS;

/** Supply Tamper State: true is Locked (ECS81). */
const TAMPER_STATE: CosemKey = '1/0-0:94.44.0.4/2';

/** The sensors of an electricity meter's case. */
export function electricitySensors(device: Device, supply: SupplySwitch): CaseSensors<ElectricityTamper> {
  return new CaseSensors(device, ELECTRICITY_TAMPERS, supply, () => objectsOf(device).get(TAMPER_STATE)?.value === true);
}
