import type { PublicKey } from '../crypto/keys.ts';
import { isDeviceToDevice, type UseCaseRow, useCaseByName, useCasesOf } from '../gbcs/catalogue.ts';
import type { MessageHeader } from '../gbcs/header.ts';
import { REMOTE_PARTY_ROLES, type RemotePartyRole } from '../gbcs/key-provider.ts';
import type { Bytes } from '../kernel/bytes.ts';
import { assert } from '../kernel/errors.ts';
import type { Millis } from '../kernel/time.ts';
import type { Device } from './device.ts';
import type { DeviceEffect } from './effects.ts';
import type { PendingCommand } from './future-dated.ts';

/** An authenticated command on its way to execution. */
export interface Command {
  readonly header: MessageHeader;
  /** Octets of the device's own, unless its use case only reads: whatever it keeps of them may be a view. */
  readonly payload: Bytes;
  /** The role that lets its originator send it. */
  readonly role: RemotePartyRole;
  readonly form: CommandForm;
}

/** What execution may touch. `effects` takes whatever happens besides the response, in order. */
export interface ExecutionContext {
  readonly device: Device;
  readonly command: Command;
  readonly now: Millis;
  readonly effects: DeviceEffect[];
  /** Header of the response to be; sensitive parts are encrypted under its counters (`Device.encryptionFor`). */
  readonly response: MessageHeader;
}

/** A future-dated command whose time has come. */
export interface PendingContext {
  readonly device: Device;
  readonly pending: PendingCommand;
  readonly now: Millis;
  readonly effects: DeviceEffect[];
}

/** How a command is protected. A signed one without MAC is answered with a signature. */
export type CommandForm = 'maced' | 'signed' | 'signed-and-maced';

/** The response payload, or `later` when the device answers after something else has happened (a reboot). */
export type ExecutionResult = Bytes | 'later';

/**
 * One use case as a device supports it. Everything the receive pipeline needs stands in the row; `execute` is a generic
 * interpreter (DLMS access, ZCL read) with the row's objects, or a named handler where a table cannot say it.
 */
export interface SupportedUseCase {
  readonly name: string;
  readonly messageCode: number;
  /** Roles whose trust anchor cells may use it (GBCS mapping table). */
  readonly roles: readonly RemotePartyRole[];
  /** Critical: signed by its originator, answered with the device's signature. Else MACed both ways (GBCS 7.2). */
  readonly critical: boolean;
  /** Whose signature authenticates a command from somebody in no trust anchor cell, by a key that the payload opens (CS02b by contingency). */
  readonly disclosedSigner?: {
    readonly role: RemotePartyRole;
    readonly key: (device: Device, payload: Bytes) => PublicKey | undefined;
  };
  /** Protection its command may have; by category unless the row says otherwise. */
  readonly forms: readonly CommandForm[];
  /** Between two devices of the home, under their own keys (PCS01, PCS02). */
  readonly deviceToDevice: boolean;
  readonly replayProtected: boolean;
  /** It reads objects and does nothing else: nothing of the command is kept, and nothing follows from it. */
  readonly readsOnly: boolean;
  /** The response carries the time it was made in its grouping header. */
  readonly responseDateTime: boolean;
  /** Clock status octet of that time; `ff` (not specified) unless the row says otherwise. */
  readonly responseClockStatus?: (device: Device) => number;
  /** That time, where it is not the device's own. */
  readonly responseMoment?: (device: Device, now: Millis) => Millis;
  /** An encrypted answer to an unknown party names the device's own counter it is encrypted under (26-octet form). */
  readonly supplementaryCounter: boolean;
  /** @throws ProtocolFault when the payload is malformed */
  readonly execute: (context: ExecutionContext) => ExecutionResult;
  /** Executes the use case's future-dated command; a device's profile does it for rows without. */
  readonly executePending?: (context: PendingContext) => void;
}

export type UseCaseTable = ReadonlyMap<number, SupportedUseCase>;

const ROLE_BY_NUMBER = new Map(
  Object.entries(REMOTE_PARTY_ROLES).map(([name, number]): [number, RemotePartyRole] => [number, name as RemotePartyRole]),
);

/** Non-future-datable use cases whose responses carry a date-time (GBCS mapping table; RTDS 4.5.0). */
const DATED_RESPONSES = /^(CS01[ab]|ECS17[a-e]|ECS18[ab]|ECS19|ECS23b?|GCS13[a-c]|GCS14|GCS60a)$/;

/** Gas reads whose date-time says how far its time is to be trusted (RTDS 4.5.0 GCS13a RELIABLE, UNRELIABLE). */
const GAS_CLOCK_STATUS = /^(GCS13[a-c]|GCS14|GCS60a)$/;

/** Use cases without a known rule that change what a device holds, so that a replay would matter. */
const CHANGING = /^(CS03B|CS04B|GCS59|PCS0[12])$/;

/** Encrypts for an unknown party under the header's own counter all the same (RTDS 4.5.0 GCS61). */
const WITHOUT_SUPPLEMENTARY_COUNTER = /^GCS61$/;

/** COSEM method that fetches protected attributes: an action that reads (class 30). */
const DATA_PROTECTION = 30;

function writes(row: UseCaseRow): boolean {
  return (row.access ?? []).flat().some(([operation, classId]) => !operation.startsWith('get') && classId !== DATA_PROTECTION);
}

/** Whether all that may be sent under a message code reads COSEM objects. */
function readsOnly(messageCode: number): boolean {
  return useCasesOf(messageCode, 'command').every((row) => row.payload === 'DLMS' && row.access !== undefined && !writes(row));
}

/** Roles of a use case and, where it has variants, of all variants that share its message code. */
function rolesOf(row: UseCaseRow, messageCode: number): readonly RemotePartyRole[] {
  const variants = row.roles.length > 0 ? [row] : useCasesOf(messageCode, 'command');
  const numbers = new Set(variants.flatMap((one) => one.roles));
  return [...numbers].flatMap((number) => ROLE_BY_NUMBER.get(number) ?? []);
}

/** Clock status octet of gas reads (RTDS 4.5.0): 0 reliable, 2 not. */
const gasClockStatus = (device: Device): number => (device.clock.status === 'reliable' ? 0 : 2);

/**
 * A use case of the catalogue and the code or interpreter that executes it. Message code, roles, category and protection against
 * replay stand in the catalogue; what the catalogue leaves open follows GBCS 6.2 and RTDS 4.5.0: a command that changes something
 * is protected, and responses carry the time where the use case can be future-dated. `differs` corrects a row.
 */
export function supported(
  name: string,
  execute: SupportedUseCase['execute'],
  differs: Partial<Omit<SupportedUseCase, 'name' | 'execute'>> = {},
): SupportedUseCase {
  const row = useCaseByName(name);
  const messageCode = differs.messageCode ?? row?.command[0];
  assert(row && messageCode !== undefined, `${name} is a command in the catalogue`);
  const critical = differs.critical ?? row.category?.startsWith('SME.C.C') === true;
  return {
    name,
    messageCode,
    roles: rolesOf(row, messageCode),
    critical,
    forms: [critical ? 'signed-and-maced' : 'maced'],
    deviceToDevice: isDeviceToDevice(messageCode),
    replayProtected: row.protectionAgainstReplay ?? (critical || CHANGING.test(name) || writes(row)),
    readsOnly: readsOnly(messageCode),
    responseDateTime: row.futureDatable === true || DATED_RESPONSES.test(name),
    supplementaryCounter: !WITHOUT_SUPPLEMENTARY_COUNTER.test(name),
    execute,
    ...(GAS_CLOCK_STATUS.test(name) && { responseClockStatus: gasClockStatus }),
    ...differs,
  };
}

/** The table of a device by message code. */
export function useCaseTable(...rows: readonly SupportedUseCase[]): UseCaseTable {
  return new Map(rows.map((row) => [row.messageCode, row]));
}
