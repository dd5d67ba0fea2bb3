import { cosemUseCases } from '../device/cosem/engine.ts';
import type { DeviceProfile } from '../device/device.ts';
import { managementUseCases } from '../device/management/use-cases.ts';
import { useCaseTable } from '../device/use-case.ts';
import { zclUseCases } from '../device/zcl/use-cases.ts';

/** What the Communications Hub Function supports. */
export const CHF_PROFILE: DeviceProfile = {
  useCases: useCaseTable(...cosemUseCases('CHF'), ...managementUseCases('CHF')),
  notation: 'dlms',
};

/** What the Gas Proxy Function supports. */
export const GPF_PROFILE: DeviceProfile = {
  useCases: useCaseTable(...zclUseCases('GPF'), ...managementUseCases('GPF')),
  notation: 'gbz',
};
