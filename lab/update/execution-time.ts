import { type Millis, toIso } from '../../firmware-sim/kernel/time.ts';
import type { Interval } from '../premises/premises.ts';
import type { Judged } from './judged.ts';
import type { UpdateFindings } from './scenario.ts';

/** What a command takes from the DCC to a meter that is there, frames that get lost included. */
const TRANSIT_MS: Millis = 10_000;
/** A meter that runs executes a command that is due at once; this is for the last digit. */
const PROMPT_MS: Millis = 1_000;

/** A time when nothing gets through, or the meter does not run: from a loss to the end of the start that follows it. */
function downtimes(losses: readonly Interval[], startMs: Millis): Interval[] {
  return losses.map(({ from, to }) => ({ from, to: (to ?? Number.POSITIVE_INFINITY) + startMs }));
}

/** The end of the last downtime that follows on another from `at` on, each within `spacingMs` of the end of the one before. */
function afterDowntimes(at: Millis, times: readonly Interval[], spacingMs: Millis): Millis {
  let end = at + spacingMs;
  for (const { from, to } of [...times].sort((a, b) => a.from - b.from)) {
    if (from <= end && to !== undefined) end = Math.max(end, to + spacingMs);
  }
  return end;
}

/**
 * The latest moment at which the activation should have begun: the command has to get through, then its time has to come, and
 * only what was off or starting explains a delay.
 */
export function latestExecution({ world, activationSentAt }: UpdateFindings): Millis | undefined {
  if (activationSentAt === undefined) return undefined;
  const { premises, config } = world;
  const meterDown = downtimes(premises.mainsLosses, config.esme.esmeRebootMs);
  const hubDown = downtimes(premises.feedLosses, config.hubPower.chBootMs);
  const arrived = afterDowntimes(activationSentAt, [...meterDown, ...hubDown], TRANSIT_MS);
  if (config.activateAt === undefined) return arrived;
  return afterDowntimes(Math.max(arrived, config.activateAt), meterDown, PROMPT_MS);
}

/** The image was activated once, not before its time, and no later than outages explain. */
export function executionTime(findings: UpdateFindings): Judged {
  const { inside, config } = findings.world;
  const { activationsStarted: started, activationsFinished: finished } = inside;
  const [first] = started;
  const latest = latestExecution(findings);
  const text = `${started.length} begun${first === undefined ? '' : `, first at ${toIso(first)}`}, ${finished.length} finished`;
  const due = config.activateAt === undefined ? text : `${text}; due at ${toIso(config.activateAt)}`;
  if (first === undefined || latest === undefined || started.length !== 1 || finished.length !== 1) return [false, due];
  if (first > latest) return [false, `${due}; nothing explains a time after ${toIso(latest)}`];
  return [first >= (config.activateAt ?? 0), due];
}
