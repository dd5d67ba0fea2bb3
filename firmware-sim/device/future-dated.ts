import type { RemotePartyRole } from '../gbcs/key-provider.ts';
import type { Bytes } from '../kernel/bytes.ts';
import type { Eui64 } from '../kernel/eui64.ts';
import type { Millis } from '../kernel/time.ts';

/** A command a device has accepted and will execute later (GBCS 9.2.2.7; RTDS 4.5.0 CS06 FUTURE_DATED). Plain data. */
export interface PendingCommand {
  /** Use case, and whatever else tells commands apart that may wait side by side. */
  readonly useCase: string;
  /** The row that executes it. */
  readonly messageCode: number;
  /** Role of the originator, which loses its pending commands with the role. */
  readonly role: RemotePartyRole;
  /** Device clock time at which to execute. */
  readonly at: Millis;
  readonly originator: Eui64;
  readonly originatorCounter: bigint;
  readonly payload: Bytes;
}

/** GeneralizedTime that cancels a future-dated ASN.1 command (RTDS 4.5.0 CS06 CANCELLATION). */
export const CANCEL_TIME = '99991231235959Z';

/** At most one pending command per use case: a newer one takes its place, a cancellation empties it. Survives a reboot. */
export class FutureDatedQueue {
  #pending: Map<string, PendingCommand>;

  constructor(pending: readonly PendingCommand[] = []) {
    this.#pending = new Map(pending.map((command) => [command.useCase, command]));
  }

  put(command: PendingCommand): void {
    this.#pending.set(command.useCase, command);
  }

  cancel(useCase: string): void {
    this.#pending.delete(useCase);
  }

  /** Drops what a role has pending, when another party takes it over (GBCS 13.3; docs/deviations.md). */
  cancelOf(role: RemotePartyRole): readonly PendingCommand[] {
    const dropped = [...this.#pending.values()].filter((command) => command.role === role);
    for (const { useCase } of dropped) this.#pending.delete(useCase);
    return dropped;
  }

  /** When the next command is due, or undefined. */
  get deadline(): Millis | undefined {
    let earliest: Millis | undefined;
    for (const { at } of this.#pending.values()) if (earliest === undefined || at < earliest) earliest = at;
    return earliest;
  }

  /** Removes and returns what is due, earliest first: each executes once even when the clock jumps past it. */
  takeDue(now: Millis): readonly PendingCommand[] {
    const due = [...this.#pending.values()].filter((command) => command.at <= now).sort((a, b) => a.at - b.at);
    for (const command of due) this.#pending.delete(command.useCase);
    return due;
  }

  get commands(): readonly PendingCommand[] {
    return [...this.#pending.values()];
  }

  restore(pending: readonly PendingCommand[]): void {
    this.#pending = new Map(pending.map((command) => [command.useCase, command]));
  }
}
