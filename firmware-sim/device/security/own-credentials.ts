import { decodeDer, encodeDer } from '../../codec/der.ts';
import type { PrivateKey, PublicKey } from '../../crypto/keys.ts';
import { isOnCurve } from '../../crypto/on-curve.ts';
import { IssueCredentialsResponse, KeyUsageCommand, StoreCertificateResponse } from '../../gbcs/asn1/structures.ts';
import { type Certificate, extensionOf } from '../../gbcs/certificates/certificate.ts';
import { parseCertificate } from '../../gbcs/certificates/parse.ts';
import { type Bytes, equalBytes } from '../../kernel/bytes.ts';
import { ProtocolFault } from '../../kernel/errors.ts';
import { ALERT } from '../alerts.ts';
import type { Device } from '../device.ts';
import { type ExecutionContext, type SupportedUseCase, supported } from '../use-case.ts';
import { cellUseOf } from './cell-identifier.ts';
import { certificationRequest, RTDS_HARDWARE_TYPE } from './certification-request.ts';
import type { OwnUse } from './own-keys.ts';

/** CS02c error codes (GBCS 13.4). */
const ISSUE = { invalidKeyUsage: 1, keyPairGenerationFailed: 2, requestProductionFailed: 3 } as const;

/** CS02d result codes (GBCS 13.4). */
const STORE = {
  success: 0,
  invalidCertificate: 1,
  wrongDeviceIdentity: 2,
  invalidKeyUsage: 3,
  noCorrespondingKeyPair: 4,
  wrongPublicKey: 5,
} as const;

/** CS02e error codes (GBCS 13.4). */
const READ = { invalidKeyUsage: 1, noCertificateHeld: 2 } as const;

/** CS02c, CS02d and CS02e: a device's own new key pairs, and its certificates. */
export function ownCredentialRows(): SupportedUseCase[] {
  return [supported('CS02c', issueCredentials), supported('CS02d', storeCertificate), supported('CS02e', readCertificate)];
}

function ownUseOf(payload: Bytes): OwnUse | undefined {
  const use = cellUseOf(decodeDer(KeyUsageCommand, payload).keyUsage, undefined);
  return use === 'digitalSignature' || use === 'keyAgreement' ? use : undefined;
}

const error = (errorCode: number): Bytes => encodeDer(IssueCredentialsResponse, { errorCode });

/** Makes a new key pair and asks for its certificate. The pair in use stays in use until CS02d brings that certificate. */
function issueCredentials({ device, command }: ExecutionContext): Bytes {
  const use = ownUseOf(command.payload);
  if (!use) return error(ISSUE.invalidKeyUsage);
  const fault = device.faults.get('CS02c');
  if (fault !== undefined) return error(fault);
  const captured = device.anchors.own.privateKey(use) ? undefined : device.reports.request(use);
  if (captured) return captured;
  const curve = use === 'digitalSignature' && device.signatureProfile === 'cnsa-p384' ? 'P-384' : 'P-256';
  const key = device.suite.generateKey(curve, device.keyEntropy(`CS02c ${use} ${command.header.originatorCounter}`));
  device.anchors.own.await(use, key);
  return certificationRequest(device.suite, key, device.signatureProfile, {
    eui: device.eui,
    use,
    hardwareType: hardwareTypeOf(device, use),
  });
}

function hardwareTypeOf(device: Device, use: OwnUse): string {
  const der = device.anchors.own.certificate(use);
  const name = der && extensionOf(parseCertificate(der), 'hardwareModuleName');
  return name ? name.hardwareType : RTDS_HARDWARE_TYPE;
}

/** Puts a new certificate into use, with the key pair it certifies; events tell of either outcome (GBCS 16: 8F4C to 8F4F). */
function storeCertificate({ device, command, now, effects }: ExecutionContext): Bytes {
  const certificate = certificateIn(command.payload);
  const use = certificate && certifiedUse(certificate);
  const code = device.faults.get('CS02d') ?? storeCode(device, certificate, use);
  if (certificate && use && code === STORE.success) {
    const pending = device.anchors.own.pending(use);
    device.anchors.own.install(use, certificate.der, samePoint(pending?.publicKey, certificate) ? pending : undefined);
  }
  if (use) effects.push(...device.alert(EVENTS[use][code === STORE.success ? 'done' : 'failed'], now));
  return encodeDer(StoreCertificateResponse, code);
}

const EVENTS: Readonly<Record<OwnUse, { readonly done: number; readonly failed: number }>> = {
  digitalSignature: { done: ALERT.signingKeyReplaced, failed: ALERT.signingKeyNotReplaced },
  keyAgreement: { done: ALERT.agreementKeyReplaced, failed: ALERT.agreementKeyNotReplaced },
};

function certificateIn(payload: Bytes): Certificate | undefined {
  try {
    return parseCertificate(payload);
  } catch (fault) {
    if (fault instanceof ProtocolFault) return undefined;
    throw fault;
  }
}

function certifiedUse({ keyUsage: [usage, ...others] }: Certificate): OwnUse | undefined {
  if (others.length > 0) return undefined;
  return usage === 'digitalSignature' || usage === 'keyAgreement' ? usage : undefined;
}

function samePoint(key: PublicKey | undefined, certificate: Certificate): boolean {
  return key !== undefined && equalBytes(key.point, certificate.publicKey.point);
}

/** A certificate fits the pair that waits for it; or, when none waits, the pair in use (RTDS 4.5.0 CS02d SUCCESS). */
function storeCode(device: Device, certificate: Certificate | undefined, use: OwnUse | undefined): number {
  if (!certificate || certificate.kind === 'organisation') return STORE.invalidCertificate;
  if (certificate.eui !== device.eui) return STORE.wrongDeviceIdentity;
  if (!use) return STORE.invalidKeyUsage;
  if (!isOnCurve(certificate.publicKey)) return STORE.invalidCertificate;
  const pending: PrivateKey | undefined = device.anchors.own.pending(use);
  if (samePoint(pending?.publicKey, certificate) || samePoint(device.anchors.own.publicKey(use), certificate)) {
    return STORE.success;
  }
  return pending ? STORE.wrongPublicKey : STORE.noCorrespondingKeyPair;
}

function readCertificate({ device, command }: ExecutionContext): Bytes {
  const use = ownUseOf(command.payload);
  if (!use) return error(READ.invalidKeyUsage);
  const fault = device.faults.get('CS02e');
  return fault === undefined ? (device.anchors.own.certificate(use) ?? error(READ.noCertificateHeld)) : error(fault);
}
