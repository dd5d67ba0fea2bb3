import type { MessageHeader } from '../gbcs/header.ts';
import type { RemotePartyRole } from '../gbcs/key-provider.ts';
import type { Bytes } from '../kernel/bytes.ts';
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

/** The table of a device by message code. */
export function useCaseTable(...rows: readonly SupportedUseCase[]): UseCaseTable {
  return new Map(rows.map((row) => [row.messageCode, row]));
}
