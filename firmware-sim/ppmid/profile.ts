import { managementUseCases } from '../device/management/use-cases.ts';
import type { DeviceProfile } from '../device/setup.ts';
import { useCaseTable } from '../device/use-case.ts';
import { zclUseCases } from '../device/zcl/use-cases.ts';

/** What a prepayment interface supports, as far as remote messages address it. */
export const PPMID_PROFILE: DeviceProfile = {
  useCases: useCaseTable(...zclUseCases('PPMID'), ...managementUseCases('PPMID')),
  notation: 'gbz',
};
