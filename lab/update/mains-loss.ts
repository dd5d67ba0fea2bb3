import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import { OUTAGE_OFFSETS, OUTAGE_PHASES, type OutagePhase, type PlannedOutage } from './config.ts';

/** Longest outage a run plans for: a day. */
const LONGEST_MS = 86_400_000;

const isPhase = (text: string): text is OutagePhase => OUTAGE_PHASES.some((phase) => phase === text);

/**
 * A planned outage from `SECONDS[@PHASE]`; without a phase it falls into the activation.
 * @throws UsageError `bad-value`, exit code 2
 */
export function parseMainsLoss(text: string): PlannedOutage {
  const [length = '', phase = 'activation', ...rest] = text.split('@');
  const seconds = /^\d+(\.\d{1,3})?$/.test(length) ? Number(length) : Number.NaN;
  const durationMs = Math.round(seconds * 1000);
  if (!(durationMs >= 1 && durationMs <= LONGEST_MS)) {
    throw new UsageError(
      'bad-value',
      `--mains-loss: ${JSON.stringify(length)} is not a number of seconds above 0, at most 86400`,
    );
  }
  if (!isPhase(phase) || rest.length > 0) {
    throw new UsageError('bad-value', `--mains-loss: ${JSON.stringify(text)}: after @ comes one of ${OUTAGE_PHASES.join(', ')}`);
  }
  return { durationMs, phase, offsetMs: OUTAGE_OFFSETS[phase] };
}
