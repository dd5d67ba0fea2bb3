import type { Millis } from '../../firmware-sim/kernel/time.ts';
import type { Ad1Record } from '../parties/ad1-record.ts';
import { nearActivation, offUntil } from '../parties/ad1-window.ts';
import { CODE } from '../parties/message-facts.ts';
import type { ReceivedOutageAlert } from '../parties/remote-party.ts';
import type { Interval } from '../premises/premises.ts';
import { noticedOutages, overlap } from './expectations.ts';
import type { UpdateFindings } from './scenario.ts';

/** What reached the network side about power, as the harness wrote it down: the policy has no hand in it. */
export interface NetworkEvidence {
  /** When CS06 was sent, and when it is to execute. */
  readonly activation: { readonly knownAt: Millis; readonly executesAt: Millis } | undefined;
  readonly returns: readonly Millis[];
  /** When the meter was heard with the new version, in a message the DCC can check. */
  readonly newVersion: readonly Millis[];
  readonly reports: readonly { readonly at: Millis; readonly interruptedAt: Millis }[];
}

/** One AD1 with what it was really about, and what the network operator got. */
export interface Ad1Story {
  readonly record: Ad1Record;
  /** When the DCC had it; infinite when it never did. */
  readonly receivedAt: Millis;
  /** The loss of the hub's feed that set it off. */
  readonly loss: Interval | undefined;
  /** Losses of mains that the meter noticed and that have a moment in common with the loss of feed. */
  readonly real: readonly Interval[];
  /** By the published rule it was near the activation when it arrived. */
  readonly near: boolean;
  /** What the network operator got of it: once, or never. */
  readonly deliveries: readonly ReceivedOutageAlert[];
}

/** Messages that report an outcome of CS06 and carry the meter's signature. */
const SIGNED_OUTCOMES: readonly number[] = [CODE.activateFirmware, CODE.activationAlert];

/** What the network side could know, from the parties' mail and the timeline. */
export function networkEvidence({ world, activationSentAt: knownAt }: UpdateFindings): NetworkEvidence {
  const { supplier, networkOperator, euis, events, image, config } = world;
  const executesAt = config.activateAt ?? knownAt;
  return {
    activation: knownAt === undefined || executesAt === undefined ? undefined : { knownAt, executesAt },
    returns: events.filter(({ kind }) => kind === 'hub-registered').map(({ at }) => at),
    newVersion: supplier.received
      .filter(({ header, facts, genuine, at }) => {
        const outcome = header.originator === euis.esme && SIGNED_OUTCOMES.includes(header.messageCode) && genuine;
        return outcome && facts?.version === image.header.fileVersion && at >= (executesAt ?? 0);
      })
      .map(({ at }) => at),
    reports: networkOperator.received.flatMap(({ at, facts }) =>
      facts?.outage ? [{ at, interruptedAt: facts.outage.interruptedAt }] : [],
    ),
  };
}

/** Every AD1 of a run. */
export function ad1Stories(findings: UpdateFindings): Ad1Story[] {
  const { premises, dcc, config, networkOperator } = findings.world;
  const evidence = networkEvidence(findings);
  const noticed = noticedOutages(premises.mainsLosses, config.esme.rideThroughMs);
  return dcc.outageAlerts.map((record) => {
    const loss = premises.feedLosses.find(({ from }) => from === record.startedAt);
    const receivedAt = record.receivedAt ?? Number.POSITIVE_INFINITY;
    return {
      record,
      receivedAt,
      loss,
      real: loss ? noticed.filter((outage) => overlap(outage, loss)) : [],
      near: isNear(record, receivedAt, evidence, findings),
      deliveries: networkOperator.outageAlerts.filter(
        ({ hub, startedAt }) => hub === record.hub && startedAt === record.startedAt,
      ),
    };
  });
}

function isNear(record: Ad1Record, receivedAt: Millis, evidence: NetworkEvidence, { world }: UpdateFindings): boolean {
  const { activation, returns, newVersion } = evidence;
  if (!activation || activation.knownAt > receivedAt) return false;
  const concludedAt = newVersion.find((at) => at <= receivedAt);
  const history = {
    returns: returns.filter((at) => at <= receivedAt),
    outages: world.dcc.outageAlerts.filter((one) => (one.receivedAt ?? receivedAt) < receivedAt).map((one) => one.startedAt),
  };
  return nearActivation(record.startedAt, { executesAt: activation.executesAt, concludedAt }, history, world.config.policy);
}

/** When everything that speaks for a false alarm had been there long enough; infinite while something is missing. */
export function settledAt(
  { record }: Ad1Story,
  { returns, newVersion }: NetworkEvidence,
  settleMs: Millis,
  options: { readonly poaThresholdMs: Millis },
): Millis {
  const backAt = returns.find((at) => at >= offUntil(record.startedAt, options));
  const heardAt = newVersion.find((at) => backAt !== undefined && at >= backAt);
  return heardAt === undefined ? Number.POSITIVE_INFINITY : heardAt + settleMs;
}
