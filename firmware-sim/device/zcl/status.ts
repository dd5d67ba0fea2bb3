/** ZCL status codes GBCS devices answer with (ZCL table 2-12). */
export const ZCL_STATUS = {
  success: 0x00,
  failure: 0x01,
  unsupportedClusterCommand: 0x81,
  invalidField: 0x85,
  unsupportedAttribute: 0x86,
  invalidValue: 0x87,
  notFound: 0x8b,
  hardwareFailure: 0xc0,
} as const;
