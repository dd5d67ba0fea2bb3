import { ALERT, alertText } from '../../firmware-sim/device/alerts.ts';
import { toHex } from '../../firmware-sim/kernel/bytes.ts';
import { toIso } from '../../firmware-sim/kernel/time.ts';
import { outcomeText, versionText } from '../parties/received-text.ts';
import type { Received } from '../parties/remote-party.ts';
import type { Assertion } from '../reports/verdict.ts';
import { overlap, unexplained } from './expectations.ts';
import { assertion, type Judged } from './judged.ts';
import { outageAssertions } from './outage-assertions.ts';
import type { UpdateFindings } from './scenario.ts';

/** Judges a finished run: every assertion with its source. */
export function judge(findings: UpdateFindings): Assertion[] {
  return [...updateAssertions(findings), ...outageAssertions(findings), ...securityAssertions(findings)];
}

function updateAssertions(findings: UpdateFindings): Assertion[] {
  return [
    assertion('transfer', 'the whole image reached the meter', 'GBCS CS05b; 09-5264', transferred(findings)),
    assertion('receipt', 'the meter verified it and said so: 0x8F72, its hash', 'GBCS FDRA 0x00CE', receipt(findings)),
    assertion('activation', 'CS06 was answered with success and the new version', 'GBCS CS06', activation(findings)),
    assertion('execution-time', 'the image was activated once, when it was to be', 'GBCS CS06', executionTime(findings)),
    assertion('new-version', 'SR11.2 reads the new version', 'GBCS ECS52', newVersion(findings)),
    assertion(
      'nothing-else',
      'nothing but version, 0x8F43 and elapsed metering changed',
      'S01, F14; SMETS 5.5',
      nothingElse(findings),
    ),
    assertion('gas-meter', 'the gas meter is untouched', 'GBCS GCS38', gasMeter(findings)),
    assertion('hub-version', 'the hub answers a relayed version read', 'GBCS 7.2.7, ECS52', hubVersion(findings)),
  ];
}

function transferred({ world }: UpdateFindings): Judged {
  const { received, total } = world.inside;
  const octets = world.image.file.length;
  return [received === octets && total === octets, `${received} of ${octets} octets`];
}

function receipt({ receipt: alert, world }: UpdateFindings): Judged {
  if (!alert) return [false, 'no receipt alert came'];
  const { alertCode, imageHash } = alert.facts ?? {};
  const expected = toHex(world.image.hash);
  if (alertCode === ALERT.firmwareVerificationFailed) {
    const reason = world.image.signed ? 'its signature is not that of the supplier in the meter' : 'it carries no signature';
    return [
      false,
      `${alertText(ALERT.firmwareVerificationFailed)}: the meter refused the image; ${reason}, or it is not well formed`,
    ];
  }
  return [alertCode === ALERT.firmwareVerified && imageHash === expected && alert.genuine, `hash ${imageHash ?? 'none'}`];
}

function outcomeOf(received: Received | undefined): string {
  const { activationCode, version: reported } = received?.facts ?? {};
  return activationCode === undefined ? 'no outcome' : `${outcomeText(activationCode)}, version ${versionText(reported)}`;
}

function succeeded(received: Received | undefined, fileVersion: number): boolean {
  return received?.genuine === true && received.facts?.activationCode === 0 && received.facts.version === fileVersion;
}

function activation({ world, activationResponse, activationAlert }: UpdateFindings): Judged {
  const { fileVersion } = world.image.header;
  if (world.config.activateAt === undefined) return [succeeded(activationResponse, fileVersion), outcomeOf(activationResponse)];
  const done = activationAlert?.facts?.alertCode === ALERT.futureDatedDone && succeeded(activationAlert, fileVersion);
  const code = activationAlert?.facts?.alertCode;
  const alert = code === undefined ? 'no alert' : alertText(code);
  return [
    activationResponse?.facts?.accepted === true && done,
    `${activationResponse?.facts?.accepted ? 'accepted' : 'not accepted'}, then ${alert}: ${outcomeOf(activationAlert)}`,
  ];
}

function executionTime({ world }: UpdateFindings): Judged {
  const { activationsStarted: started, activationsFinished: finished } = world.inside;
  const at = world.config.activateAt;
  const text = `${started.length} begun${started.length > 0 ? `, first at ${started.map(toIso)[0]}` : ''}, ${finished.length} finished`;
  const once = started.length === 1 && finished.length === 1;
  return [once && (at === undefined || (started[0] ?? 0) >= at), at === undefined ? text : `${text}; due at ${toIso(at)}`];
}

function newVersion({ world, versionBefore, versionAfter }: UpdateFindings): Judged {
  const [was, is] = [versionBefore?.facts?.version, versionAfter?.facts?.version];
  const right = was === world.versions.esme && is === world.image.header.fileVersion && versionAfter?.genuine === true;
  return [right, `${versionText(was)} before, ${versionText(is)} after`];
}

function nothingElse({ world }: UpdateFindings): Judged {
  const { before, after, activationsStarted, activationsFinished } = world.inside;
  const [first, last] = [before[0], after[0]];
  if (!first || !last) return [false, 'there was no activation to compare'];
  const during = { from: activationsStarted[0] ?? 0, to: activationsFinished[0] ?? 0 };
  const outage = world.premises.mainsLosses.some((loss) => overlap(loss, during));
  const found = unexplained(first, last, { alertRaised: world.config.activateAt !== undefined, outage });
  const [was, is] = [first.registers.activeImportWh, last.registers.activeImportWh].map(Number);
  const changed = first.firmware.active !== last.firmware.active;
  if (changed && !(last.logs.security.at(-1) ?? '').endsWith(' 8f43')) found.push('0x8F43 is not in the security log');
  const metering = `register ${was} to ${is} Wh`;
  if ((is ?? 0) < (was ?? 0)) found.push(`${metering} went back`);
  return [
    found.length === 0,
    found.length === 0 ? `credentials, counters, clock and logs as before; ${metering}` : found.join('; '),
  ];
}

function gasMeter({ world, gasVersionBefore, gasVersionAfter }: UpdateFindings): Judged {
  const [was, is] = [gasVersionBefore?.facts?.version, gasVersionAfter?.facts?.version];
  return [was === world.versions.gsme && is === was && gasVersionAfter?.genuine === true, `version ${versionText(is)}`];
}

function hubVersion({ world, hubVersion: answer }: UpdateFindings): Judged {
  const echoed = answer?.header.supplementary?.remoteParty === world.supplier.eui;
  return [
    answer?.genuine === true && echoed && answer.facts?.version === world.versions.hub,
    `version ${versionText(answer?.facts?.version)}`,
  ];
}

function securityAssertions(findings: UpdateFindings): Assertion[] {
  return [
    assertion('genuine', 'every MAC and signature is valid', 'GBCS 6.2, 7.2', genuine(findings)),
    assertion('counters', 'alert counters of each device only rise', 'GBCS 4.3.1', counters(findings)),
    assertion('replay', 'a replayed CS06 is dropped, logged and never executed', 'GBCS 4.3.1; F11', replayed(findings)),
  ];
}

function genuine({ world }: UpdateFindings): Judged {
  const all = [world.supplier, world.networkOperator, world.broker.party].flatMap(({ received }) => received);
  const bad = all.filter((one) => !one.genuine);
  const refused = world.inside.rejections.filter((reason) => reason === 'bad-mac' || reason === 'bad-signature');
  const detail = `${all.length} responses and alerts checked, ${bad.length} bad; ${refused.length} commands refused by the meter`;
  return [all.length > 0 && bad.length === 0 && refused.length === 0, detail];
}

function counters({ world }: UpdateFindings): Judged {
  const alerts = world.archive.messages.filter(({ header }) => header.cra === 'alert');
  const rising = alerts.every((one, i) =>
    alerts
      .slice(0, i)
      .every(
        ({ header }) => header.originator !== one.header.originator || header.originatorCounter < one.header.originatorCounter,
      ),
  );
  return [rising, `${alerts.length} alerts`];
}

function replayed({ replay }: UpdateFindings): Judged {
  if (!replay) return [false, 'the replay was not tried'];
  const dropped = replay.rejectedAs.length === 1 && replay.rejectedAs[0] === 'replayed-counter';
  const detail = `${replay.rejectedAs.join(', ') || 'not dropped'}; ${replay.answered ? 'answered' : 'no answer'}`;
  return [dropped && !replay.answered && !replay.activatedAgain, detail];
}
