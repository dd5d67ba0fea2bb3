import { cosemAlertSettings, setFactoryAlerts } from '../device/cosem/alert-settings.ts';
import { cosemUseCases } from '../device/cosem/engine.ts';
import { managementUseCases } from '../device/management/use-cases.ts';
import type { DeviceProfile } from '../device/setup.ts';
import { useCaseTable } from '../device/use-case.ts';
import { DLMS_EDITION } from '../dictionary/cosem.ts';
import { EsmeLife } from './life.ts';

/** What an ESME supports. */
export const ESME_PROFILE: DeviceProfile = {
  useCases: useCaseTable(...cosemUseCases('ESME'), ...managementUseCases('ESME')),
  notation: 'dlms',
  dlmsEdition: DLMS_EDITION,
  alertSettings: cosemAlertSettings,
  factory: setFactoryAlerts,
  life: (device) => new EsmeLife(device),
};
