import { managementUseCases } from '../device/management/use-cases.ts';
import type { DeviceProfile } from '../device/setup.ts';
import { useCaseTable } from '../device/use-case.ts';

/** What a HAN connected auxiliary load control switch supports, as far as remote messages address it. */
export const HCALCS_PROFILE: DeviceProfile = {
  useCases: useCaseTable(...managementUseCases('HCALCS')),
  notation: 'gbz',
};
