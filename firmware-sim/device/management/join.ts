import { decodeDer, encodeDer, encodeDerElement, typedValue } from '../../codec/der.ts';
import { decodeDerElement } from '../../codec/der-decode.ts';
import type { DerValue } from '../../codec/der-schema.ts';
import type { PublicKey } from '../../crypto/keys.ts';
import { JoinCommand, JoinResponse, UnjoinCommand, UnjoinResponse } from '../../gbcs/asn1/structures.ts';
import { parseCertificate } from '../../gbcs/certificates/parse.ts';
import type { Bytes } from '../../kernel/bytes.ts';
import { ProtocolFault } from '../../kernel/errors.ts';
import type { Eui64 } from '../../kernel/eui64.ts';
import type { Device } from '../device.ts';
import { euiField } from '../eui-field.ts';
import type { DeviceType } from '../security/cell-table.ts';
import { type ExecutionContext, type SupportedUseCase, supported } from '../use-case.ts';
import type { DeviceLogEntry, JoinMethod } from './device-log.ts';

/** Join result codes (GBCS 13.7.4). */
export const JOIN_CODES = {
  success: 0,
  wrongMessageCode: 1,
  invalidMethod: 2,
  incompatibleEntry: 3,
  deviceLogFull: 4,
  invalidOrMissingCertificate: 11,
} as const;

/** Unjoin result codes (GBCS 13.7.5). */
export const UNJOIN_RESULTS = { success: 0, notInDeviceLog: 1, otherFailure: 2 } as const;

/** GBCS numbers of device types in commands and logs. */
export const DEVICE_TYPE_NUMBERS: Readonly<Partial<Record<DeviceType, number>>> = {
  GSME: 0,
  ESME: 1,
  CHF: 2,
  GPF: 3,
  HCALCS: 4,
  PPMID: 5,
};

const GSME = 0;
const PPMID = 5;
const HIGHEST_TYPE = 6;

/** Method of each join use case (GBCS 13.7.4.5). */
const METHODS = { CS03A1: 0, CS03A2: 1, CS03B: 2, CS03C: 3 } as const;

type JoinUseCase = keyof typeof METHODS;

/** Joins and unjoins by device type (catalogue; RTDS 4.5.0 has CS04AC for gas meters and PPMIDs, and CS03A2 for an HCALCS). */
const JOINS: Readonly<Record<DeviceType, readonly (JoinUseCase | 'CS04AC' | 'CS04B')[]>> = {
  ESME: ['CS03A1', 'CS04AC'],
  GSME: ['CS03B', 'CS03C', 'CS04AC', 'CS04B'],
  PPMID: ['CS03A2', 'CS03C', 'CS04AC'],
  HCALCS: ['CS03A2', 'CS04AC'],
  CHF: [],
  GPF: [],
  SAPC: ['CS03A1', 'CS04AC'],
};

/** Join and unjoin use cases of a device type. */
export function joinRows(type: DeviceType): SupportedUseCase[] {
  return JOINS[type].map((name) =>
    name === 'CS04AC' || name === 'CS04B'
      ? supported(name, (context) => unjoin(context, name))
      : supported(name, (context) => join(context, name, DEVICE_TYPE_NUMBERS[type])),
  );
}

function join({ device, command }: ExecutionContext, useCase: JoinUseCase, ownType: number | undefined): Bytes {
  const root = decodeDerElement(JoinCommand, command.payload, 'value');
  const fields = typedValue(JoinCommand, root) as DerValue<typeof JoinCommand>;
  const certificate = root.child('otherDeviceKeyAgreementCert');
  const entry = { eui: euiField(fields.otherDeviceEntityIdentifier), type: fields.otherDeviceType };
  const key = certificate && certifiedKey(encodeDerElement(certificate), entry.eui);
  const code = joinCode(device, fields.joinMethodAndRole, useCase, entry, ownType, key);
  return encodeDer(JoinResponse, code);
}

function joinCode(
  device: Device,
  asked: number,
  useCase: JoinUseCase,
  entry: DeviceLogEntry,
  ownType: number | undefined,
  key: PublicKey | undefined,
): number {
  const method: JoinMethod = METHODS[useCase];
  if (asked > METHODS.CS03C) return JOIN_CODES.invalidMethod;
  if (asked !== method) return JOIN_CODES.wrongMessageCode;
  const certified = needsCertificate(ownType, entry.type);
  if (certified && !key) return JOIN_CODES.invalidOrMissingCertificate;
  const fault = device.faults.get(useCase);
  if (fault !== undefined) return fault;
  const known = device.deviceLog.find(entry.eui);
  if (entry.eui === device.eui || entry.type > HIGHEST_TYPE || (known && known.type !== entry.type)) {
    return JOIN_CODES.incompatibleEntry;
  }
  if (!known && device.deviceLog.full) return JOIN_CODES.deviceLogFull;
  const code = device.han.join({ device: device.eui, method, ...entry, key });
  if (code !== JOIN_CODES.success) return code;
  device.deviceLog.add(entry);
  if (key) device.anchors.addPeer(entry.eui, key);
  return code;
}

/** A gas meter and a PPMID talk under their own keys, so each needs the other's certificate (GBCS 13.7.4.5). */
function needsCertificate(own: number | undefined, other: number): boolean {
  return (own === GSME && other === PPMID) || (own === PPMID && other === GSME);
}

/** The key of a device's key-agreement certificate; undefined when it is not that. */
function certifiedKey(der: Bytes, eui: Eui64): PublicKey | undefined {
  try {
    const certificate = parseCertificate(der);
    return certificate.eui === eui && certificate.keyUsage.includes('keyAgreement') ? certificate.publicKey : undefined;
  } catch (error) {
    if (error instanceof ProtocolFault) return undefined;
    throw error;
  }
}

function unjoin({ device, command }: ExecutionContext, useCase: string): Bytes {
  const other = euiField(decodeDer(UnjoinCommand, command.payload));
  return encodeDer(UnjoinResponse, unjoinCode(device, useCase, other));
}

function unjoinCode(device: Device, useCase: string, other: Eui64): number {
  const fault = device.faults.get(useCase);
  if (fault !== undefined) return fault;
  if (!device.deviceLog.find(other)) return UNJOIN_RESULTS.notInDeviceLog;
  if (device.han.unjoin(device.eui, other) !== UNJOIN_RESULTS.success) return UNJOIN_RESULTS.otherFailure;
  device.deviceLog.remove(other);
  device.anchors.removePeer(other);
  return UNJOIN_RESULTS.success;
}
