import { COMMON_COSEM_OBJECTS, dlmsUseCase } from './dlms-access.ts';
import { supported } from './use-case.ts';
import { COMMON_ZCL_ATTRIBUTES, FIRMWARE_VERSION_ATTRIBUTE, readZclAttributes } from './zcl-read.ts';

/** SR11.2 on an ESME or hub. */
export const READ_FIRMWARE_DLMS = dlmsUseCase('ECS52', COMMON_COSEM_OBJECTS);

/** SR11.2 on a GSME. */
export const READ_FIRMWARE_GBZ = supported('GCS38', readZclAttributes(COMMON_ZCL_ATTRIBUTES, [FIRMWARE_VERSION_ATTRIBUTE]));
