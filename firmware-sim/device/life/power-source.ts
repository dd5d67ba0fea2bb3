import type { Millis } from '../../kernel/time.ts';

/** What tells a life when there is power. A device with a battery, or one that somebody else switches, has none. */
export interface PowerSource {
  /** Whether mains has been away for longer than the device lives without it. */
  runsOut(now: Millis): boolean;
  /** When power is back, seen from a moment at which it is away; undefined as long as nobody knows. */
  backAt(now: Millis): Millis | undefined;
}
