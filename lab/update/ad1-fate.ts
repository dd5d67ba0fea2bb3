import type { Millis } from '../../firmware-sim/kernel/time.ts';
import { CORRELATED } from '../parties/ad1-policy.ts';
import { offUntil } from '../parties/ad1-window.ts';
import { type Ad1Story, ad1Stories, type NetworkEvidence, networkEvidence, settledAt } from './ad1-stories.ts';
import type { Judged } from './judged.ts';
import type { UpdateFindings } from './scenario.ts';

/** A hub that is on the network answers the DCC within this time: twice the WAN's latency, and something for its queue. */
const ANSWER_MS: Millis = 5_000;

interface Case extends NetworkEvidence {
  readonly story: Ad1Story;
  readonly all: readonly Ad1Story[];
  readonly findings: UpdateFindings;
}

/** Whether each AD1 went as the chosen policy has it: label, hold and withhold follow from activation, feed and mains. */
export function ad1Fate(findings: UpdateFindings): Judged {
  const all = ad1Stories(findings);
  const evidence = networkEvidence(findings);
  const wrong = all.flatMap((story) => {
    const fault = faultOf({ ...evidence, story, all, findings });
    return fault === undefined ? [] : [fault];
  });
  const fates = all.map(({ record }) => `${record.fate}${record.reason ? ` (${record.reason})` : ''}`).join('; ');
  return [wrong.length === 0, [fates || 'no AD1', ...wrong].join('; ')];
}

function faultOf(one: Case): string | undefined {
  const { story, findings } = one;
  if (story.record.receivedAt === undefined) return 'one never reached the DCC';
  if (findings.world.config.policy.policy === 'suppress' && isToBeHeld(one)) return heldFault(one);
  return atOnceFault(story, findings.world.config.policy.policy === 'off' ? undefined : labelOf(story));
}

const labelOf = ({ near }: Ad1Story): string | undefined => (near ? CORRELATED : undefined);

function atOnceFault({ record, deliveries, receivedAt }: Ad1Story, label: string | undefined): string | undefined {
  const [delivery] = deliveries;
  if (!delivery) return `one was not delivered (${record.fate})`;
  if (delivery.at !== receivedAt || delivery.delayed) return 'one waited that was to be delivered at once';
  if (delivery.label !== label) return label ? 'one near the activation has no label' : 'one has a label and is not near';
  return undefined;
}

/** `suppress` holds what is near, unless something speaks of an outage already. */
function isToBeHeld({ story, all, returns, reports, findings }: Case): boolean {
  const { record, receivedAt, near } = story;
  const { policy } = findings.world.config;
  // When the time of one is up just as the next arrives, either may come first.
  const released = all.some(
    (other) =>
      other !== story &&
      other.deliveries[0]?.at === receivedAt &&
      ((other.record.heldUntil ?? 0) > receivedAt || (other.record.heldUntil === receivedAt && !record.heldUntil)),
  );
  const reported = reports.some(
    ({ at, interruptedAt }) => at <= receivedAt && interruptedAt >= record.startedAt - policy.clockSlackMs,
  );
  const offAgain = returns.filter((at) => at >= offUntil(record.startedAt, policy) && at <= receivedAt).length > 1;
  return near && policy.holdMs > 0 && !released && !reported && !offAgain;
}

function heldFault(one: Case): string | undefined {
  const { story, findings } = one;
  const { record, receivedAt, deliveries } = story;
  const { holdMs } = findings.world.config.policy;
  if (record.heldUntil !== receivedAt + holdMs) return 'one near the activation was not held';
  if (record.withheldAt !== undefined) return withheldFault(one, record.withheldAt);
  const [delivery] = deliveries;
  if (!delivery) return `one was held and never delivered (${record.fate})`;
  if (!delivery.delayed || delivery.label !== CORRELATED) return 'one was held and is not marked so';
  if (delivery.at > record.heldUntil) return `one was held for ${(delivery.at - receivedAt) / 1000} s`;
  if (delivery.at < record.heldUntil)
    return hasSign(one, delivery.at) ? undefined : 'one was released without a sign of an outage';
  return isPlainlyFalse(one) ? 'one was held to the end although everything spoke for a false alarm' : undefined;
}

function withheldFault({ story, returns, reports, findings, ...evidence }: Case, at: Millis): string | undefined {
  const { record, real, loss, deliveries } = story;
  const { policy } = findings.world.config;
  if (real.length > 0) return 'a real outage was recorded as withheld';
  if (deliveries.length > 0) return 'one was withheld and delivered';
  if (loss?.to === undefined || at <= loss.to) return "one was withheld while the hub's feed was off";
  if (record.heldUntil !== undefined && at > record.heldUntil) return 'one was withheld after its hold time';
  if (settledAt(story, { ...evidence, returns, reports }, policy.settleMs, policy) > at)
    return 'one was withheld before hub and new version were back for long enough';
  const returned = returns.filter((back) => back >= offUntil(record.startedAt, policy) && back <= at).length;
  if (returned !== 1) return 'one was withheld although the hub was off again';
  return reports.some((report) => report.at >= (record.receivedAt ?? 0) && report.at <= at)
    ? 'one was withheld although an outage was reported'
    : undefined;
}

/** A reported outage, the hub back once more, or another AD1, at just that time. */
function hasSign({ story, all, returns, reports, findings }: Case, at: Millis): boolean {
  const again = returns.filter((back) => back >= offUntil(story.record.startedAt, findings.world.config.policy)).slice(1);
  return (
    reports.some((report) => report.at === at) ||
    again.includes(at) ||
    all.some((other) => other !== story && other.receivedAt === at)
  );
}

/** No outage, and hub and meter there in time and from then on: nothing keeps the policy from withholding. */
function isPlainlyFalse({ story, findings, ...evidence }: Case): boolean {
  const { record, real, loss } = story;
  const { config, premises } = findings.world;
  const settled = settledAt(story, evidence, config.policy.settleMs, config.policy);
  const decidedBy = Math.max(settled, story.receivedAt) + ANSWER_MS;
  const steady = premises.feedLosses.every(({ from }) => from <= (loss?.from ?? 0) || from > decidedBy);
  return real.length === 0 && steady && decidedBy <= (record.heldUntil ?? 0);
}
