import type { Millis } from '../../firmware-sim/kernel/time.ts';

/** When an activation executes, and when the meter was first heard with its version. */
export interface ActivationTimes {
  readonly executesAt: Millis;
  readonly concludedAt?: Millis | undefined;
}

/** What the DCC has heard of a hub: when it registered, and when the outages it reported with an AD1 began. */
export interface HubHistory {
  readonly returns: readonly Millis[];
  readonly outages: readonly Millis[];
}

export interface WindowOptions {
  /** An outage that starts this long after an activation is still near it. */
  readonly activationWindowMs: Millis;
  /** How far apart the clocks of DCC, hub and meter may be (meters adjust themselves within 10 s). */
  readonly clockSlackMs: Millis;
  /** After how long without supply a hub sends its alert (SEC: three minutes). */
  readonly poaThresholdMs: Millis;
}

/**
 * The first moment from which a hub that reported an outage can be heard again: its alert proves that it was off for as long as
 * the threshold, so that whatever arrives earlier was sent before the outage.
 */
export function offUntil(startedAt: Millis, { poaThresholdMs }: Pick<WindowOptions, 'poaThresholdMs'>): Millis {
  return startedAt + poaThresholdMs;
}

/**
 * True when an outage may be due to an activation: it starts from shortly before the execution time to the end of a window, and
 * before the meter was heard with the new version. A meter without supply activates late, so that the window opens anew when
 * the hub returns from an outage within it, and stays open while it has not returned.
 */
export function nearActivation(
  startedAt: Millis,
  activation: ActivationTimes,
  history: HubHistory,
  options: WindowOptions,
): boolean {
  const { executesAt, concludedAt } = activation;
  if (startedAt < executesAt - options.clockSlackMs) return false;
  if (concludedAt !== undefined && concludedAt < offUntil(startedAt, options)) return false;
  const { end, away } = windowBefore(startedAt, executesAt, history, options);
  return away || startedAt <= end;
}

function windowBefore(
  startedAt: Millis,
  executesAt: Millis,
  { returns, outages }: HubHistory,
  options: WindowOptions,
): { readonly end: Millis; readonly away: boolean } {
  const events = [
    ...outages.filter((at) => at < startedAt).map((at) => ({ at, off: true })),
    ...returns.filter((at) => at <= startedAt + options.clockSlackMs).map((at) => ({ at, off: false })),
  ].sort((a, b) => a.at - b.at);
  let end = executesAt + options.activationWindowMs;
  let offSince: Millis | undefined;
  for (const { at, off } of events) {
    if (off) {
      if (at <= end) offSince = at;
    } else if (offSince === undefined ? at <= end : at >= offUntil(offSince, options)) {
      end = Math.max(end, at + options.activationWindowMs);
      offSince = undefined;
    }
  }
  return { end, away: offSince !== undefined };
}
