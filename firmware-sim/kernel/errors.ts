/**
 * The three roots every error in hanbench comes from.
 *
 * - `ProtocolFault`: the peer is wrong (a message, an image, a frame). Carries the octet offset and the clause.
 * - `UsageError`: the person is wrong (a flag, a file, a configuration line). Says what would be right.
 * - `Invariant`: hanbench is wrong. Stops the run.
 */
export abstract class HanbenchError extends Error {
  /** Stable, machine-readable name of what went wrong, e.g. `truncated`. */
  readonly kind: string;

  constructor(kind: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.name = new.target.name;
  }
}

/** The peer's bytes are wrong. `offset` counts octets from the start of the input that was handed in. */
export class ProtocolFault extends HanbenchError {
  readonly offset: number;
  readonly clause: string | undefined;

  constructor(kind: string, message: string, offset = 0, clause?: string) {
    super(kind, message);
    this.offset = offset;
    this.clause = clause;
  }

  /** The same fault seen from an enclosing input that starts `by` octets earlier. */
  shifted(by: number): ProtocolFault {
    return new ProtocolFault(this.kind, this.message, this.offset + by, this.clause);
  }
}

/** Where a person's mistake stands. */
export interface SourcePlace {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

/**
 * A person's mistake. `exitCode` is 2 for a flag, an unreadable path, a keystore or a configuration,
 * and 1 for the content of an input message or image.
 */
export class UsageError extends HanbenchError {
  readonly place: SourcePlace;
  readonly exitCode: 1 | 2;

  constructor(kind: string, message: string, place: SourcePlace = {}, exitCode: 1 | 2 = 2) {
    super(kind, message);
    this.place = place;
    this.exitCode = exitCode;
  }
}

/** hanbench itself is wrong. Never caught on the way up. */
export class Invariant extends HanbenchError {
  constructor(message: string, options?: ErrorOptions) {
    super('invariant', message, options);
  }
}

/** Throws `Invariant` unless `condition` holds. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Invariant(message);
}
