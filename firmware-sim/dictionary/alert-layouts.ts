import type { Layout, PackedField } from '../codec/layout.ts';
import { SCAN_TRIGGERS } from './readings.ts';
import type { AccessRow } from './use-case.ts';

/** Bodies of DLMS alerts (data-notification) by message code; every one starts with alert code and time. */

const ALERT_CODE: Layout = { name: 'alertCode', type: 'long-unsigned', meta: { format: 'alert' } };
const TIMESTAMP: Layout = { name: 'timestamp', type: 'octet-string', meta: { format: 'date-time' } };

const body = (...fields: Layout[]): Layout => ({
  name: 'notificationBody',
  type: 'structure',
  fields: [ALERT_CODE, TIMESTAMP, ...fields],
});
const packed = (name: string, ...fields: PackedField[]): Layout => ({ name, type: 'octet-string', packed: fields });
const eui = (name: string): PackedField => ({ name, type: 8, meta: { format: 'eui64' } });
const messageCode: PackedField = {
  name: 'messageCode',
  type: 'long-unsigned',
  meta: { format: 'code', reading: 'message-code' },
};
const originatorCounter: PackedField = { name: 'originatorCounter', type: 'long64-unsigned' };
const dateTime = (name: string): Layout => ({ name, type: 'octet-string', meta: { format: 'date-time' } });
const pageMask = (name: string): Layout => ({ name, type: 'bit-string', meta: { reading: 'page-mask' } });
const scanTrigger: Layout = { name: 'scanTrigger', type: 'octet-string', meta: { meanings: SCAN_TRIGGERS } };
const apcDirectionAndNumber: Layout = {
  name: 'apcDirectionAndNumber',
  type: 'unsigned',
  meta: { reading: 'apc-direction' },
};

const FUTURE_DATED = body(
  packed(
    'commandIdentity',
    messageCode,
    originatorCounter,
    { name: 'classId', type: 'long-unsigned', meta: { reading: 'cosem-class' } },
    { name: 'instanceId', type: 6, meta: { format: 'obis', reading: 'cosem-object' } },
    { name: 'attributeId', type: 'unsigned', meta: { reading: 'cosem-attribute' } },
  ),
);

const PAN_BACKUP: Layout = {
  name: 'backup_PAN',
  fields: [
    dateTime('date-time'),
    { name: 'extended_PAN_ID' },
    {
      name: 'devices_to_backup',
      of: {
        name: 'device_to_backup',
        fields: [{ name: 'MAC_address', meta: { format: 'eui64' } }, { name: 'hashed_TC_link_key' }],
      },
    },
  ],
};

/** Which message an alert is about. */
const messageIdentity = (name: string): Layout =>
  packed(
    name,
    eui('originator'),
    eui('recipient'),
    { name: 'craFlag', type: 'unsigned', meta: { meanings: { '1': 'command', '2': 'response', '3': 'alert' } } },
    originatorCounter,
  );

/** Reasons of a meter integrity issue warning alert (GBCS, MIIWA). */
export const INTEGRITY_REASONS = {
  '0': 'other',
  '1': 'non-volatile memory',
  '2': 'program execution',
  '3': 'program storage',
  '4': 'RAM',
  '5': 'unexpected hardware reset',
  '6': 'watchdog',
  '7': 'metrology firmware verification',
  '8': 'measurement fault',
  '9': 'unspecified operational integrity',
} as const;

const SUB_GHZ_CONFIGURATION: Layout = {
  name: 'subGhzConfiguration',
  fields: [
    pageMask('page28Mask'),
    pageMask('page29Mask'),
    pageMask('page30Mask'),
    pageMask('page31Mask'),
    { name: 'normalLimitedDutyCycleThreshold', meta: { unit: '0.01 %' } },
    { name: 'limitedCriticalDutyCycleThreshold', meta: { unit: '0.01 %' } },
    { name: 'channelChangesPerWeek' },
    { name: 'gsmeCurfew', meta: { unit: 'hours' } },
    { name: 'quieterDecibelsLimit', meta: { unit: 'dB' } },
    { name: 'noisierDecibelsLimit', meta: { unit: 'dB' } },
    { name: 'nonGsmePoorCommsPercentage', meta: { unit: '0.01 %' } },
    { name: 'nonGsmeMeasurementPeriods' },
    { name: 'localChNoiseMeasurementPeriod' },
    { name: 'localChFailurePercentage', meta: { unit: '0.01 %' } },
    { name: 'localChRetryPercentage', meta: { unit: '0.01 %' } },
  ],
};

/** Protection parameters of class 30 (Green Book, data protection), as ECS68 repeats them. */
export const PROTECTION_PARAMETERS: Layout = {
  name: 'protection_parameters',
  of: {
    name: 'protection_parameters_element',
    fields: [
      { name: 'protection_type', meta: { meanings: { '2': 'authentication and encryption' } } },
      {
        name: 'protection_options',
        fields: [
          {
            name: 'transaction_id',
            packed: [
              { name: 'purpose', type: 'unsigned' },
              { name: 'originator_counter', type: 'long64-unsigned' },
            ],
          },
          { name: 'originator_system_title', meta: { format: 'eui64' } },
          { name: 'recipient_system_title', meta: { format: 'eui64' } },
          { name: 'other_information' },
          {
            name: 'key_info',
            fields: [
              { name: 'key_info_type', meta: { meanings: { '2': 'agreed key' } } },
              {
                name: 'agreed_key_info_options',
                fields: [{ name: 'key_parameters', meta: { meanings: { '02': 'C(0e,2s)' } } }, { name: 'key_ciphered_data' }],
              },
            ],
          },
        ],
      },
    ],
  },
};

/** Name that marks an octet string as encrypted attributes. */
export const PROTECTED_ATTRIBUTES = 'protected_attributes';

const DEVICE = body(packed('device', eui('deviceId')));

export const ALERT_LAYOUTS: ReadonlyMap<number, Layout> = new Map([
  [0x0018, body(PAN_BACKUP)],
  [0x0061, body(PROTECTION_PARAMETERS, { name: PROTECTED_ATTRIBUTES })],
  [0x0067, body(dateTime('interruptionValue'), dateTime('restorationValue'))],
  [0x00cc, FUTURE_DATED],
  [0x00ce, body({ name: 'manufacturerImageHash' })],
  // RTDS 4.5.0 has no example; after 0x0114, whose four fields the DCC's public parser reads here too.
  [0x00d5, body(messageIdentity('undeliveredMessage'))],
  [
    0x00f0,
    body(
      packed('warning', { name: 'warningReason', type: 'long-unsigned', meta: { format: 'code', meanings: INTEGRITY_REASONS } }),
    ),
  ],
  [0x0110, DEVICE],
  [0x0111, body({ name: 'channelChanged', fields: [pageMask('operatingChannel'), scanTrigger] })],
  [0x0112, body({ name: 'scanAssessment', fields: [scanTrigger, { name: 'assessmentOutcome' }] })],
  [0x0113, body(SUB_GHZ_CONFIGURATION)],
  [0x0114, body(messageIdentity('discardedMessage'))],
  [0x0115, DEVICE],
  [0x0120, body(packed('commandIdentity', messageCode, originatorCounter))],
  [
    0x0121,
    body(apcDirectionAndNumber, dateTime('apcLimitPeriodStart'), dateTime('apcLimitPeriodEnd'), {
      name: 'resultingLevel',
    }),
  ],
  [0x0122, body(apcDirectionAndNumber, { name: 'resultingLevel' })],
  [0x0123, body({ name: 'stateAndAssociatedInformation' })],
  [0x1000, body()],
  [0x1001, body()],
]);

/** What class 30 alerts of a message code encrypt: class and OBIS code of the attributes, in order. */
export const ALERT_PROTECTED_ACCESS: ReadonlyMap<number, readonly AccessRow[]> = new Map([
  [0x0061, [['get', 7, '0-0:98.1.0.255', 2]]],
]);
