import { accessCosemObjects, COMMON_COSEM_OBJECTS, FIRMWARE_VERSION_OBJECT } from './dlms-access.ts';
import type { SupportedUseCase } from './use-case.ts';
import { COMMON_ZCL_ATTRIBUTES, FIRMWARE_VERSION_ATTRIBUTE, readZclAttributes } from './zcl-read.ts';

/** SR11.2 on an ESME or hub (GBCS 4.1 mapping table: supplier, network operator, ACB). */
export const READ_FIRMWARE_DLMS: SupportedUseCase = {
  name: 'ECS52',
  messageCode: 0x0059,
  roles: ['supplier', 'networkOperator', 'accessControlBroker'],
  critical: false,
  replayProtected: false,
  responseDateTime: false,
  execute: accessCosemObjects(COMMON_COSEM_OBJECTS, [FIRMWARE_VERSION_OBJECT]),
};

/** SR11.2 on a GSME. */
export const READ_FIRMWARE_GBZ: SupportedUseCase = {
  name: 'GCS38',
  messageCode: 0x0084,
  roles: ['supplier', 'networkOperator', 'accessControlBroker'],
  critical: false,
  replayProtected: false,
  responseDateTime: false,
  execute: readZclAttributes(COMMON_ZCL_ATTRIBUTES, [FIRMWARE_VERSION_ATTRIBUTE]),
};
