import { ALERT, alertText } from '../../firmware-sim/device/alerts.ts';
import { type Millis, toIso } from '../../firmware-sim/kernel/time.ts';
import { DELIVERY_EXPECTATION_MS } from '../parties/ad1-record.ts';
import type { Interval } from '../premises/premises.ts';
import type { Assertion } from '../reports/verdict.ts';
import { ad1Fate } from './ad1-fate.ts';
import { type Ad1Story, ad1Stories } from './ad1-stories.ts';
import { ruleText } from './config.ts';
import { alertsDue, firstAlertMs, isLong, noticedOutages } from './expectations.ts';
import { assertion, type Judged } from './judged.ts';
import type { UpdateFindings } from './scenario.ts';

/** Longest cut of the hub's feed that a meter made since MP102A may cause (MP102A: never three minutes or more). */
const NEW_BUILD_CUT_MS: Millis = 179_000;

const seconds = (ms: Millis): string => `${ms / 1000} s`;
const list = (intervals: readonly Interval[]): string =>
  intervals.length === 0 ? 'none' : intervals.map((i) => seconds((i.to ?? i.from) - i.from)).join(', ');

/** What must hold about power: alerts exactly when the rules say so, and no real outage kept from the network operator. */
export function outageAssertions(findings: UpdateFindings): Assertion[] {
  const { config } = findings.world;
  return [
    assertion('planned-outages', 'every planned outage took place', 'scenario', planned(findings)),
    assertion(
      'ad1-count',
      `AD1 exactly when the hub's rule says so`,
      `S01; SEC, MP102; rule ${ruleText(config.hubPower.poaComparator, config.hubPower.poaThresholdMs)}`,
      ad1Count(findings),
    ),
    assertion('hub-holdup', 'the hub lasts until its alert is due', 'SEC; CHTS', hubHoldup(findings)),
    assertion('ad1-content', 'each AD1 has hub, start of the outage and MPxN', 'DUIS 5.4 PowerOutageEvent', ad1Content(findings)),
    assertion(
      'supply-restored',
      '0x8F35/0x8F36 for real mains loss only, with its times',
      'GBCS ECS80; SMETS 5.5.12.6',
      supplyRestored(findings),
    ),
    assertion(
      'outage-reported',
      'every real outage of 3 min reached the network operator',
      'SEC; S01 (e)',
      outageReached(findings),
    ),
    assertion('ad1-fate', `each AD1 went as policy ${config.policy.policy} has it`, 'S01; MP102B open', ad1Fate(findings)),
    assertion('ad1-delay', 'AD1 delivery against the 60 s expectation', 'SEC; MP096', ad1Delay(findings)),
    assertion('feed-cut', "the meter never cuts the hub's feed for 3 min", 'MP102A', feedCut(findings)),
  ];
}

function planned({ world, outagesBegun }: UpdateFindings): Judged {
  const wanted = world.config.outages.length;
  return [
    outagesBegun.length === wanted,
    wanted === 0 ? 'none planned' : `${outagesBegun.length} of ${wanted}: ${list(world.premises.mainsLosses)}`,
  ];
}

function ad1Count({ world }: UpdateFindings): Judged {
  const { premises, dcc, config } = world;
  const due = alertsDue(premises.feedLosses, config.hubPower);
  const raised = dcc.outageAlerts;
  return [
    raised.length === due.length,
    `${raised.length} raised, ${due.length} due; the hub's feed was off for ${list(premises.feedLosses)}`,
  ];
}

/** A hub whose energy ends before the threshold never sends AD1: no fault of the update, but no outage is heard of. */
function hubHoldup({ world }: UpdateFindings): Judged {
  const { poaThresholdMs, poaComparator, holdupMs } = world.config.hubPower;
  const detail = `lives ${seconds(holdupMs)} without its feed; AD1 is due ${ruleText(poaComparator, poaThresholdMs)}`;
  const lasts = holdupMs >= firstAlertMs(world.config.hubPower);
  return [lasts ? true : 'note', lasts ? detail : `the hub cannot last to the threshold and never sends AD1: it ${detail}`];
}

/** What the network operator got, against the losses of feed that really were: each alert once or, withheld, never. */
function ad1Content(findings: UpdateFindings): Judged {
  const { premises, config, euis, mpxn, networkOperator } = findings.world;
  const due = alertsDue(premises.feedLosses, config.hubPower);
  const got = networkOperator.outageAlerts;
  const right = got.every((one) => one.hub === euis.hub && one.mpxn === mpxn && due.some(({ from }) => from === one.startedAt));
  const once = ad1Stories(findings).every(
    ({ record, deliveries }) => deliveries.length === (record.deliveredAt === undefined ? 0 : 1),
  );
  const detail = got.map((one) => `${one.hub}, ${toIso(one.startedAt)}, ${one.mpxn}`).join('; ');
  return [right && once, detail || 'the network operator got none'];
}

function supplyRestored({ world }: UpdateFindings): Judged {
  const { networkOperator, premises, config, euis } = world;
  const outages = noticedOutages(premises.mainsLosses, config.esme.rideThroughMs);
  const alerts = networkOperator.received.filter(({ facts }) => facts?.outage !== undefined);
  const wholeSecond = (at: Millis | undefined): Millis => Math.floor((at ?? 0) / 1000) * 1000;
  const right = outages.every((outage, i) => {
    const alert = alerts[i];
    const code = isLong(outage) ? ALERT.supplyRestoredLong : ALERT.supplyRestoredShort;
    const times = alert?.facts?.outage;
    const exact = times?.interruptedAt === wholeSecond(outage.from) && times.restoredAt === wholeSecond(outage.to);
    return alert?.genuine === true && alert.header.originator === euis.esme && alert.facts?.alertCode === code && exact;
  });
  const codes = alerts.map(({ facts }) => alertText(facts?.alertCode ?? 0)).join(', ') || 'none';
  return [right && alerts.length === outages.length, `${codes}; mains was away for ${list(outages)}`];
}

/** The AD1s whose loss of feed has a moment in common with a real outage of three minutes or more. */
function genuineAlerts(findings: UpdateFindings): Ad1Story[] {
  return ad1Stories(findings).filter(({ real }) => real.some(isLong));
}

function outageReached(findings: UpdateFindings): Judged {
  const { world } = findings;
  const outages = world.premises.mainsLosses.filter(isLong);
  if (outages.length === 0) return [true, 'there was none'];
  const alerts = genuineAlerts(findings);
  const kept = alerts.filter(({ record, deliveries }) => deliveries.length === 0 || record.withheldAt !== undefined);
  const late = alerts.filter(({ receivedAt, deliveries }) => (deliveries[0]?.at ?? 0) - receivedAt > world.config.policy.holdMs);
  const restored = world.networkOperator.alerts(ALERT.supplyRestoredLong, world.euis.esme).filter(({ genuine }) => genuine);
  const number = `${outages.length} outage${outages.length === 1 ? '' : 's'}`;
  const detail = `${alerts.length - kept.length} AD1 and ${restored.length} ${alertText(ALERT.supplyRestoredLong)} for ${number}; ${kept.length} AD1 kept back, ${late.length} held too long`;
  return [kept.length === 0 && late.length === 0 && restored.length >= outages.length, detail];
}

function ad1Delay(findings: UpdateFindings): Judged {
  const stories = ad1Stories(findings);
  const known = stories.flatMap(({ record, deliveries }) => deliveries.map(({ at }) => at - record.raisedAt));
  if (known.length === 0) return ['note', stories.length === 0 ? 'no AD1' : 'none delivered'];
  const late = known.filter((delay) => delay > DELIVERY_EXPECTATION_MS).length;
  return [
    late === 0 ? true : 'note',
    `${known.map(seconds).join(', ')} after the hub sent it${late > 0 ? `; ${late} late` : ''}`,
  ];
}

function feedCut({ world }: UpdateFindings): Judged {
  const { config } = world;
  const cut = config.esme.feedCutDuringActivationMs;
  if (cut <= NEW_BUILD_CUT_MS) return [true, `cut for ${seconds(cut)} while activating`];
  const detail = `cut for ${seconds(cut)}: a meter made since November 2020 must not (up to ${seconds(NEW_BUILD_CUT_MS)})`;
  return [config.newBuild ? false : 'note', config.newBuild ? detail : `${detail}; older ones do`];
}
