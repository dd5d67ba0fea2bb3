import { managementUseCases } from '../device/management/use-cases.ts';
import type { DeviceProfile } from '../device/setup.ts';
import { useCaseTable } from '../device/use-case.ts';
import { gasAlertSettings } from '../device/zcl/events.ts';
import { zclUseCases } from '../device/zcl/use-cases.ts';
import { GsmeLife } from './life.ts';
import { GAS_VARIANTS, type GasVariant } from './variants.ts';

/** What a gas meter of a size supports; a large one has no supply control at domestic premises and no prepayment. */
export function gsmeProfile(variant: GasVariant): DeviceProfile {
  const rows = [...zclUseCases('GSME'), ...managementUseCases('GSME')];
  return {
    useCases: useCaseTable(...(variant.large ? rows.filter(({ name }) => !WITHOUT_SUPPLY_CONTROL.includes(name)) : rows)),
    notation: 'gbz',
    alertSettings: gasAlertSettings,
    life: (device) => new GsmeLife(device, variant),
  };
}

/** Use cases of a valve and of prepayment (GBCS GCS02 to GCS06, GCS32, GCS39, GCS40a, GCS40b, CS01b, PCS01, PCS02). */
const WITHOUT_SUPPLY_CONTROL: readonly string[] = [
  ...['GCS03', 'GCS04', 'GCS05', 'GCS06', 'GCS32', 'GCS39', 'GCS40a', 'GCS40b'],
  ...['CS01b', 'PCS01', 'PCS02'],
];

/** What a GSME supports: a domestic meter. */
export const GSME_PROFILE: DeviceProfile = gsmeProfile(GAS_VARIANTS.U6);
