import { executePendingActivation } from '../device/activate-firmware.ts';
import type { DeviceProfile } from '../device/device.ts';
import { useCaseTable } from '../device/use-case.ts';
import { READ_FIRMWARE_DLMS } from '../device/version-rows.ts';

/** What the Communications Hub Function supports. */
export const CHF_PROFILE: DeviceProfile = {
  useCases: useCaseTable(READ_FIRMWARE_DLMS),
  notation: 'dlms',
  executePending: executePendingActivation,
};

/** What the Gas Proxy Function supports. */
export const GPF_PROFILE: DeviceProfile = {
  useCases: useCaseTable(),
  notation: 'gbz',
  executePending: executePendingActivation,
};
