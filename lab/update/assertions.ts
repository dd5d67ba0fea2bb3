import { ALERT, alertText } from '../../firmware-sim/device/alerts.ts';
import { useCaseByName } from '../../firmware-sim/gbcs/catalogue.ts';
import { toHex } from '../../firmware-sim/kernel/bytes.ts';
import { outcomeText, versionText } from '../parties/received-text.ts';
import type { Received } from '../parties/remote-party.ts';
import type { Assertion } from '../reports/verdict.ts';
import { executionTime } from './execution-time.ts';
import { noticedOutages, unexplained } from './expectations.ts';
import { assertion, type Judged } from './judged.ts';
import { outageAssertions } from './outage-assertions.ts';
import type { UpdateFindings } from './scenario.ts';
import type { UpdateWorld } from './world.ts';

/** Judges a finished run: every assertion with its source. */
export function judge(findings: UpdateFindings): Assertion[] {
  return [...updateAssertions(findings), ...outageAssertions(findings), ...securityAssertions(findings)];
}

function updateAssertions(findings: UpdateFindings): Assertion[] {
  const { world } = findings;
  return [
    assertion('transfer', 'the whole image reached the meter', 'GBCS CS05b; 09-5264', transferred(findings)),
    assertion('receipt', 'the meter verified it and said so once: 0x8F72, its hash', 'GBCS FDRA 0x00CE', receipt(findings)),
    ...(world.config.image.kind === 'ota-file'
      ? [assertion('meter-fits', 'the meter in the home is made for the file', 'scenario', madeFor(world))]
      : []),
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

/** A finished file never meets a meter of another maker here: worth saying, because out there it does. */
function madeFor({ image, versions }: UpdateWorld): Judged {
  const { manufacturerCode, imageType, hardwareVersions } = image.header;
  const hex = (value: number): string => `0x${value.toString(16).padStart(4, '0')}`;
  const meter = `manufacturer ${hex(manufacturerCode)}, type ${hex(imageType)}, hardware ${hex(hardwareVersions?.minimum ?? 0)}`;
  return ['note', `${meter}, running ${versionText(versions.esme)}; whether another meter takes the file is not tried`];
}

function transferred({ world }: UpdateFindings): Judged {
  const { received, total } = world.inside;
  const octets = world.image.file.length;
  return [received === octets && total === octets, `${received} of ${octets} octets`];
}

function receipt({ receipt: alert, world }: UpdateFindings): Judged {
  const { supplier, euis, image } = world;
  const codes = [ALERT.firmwareVerified, ALERT.firmwareVerificationFailed];
  const receipts = codes.flatMap((code) => supplier.alerts(code, euis.esme));
  if (!alert) return [false, 'no receipt alert came'];
  if (receipts.length !== 1)
    return [false, `${receipts.length} came: ${receipts.map((one) => alertText(one.facts?.alertCode ?? 0)).join(', ')}`];
  const { alertCode, imageHash } = alert.facts ?? {};
  if (alertCode === ALERT.firmwareVerificationFailed) {
    return [false, `${alertText(ALERT.firmwareVerificationFailed)}: the meter refused the image; ${refusalReason(world)}`];
  }
  const right = alertCode === ALERT.firmwareVerified && imageHash === toHex(image.hash);
  return [right && alert.genuine, `hash ${imageHash ?? 'none'}`];
}

/** Why a meter may refuse an image that is well formed: the file was parsed before it was sent. */
function refusalReason({ image, pki, suite, supplier }: UpdateWorld): string {
  const key = pki.publicKey(supplier.eui, 'digitalSignature');
  if (!image.signature) return 'it carries no signature';
  if (key && suite.verify(key, image.manufacturerImage, image.signature)) return 'though form and signature are in order';
  return 'its signature is not that of the supplier in the meter over this image: another key, or octets changed after signing';
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

function newVersion({ world, versionBefore, versionAfter }: UpdateFindings): Judged {
  const [was, is] = [versionBefore?.facts?.version, versionAfter?.facts?.version];
  const right = was === world.versions.esme && is === world.image.header.fileVersion && versionAfter?.genuine === true;
  return [right, `${versionText(was)} before, ${versionText(is)} after`];
}

function nothingElse(findings: UpdateFindings): Judged {
  const { inside, image, config, premises } = findings.world;
  const { before, after, activationsStarted, activationsFinished } = inside;
  const [first, last] = [before[0], after[0]];
  if (!first || !last) return [false, 'there was no activation to compare'];
  const [from, to] = [activationsStarted[0] ?? 0, activationsFinished[0] ?? 0];
  const ended = noticedOutages(premises.mainsLosses, config.esme.rideThroughMs).filter(
    (loss) => loss.to !== undefined && loss.to > from && loss.to <= to,
  );
  const outcome = findings.activationAlert ?? findings.activationResponse;
  const found = unexplained(first, last, {
    alertRaised: config.activateAt !== undefined,
    interruptions: ended.length,
    installed: outcome?.facts?.activationCode === 0 ? { version: image.header.fileVersion, hash: toHex(image.hash) } : undefined,
  });
  const [was, is] = [first.registers.activeImportWh, last.registers.activeImportWh].map(Number);
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
    assertion('genuine', 'signed or MACed as its use case has it, and valid', 'GBCS 6.2, 7.2', genuine(findings)),
    assertion('counters', 'alert counters of each device only rise', 'GBCS 4.3.1', counters(findings)),
    assertion('replay', 'a replayed CS06 is dropped, logged and never executed', 'GBCS 4.3.1; F11', replayed(findings)),
  ];
}

/** Alerts and responses of critical use cases are signed, other responses carry a MAC; those that may be dated carry the time. */
function isProtected({ header, useCase, mac, signature, genuine: valid }: Received): boolean {
  const row = useCaseByName(useCase);
  const signed = header.cra === 'alert' || row?.category?.startsWith('SME.C.C') === true;
  const dated = header.cra === 'response' && row?.futureDatable === true;
  const right = signed ? signature === 'valid' : mac === 'valid' && signature === 'absent';
  return valid && right && (header.dateTime !== undefined) === dated;
}

function genuine({ world }: UpdateFindings): Judged {
  const all = [world.supplier, world.networkOperator, world.broker.party].flatMap(({ received }) => received);
  const bad = all.filter((one) => !isProtected(one));
  const refused = world.inside.rejections.filter((reason) => reason === 'bad-mac' || reason === 'bad-signature');
  const names = bad.length > 0 ? ` (${bad.map(({ useCase }) => useCase).join(', ')})` : '';
  const detail = `${all.length} responses and alerts checked, ${bad.length} bad${names}; ${refused.length} commands refused by the meter`;
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
  const logged = `logged ${replay.logged === 1 ? 'once' : `${replay.logged} times`}`;
  const detail = `${replay.rejectedAs.join(', ') || 'not dropped'}; ${logged}; ${replay.answered ? 'answered' : 'no answer'}`;
  return [dropped && replay.logged === 1 && !replay.answered && !replay.activatedAgain, detail];
}
