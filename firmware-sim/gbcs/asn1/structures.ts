import {
  bigInteger,
  bitString,
  choice,
  type DerValue,
  enumerated,
  generalizedTime,
  implicit,
  integer,
  nullValue,
  octetString,
  optional,
  sequence,
  sequenceOf,
} from '../../codec/der-schema.ts';
import * as names from '../../dictionary/code-names.ts';
import { CertificationRequest, X509Certificate } from './x509.ts';

/** Every ASN.1 structure of GBCS use cases (GBCS annex 3; layouts checked against RTDS 4.5.0). */

const role = () => integer(names.REMOTE_PARTY_ROLE_NAMES);
const keyUsage = () => bitString(names.KEY_USAGE_NAMES);
const cellUsage = () => integer(names.CELL_USAGE_NAMES);
const eui = () => octetString('eui64');
const alertCode = () => integer(undefined, 'alert');

/** Names one trust anchor cell; `cellUsage` absent means management. */
export const TrustAnchorCellIdentifier = sequence({
  remotePartyRole: role(),
  keyUsage: keyUsage(),
  cellUsage: optional(cellUsage()),
});

/** CS02a, CS02f. */
export const ProvideCredentialsCommand = sequence({
  authorisingCell: TrustAnchorCellIdentifier,
  rolesRequired: sequenceOf('remotePartyRole', role()),
});
export const ProvideCredentialsResponse = sequenceOf(
  'credentialsOfRole',
  sequence({
    remotePartyRole: role(),
    statusCode: enumerated(names.CREDENTIAL_STATUS_NAMES),
    currentSeqNumber: optional(bigInteger()),
    cells: optional(
      sequenceOf(
        'cell',
        sequence({ keyUsage: keyUsage(), cellUsage: optional(cellUsage()), subjectUniqueId: eui(), subjectKeyId: octetString() }),
      ),
    ),
  }),
);

const SpecialistFloor = sequence({ seqNumberUsage: integer({ '0': 'prepaymentTopUp' }), seqNumber: bigInteger() });
const SeqNumberChange = sequence({
  remotePartyRole: role(),
  floorSeqNumber: bigInteger(),
  specialistFloor: optional(sequenceOf('specialistSeqNumber', SpecialistFloor)),
});

/** CS02b, CS02g. */
export const UpdateCredentialsCommand = sequence({
  control: sequence({
    replacementMode: integer(names.CREDENTIALS_REPLACEMENT_MODE_NAMES),
    plaintextSymmetricKey: optional(implicit(0, octetString())),
    applyTimeBasedCPVChecks: optional(implicit(1, integer(names.TIME_CHECK_NAMES))),
    authorisingCell: optional(implicit(2, TrustAnchorCellIdentifier)),
    authorisingSeqNumber: optional(implicit(3, bigInteger())),
    newFloorSeqNumber: optional(implicit(4, bigInteger())),
    newSpecialistFloors: optional(implicit(5, sequenceOf('specialistSeqNumber', SpecialistFloor))),
    otherSeqNumberChanges: optional(implicit(6, sequenceOf('seqNumberChange', SeqNumberChange))),
  }),
  replacements: sequenceOf('replacement', sequence({ certificate: X509Certificate, targetCell: TrustAnchorCellIdentifier })),
  certPath: sequenceOf('certificate', X509Certificate),
  executionDateTime: optional(generalizedTime(names.EXECUTION_TIME_NAMES)),
});

export const CredentialsExecutionOutcome = sequence({
  authorisingSeqNumber: bigInteger(),
  credentialsReplacementMode: integer(names.CREDENTIALS_REPLACEMENT_MODE_NAMES),
  seqNumberChanges: sequenceOf('seqNumberChange', SeqNumberChange),
  replacementOutcomes: sequenceOf(
    'replacementOutcome',
    sequence({
      affectedCell: TrustAnchorCellIdentifier,
      statusCode: enumerated(names.CREDENTIAL_STATUS_NAMES),
      existingSubjectUniqueId: eui(),
      existingSubjectKeyId: octetString(),
      replacingSubjectUniqueId: eui(),
      replacingSubjectKeyId: octetString(),
    }),
  ),
});
export const UpdateCredentialsResponse = sequence({
  commandAccepted: nullValue(),
  executionOutcome: optional(CredentialsExecutionOutcome),
});
/** 0x00CB, 0x0124. */
export const UpdateCredentialsAlert = sequence({
  alertCode: alertCode(),
  executionDateTime: generalizedTime(),
  executionOutcome: CredentialsExecutionOutcome,
});

/** CS02c and CS02e. */
export const KeyUsageCommand = sequence({ keyUsage: keyUsage() });
export const IssueCredentialsResponse = choice({
  certificationRequest: CertificationRequest,
  errorCode: integer(names.ISSUE_CREDENTIALS_ERROR_NAMES),
});
/** CS02d. */
export const StoreCertificateCommand = X509Certificate;
export const StoreCertificateResponse = integer(names.CERTIFICATE_STORE_NAMES);
/** CS02e. */
export const ReadCertificateResponse = choice({
  certificate: X509Certificate,
  errorCode: integer(names.CERTIFICATE_READ_ERROR_NAMES),
});

/** CS03A1, CS03A2, CS03B, CS03C. */
export const JoinCommand = sequence({
  joinMethodAndRole: integer(names.JOIN_METHOD_NAMES),
  otherDeviceEntityIdentifier: eui(),
  otherDeviceType: integer(names.DEVICE_TYPE_NAMES),
  otherDeviceKeyAgreementCert: optional(X509Certificate),
});
export const JoinResponse = integer(names.JOIN_RESPONSE_NAMES);
/** CS04AC, CS04B. */
export const UnjoinCommand = eui();
export const UnjoinResponse = integer(names.UNJOIN_RESPONSE_NAMES);

/** CS06 Activate Firmware (0x0012). `executionDateTime` absent: at once; `99991231235959Z`: cancel. */
export const ActivateFirmwareCommand = sequence({
  manufacturerImageHash: octetString(),
  originatorCounter: bigInteger(),
  executionDateTime: optional(generalizedTime(names.EXECUTION_TIME_NAMES)),
});
export const FirmwareActivationOutcome = sequence({
  activateImageResponseCode: integer(names.ACTIVATE_IMAGE_NAMES),
  firmwareVersion: octetString(),
});
/** `commandAccepted` answers a future-dated command. */
export const ActivateFirmwareResponse = choice({ commandAccepted: nullValue(), activateImage: FirmwareActivationOutcome });
/** 0x00CA. */
export const FirmwareActivationAlert = sequence({
  alertCode: alertCode(),
  executionDateTime: generalizedTime(),
  originatorCounter: bigInteger(),
  outcome: FirmwareActivationOutcome,
});

const DeviceLogEntry = sequence({ deviceId: eui(), deviceType: integer(names.DEVICE_TYPE_NAMES) });

/** CS07 Read Device Join Details. */
export const EmptyCommand = nullValue();
export const ReadDeviceLogResponse = sequence({
  responseCode: integer({ '0': 'success', '1': 'readFailure' }),
  deviceLogEntries: optional(sequenceOf('deviceLogEntry', DeviceLogEntry)),
});

/** CS08: firmware version of a PPMID or HCALCS. */
export const ReadFirmwareVersionResponse = sequence({
  firmwareVersion: octetString(),
  responseCode: integer(names.READ_FIRMWARE_NAMES),
});
/** CS09 (0x012B). */
export const PpmidFirmwareAlert = sequence({
  alertCode: alertCode(),
  dateTime: generalizedTime(),
  firmwareVersion: octetString(),
  activateImageResponseCode: integer({ '0': 'success', '1': 'failure' }),
});
/** CCS08 (0x0128). */
export const FirmwareTransferAlert = sequence({
  alertCode: alertCode(),
  dateTime: generalizedTime(),
  deviceId: eui(),
  firmwareVersion: octetString(),
  responseCode: integer(names.FIRMWARE_TRANSFER_NAMES),
});

/** GCS28 Set Time. */
export const SetTimeCommand = sequence({ validityIntervalStart: generalizedTime(), validityIntervalEnd: generalizedTime() });
export const SetTimeResponse = sequence({ deviceTime: generalizedTime(), deviceTimeStatus: integer(names.TIME_STATUS_NAMES) });

/** GCS59 Restore GPF Device Log. */
export const RestoreGpfLogCommand = sequence({ deviceLogEntries: sequenceOf('deviceLogEntry', DeviceLogEntry) });
export const RestoreGpfLogResponse = sequence({
  restoreOutcome: sequenceOf(
    'deviceOutcome',
    sequence({ deviceLogEntry: DeviceLogEntry, joinResponseCode: integer(names.JOIN_RESPONSE_NAMES) }),
  ),
});
/** GCS62 Backup GPF Device Log (0x00B2). */
export const BackupGpfLogAlert = sequence({
  alertCode: alertCode(),
  backupDateTime: generalizedTime(),
  deviceLogEntries: sequenceOf('deviceLogEntry', DeviceLogEntry),
});

export type ActivateFirmware = DerValue<typeof ActivateFirmwareCommand>;
