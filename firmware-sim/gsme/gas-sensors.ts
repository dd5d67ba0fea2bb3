import type { Device } from '../device/device.ts';
import { CaseSensors } from '../device/life/case-sensors.ts';
import type { SupplySwitch } from '../device/life/supply-switch.ts';
import { storeOf } from '../device/zcl/engine.ts';
import { locksSupply } from '../device/zcl/supply.ts';

/** What somebody may do to a gas meter, with the codes of when it begins and ends (GBCS table 16.2); some have no end. */
export const GAS_TAMPERS = {
  batteryCover: { begins: 0x8f73, ends: 0x81a1 },
  meterCover: { begins: 0x8f74, ends: 0x81b9 },
  magnet: { begins: 0x8f75, ends: 0x81bc },
  terminalCover: { begins: 0x8f76, ends: 0x81c1 },
  secondTerminalCover: { begins: 0x8f77, ends: undefined },
  tilt: { begins: 0x81c3, ends: 0x81c2 },
  other: { begins: 0x8f78, ends: undefined },
  general: { begins: 0x8f3f, ends: undefined },
} as const;

export type GasTamper = keyof typeof GAS_TAMPERS;

/** What the measurement itself notices (GBCS table 16.2). */
export const GAS_FLOW_EVENTS = { excessFlow: 0x81b4, airInFlow: 0x81b5, reverseFlow: 0x81b6 } as const;

export type GasFlowEvent = keyof typeof GAS_FLOW_EVENTS;

/** The sensors of a gas meter's case; a tamper may lock the valve (SMETS 4.4.5). */
export function gasSensors(device: Device, valve: SupplySwitch): CaseSensors<GasTamper> {
  return new CaseSensors(device, GAS_TAMPERS, valve, () => locksSupply(storeOf(device), 'tamper'));
}
