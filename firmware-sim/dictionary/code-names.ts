/** Meanings of the integers in GBCS ASN.1 structures (GBCS 13, annex 3). */

export const REMOTE_PARTY_ROLE_NAMES = {
  '0': 'root',
  '1': 'recovery',
  '2': 'supplier',
  '3': 'networkOperator',
  '4': 'accessControlBroker',
  '5': 'transitionalCoS',
  '6': 'wanProvider',
  '7': 'issuingAuthority',
  '8': 'loadController',
  '127': 'other',
} as const;

export const CELL_USAGE_NAMES = { '0': 'management', '1': 'prePaymentTopUp' } as const;

/** KeyUsage bits, first bit first, as GBCS and SMKI certificates set them. */
export const KEY_USAGE_NAMES = {
  '1': 'digitalSignature',
  '01': 'contentCommitment',
  '00001': 'keyAgreement',
  '000001': 'keyCertSign',
  '0000011': 'keyCertSign, cRLSign',
} as const;

export const DEVICE_TYPE_NAMES = {
  '0': 'gSME',
  '1': 'eSME',
  '2': 'communicationsHubCommunicationsHubFunction',
  '3': 'communicationsHubGasProxyFunction',
  '4': 'hCALCS',
  '5': 'pPMID',
  '6': 'type2',
} as const;

export const CREDENTIALS_REPLACEMENT_MODE_NAMES = {
  '0': 'rootBySupplier',
  '1': 'rootByWanProvider',
  '2': 'supplierBySupplier',
  '3': 'networkOperatorByNetworkOperator',
  '4': 'accessControlBrokerByACB',
  '5': 'wanProviderByWanProvider',
  '6': 'transCoSByTransCoS',
  '7': 'supplierByTransCoS',
  '8': 'anyExceptAbnormalRootByRecovery',
  '9': 'anyByContingency',
  '10': 'loadControllerByLoadController',
  '11': 'loadControllerBySupplier',
} as const;

export const CREDENTIAL_STATUS_NAMES = {
  '0': 'success',
  '5': 'badCertificate',
  '10': 'noTrustAnchor',
  '17': 'insufficientMemory',
  '25': 'trustAnchorNotFound',
  '30': 'resourcesBusy',
  '127': 'other',
} as const;

export const ACTIVATE_IMAGE_NAMES = {
  '0': 'success',
  '1': 'noImageHeld',
  '2': 'hashMismatch',
  '3': 'activationFailure',
} as const;

export const JOIN_METHOD_NAMES = { '0': 'methodAInitiator', '1': 'methodAResponder', '2': 'methodB', '3': 'methodC' } as const;

export const JOIN_RESPONSE_NAMES = {
  '0': 'success',
  '1': 'invalidMessageCodeForJoinMethodAndRole',
  '2': 'invalidJoinMethodAndRole',
  '3': 'incompatibleWithExistingEntry',
  '4': 'deviceLogFull',
  '5': 'writeFailure',
  '6': 'keyAgreementNoResources',
  '7': 'keyAgreementUnknownIssuer',
  '8': 'keyAgreementUnsupportedSuite',
  '9': 'keyAgreementBadMessage',
  '10': 'keyAgreementBadKeyConfirm',
  '11': 'invalidOrMissingCertificate',
  '12': 'noPartnerLinkKeyReceived',
  '13': 'noCBKEResponse',
} as const;

export const UNJOIN_RESPONSE_NAMES = { '0': 'success', '1': 'otherDeviceNotInDeviceLog', '2': 'otherFailure' } as const;

export const ISSUE_CREDENTIALS_ERROR_NAMES = {
  '1': 'invalidKeyUsage',
  '2': 'keyPairGenerationFailed',
  '3': 'cRProductionFailed',
} as const;

export const CERTIFICATE_STORE_NAMES = {
  '0': 'success',
  '1': 'invalidCertificate',
  '2': 'wrongDeviceIdentity',
  '3': 'invalidKeyUsage',
  '4': 'noCorrespondingKeyPairGenerated',
  '5': 'wrongPublicKey',
  '6': 'certificateStorageFailed',
  '7': 'privateKeyChangeFailed',
} as const;

export const CERTIFICATE_READ_ERROR_NAMES = {
  '1': 'invalidKeyUsage',
  '2': 'noCertificateHeld',
  '3': 'certificateRetrievalFailure',
} as const;

export const TIME_STATUS_NAMES = { '0': 'reliable', '1': 'invalid', '2': 'unreliable' } as const;

export const READ_FIRMWARE_NAMES = { '0': 'success', '1': 'failure' } as const;

export const FIRMWARE_TRANSFER_NAMES = {
  '0': 'success',
  '1': 'imageDiscarded',
  '2': 'hardwareVersionMismatch',
  '3': 'transferFailure',
} as const;

/** Time-based certificate path validation checks in CS02b/CS02g. */
export const TIME_CHECK_NAMES = { '0': 'apply', '1': 'disapply' } as const;

/** Execution times of commands that may be future-dated: the last second there is cancels. */
export const EXECUTION_TIME_NAMES = { '9999-12-31T23:59:59Z': 'cancel' } as const;
