import type { Millis } from '../kernel/time.ts';
import { ALERT } from './alerts.ts';
import type { RejectReason } from './effects.ts';

/** A received message that is dropped, and why. */
export interface Refusal {
  readonly reason: RejectReason;
  readonly detail: string;
}

export function refused(reason: RejectReason, detail: string): Refusal {
  return { reason, detail };
}

export function isRefusal(value: object): value is Refusal {
  return 'reason' in value;
}

/** Which alert a refusal raises (codes of GBCS table 16.2; the bindings are unverified, see docs/deviations.md). */
export const REFUSAL_ALERTS: Partial<Record<RejectReason, number>> = {
  'unknown-originator': ALERT.unauthorisedAccess,
  'role-not-allowed': ALERT.notAuthorisedForCommand,
  'replayed-counter': ALERT.otherAuthenticationFailure,
  'bad-mac': ALERT.trustedSourceAuthenticationFailed,
  'bad-signature': ALERT.trustedSourceAuthenticationFailed,
  'bad-payload': ALERT.contentIntegrityFailed,
};

const HOUR_MS: Millis = 3_600_000;

/** Shared by all limits that nothing has touched. */
const NEVER: readonly Millis[] = [];

/** Keeps refused messages from being turned into a flood of alerts: so many in any hour, the others are only logged. */
export class HourlyLimit {
  readonly #most: number;
  #times: readonly Millis[] = NEVER;

  constructor(most: number) {
    this.#most = most;
  }

  /** When those that count were taken; the state of the limit. */
  get times(): readonly Millis[] {
    return this.#times;
  }

  set times(times: readonly Millis[]) {
    this.#times = times.length > 0 ? times : NEVER;
  }

  /** True, and counted, when one more is allowed. */
  take(now: Millis): boolean {
    const counted = this.#times.filter((at) => at > now - HOUR_MS);
    const allowed = counted.length < this.#most;
    this.times = allowed ? [...counted, now] : counted;
    return allowed;
  }
}
