import { useCaseByName } from '../gbcs/catalogue.ts';
import type { MessageHeader } from '../gbcs/header.ts';
import { REMOTE_PARTY_ROLES, type RemotePartyRole } from '../gbcs/key-provider.ts';
import type { Bytes } from '../kernel/bytes.ts';
import { assert } from '../kernel/errors.ts';
import type { Millis } from '../kernel/time.ts';
import type { Device } from './device.ts';
import type { DeviceEffect } from './effects.ts';

/** An authenticated command on its way to execution. */
export interface Command {
  readonly header: MessageHeader;
  readonly payload: Bytes;
  /** The role that lets its originator send it. */
  readonly role: RemotePartyRole;
}

/** What execution may touch. `effects` takes whatever happens besides the response, in order. */
export interface ExecutionContext {
  readonly device: Device;
  readonly command: Command;
  readonly now: Millis;
  readonly effects: DeviceEffect[];
}

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
  readonly replayProtected: boolean;
  /** The response carries the time it was made in its grouping header. */
  readonly responseDateTime: boolean;
  /** @throws ProtocolFault when the payload is malformed */
  readonly execute: (context: ExecutionContext) => ExecutionResult;
}

export type UseCaseTable = ReadonlyMap<number, SupportedUseCase>;

const ROLE_BY_NUMBER = new Map(
  Object.entries(REMOTE_PARTY_ROLES).map(([name, number]): [number, RemotePartyRole] => [number, name as RemotePartyRole]),
);

/**
 * A use case of the catalogue and the code or interpreter that executes it. Message code, roles, category and protection against
 * replay stand in the catalogue; what the catalogue leaves open follows GBCS 6.2 and RTDS 4.5.0: a command that is critical is
 * protected, and responses carry the time where the use case can be future-dated. `differs` corrects a row.
 */
export function supported(
  name: string,
  execute: SupportedUseCase['execute'],
  differs: Partial<Omit<SupportedUseCase, 'name' | 'execute'>> = {},
): SupportedUseCase {
  const row = useCaseByName(name);
  const messageCode = row?.command[0];
  assert(row && messageCode !== undefined, `${name} is a command in the catalogue`);
  const critical = row.category?.startsWith('SME.C.C') === true;
  return {
    name,
    messageCode,
    roles: row.roles.flatMap((number) => ROLE_BY_NUMBER.get(number) ?? []),
    critical,
    replayProtected: row.protectionAgainstReplay ?? critical,
    responseDateTime: row.futureDatable === true,
    execute,
    ...differs,
  };
}

/** The table of a device by message code. */
export function useCaseTable(...rows: readonly SupportedUseCase[]): UseCaseTable {
  return new Map(rows.map((row) => [row.messageCode, row]));
}
