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

/** Shared by all devices for which nothing waits. */
const NOTHING: readonly PendingCommand[] = [];

/** At most one pending command per use case: a newer one takes its place, a cancellation empties it. Survives a reboot. */
export class FutureDatedQueue {
  #pending: readonly PendingCommand[];

  constructor(pending: readonly PendingCommand[] = NOTHING) {
    this.#pending = pending;
  }

  put(command: PendingCommand): void {
    const at = this.#pending.findIndex(({ useCase }) => useCase === command.useCase);
    this.#pending = at < 0 ? [...this.#pending, command] : this.#pending.with(at, command);
  }

  cancel(useCase: string): void {
    this.#keep((command) => command.useCase !== useCase);
  }

  #keep(wanted: (command: PendingCommand) => boolean): void {
    const kept = this.#pending.filter(wanted);
    if (kept.length < this.#pending.length) this.#pending = kept.length > 0 ? kept : NOTHING;
  }

  /** Drops what a role has pending, when another party takes it over (GBCS 13.3; docs/deviations.md). */
  cancelOf(role: RemotePartyRole): readonly PendingCommand[] {
    const dropped = this.#pending.filter((command) => command.role === role);
    this.#keep((command) => command.role !== role);
    return dropped;
  }

  /** When the next command is due, or undefined. */
  get deadline(): Millis | undefined {
    let earliest: Millis | undefined;
    for (const { at } of this.#pending) if (earliest === undefined || at < earliest) earliest = at;
    return earliest;
  }

  /** Removes and returns what is due, earliest first: each executes once even when the clock jumps past it. */
  takeDue(now: Millis): readonly PendingCommand[] {
    const due = this.#pending.filter((command) => command.at <= now).sort((a, b) => a.at - b.at);
    this.#keep((command) => command.at > now);
    return due;
  }

  get commands(): readonly PendingCommand[] {
    return this.#pending;
  }

  restore(pending: readonly PendingCommand[]): void {
    this.#pending = pending.length > 0 ? pending : NOTHING;
  }
}
