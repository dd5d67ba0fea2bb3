import type { DeviceSetup } from '../../../firmware-sim/device/setup.ts';
import type { ModelBalances, ModelSettings } from '../../second/payment-model.ts';
import type { Prepaid } from './prepaid.ts';
import { PrepaidElectricity } from './prepaid-electricity.ts';
import { PrepaidGas } from './prepaid-gas.ts';

/** A kind of meter that lives by what the model is given. */
export interface MeterKind {
  readonly name: string;
  readonly gas: boolean;
  readonly make: (settings: ModelSettings, balances: ModelBalances, setup?: Partial<DeviceSetup>) => Prepaid;
}

export const METERS: readonly MeterKind[] = [
  { name: 'ESME', gas: false, make: (settings, balances, setup) => new PrepaidElectricity(settings, balances, setup) },
  { name: 'GSME', gas: true, make: (settings, balances, setup) => new PrepaidGas(settings, balances, setup) },
];
