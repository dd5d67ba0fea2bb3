import type { Device } from '../../firmware-sim/device/device.ts';
import { esmeLifeOf } from '../../firmware-sim/esme/life.ts';
import { gsmeLifeOf } from '../../firmware-sim/gsme/life.ts';
import { keptElectricity, keptGas, type LoadStretch } from './kept-load.ts';

/**
 * Puts loads at a meter's terminals, each from its moment on. A kept meter needs those it has had again: its logs follow from them.
 * @throws ProtocolFault `bad-state` for a built-in load there is none of
 */
export function handInLoads(type: 'ESME' | 'GSME', device: Device, loads: readonly LoadStretch[]): void {
  for (const { from, load } of loads) {
    if (type === 'ESME') esmeLifeOf(device).load.replace(keptElectricity(load), from);
    else gsmeLifeOf(device).load.replace(keptGas(load), from);
  }
}
