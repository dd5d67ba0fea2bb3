import { executePendingActivation } from '../device/activate-firmware.ts';
import type { DeviceProfile } from '../device/device.ts';
import { useCaseTable } from '../device/use-case.ts';

/** What a PPMID supports. */
export const PPMID_PROFILE: DeviceProfile = {
  useCases: useCaseTable(),
  notation: 'gbz',
  executePending: executePendingActivation,
};
