import { executePendingActivation } from '../device/activate-firmware.ts';
import type { DeviceProfile } from '../device/device.ts';
import { useCaseTable } from '../device/use-case.ts';

/** What a HCALCS supports. */
export const HCALCS_PROFILE: DeviceProfile = {
  useCases: useCaseTable(),
  notation: 'gbz',
  executePending: executePendingActivation,
};
