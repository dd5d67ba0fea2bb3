import { ACTIVATE_FIRMWARE, executePendingActivation } from '../device/activate-firmware.ts';
import type { DeviceProfile } from '../device/device.ts';
import { useCaseTable } from '../device/use-case.ts';
import { READ_FIRMWARE_DLMS } from '../device/version-rows.ts';

/** What an ESME supports. */
export const ESME_PROFILE: DeviceProfile = {
  useCases: useCaseTable(ACTIVATE_FIRMWARE, READ_FIRMWARE_DLMS),
  notation: 'dlms',
  executePending: executePendingActivation,
};
