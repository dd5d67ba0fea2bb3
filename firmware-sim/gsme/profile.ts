import { managementUseCases } from '../device/management/use-cases.ts';
import type { DeviceProfile } from '../device/setup.ts';
import { useCaseTable } from '../device/use-case.ts';
import { gasAlertSettings } from '../device/zcl/events.ts';
import { zclUseCases } from '../device/zcl/use-cases.ts';
import { GsmeLife } from './life.ts';

/** What a GSME supports. */
export const GSME_PROFILE: DeviceProfile = {
  useCases: useCaseTable(...zclUseCases('GSME'), ...managementUseCases('GSME')),
  notation: 'gbz',
  alertSettings: gasAlertSettings,
  life: (device) => new GsmeLife(device),
};
