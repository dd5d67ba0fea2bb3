import { executePendingActivation } from '../device/activate-firmware.ts';
import type { DeviceProfile } from '../device/device.ts';
import { useCaseTable } from '../device/use-case.ts';

/** What a SAPC supports. */
export const SAPC_PROFILE: DeviceProfile = {
  useCases: useCaseTable(),
  notation: 'dlms',
  executePending: executePendingActivation,
};
