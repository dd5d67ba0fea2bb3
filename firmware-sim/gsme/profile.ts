import { ACTIVATE_FIRMWARE, executePendingActivation } from '../device/activate-firmware.ts';
import type { DeviceProfile } from '../device/device.ts';
import { useCaseTable } from '../device/use-case.ts';
import { READ_FIRMWARE_GBZ } from '../device/version-rows.ts';

/** What a GSME supports. It holds no image yet, so that CS06 answers "no image held". */
export const GSME_PROFILE: DeviceProfile = {
  useCases: useCaseTable(ACTIVATE_FIRMWARE, READ_FIRMWARE_GBZ),
  notation: 'gbz',
  executePending: executePendingActivation,
};
