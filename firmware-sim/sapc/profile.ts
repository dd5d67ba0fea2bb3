import { cosemUseCases } from '../device/cosem/engine.ts';
import { managementUseCases } from '../device/management/use-cases.ts';
import type { DeviceProfile } from '../device/setup.ts';
import { useCaseTable } from '../device/use-case.ts';
import { DLMS_EDITION } from '../dictionary/cosem.ts';

/** What a stand-alone auxiliary proportional controller supports. */
export const SAPC_PROFILE: DeviceProfile = {
  useCases: useCaseTable(...cosemUseCases('SAPC'), ...managementUseCases('SAPC')),
  notation: 'dlms',
  dlmsEdition: DLMS_EDITION,
};
