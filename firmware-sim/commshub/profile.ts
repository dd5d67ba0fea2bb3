import { cosemUseCases } from '../device/cosem/engine.ts';
import { managementUseCases } from '../device/management/use-cases.ts';
import type { DeviceProfile } from '../device/setup.ts';
import { useCaseTable } from '../device/use-case.ts';
import { zclUseCases } from '../device/zcl/use-cases.ts';
import { DLMS_EDITION } from '../dictionary/cosem.ts';
import { GpfLife } from './gpf-life.ts';
import { ChfLife, HUB_WRITES } from './life.ts';

/** What the Communications Hub Function supports. */
export const CHF_PROFILE: DeviceProfile = {
  useCases: useCaseTable(...cosemUseCases('CHF'), ...managementUseCases('CHF')),
  notation: 'dlms',
  dlmsEdition: DLMS_EDITION,
  onWrite: HUB_WRITES,
  life: (device) => new ChfLife(device),
};

/** What the Gas Proxy Function supports. */
export const GPF_PROFILE: DeviceProfile = {
  useCases: useCaseTable(...zclUseCases('GPF'), ...managementUseCases('GPF')),
  notation: 'gbz',
  life: (device) => new GpfLife(device),
};
